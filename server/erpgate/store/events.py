"""Events that listeners have not been told yet: who may tell them, what is next, and what is done."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import sqlalchemy as sa

from erpgate.plugin.events import ChannelHealthChanged, InvoiceChanged
from erpgate.store.announce import KINDS, announce_health
from erpgate.store.bulk import Bulk
from erpgate.store.clock import DATABASE_NOW, has_own_clock
from erpgate.store.codecs import NEVER, from_json, from_micros, micros, to_micros
from erpgate.store.point import PointQuery
from erpgate.store.schema import event, lane
from erpgate.store.schema import listener as _listener
from erpgate.store.upsert import insert
from erpgate.store.writes import Lease, Write

Queue = tuple[str, str]
"""Merchant and channel: their events are told one after another."""

_KEY = ("listener", "merchant", "channel", "number")
_NEXT_EVENT = PointQuery(
    sa.select(event)
    .where(*(event.c[name] == sa.bindparam(name) for name in _KEY[:3]))
    .order_by(event.c.number)
    .limit(1)
)
_QUEUES = (
    sa.select(event.c.merchant, event.c.channel).order_by(event.c.merchant, event.c.channel).limit(1),
    event.c.listener == sa.bindparam("listener"),
)
_FIRST_QUEUE = PointQuery(_QUEUES[0].where(_QUEUES[1]))
_NEXT_QUEUE = PointQuery(
    _QUEUES[0].where(
        _QUEUES[1],
        sa.tuple_(event.c.merchant, event.c.channel) > sa.tuple_(sa.bindparam("merchant"), sa.bindparam("channel")),
    )
)
_FORGET = Bulk(
    {name: event.c[name].type for name in _KEY},
    lambda at: sa.delete(event).where(*(event.c[name] == at(name) for name in _KEY)),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredEvent:
    """An event that waits for a listener.

    Attributes:
        queue: Whose it is.
        number: Its place there.
        kind: Of event.
        body: The event as JSON.
        time: When it happened.
    """

    queue: Queue
    number: int
    kind: str
    body: str
    time: dt.datetime

    def read(self) -> InvoiceChanged | ChannelHealthChanged:
        """The event."""
        return from_json(KINDS[self.kind], self.body)


def first_queue(connection: sa.Connection, name: str) -> Queue | None:
    """Some channel of which a listener has not been told everything."""
    return _queue(_FIRST_QUEUE.one_or_none(connection, {"listener": name}))


def next_queue(connection: sa.Connection, name: str, after: Queue) -> Queue | None:
    """The next such channel, and behind the last one the first."""
    key = {"listener": name, "merchant": after[0], "channel": after[1]}
    return _queue(_NEXT_QUEUE.one_or_none(connection, key)) or first_queue(connection, name)


def next_event(connection: sa.Connection, name: str, queue: Queue) -> StoredEvent | None:
    """What a listener is told next of a channel."""
    row = _NEXT_EVENT.one_or_none(connection, {"listener": name, "merchant": queue[0], "channel": queue[1]})
    if row is None:
        return None
    return StoredEvent(queue=queue, number=row.number, kind=row.kind, body=row.body, time=from_micros(row.time))


@dataclass(frozen=True)
class ClaimListener(Write[Lease | None]):
    """Takes the right to tell a listener, unless a living process has it; it is a lane without tasks.

    Args:
        listener: Its name.
        owner: This process.
        now: Current time; where several processes share the database, its own clock counts.
        lease_time: How long it lasts unless it is renewed.
        alone: Whether no other process can live.
    """

    listener: str
    owner: str
    now: dt.datetime
    lease_time: dt.timedelta
    alone: bool

    def apply(self, connection: sa.Connection) -> Lease | None:
        """Takes it."""
        account = f"erpgate/{self.listener}"
        now = DATABASE_NOW if has_own_clock(connection) else sa.literal(to_micros(self.now), sa.BigInteger)
        taken = {"owner": self.owner, "lease_until": now + micros(self.lease_time)}
        free = lane.c.lease_until < now
        epoch = connection.execute(
            insert(connection, lane)
            .values(account=account, next_due=NEVER, epoch=1, **taken)
            .on_conflict_do_update(
                index_elements=[lane.c.account],
                set_={**taken, "epoch": lane.c.epoch + 1},
                where=sa.or_(free, lane.c.owner != self.owner) if self.alone else free,
            )
            .returning(lane.c.epoch)
        ).scalar_one_or_none()
        return None if epoch is None else Lease(account=account, epoch=epoch)


@dataclass(frozen=True)
class ForgetEvent(Write[None]):
    """A listener has been told."""

    listener: str
    told: StoredEvent
    lease: Lease

    @classmethod
    def apply_all(cls, connection: sa.Connection, writes: Sequence[Self]) -> Sequence[None]:
        """Deletes the rows."""
        values = [(write.listener, *write.told.queue, write.told.number) for write in writes]
        _FORGET.run(connection, [dict(zip(_KEY, value, strict=True)) for value in values])
        return [None] * len(writes)


@dataclass(frozen=True)
class GiveUpEvents(Write[int]):
    """A listener is not told of an event any more, nor of those of the same channel that are older than a time."""

    listener: str
    refused: StoredEvent
    since: dt.datetime
    failure: str
    now: dt.datetime
    lease: Lease

    def apply(self, connection: sa.Connection) -> int:
        """Deletes and counts them."""
        mine = zip(_KEY[:3], (self.listener, *self.refused.queue), strict=True)
        old = sa.or_(event.c.number == self.refused.number, event.c.time < to_micros(self.since))
        count = connection.execute(
            sa.delete(event).where(*(event.c[key] == value for key, value in mine), old)
        ).rowcount
        _note(connection, self.listener, self.failure, self.now, given_up=count)
        return count


@dataclass(frozen=True)
class NoteListener(Write[None]):
    """Notes what is wrong with a listener; an empty sentence: nothing."""

    listener: str
    failure: str
    now: dt.datetime

    def apply(self, connection: sa.Connection) -> None:
        """Replaces what was noted before."""
        _note(connection, self.listener, self.failure, self.now)


@dataclass(frozen=True)
class AnnounceHealth(Write[None]):
    """Announces every channel whose health changed while nobody listened."""

    def apply(self, connection: sa.Connection) -> None:
        """Looks at all of them."""
        announce_health(connection)


def _note(connection: sa.Connection, name: str, failure: str, now: dt.datetime, *, given_up: int = 0) -> None:
    adding = insert(connection, _listener)
    connection.execute(
        adding.on_conflict_do_update(
            index_elements=[_listener.c.listener],
            set_={
                "given_up": _listener.c.given_up + adding.excluded.given_up,
                "failure": adding.excluded.failure,
                "failure_time": adding.excluded.failure_time,
            },
        ),
        {"listener": name, "given_up": given_up, "failure": failure, "failure_time": to_micros(now)},
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class ListenerRecord:
    """How a listener does.

    Attributes:
        name: Of the plugin.
        waiting: Events that it has not been told yet.
        oldest: When the oldest of them happened; None without any.
        given_up: Events that it was never told.
        failure: What is wrong; empty when nothing is.
        failure_time: Since when that is so; None if nothing ever was wrong.
    """

    name: str
    waiting: int = 0
    oldest: dt.datetime | None = None
    given_up: int = 0
    failure: str = ""
    failure_time: dt.datetime | None = None


def list_listeners(connection: sa.Connection) -> Sequence[ListenerRecord]:
    """Every listener for which something waits, or with which something was wrong."""
    waiting = connection.execute(
        sa.select(event.c.listener, sa.func.count(), sa.func.min(event.c.time)).group_by(event.c.listener)
    )
    counts = {name: (count, from_micros(oldest)) for name, count, oldest in waiting}
    noted = {row.listener: row for row in connection.execute(sa.select(_listener))}
    return [
        ListenerRecord(
            name=name,
            waiting=counts[name][0] if name in counts else 0,
            oldest=counts[name][1] if name in counts else None,
            given_up=noted[name].given_up if name in noted else 0,
            failure=noted[name].failure if name in noted else "",
            failure_time=from_micros(noted[name].failure_time) if name in noted else None,
        )
        for name in sorted(counts.keys() | noted.keys())
    ]


def _queue(row: sa.Row[tuple[str, str]] | None) -> Queue | None:
    return None if row is None else (row.merchant, row.channel)
