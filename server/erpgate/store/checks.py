"""What the last checks of a channel found."""

import datetime as dt
import enum
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from erpgate.plugin.reasons import Reason
from erpgate.store.channels import SetHealth
from erpgate.store.codecs import from_json, to_json, to_micros
from erpgate.store.records import ChannelRecord, Health
from erpgate.store.schema import channel, channel_check
from erpgate.store.tasks import CompleteTask, Task
from erpgate.store.upsert import insert
from erpgate.store.writes import Lease, Write


class CheckResult(enum.StrEnum):
    """How a thing is that was looked at."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: What was looked at, such as `plan`.
        result: How it is.
        reason: Why it is not OK; None when it is.
        message: A sentence about it.
        remedy: A sentence that says what to do; empty when nothing has to be done.
        field: The field to mend, or that was looked at; may be empty.
    """

    name: str
    result: CheckResult = CheckResult.OK
    reason: Reason | None = None
    message: str
    remedy: str = ""
    field: str = ""


def checks_of(connection: sa.Connection, merchant: str, channel_id: str) -> Sequence[Check]:
    """What was found last."""
    body = connection.execute(
        sa.select(channel_check.c.body).where(
            channel_check.c.merchant == merchant, channel_check.c.channel == channel_id
        )
    ).scalar_one_or_none()
    return () if body is None else from_json(tuple[Check, ...], body)


@dataclass(frozen=True)
class SaveChecks(Write[None]):
    """Notes what was found, and the health that follows; ends the task if it is given.

    Args:
        record: The channel.
        checks: What was found.
        health: What follows.
        health_message: A sentence about that.
        now: When it was found.
        lease: The right to work for its account.
        ends: The task of somebody who asked.
    """

    record: ChannelRecord
    checks: tuple[Check, ...]
    health: Health
    health_message: str
    now: dt.datetime
    lease: Lease
    ends: Task | None = None

    def apply(self, connection: sa.Connection) -> None:
        """Replaces what was found before, unless the channel is gone."""
        key = {"merchant": self.record.merchant, "channel": self.record.channel}
        mine = sa.and_(channel.c.merchant == self.record.merchant, channel.c.channel == self.record.channel)
        timed = sa.update(channel).where(mine).values(check_time=to_micros(self.now))
        if connection.execute(timed).rowcount:
            adding = insert(connection, channel_check)
            connection.execute(
                adding.on_conflict_do_update(
                    index_elements=[channel_check.c.merchant, channel_check.c.channel],
                    set_={"body": adding.excluded.body},
                ),
                key | {"body": to_json(tuple[Check, ...], self.checks)},
            )
            SetHealth(self.record.account, self.health, self.health_message).apply(connection)
        if self.ends is not None:
            CompleteTask.apply_all(connection, [CompleteTask(self.ends, self.lease)])
