"""Callers and the digests of their API keys."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from erpgate.store.codecs import from_micros, to_micros
from erpgate.store.errors import Conflict
from erpgate.store.schema import caller
from erpgate.store.writes import Write


@dataclass(frozen=True, kw_only=True, slots=True)
class CallerRecord:
    """Somebody who may call.

    Attributes:
        caller: Id, chosen by the operator.
        merchants: Ids of those whose resources it may see and change; None for all of them.
        create_time: When its key was made.
        revoke_time: When it was revoked; None while it counts.
    """

    caller: str
    merchants: frozenset[str] | None
    create_time: dt.datetime
    revoke_time: dt.datetime | None = None


def list_callers(connection: sa.Connection) -> Sequence[CallerRecord]:
    """Every caller by id, revoked ones included."""
    return [_record(row) for row in connection.execute(sa.select(caller).order_by(caller.c.caller))]


def callers_by_digest(connection: sa.Connection) -> Mapping[str, CallerRecord]:
    """Every caller by the digest of its key, revoked ones included."""
    return {row.digest: _record(row) for row in connection.execute(sa.select(caller))}


@dataclass(frozen=True)
class AddCaller(Write[None]):
    """Lets somebody call; a caller that was revoked gets a new key and new merchants."""

    record: CallerRecord
    digest: str

    def apply(self, connection: sa.Connection) -> None:
        """Adds it unless there is a caller of this id with a key that counts."""
        stored = connection.execute(
            sa.select(caller.c.revoke_time).where(caller.c.caller == self.record.caller)
        ).one_or_none()
        if stored is not None and stored.revoke_time is None:
            raise Conflict("caller", self.record.caller)
        connection.execute(sa.delete(caller).where(caller.c.caller == self.record.caller))
        merchants = self.record.merchants
        connection.execute(
            sa.insert(caller),
            {
                "caller": self.record.caller,
                "digest": self.digest,
                "merchants": json.dumps(None if merchants is None else sorted(merchants)),
                "create_time": to_micros(self.record.create_time),
                "revoke_time": None,
            },
        )


@dataclass(frozen=True)
class RevokeCaller(Write[None]):
    """Ends what a caller may do; its row stays, so that revoking the last one opens nothing."""

    caller: str
    now: dt.datetime

    def apply(self, connection: sa.Connection) -> None:
        """Notes when."""
        where = (caller.c.caller == self.caller, caller.c.revoke_time.is_(None))
        result = connection.execute(sa.update(caller).where(*where).values(revoke_time=to_micros(self.now)))
        if result.rowcount != 1:
            raise Conflict("caller", self.caller)


def _record(row: sa.Row[Any]) -> CallerRecord:
    merchants = json.loads(row.merchants)
    return CallerRecord(
        caller=row.caller,
        merchants=None if merchants is None else frozenset(merchants),
        create_time=from_micros(row.create_time),
        revoke_time=None if row.revoke_time is None else from_micros(row.revoke_time),
    )
