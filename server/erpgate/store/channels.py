"""Channels and their sealed credentials."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from erpgate.plugin.model import Company, Payload
from erpgate.store import schema
from erpgate.store.announce import announce_health
from erpgate.store.codecs import from_json, from_micros, to_json, to_micros
from erpgate.store.errors import Conflict
from erpgate.store.point import PointQuery
from erpgate.store.records import ChannelRecord, ChannelState, Health
from erpgate.store.requests import RequestKey, remember
from erpgate.store.tasks import Task, wake, wake_account
from erpgate.store.writes import Lease, Write

_channel = schema.channel
_credential = schema.credential

_OF_ACCOUNT = PointQuery(sa.select(_channel).where(_channel.c.account == sa.bindparam("account")))

_LOCKED_STATES = (
    sa.select(_channel.c.account, _channel.c.state)
    .where(_channel.c.account.in_(sa.bindparam("accounts", expanding=True)))
    .order_by(_channel.c.account)
    .with_for_update(read=True)
)


def get_channel(connection: sa.Connection, merchant: str, channel: str) -> ChannelRecord | None:
    """One channel."""
    row = connection.execute(
        sa.select(_channel).where(_channel.c.merchant == merchant, _channel.c.channel == channel)
    ).one_or_none()
    return None if row is None else _record(row)


def channel_of_account(connection: sa.Connection, account: str) -> ChannelRecord | None:
    """The channel that an ERP account is connected by."""
    row = _OF_ACCOUNT.one_or_none(connection, {"account": account})
    return None if row is None else _record(row)


def halted_accounts(connection: sa.Connection, accounts: Collection[str]) -> Collection[str]:
    """Those of which nothing may be sent: their channel is paused, or deleted.

    No channel of them is paused, resumed or deleted until the transaction ends.
    """
    rows = connection.execute(_LOCKED_STATES, {"accounts": sorted(accounts)})
    return set(accounts) - {row.account for row in rows if row.state != ChannelState.PAUSED}


def list_channels(connection: sa.Connection, merchant: str, after: str, limit: int) -> Sequence[ChannelRecord]:
    """A merchant's channels by id."""
    rows = connection.execute(
        sa.select(_channel)
        .where(_channel.c.merchant == merchant, _channel.c.channel > after)
        .order_by(_channel.c.channel)
        .limit(limit)
    )
    return [_record(row) for row in rows]


def channels_of(connection: sa.Connection, merchants: Sequence[str]) -> dict[str, list[ChannelRecord]]:
    """Every channel of several merchants."""
    found: dict[str, list[ChannelRecord]] = {merchant: [] for merchant in merchants}
    rows = connection.execute(
        sa.select(_channel).where(_channel.c.merchant.in_(merchants)).order_by(_channel.c.channel)
    )
    for row in rows:
        found[row.merchant].append(_record(row))
    return found


def put_channel(connection: sa.Connection, record: ChannelRecord, version: int) -> ChannelRecord:
    """Replaces a channel's record that is still at `version`, and raises it; part of a caller's write.

    Raises:
        Conflict: It was changed meanwhile.
    """
    stored = replace(record, version=version + 1)
    where = (
        _channel.c.merchant == stored.merchant,
        _channel.c.channel == stored.channel,
        _channel.c.version == version,
    )
    values = {name: value for name, value in _row(stored).items() if name != "check_time"}
    if connection.execute(sa.update(_channel).where(*where).values(values)).rowcount != 1:
        raise Conflict("version")
    announce_health(connection, _channel.c.merchant == stored.merchant, _channel.c.channel == stored.channel)
    return stored


@dataclass(frozen=True)
class CreateChannel(Write[ChannelRecord]):
    """Stores a channel with its credentials, and remembers the request."""

    record: ChannelRecord
    sealed: bytes
    request: RequestKey | None
    tasks: tuple[Task, ...] = ()

    def apply(self, connection: sa.Connection) -> ChannelRecord:
        """Adds it unless its name or its company is taken."""
        if get_channel(connection, self.record.merchant, self.record.channel):
            raise Conflict("name", self.record.name)
        holder = channel_of_account(connection, self.record.account)
        if holder is not None:
            raise Conflict("company", holder.name)
        connection.execute(sa.insert(_channel), _row(self.record))
        connection.execute(
            sa.insert(_credential),
            {
                "merchant": self.record.merchant,
                "channel": self.record.channel,
                "sealed": self.sealed,
                "version": 1,
            },
        )
        if self.request is not None:
            remember(connection, self.request, self.record.channel, self.record.create_time)
        wake(connection, self.tasks)
        wake_account(connection, self.record.account, self.record.create_time)
        return self.record


