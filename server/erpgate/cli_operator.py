"""Commands for operators, on the database itself: callers, master keys, listeners, a restored backup."""

import contextlib
import datetime as dt
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from erpgate.console import fail, settings_of

if TYPE_CHECKING:
    from erpgate.store.beside import Beside

callers_app = typer.Typer(no_args_is_help=True, help="Callers of the API, each with a key of its own.")
keys_app = typer.Typer(no_args_is_help=True, help="Master keys, which seal the credentials of channels.")

_Database = Annotated[str, typer.Option("--database-url", help="Of the server. [env: ERPGATE_DATABASE_URL]")]
_KeyFile = Annotated[
    Path | None, typer.Option("--key-file", help="File with the master keys. [env: ERPGATE_KEY_FILE, or ERPGATE_KEY]")
]

_ID = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


@callers_app.command("add")
def add_caller(
    caller: Annotated[str, typer.Argument(help="Id of your choice: lower-case letters, digits and dashes.")],
    merchant: Annotated[list[str] | None, typer.Option(help="Id of a merchant it may call for; repeat it.")] = None,
    all_merchants: Annotated[bool, typer.Option("--all-merchants", help="It may call for every merchant.")] = False,
    database_url: _Database = "",
) -> None:
    """Let somebody call, and print the key; it is shown this once."""
    from erpgate.callers import digest_of, new_key
    from erpgate.store.callers import AddCaller, CallerRecord
    from erpgate.store.errors import Conflict

    if bool(merchant) == all_merchants:
        fail("Say for whom: --merchant ID, once for each, or --all-merchants.")
    if wrong := [name for name in (caller, *(merchant or ())) if not _ID.fullmatch(name)]:
        fail(f"{wrong[0]!r} is no id: it has lower-case letters, digits and dashes, at most 63.")
    merchants = None if all_merchants else frozenset(merchant or ())
    record = CallerRecord(caller=caller, merchants=merchants, create_time=dt.datetime.now(dt.UTC))
    key = new_key()
    with _database(database_url) as database:
        try:
            database.write(AddCaller(record, digest_of(key)))
        except Conflict:
            fail(f"There is a caller {caller} already: revoke it first, or choose another id.")
    typer.echo(key)


@callers_app.command("list")
def list_callers(database_url: _Database = "") -> None:
    """Show every caller, and for whom it may call."""
    from rich.console import Console
    from rich.table import Table

    from erpgate.store.callers import list_callers as all_callers

    with _database(database_url) as database:
        found = database.read(all_callers)
    table = Table("Caller", "Merchants", "Since", "Revoked")
    for each in found:
        merchants = "all" if each.merchants is None else ", ".join(sorted(each.merchants))
        table.add_row(each.caller, merchants, _day(each.create_time), _day(each.revoke_time))
    Console().print(table)


@callers_app.command("revoke")
def revoke_caller(caller: Annotated[str, typer.Argument(help="Its id.")], database_url: _Database = "") -> None:
    """End what a caller may do; running servers know it within seconds."""
    from erpgate.store.callers import RevokeCaller
    from erpgate.store.errors import Conflict

    with _database(database_url) as database:
        try:
            database.write(RevokeCaller(caller, dt.datetime.now(dt.UTC)))
        except Conflict:
            fail(f"There is no caller {caller} whose key counts: `erpgate callers list` shows them.")
    typer.echo(f"{caller} is revoked.")


@keys_app.command("rotate")
def rotate_keys(key_file: _KeyFile = None, database_url: _Database = "") -> None:
    """Seal every credential with the first key of the key file; run it again if it was interrupted."""
    from erpgate.store.errors import Conflict
    from erpgate.store.keys import ForgetKeys, Reseal, UseKeys
    from erpgate.vault import VaultError

    settings = settings_of({"key_file": key_file, "database_url": database_url})
    try:
        vault = settings.vault()
        with _database(database_url) as database:
            database.write(UseKeys(tuple(vault.key_ids), dt.datetime.now(dt.UTC)))

            def resealed(sealed: bytes) -> bytes | None:
                return None if vault.is_current(sealed) else vault.reseal(sealed)

            moved, after = 0, ("", "")
            while True:
                more, end = database.write(Reseal(after, resealed))
                moved += more
                if end is None:
                    break
                after = end
            database.write(ForgetKeys((vault.key_ids[0],)))
    except Conflict as conflict:
        fail(f"The master key {conflict.holder} seals credentials here and is not in the key file: add it as a line.")
    except VaultError as error:
        fail(str(error))
    typer.echo(f"{moved} credentials were sealed anew with the master key {vault.key_ids[0]}; no other one is needed.")


@keys_app.command("give-up")
def give_up_keys(
    key_file: _KeyFile = None,
    database_url: _Database = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Drop credentials whose master key is lost; their channels need new ones, and lose nothing else."""
    from erpgate.store.keys import ForgetKeys, GiveUp
    from erpgate.vault import VaultError

    settings = settings_of({"key_file": key_file, "database_url": database_url})
    if not yes:
        typer.confirm("Credentials that no key of the key file opens are dropped. Go on?", abort=True)
    try:
        vault = settings.vault()
    except VaultError as error:
        fail(str(error))
    with _database(database_url) as database:
        lost, after = 0, ("", "")
        while True:
            more, end = database.write(GiveUp(after, vault.can_open))
            lost += more
            if end is None:
                break
            after = end
        database.write(ForgetKeys(tuple(vault.key_ids)))
    typer.echo(f"{lost} credentials were dropped; give their channels new ones with RotateCredentials.")


def restored(database_url: _Database = "") -> None:
    """Mark a database that was restored from an older backup, before any server uses it."""
    from erpgate.store.errors import Conflict
    from erpgate.store.restorations import MarkRestored

    with _database(database_url, alone=True) as database:
        try:
            marked = database.write(MarkRestored(dt.datetime.now(dt.UTC)))
        except Conflict as conflict:
            fail(f"{conflict.holder} workers use this database, or did until a moment ago: stop them, then try again.")
    typer.echo(
        f"Marked: nothing is known of the time since {_day(marked.known_until)} UTC. {marked.paused} channels are "
        f"paused, and {marked.unfinished} unfinished invoices will be looked for before anything is sent. Start the "
        "servers, then resume each channel with ResumeChannel."
    )


def listeners(database_url: _Database = "") -> None:
    """Show what listeners have not been told yet, what they will never be told, and what is wrong with them."""
    from rich.console import Console
    from rich.table import Table

    from erpgate.store.events import list_listeners

    with _database(database_url) as database:
        found = database.read(list_listeners)
    table = Table("Listener", "Waiting", "Oldest", "Given up", "Since", "Failure")
    for each in found:
        since = _day(each.failure_time) if each.failure else ""
        table.add_row(each.name, str(each.waiting), _day(each.oldest), str(each.given_up), since, each.failure)
    Console(width=160 if not sys.stdout.isatty() else None).print(table)


@contextlib.contextmanager
def _database(url: str, *, alone: bool = False) -> Iterator["Beside"]:
    from erpgate.store.beside import beside
    from erpgate.store.errors import StoreUnusable

    try:
        with beside(settings_of({"database_url": url}).database_url, alone=alone) as database:
            yield database
    except StoreUnusable as error:
        fail(str(error))


def _day(time: dt.datetime | None) -> str:
    return "" if time is None else f"{time:%Y-%m-%d %H:%M}"
