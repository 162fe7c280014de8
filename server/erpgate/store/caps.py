"""The hourly cap: how many invoices a channel's automation may still begin."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import sqlalchemy as sa
import ulid

from erpgate.domain.eligibility import Outcome, RuleResult
from erpgate.plugin.reasons import Reason
from erpgate.store import schema
from erpgate.store.codecs import from_micros, to_micros
from erpgate.store.records import ChannelRecord, InvoiceState, OrderRecord, VerdictRecord

_HOUR = dt.timedelta(hours=1)
_invoice = schema.invoice


class Caps:
    """Admits new automatic invoices of one commit.

    Args:
        connection: To the database.
        now: Current time.
    """

    def __init__(self, connection: sa.Connection, now: dt.datetime) -> None:
        self._connection = connection
        self._now = now
        self._begun: dict[str, list[dt.datetime]] = {}
        self.later: dict[str, tuple[ChannelRecord, dt.datetime]] = {}
        """By account, the channel that is at its cap, and when it goes on."""

    def admit(self, channel: ChannelRecord) -> dt.datetime | None:
        """None if one more invoice may begin now, which then counts; else when that may be."""
        cap = hourly_cap(channel)
        if not cap:
            return None
        if channel.account not in self._begun:
            self._begun[channel.account] = self._within_the_hour(channel)
        begun = self._begun[channel.account]
        if len(begun) < cap:
            begun.append(self._now)
            return None
        next_time = begun[-cap] + _HOUR
        self.later[channel.account] = (channel, next_time)
        return next_time

    def _within_the_hour(self, channel: ChannelRecord) -> list[dt.datetime]:
        """When the automatic invoices of the last hour were begun, oldest first; other servers wait meanwhile."""
        table = schema.channel.c
        self._connection.execute(
            sa.select(table.channel)
            .where(table.merchant == channel.merchant, table.channel == channel.channel)
            .with_for_update()
        )
        since = self._now - _HOUR
        rows = self._connection.execute(
            sa.select(_invoice.c.create_time)
            .where(
                _invoice.c.merchant == channel.merchant,
                _invoice.c.channel == channel.channel,
                # Ids begin with their time, so that the primary key finds them.
                _invoice.c.invoice >= str(ulid.ULID.from_datetime(since))[:10],
                _invoice.c.create_time > to_micros(since),
                _invoice.c.requested == 0,
                _invoice.c.state != InvoiceState.WITHDRAWN,
            )
            .order_by(_invoice.c.create_time)
        )
        return [from_micros(row.create_time) for row in rows]


def hourly_cap(channel: ChannelRecord) -> int:
    """Invoices at most that the channel's automation begins within an hour; 0 without a cap."""
    automation = channel.settings.get("automation")
    cap = automation.get("hourly_cap", 0) if isinstance(automation, Mapping) else 0
    return int(cap)


def capped(record: OrderRecord, channel: ChannelRecord, next_time: dt.datetime) -> OrderRecord:
    """The order with a channel's verdict that it waits for the cap."""
    cap = str(hourly_cap(channel))
    rule = RuleResult(
        rule="hourly_cap",
        value=f"{cap} invoices in the last hour",
        expected=f"fewer than {cap}",
        passed=False,
        reason=Reason.HOURLY_CAP_REACHED,
    )

    def waits(verdict: VerdictRecord) -> VerdictRecord:
        return replace(
            verdict,
            outcome=Outcome.WAITING,
            reason=Reason.HOURLY_CAP_REACHED,
            message="The channel's automation has begun as many invoices as it may within an hour; it goes on then.",
            details={"hourly_cap": cap, "next_time": next_time.isoformat(timespec="seconds").replace("+00:00", "Z")},
            trace=(*verdict.trace, rule),
        )

    return replace(record, verdicts=tuple(waits(v) if v.channel == channel.channel else v for v in record.verdicts))