@dataclass(frozen=True)
class UpdateChannel(Write[ChannelRecord]):
    """Replaces a channel's record if it is still at its version."""

    record: ChannelRecord
    now: dt.datetime
    tasks: tuple[Task, ...] = ()
    wakes_account: bool = False
    lease: Lease | None = None

    def apply(self, connection: sa.Connection) -> ChannelRecord:
        """Raises the version."""
        if self.record.account != self._account(connection):
            holder = channel_of_account(connection, self.record.account)
            if holder is not None:
                raise Conflict("company", holder.name)
        stored = put_channel(connection, replace(self.record, update_time=self.now), self.record.version)
        wake(connection, self.tasks)
        if self.wakes_account:
            wake_account(connection, stored.account, self.now)
        return stored

    def _account(self, connection: sa.Connection) -> str:
        stored = get_channel(connection, self.record.merchant, self.record.channel)
        return "" if stored is None else stored.account


@dataclass(frozen=True)
class SetHealth(Write[None]):
    """Notes how a channel is, without touching its version."""

    account: str
    health: Health
    message: str

    def apply(self, connection: sa.Connection) -> None:
        """Writes only a change."""
        connection.execute(
            sa.update(_channel)
            .where(
                _channel.c.account == self.account,
                sa.or_(_channel.c.health != self.health, _channel.c.health_message != self.message),
            )
            .values(health=self.health, health_message=self.message)
        )
        announce_health(connection, _channel.c.account == self.account)


@dataclass(frozen=True)
class Recover(Write[None]):
    """Notes that what was noted is over; anything else that is wrong with the channel stays noted."""

    account: str
    health: Health
    message: str

    def apply(self, connection: sa.Connection) -> None:
        """Sets the health OK, if it is still what was noted."""
        connection.execute(
            sa.update(_channel)
            .where(
                _channel.c.account == self.account,
                _channel.c.health == self.health,
                _channel.c.health_message == self.message,
            )
            .values(health=Health.OK, health_message="")
        )
        announce_health(connection, _channel.c.account == self.account)


@dataclass(frozen=True)
class WakeReturned(Write[None]):
    """Goes on with channels whose plugin was missing and is there now."""

    erps: tuple[str, ...]
    now: dt.datetime

    def apply(self, connection: sa.Connection) -> None:
        """Their tasks are due at once."""
        returned = sa.and_(_channel.c.health == Health.PLUGIN_UNAVAILABLE, _channel.c.erp.in_(self.erps))
        accounts = sorted(connection.execute(sa.select(_channel.c.account).where(returned)).scalars())
        connection.execute(sa.update(_channel).where(returned).values(health=Health.OK, health_message=""))
        announce_health(connection, _channel.c.account.in_(accounts))
        for account in accounts:
            wake_account(connection, account, self.now)


def _row(record: ChannelRecord) -> dict[str, object]:
    return {
        "merchant": record.merchant,
        "channel": record.channel,
        "erp": record.erp,
        "display_name": record.display_name,
        "country_code": record.country_code,
        "account": record.account,
        "company": to_json(Company | None, record.company),
        "settings": to_json(Payload, record.settings),
        "state": record.state,
        "health": record.health,
        "health_message": record.health_message,
        "check_time": None if record.check_time is None else to_micros(record.check_time),
        "version": record.version,
        "create_time": to_micros(record.create_time),
        "update_time": to_micros(record.update_time),
    }


def _record(row: sa.Row[Any]) -> ChannelRecord:
    return ChannelRecord(
        merchant=row.merchant,
        channel=row.channel,
        erp=row.erp,
        display_name=row.display_name,
        country_code=row.country_code,
        account=row.account,
        company=from_json(Company | None, row.company),  # type: ignore[arg-type]
        settings=from_json(Payload, row.settings),  # type: ignore[type-abstract]
        state=ChannelState(row.state),
        health=Health(row.health),
        health_message=row.health_message,
        check_time=None if row.check_time is None else from_micros(row.check_time),
        version=row.version,
        create_time=from_micros(row.create_time),
        update_time=from_micros(row.update_time),
    )
