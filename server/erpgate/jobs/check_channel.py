"""Asks the ERP whether a channel can invoice: when somebody wants to know, and by itself ever so often."""

import datetime as dt
import random
from collections.abc import AsyncIterator

from erpgate.defects import PluginDefect
from erpgate.engine.health import health_of
from erpgate.engine.lane import Lane
from erpgate.engine.session import Session
from erpgate.engine.work import UNASKED, Postponed
from erpgate.jobs.channel_checks import (
    CREDENTIALS,
    OPTION,
    Trouble,
    access_checks,
    budget_check,
    catalog_check,
    clock_check,
    failed,
    health_check,
    trouble,
    unasked,
)
from erpgate.jobs.stored_options import StoredOption, is_offered, stored_options
from erpgate.plugin.errors import ErpError, Misconfigured, RateLimited, Unavailable
from erpgate.plugin.model import Company
from erpgate.plugin.reasons import Reason
from erpgate.store.catalog_sync import get_sync
from erpgate.store.channels import channel_of_account
from erpgate.store.checks import Check, CheckResult, SaveChecks
from erpgate.store.records import ChannelRecord, ChannelState, Health
from erpgate.store.tasks import SCHEDULED, CompleteTask, Task

CHECK_CHANNEL = "check_channel"
"""Kind of the task of somebody who waits for the answer."""

WATCH_CHANNEL = "watch_channel"
"""Kind of the task that checks by itself, for as long as the channel exists."""

_SOON = 0


def check_task(channel: ChannelRecord, now: dt.datetime) -> Task:
    """Checks now."""
    return Task(account=channel.account, kind=CHECK_CHANNEL, subject=channel.name, priority=_SOON, due_time=now)


def watch_task(channel: ChannelRecord, now: dt.datetime) -> Task:
    """Checks by itself, for the first time an interval from now."""
    return Task(account=channel.account, kind=WATCH_CHANNEL, subject=channel.name, priority=SCHEDULED, due_time=now)


async def check_channel(lane: Lane, task: Task) -> Postponed | None:
    """The process of somebody who asked; it ends whatever was found."""
    channel = await lane.database.read(lambda c: channel_of_account(c, lane.lease.account))
    if channel is None:
        await lane.database.write(CompleteTask(task, lane.lease))
        return UNASKED
    return None if await _check(lane, channel, ends=task) else UNASKED


async def watch_channel(lane: Lane, task: Task) -> Postponed | None:
    """The process that runs by itself; a paused channel is left alone."""
    channel = await lane.database.read(lambda c: channel_of_account(c, lane.lease.account))
    if channel is None:
        await lane.database.write(CompleteTask(task, lane.lease))
        return None
    checks = channel.state is ChannelState.CONNECTED and task.attempts
    sound = await _check(lane, channel) if checks else False
    # Not all channels of a server at the same moment, although they may have been connected together.
    delay = lane.settings.check_interval * random.uniform(0.9, 1.1)  # noqa: S311 - no secret
    return Postponed(delay=delay, served=sound)


async def _check(lane: Lane, channel: ChannelRecord, ends: Task | None = None) -> bool:
    """Looks at everything and notes it; whether nothing stops invoices.

    Raises:
        ErpError: The whole account has to wait; it was noted before.
    """
    session = await lane.session()
    found = _closed(channel) if session is None else await _who(session)
    checks = [found] if isinstance(found, Check) else access_checks(channel, found)
    if session is not None and not isinstance(found, Check):
        checks += [check async for check in _option_checks(session, found)]
        sync = await lane.database.read(lambda c: get_sync(c, lane.lease.account))
        checks += [clock_check(lane.skew), budget_check(lane.budget.left())]
        checks += [catalog_check(sync.complete_time, lane.clock.now())]
    checks.append(health_check(channel))
    health, message = _health(checks, found)
    await lane.database.write(
        SaveChecks(channel, tuple(checks), health, message, lane.clock.now(), lane.lease, ends=ends)
    )
    if isinstance(found, ErpError) and _stops_everything(found):
        raise found
    return health is Health.OK


def _stops_everything(error: ErpError) -> bool:
    return isinstance(error, Unavailable | RateLimited) or error.reason is Reason.ERP_CREDENTIALS_INVALID


async def _who(session: Session) -> Company | Trouble:
    try:
        return await session.connection.probe()
    except (ErpError, PluginDefect) as error:
        return error


def _closed(channel: ChannelRecord) -> Check:
    """Why there is no connection."""
    if channel.health is Health.PLUGIN_UNAVAILABLE:
        return failed(CREDENTIALS, Reason.PLUGIN_UNAVAILABLE, f"No loaded plugin offers the ERP {channel.erp}.")
    return failed(CREDENTIALS, Reason.ERP_CREDENTIALS_INVALID, "The channel's credentials are not stored any more.")


def _health(checks: list[Check], found: Company | Trouble | Check) -> tuple[Health, str]:
    """The channel's health after these checks, with a sentence."""
    worst = next((check for check in checks if check.result is CheckResult.FAILED), None)
    if worst is None:
        return (Health.DEGRADED, found.message) if isinstance(found, RateLimited) else (Health.OK, "")
    message = f"{worst.message} {worst.remedy}"
    if isinstance(found, Check):
        unavailable = found.reason is Reason.PLUGIN_UNAVAILABLE
        return Health.PLUGIN_UNAVAILABLE if unavailable else Health.AUTH_FAILED, message
    if worst.name == CREDENTIALS and isinstance(found, ErpError):
        return health_of(found), message
    return Health.MISCONFIGURED, message


async def _option_checks(session: Session, found: Company | Trouble) -> AsyncIterator[Check]:
    """Every stored choice; once the ERP stops answering, the rest is not asked for."""
    stopped = found if isinstance(found, ErpError | PluginDefect) else None
    for option in stored_options(session.settings, session.channel.country_code):
        if stopped is not None:
            yield unasked(OPTION, stopped, option.path)
            continue
        try:
            offered = await is_offered(session, option)
        except (ErpError, PluginDefect) as error:
            yield trouble(OPTION, error, option.path)
            stopped = None if isinstance(error, Misconfigured) else error
        else:
            yield _option(option, offered=offered)


def _option(option: StoredOption, *, offered: bool) -> Check:
    if offered:
        return Check(name=OPTION, message=f"{option.value} exists.", field=option.path)
    message = f"{option.value} is gone from the ERP, or not active there any more."
    return failed(OPTION, Reason.OPTION_NO_LONGER_EXISTS, message, option.path)
