"""Wake-ups between processes, part of the transaction that gives a lane work."""

from collections.abc import Iterable

import sqlalchemy as sa

CHANNEL = "erpgate_wake"
"""Where PostgreSQL processes tell each other which account got work."""

_NOTIFY = sa.select(sa.func.pg_notify(CHANNEL, sa.bindparam("account")))


def notify(connection: sa.Connection, accounts: Iterable[str]) -> None:
    """Tells other processes once the transaction is committed; on SQLite there are none."""
    if connection.dialect.name != "postgresql":
        return
    for account in accounts:
        connection.execute(_NOTIFY, {"account": account})
