"""Wake-ups between processes, part of the transaction that gives a lane work."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

CHANNEL = "erpgate_wake"
"""Where PostgreSQL processes tell each other which account got work."""

_ACCOUNTS = sa.func.unnest(sa.bindparam("accounts", type_=postgresql.ARRAY(sa.Text)))
_NOTIFY = sa.select(sa.func.pg_notify(CHANNEL, _ACCOUNTS))


def notify(connection: sa.Connection, accounts: Iterable[str]) -> None:
    """Tells other processes once the transaction is committed; on SQLite there are none."""
    if connection.dialect.name == "postgresql":
        connection.execute(_NOTIFY, {"accounts": list(accounts)})
