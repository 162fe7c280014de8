"""What every command does alike: it reads settings, and ends with a sentence when it cannot go on."""

import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from erpgate.client import Client
    from erpgate.settings import Settings

_PATIENCE = 60.0


def settings_of(given: Mapping[str, object]) -> "Settings":
    """The settings from options and environment; the command ends where they are not valid."""
    from pydantic import ValidationError

    from erpgate.settings import Settings

    try:
        return Settings.model_validate({name: value for name, value in given.items() if value})
    except ValidationError as error:
        problems = (f"{'.'.join(map(str, p['loc']))}: {p['msg']}" for p in error.errors(include_input=False))
        fail("The settings are not valid: " + "; ".join(problems) + ".")


def fail(message: str) -> NoReturn:
    """Ends the command with code 1 and a sentence on standard error."""
    typer.echo(f"erpgate: {message}", err=True)
    raise typer.Exit(1)


@contextlib.contextmanager
def client_of(server: str, key: str) -> Iterator["Client"]:
    """A client of a running server, whose refusals end the command with the server's own sentences."""
    from erpgate.client import Client, ErpgateError

    try:
        with Client(server, timeout=_PATIENCE, key=key) as client:
            yield client
    except ErpgateError as error:
        fields = "".join(f"\n  {path}: {description}" for path, description in error.fields.items())
        fail(f"{error}{fields}")
