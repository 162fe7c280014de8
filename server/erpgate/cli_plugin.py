"""`erpgate plugin …`: what is loaded, and what is proved of it."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from erpgate.console import client_of, fail, settings_of

if TYPE_CHECKING:
    from erpgate.plugins import Registry

plugin_app = typer.Typer(no_args_is_help=True, help="Plugins that connect ERPs.")

_Erp = Annotated[str, typer.Argument(metavar="ERP", help="Name of the ERP; `erpgate plugin list` shows them.")]


@plugin_app.command("list")
def plugin_list(
    server: Annotated[str, typer.Option(help="HOST:PORT of a running server to ask what it has loaded.")] = "",
    key: Annotated[str, typer.Option(help="API key, where it asks for one.", envvar="ERPGATE_API_KEY")] = "",
) -> None:
    """Show every plugin, what is proved of its ERPs, and what is wrong with it, here or in a running server."""
    from rich.console import Console
    from rich.table import Table

    if server:
        _list_of(server, key)
        return
    registry = _registry()
    table = Table("Plugin", "Distribution", "Version", "API", "ERPs", "Proved", "Listens", "Status", "Failure")
    for info in registry.plugins:
        erps = sorted(erp for erp, origin in registry.origins.items() if origin == info.name and info.status == "ok")
        proved = ", ".join(_proved(registry, erp) for erp in erps)
        api = str(info.api_version or "")
        names = ", ".join(erps)
        listens = ", ".join(registry.listeners[info.name].hooks) if info.name in registry.listeners else ""
        columns = (info.name, info.distribution, info.version, api, names, proved, listens, info.status, info.failure)
        table.add_row(*columns)
    Console().print(table)


def _list_of(server: str, key: str) -> None:
    """What a server says, with what plugins did against their contract since it started."""
    from rich.console import Console
    from rich.table import Table

    from erpgate.v1 import erp_pb2

    table = Table("Plugin", "Distribution", "Version", "API", "ERP", "Status", "Failure or last defect")
    with client_of(server, key) as client:
        answer = client.list_erps()
    known = [(erp.name.removeprefix("erps/"), erp.plugin) for erp in answer.erps]
    for erp, plugin in [*known, *(("", plugin) for plugin in answer.unavailable_plugins)]:
        status = erp_pb2.PluginStatus.Name(plugin.status).removeprefix("PLUGIN_STATUS_").lower()
        api, wrong = str(plugin.api_version or ""), plugin.failure or plugin.last_defect
        table.add_row(plugin.name, plugin.distribution, plugin.version, api, erp, status, wrong)
    Console().print(table)


@plugin_app.command()
def new(
    name: Annotated[str, typer.Argument(help="Lower-case words with dashes, such as acme-books.")],
    folder: Annotated[Path, typer.Option(help="Where the package's folder is made.")] = Path(),
) -> None:
    """Write a complete plugin package to begin with."""
    from erpgate.scaffold import ScaffoldError, write_plugin

    try:
        written = write_plugin(name, folder)
    except ScaffoldError as error:
        fail(str(error))
    typer.echo(f"{written} is written; its README.md says how to go on.")


@plugin_app.command()
def doctor(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of a plugin, or of an ERP that one offers.")],
) -> None:
    """Load a plugin and check its forms, labels, options, facts and secrets."""
    from erpgate.proofs import Level
    from erpgate.testing.conformance import run_suite

    registry = _registry()
    info = next((info for info in registry.plugins if name in (info.name, *_erps(registry, info.name))), None)
    if info is None:
        fail(f"There is no plugin {name}: `erpgate plugin list` shows those that are installed.")
    typer.echo(f"{info.name} of {info.distribution} {info.version}, API {info.api_version or 'none'}: {info.status}")
    if info.status != "ok":
        fail(f"The plugin {info.name} can't be used: {info.failure}.")
    if info.name in registry.listeners:
        typer.echo(f"listens to events of kind {' and '.join(registry.listeners[info.name].hooks)}")
    elif variables := registry.listener_settings.get(info.name):
        typer.echo(f"listens to no events: the operator has set none of {', '.join(variables)}")
    simulators = registry.simulators()
    failed = False
    for erp in _erps(registry, info.name):
        typer.echo(f"{erp}: proved {_proved(registry, erp)}")
        if erp not in simulators:
            fail(f"The plugin offers no simulator of {erp}, so no more can be checked: implement erpgate_simulators.")
        for result in run_suite(registry.erps[erp], simulators[erp], level=Level.CONNECTS):
            typer.echo(f"  {result.outcome:8} {result.message or result.check.promise}")
            failed = failed or result.outcome == "failed"
    raise typer.Exit(failed)


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


def _erps(registry: "Registry", plugin: str) -> list[str]:
    return sorted(erp for erp, origin in registry.origins.items() if origin == plugin)


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
