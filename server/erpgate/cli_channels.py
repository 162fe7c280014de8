"""The commands about channels: a merchant's wizard in a terminal, and the life of a channel."""

from typing import Annotated, Any

import typer

from erpgate.console import client_of

channels_app = typer.Typer(no_args_is_help=True, help="Connect ERPs, and keep the connections.")

_Server = Annotated[str, typer.Option(help="HOST:PORT of the server. [env: ERPGATE_SERVER]", envvar="ERPGATE_SERVER")]
_Key = Annotated[
    str, typer.Option(help="API key, where the server asks for one. [env: ERPGATE_API_KEY]", envvar="ERPGATE_API_KEY")
]
_Merchant = Annotated[str, typer.Option(help="Id of the merchant.")]
_Name = Annotated[str, typer.Argument(help="Such as merchants/acme/channels/main.")]

_DEFAULT_SERVER = "127.0.0.1:8484"
_LEFT = 130


@channels_app.command()
def connect(
    merchant: _Merchant,
    erp: Annotated[str, typer.Option(help="Name of the ERP; without one it is chosen.")] = "",
    channel: Annotated[str, typer.Option(help="Id of the channel; without one it is the ERP's name.")] = "",
    language: Annotated[str, typer.Option(help="es, en or pt.")] = "es",
    server: _Server = _DEFAULT_SERVER,
    key: _Key = "",
) -> None:
    """Walk through the wizard, from where it was left; Ctrl-C leaves it, and nothing is lost."""
    from erpgate.wizard import words
    from erpgate.wizard.walk import Walk

    with client_of(server, key) as client:
        try:
            Walk(client, merchant, channel, language).run(erp)
        except (KeyboardInterrupt, EOFError):
            typer.echo(words.LEFT.in_language(language))
            raise typer.Exit(_LEFT) from None


@channels_app.command("list")
def list_(merchant: _Merchant, server: _Server = _DEFAULT_SERVER, key: _Key = "") -> None:
    """List a merchant's channels."""
    from rich.console import Console
    from rich.table import Table

    from erpgate.v1 import channel_pb2

    table = Table("Channel", "ERP", "Name", "Company", "State", "Health")
    with client_of(server, key) as client:
        for each in client.list_channels(f"merchants/{merchant}"):
            state = channel_pb2.ChannelState.Name(each.state).removeprefix("CHANNEL_STATE_")
            health = channel_pb2.ChannelHealth.Name(each.health).removeprefix("CHANNEL_HEALTH_")
            erp = each.erp.removeprefix("erps/")
            health = f"{health}: {each.health_message}" if each.health_message else health
            table.add_row(each.name, erp, each.display_name, each.company.name, state, health)
    Console().print(table)


@channels_app.command()
def check(name: _Name, server: _Server = _DEFAULT_SERVER, key: _Key = "") -> None:
    """Ask the ERP now whether a channel can invoice; exits with 1 where something failed."""
    from rich.console import Console
    from rich.table import Table

    from erpgate.v1 import channel_check_pb2 as pb

    table = Table("Check", "Result", "Field", "What", "What to do")
    with client_of(server, key) as client:
        checks = client.check_channel(name).checks
    for each in checks:
        result = pb.CheckResult.Name(each.result).removeprefix("CHECK_RESULT_")
        table.add_row(each.check, result, each.field, each.message, each.remedy)
    Console().print(table)
    if any(each.result == pb.CHECK_RESULT_FAILED for each in checks):
        raise typer.Exit(1)


@channels_app.command()
def pause(name: _Name, server: _Server = _DEFAULT_SERVER, key: _Key = "") -> None:
    """Send nothing to the ERP until the channel is resumed."""
    with client_of(server, key) as client:
        _tell(client.pause_channel(name))


@channels_app.command()
def resume(name: _Name, server: _Server = _DEFAULT_SERVER, key: _Key = "") -> None:
    """End a pause; what waited is sent."""
    with client_of(server, key) as client:
        _tell(client.resume_channel(name))


@channels_app.command()
def delete(
    name: _Name,
    force: Annotated[bool, typer.Option("--force", help="Although invoices are unfinished.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    server: _Server = _DEFAULT_SERVER,
    key: _Key = "",
) -> None:
    """Forget a channel and its credentials; what was invoiced is never invoiced again."""
    if not yes:
        typer.confirm(f"Delete {name}?", abort=True)
    with client_of(server, key) as client:
        client.delete_channel(name, force=force)
    typer.echo(f"{name} is deleted.")


def _tell(channel: Any) -> None:
    from erpgate.v1 import channel_pb2

    state = channel_pb2.ChannelState.Name(channel.state).removeprefix("CHANNEL_STATE_")
    typer.echo(f"{channel.name} is {state}.")
