"""The command line. What a command needs is imported when it runs, so that each one starts quickly."""

import asyncio
import logging
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import typer

from erpgate.cli_channels import channels_app
from erpgate.cli_operator import callers_app, keys_app, listeners, restored
from erpgate.cli_plugin import plugin_app
from erpgate.cli_products import products_app
from erpgate.console import fail, settings_of

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
app.add_typer(plugin_app, name="plugin")
app.add_typer(channels_app, name="channels")
app.add_typer(callers_app, name="callers")
app.add_typer(keys_app, name="keys")
app.add_typer(products_app, name="products")
app.command()(listeners)
app.command()(restored)

_Listen = Annotated[str, typer.Option(help="HOST:PORT; port 0 takes a free one.")]


@app.command()
def serve(
    listen: Annotated[str, typer.Option(help="HOST:PORT; port 0 takes a free one. [env: ERPGATE_LISTEN]")] = "",
    database_url: Annotated[str, typer.Option(help="Such as sqlite:///PATH. [env: ERPGATE_DATABASE_URL]")] = "",
    key_file: Annotated[
        Path | None, typer.Option(help="File with the master key. [env: ERPGATE_KEY_FILE, or ERPGATE_KEY]")
    ] = None,
    no_external_plugins: Annotated[
        bool, typer.Option("--no-external-plugins", help="Load only what comes with erpgate.")
    ] = False,
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Leave sending to `erpgate worker` processes (PostgreSQL).")
    ] = False,
) -> None:
    """Serve gRPC and send invoices, until SIGTERM."""
    given = {
        "listen": listen,
        "database_url": database_url,
        "key_file": key_file,
        "no_external_plugins": no_external_plugins,
    }
    _serve(given, "server" if no_worker else "both")


@app.command()
def worker(
    listen: Annotated[
        str, typer.Option(help="HOST:PORT of its health service; port 0 takes a free one.")
    ] = "127.0.0.1:0",
    database_url: Annotated[str, typer.Option(help="Of PostgreSQL. [env: ERPGATE_DATABASE_URL]")] = "",
    key_file: Annotated[
        Path | None, typer.Option(help="File with the master key. [env: ERPGATE_KEY_FILE, or ERPGATE_KEY]")
    ] = None,
) -> None:
    """Send invoices beside servers on the same PostgreSQL, until SIGTERM."""
    _serve({"listen": listen, "database_url": database_url, "key_file": key_file}, "worker")


def _serve(given: Mapping[str, object], role: str) -> None:
    import uvloop

    from erpgate.rpc.app import ListenError, Role
    from erpgate.rpc.app import serve as serve_forever
    from erpgate.store.errors import StoreError
    from erpgate.vault import VaultError

    settings = settings_of(given)
    _log_to_stderr(settings.log_level)
    host = settings.listen.rpartition(":")[0]
    try:
        uvloop.run(serve_forever(settings, lambda served: _say(f"{host}:{served.port}"), Role(role)))
    except (VaultError, StoreError, ListenError) as error:
        fail(str(error))


@app.command()
def simulate(
    erp: Annotated[str, typer.Argument(help="Name of the ERP; `erpgate plugin list` shows them.")],
    listen: _Listen = "127.0.0.1:8585",
    database: Annotated[str, typer.Option(help="File that keeps its state; without one it forgets.")] = "",
    rate_limited: Annotated[bool, typer.Option(help="Keep the real ERP's rate limits.")] = False,
) -> None:
    """Serve a simulated ERP, for trying things out without an account."""
    from erpgate.plugins import load_plugins

    offers = load_plugins().simulators()
    if erp not in offers:
        fail(f"No plugin offers a simulator of {erp}. There are: {', '.join(sorted(offers)) or 'none'}.")
    host, _, port = listen.rpartition(":")
    _log_to_stderr("WARNING")
    asyncio.run(offers[erp].serve(host, int(port), database, rate_limited, lambda taken: _say(f"{host}:{taken}")))


@app.command()
def generate_key() -> None:
    """Print a new master key for sealing credentials."""
    from erpgate.vault import generate_key as new_key

    typer.echo(new_key())


@app.command()
def demo(
    erp: Annotated[str, typer.Option(help="Which simulated ERP.")],
    keep: Annotated[bool, typer.Option("--keep", help="Leave server and simulator up.")] = False,
) -> None:
    """Watch 25 orders become invoices in a simulated ERP."""
    from rich.console import Console

    from erpgate.demo.run import run

    raise typer.Exit(0 if run(erp, keep=keep, console=Console(width=160 if not sys.stdout.isatty() else None)) else 1)


@app.command()
def demo_retail(
    erp: Annotated[str, typer.Option(help="Which simulated ERP.")],
    orders: Annotated[Path, typer.Option(help="CSV of real sales, gzip-compressed.")],
    limit: Annotated[int, typer.Option(help="Sales at most; 0 takes all.")] = 0,
    kill: Annotated[bool, typer.Option(help="Kill the server (-9) in the middle and start it again.")] = False,
    fleet: Annotated[
        bool, typer.Option("--fleet", help="Two servers and two workers on PostgreSQL, killed (-9) at random.")
    ] = False,
    database: Annotated[
        Literal["sqlite", "postgresql"], typer.Option(help="Where to store; PostgreSQL is started for this run.")
    ] = "sqlite",
) -> None:
    """Invoice real sales of a shop in a simulated ERP, one each."""
    from rich.console import Console

    from erpgate.demo.retail import Run, run
    from erpgate.testing import ClusterUnavailable

    try:
        options = Run(limit=limit, kill=kill, fleet=fleet, database="postgresql" if fleet else database)
        good = run(erp, orders, options, console=Console())
    except ClusterUnavailable as error:
        fail(str(error))
    raise typer.Exit(0 if good else 1)


def main() -> None:
    """Entry point of the `erpgate` command."""
    app()


def _say(address: str) -> None:
    print(f"listening on {address}", flush=True)


def _log_to_stderr(level: str) -> None:
    logging.basicConfig(level=level, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for noisy in ("httpx", "alembic"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLogger().level))


if __name__ == "__main__":
    main()
