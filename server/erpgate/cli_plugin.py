"""`erpgate plugin …`: what is loaded, and what is proved of it."""

import logging
from typing import TYPE_CHECKING, Annotated

import typer

from erpgate.console import fail, settings_of

if TYPE_CHECKING:
    from erpgate.plugins import Registry

plugin_app = typer.Typer(no_args_is_help=True, help="Plugins that connect ERPs.")

_Erp = Annotated[str, typer.Argument(metavar="ERP", help="Name of the ERP; `erpgate plugin list` shows them.")]


@plugin_app.command("list")
def plugin_list() -> None:
    """Show every plugin, what is proved of its ERPs, and what is wrong with it."""
    from rich.console import Console
    from rich.table import Table

    registry = _registry()
    table = Table("Plugin", "Distribution", "Version", "API", "ERPs", "Proved", "Status", "Failure")
    for info in registry.plugins:
        erps = sorted(erp for erp, origin in registry.origins.items() if origin == info.name and info.status == "ok")
        proved = ", ".join(_proved(registry, erp) for erp in erps)
        api = str(info.api_version or "")
        names = ", ".join(erps)
        table.add_row(info.name, info.distribution, info.version, api, names, proved, info.status, info.failure)
    Console().print(table)


@plugin_app.command()
def conformance(
    erp: _Erp,
    level: Annotated[int, typer.Option(min=1, max=4, help="Checks up to this level are run.")] = 4,
    record: Annotated[
        bool, typer.Option("--record", help="Write the result into the plugin's package, to be released with it.")
    ] = False,
) -> None:
    """Examine a plugin against its simulator, check by check."""
    from erpgate import proofs
    from erpgate.testing.conformance import Result, proof_of, run_suite

    registry = _registry()
    simulator = registry.simulators().get(erp)
    if erp not in registry.erps or simulator is None:
        fail(f"No loaded plugin offers both the ERP {erp} and a simulator of it.")

    def told(result: Result) -> None:
        typer.echo(f"{result.check.level.name:16} {result.outcome:8} {result.check.name}")
        if result.outcome == "failed":
            typer.echo(f"  {result.message}", err=True)

    info = registry.plugin_of(erp)
    results = run_suite(registry.erps[erp], simulator, level=proofs.Level(level), told=told)
    proof = proof_of(results, info.version)
    typer.echo(f"{erp}: {proof.passed} passed, {proof.skipped} skipped, level {proof.level.name}")
    if record:
        typer.echo(f"recorded in {proofs.record(registry.plugin_object(info.name), erp, proof)}")
    raise typer.Exit(any(result.outcome == "failed" for result in results))


def _proved(registry: "Registry", erp: str) -> str:
    proof = registry.proofs.get(erp)
    level = "nothing" if proof is None else f"{proof.level.name} on {proof.date}"
    return level if registry.may_automate(erp) else f"{level} (no automatic invoicing)"


def _registry() -> "Registry":
    from erpgate.plugins import load_plugins

    logging.disable(logging.CRITICAL)
    settings = settings_of({})
    return load_plugins(
        disabled=settings.disabled_plugins,
        external=not settings.no_external_plugins,
        unproven=settings.allowed_unproven,
    )
