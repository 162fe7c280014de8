"""Wake-ups between processes, part of the transaction that gives a lane work or a feed a change."""

from collections.abc import Iterable, Iterator

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

CHANNEL = "erpgate_wake"
"""Where PostgreSQL processes tell each other which account got work."""

CHANGES = "erpgate_change"
"""Where they tell each other whose feeds have grown: merchants with spaces between."""

_URGENT = "!"

_LONGEST = 7_900
"""Bytes of a payload; PostgreSQL takes fewer than 8,000."""

_PAYLOADS = sa.func.unnest(sa.bindparam("payloads", type_=postgresql.ARRAY(sa.Text)))
_NOTIFY = sa.select(sa.func.pg_notify(sa.bindparam("channel"), _PAYLOADS))


def notify(connection: sa.Connection, accounts: Iterable[str], *, urgent: bool = False) -> None:
    """Tells other processes once the transaction is committed; on SQLite there are none.

    Args:
        connection: Of the transaction.
        accounts: That got work.
        urgent: Whether it ends a pause of the whole account, because a person changed something.
    """
    prefix = _URGENT if urgent else ""
    _notify(connection, CHANNEL, [prefix + account for account in accounts])


def heard(payload: str) -> tuple[str, bool]:
    """The account that another process told of, and whether it is urgent."""
    return payload.removeprefix(_URGENT), payload.startswith(_URGENT)


def notify_changes(connection: sa.Connection, merchants: Iterable[str]) -> None:
    """Tells other processes whose feeds have grown, in as few messages as possible."""
    _notify(connection, CHANGES, list(_joined(merchants)))


def _notify(connection: sa.Connection, channel: str, payloads: list[str]) -> None:
    if payloads and connection.dialect.name == "postgresql":
        connection.execute(_NOTIFY, {"channel": channel, "payloads": payloads})


def _joined(merchants: Iterable[str]) -> Iterator[str]:
    payload = ""
    for merchant in merchants:
        if len(payload) + len(merchant) >= _LONGEST:
            yield payload
            payload = ""
        payload = f"{payload} {merchant}" if payload else merchant
    if payload:
        yield payload
