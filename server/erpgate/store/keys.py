"""Which master keys seal credentials here, and moving those from one key to another."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from erpgate.store.codecs import to_micros
from erpgate.store.errors import Conflict
from erpgate.store.records import Health
from erpgate.store.schema import channel, credential, master_key
from erpgate.store.upsert import insert
from erpgate.store.writes import Write

_PAGE = 200

LOST = "The credentials were given up, because their master key is lost: give them again with RotateCredentials."
"""Health message of channels whose credentials nobody can open any more."""


@dataclass(frozen=True)
class UseKeys(Write[None]):
    """Notes which key seals from now on, unless a key is missing that sealed something here."""

    key_ids: tuple[str, ...]
    now: dt.datetime

    def apply(self, connection: sa.Connection) -> None:
        """Refuses to add a second key that does not know the first."""
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("LOCK TABLE master_key IN EXCLUSIVE MODE"))
        known = sorted(connection.execute(sa.select(master_key.c.key_id)).scalars())
        if missing := [key_id for key_id in known if key_id not in self.key_ids]:
            raise Conflict("master_key", ", ".join(missing))
        adding = insert(connection, master_key).on_conflict_do_nothing(index_elements=[master_key.c.key_id])
        connection.execute(adding, {"key_id": self.key_ids[0], "create_time": to_micros(self.now)})


@dataclass(frozen=True)
class Reseal(Write[tuple[int, tuple[str, str] | None]]):
    """Moves a page of credentials to another key; gives how many were moved, and where the page ended.

    Args:
        after: Merchant and channel of the last credentials of the page before.
        resealed: The record under the other key; None leaves it.
    """

    after: tuple[str, str]
    resealed: Callable[[bytes], bytes | None]

    def apply(self, connection: sa.Connection) -> tuple[int, tuple[str, str] | None]:
        """Nothing but the seal changes, so that sessions go on."""
        rows = _page(connection, self.after)
        moved = 0
        for row in rows:
            sealed = self.resealed(row.sealed)
            if sealed is not None:
                where = (*_mine(row.merchant, row.channel), credential.c.sealed == row.sealed)
                moved += connection.execute(sa.update(credential).where(*where).values(sealed=sealed)).rowcount
        return moved, _end(rows)


@dataclass(frozen=True)
class GiveUp(Write[tuple[int, tuple[str, str] | None]]):
    """Drops a page's credentials that cannot be opened; gives how many, and where the page ended."""

    after: tuple[str, str]
    can_open: Callable[[bytes], bool]

    def apply(self, connection: sa.Connection) -> tuple[int, tuple[str, str] | None]:
        """Their channels tell what to do."""
        rows = _page(connection, self.after)
        lost = [row for row in rows if not self.can_open(row.sealed)]
        for row in lost:
            connection.execute(sa.delete(credential).where(*_mine(row.merchant, row.channel)))
            connection.execute(
                sa.update(channel)
                .where(channel.c.merchant == row.merchant, channel.c.channel == row.channel)
                .values(health=Health.AUTH_FAILED, health_message=LOST, version=channel.c.version + 1)
            )
        return len(lost), _end(rows)


@dataclass(frozen=True)
class ForgetKeys(Write[None]):
    """Notes that only these keys seal anything here."""

    key_ids: tuple[str, ...]

    def apply(self, connection: sa.Connection) -> None:
        """Forgets the others."""
        connection.execute(sa.delete(master_key).where(master_key.c.key_id.not_in(self.key_ids)))


def _page(connection: sa.Connection, after: tuple[str, str]) -> Sequence[Any]:
    key = sa.tuple_(credential.c.merchant, credential.c.channel)
    return connection.execute(
        sa.select(credential.c.merchant, credential.c.channel, credential.c.sealed)
        .where(key > sa.tuple_(*(sa.literal(part) for part in after)))
        .order_by(credential.c.merchant, credential.c.channel)
        .limit(_PAGE)
        .with_for_update()
    ).all()


def _end(rows: Sequence[Any]) -> tuple[str, str] | None:
    return (rows[-1].merchant, rows[-1].channel) if len(rows) == _PAGE else None


def _mine(merchant: str, channel_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return credential.c.merchant == merchant, credential.c.channel == channel_id
