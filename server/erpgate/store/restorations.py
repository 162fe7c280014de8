"""Restores of older backups: sales that were invoiced meanwhile are not known here any more."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from erpgate.store import schema
from erpgate.store.codecs import from_micros, to_micros
from erpgate.store.errors import Conflict
from erpgate.store.records import ChannelState, InvoiceState, OrderRecord
from erpgate.store.writes import Write

_MARGIN = dt.timedelta(hours=1)
"""Before the last thing that is known, because clocks of servers differ."""

_LEAP = 1_000_000
"""What positions and fencing numbers rise by, so that none is given a second time."""

_UNFINISHED = (InvoiceState.PENDING, InvoiceState.BLOCKED, InvoiceState.SENDING, InvoiceState.UNKNOWN)


@dataclass(frozen=True, kw_only=True, slots=True)
class Restoration:
    """One restore.

    Attributes:
        time: When it was marked: what began earlier may have been done already.
        known_until: When the backup ends: what is not known was done later.
    """

    time: dt.datetime
    known_until: dt.datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Marked:
    """What marking a restore changed.

    Attributes:
        known_until: When the backup ends.
        paused: Channels that were paused.
        unfinished: Invoices that will be looked for before anything is sent for them.
    """

    known_until: dt.datetime
    paused: int
    unfinished: int


def restorations(connection: sa.Connection) -> Sequence[Restoration]:
    """Every restore, oldest first."""
    table = schema.restoration
    rows = connection.execute(sa.select(table).order_by(table.c.restore_time))
    return [Restoration(time=from_micros(row.restore_time), known_until=from_micros(row.known_until)) for row in rows]


def lost_time(restores: Sequence[Restoration], began: dt.datetime) -> Restoration | None:
    """The time of which nothing is known, for something that began then; None if everything about it is known."""
    concerned = [each for each in restores if began <= each.time]
    if not concerned:
        return None
    return Restoration(
        time=max(each.time for each in concerned), known_until=min(each.known_until for each in concerned)
    )


def began(orders: Sequence[OrderRecord]) -> dt.datetime:
    """When the sale was first known anywhere: a document of it cannot be older."""
    return min(min(order.order.order_time, order.create_time) for order in orders)


@dataclass(frozen=True)
class MarkRestored(Write[Marked]):
    """Marks the database as restored from an older backup."""

    now: dt.datetime

    def apply(self, connection: sa.Connection) -> Marked:
        """Refuses while a worker lives, as far as that can be seen here."""
        worker, channel, invoice = schema.worker, schema.channel, schema.invoice
        living = sa.select(sa.func.count()).where(worker.c.seen_until > to_micros(self.now))
        if count := connection.execute(living).scalar_one():
            raise Conflict("worker", str(count))
        known_until = self._known_until(connection)
        connection.execute(
            sa.insert(schema.restoration),
            {"restore_time": to_micros(self.now), "known_until": to_micros(known_until)},
        )
        paused = connection.execute(
            sa.update(channel)
            .where(channel.c.state == ChannelState.CONNECTED)
            .values(state=ChannelState.PAUSED, version=channel.c.version + 1, update_time=to_micros(self.now))
        ).rowcount
        unfinished = connection.execute(
            sa.select(sa.func.count()).select_from(invoice).where(invoice.c.state.in_(_UNFINISHED))
        ).scalar_one()
        connection.execute(sa.update(schema.lane).values(owner="", lease_until=0, epoch=schema.lane.c.epoch + _LEAP))
        connection.execute(sa.update(schema.feed).values(number=schema.feed.c.number + _LEAP))
        return Marked(known_until=known_until, paused=paused, unfinished=unfinished)

    def _known_until(self, connection: sa.Connection) -> dt.datetime:
        """When the last thing happened that this database knows of."""
        columns = (
            schema.sales_order.c.update_time,
            schema.invoice.c.update_time,
            schema.attempt.c.start_time,
            schema.channel.c.update_time,
        )
        times = [connection.execute(sa.select(sa.func.max(column))).scalar_one() for column in columns]
        last = max((time for time in times if time is not None), default=to_micros(self.now))
        return min(from_micros(last), self.now) - _MARGIN
