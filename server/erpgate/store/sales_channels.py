"""The sales channels of merchants: seen on orders, or declared by a caller."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from erpgate.plugin.settings import ChannelSettings
from erpgate.store.channels import channels_of
from erpgate.store.codecs import from_micros, to_micros
from erpgate.store.errors import Conflict
from erpgate.store.records import ChannelRecord
from erpgate.store.schema import sales_channel
from erpgate.store.upsert import insert
from erpgate.store.writes import Write

_table = sales_channel
_NAMING = frozenset({"automation", "shipping_by_sales_channel"})


@dataclass(frozen=True, kw_only=True, slots=True)
class SalesChannelRecord:
    """Where a merchant sells.

    Attributes:
        merchant: Tenant.
        sales_channel: Id, as orders name it.
        display_name: As declared; empty while it was only seen.
        declared: Whether a caller declared it.
        seen_time: When the first order of it was submitted; None before that.
    """

    merchant: str
    sales_channel: str
    display_name: str = ""
    declared: bool = False
    seen_time: dt.datetime | None = None


def list_sales_channels(
    connection: sa.Connection, merchant: str, *, after: str, limit: int, query: str = ""
) -> Sequence[SalesChannelRecord]:
    """A merchant's sales channels by id, of which id or name has `query`."""
    where = [_table.c.merchant == merchant, _table.c.sales_channel > after]
    if query:
        columns = (_table.c.sales_channel, _table.c.display_name)
        where.append(sa.or_(*(column.icontains(query, autoescape=True) for column in columns)))
    rows = connection.execute(sa.select(_table).where(*where).order_by(_table.c.sales_channel).limit(limit))
    return [_record(row) for row in rows]


def note_seen(connection: sa.Connection, seen: Iterable[tuple[str, str]], now: dt.datetime) -> None:
    """Notes the merchants and sales channels of new orders; part of a caller's write."""
    adding = insert(connection, _table)
    values = [
        {"merchant": merchant, "sales_channel": id_, "display_name": "", "declared": 0, "seen_time": to_micros(now)}
        for merchant, id_ in sorted(set(seen))
    ]
    connection.execute(
        adding.on_conflict_do_update(
            index_elements=[_table.c.merchant, _table.c.sales_channel],
            set_={"seen_time": adding.excluded.seen_time},
            where=_table.c.seen_time == 0,
        ),
        values,
    )


@dataclass(frozen=True)
class DeclareSalesChannels(Write[Sequence[SalesChannelRecord]]):
    """Adds sales channels, or names known ones; others stay as they are."""

    merchant: str
    names: Mapping[str, str]

    def apply(self, connection: sa.Connection) -> Sequence[SalesChannelRecord]:
        """Gives them as stored, in the order of their ids."""
        adding = insert(connection, _table)
        connection.execute(
            adding.on_conflict_do_update(
                index_elements=[_table.c.merchant, _table.c.sales_channel],
                set_={"display_name": adding.excluded.display_name, "declared": 1},
            ),
            [
                {"merchant": self.merchant, "sales_channel": id_, "display_name": name, "declared": 1, "seen_time": 0}
                for id_, name in sorted(self.names.items())
            ],
        )
        rows = connection.execute(
            sa.select(_table)
            .where(_table.c.merchant == self.merchant, _table.c.sales_channel.in_(list(self.names)))
            .order_by(_table.c.sales_channel)
        )
        return [_record(row) for row in rows]


@dataclass(frozen=True)
class WithdrawSalesChannel(Write[None]):
    """Forgets a sales channel without orders."""

    merchant: str
    sales_channel: str

    def apply(self, connection: sa.Connection) -> None:
        """Refuses one that has orders, or that settings name."""
        mine = sa.and_(_table.c.merchant == self.merchant, _table.c.sales_channel == self.sales_channel)
        for channel in channels_of(connection, [self.merchant])[self.merchant]:
            if self.sales_channel in _named_by(channel):
                raise Conflict("sales_channel", channel.name)
        if connection.execute(sa.select(_table.c.seen_time).where(mine)).scalar():
            raise Conflict("sales_channel")
        connection.execute(sa.delete(_table).where(mine))


def _named_by(channel: ChannelRecord) -> set[str]:
    """The sales channels that a channel's settings name."""
    settings = ChannelSettings.model_validate(
        {name: channel.settings[name] for name in _NAMING & channel.settings.keys()}
    )
    return {*settings.automation.sales_channels, *settings.shipping_by_sales_channel}


def _record(row: sa.Row[Any]) -> SalesChannelRecord:
    return SalesChannelRecord(
        merchant=row.merchant,
        sales_channel=row.sales_channel,
        display_name=row.display_name,
        declared=bool(row.declared),
        seen_time=from_micros(row.seen_time) if row.seen_time else None,
    )
