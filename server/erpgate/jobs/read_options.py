"""Asks an ERP for the choices of a form field, within the account's lane and rate budget."""

import datetime as dt

from erpgate.defects import PluginDefect
from erpgate.engine.budget import WHOLE
from erpgate.engine.lane import Lane
from erpgate.engine.session import Session
from erpgate.jobs.stored_options import StoredOption, is_offered
from erpgate.plugin.errors import ErpError, Misconfigured, RateLimited, Unavailable
from erpgate.plugin.model import Option
from erpgate.plugin.reasons import Reason
from erpgate.store.codecs import from_json, to_json
from erpgate.store.failure import Failure
from erpgate.store.field_options import Ask, Choices, StoreAnswer
from erpgate.store.records import ChannelRecord
from erpgate.store.tasks import CompleteTask, Task
from erpgate.store.writes import Together

READ_OPTIONS = "read_options"
"""Kind of the task."""

_SOON = 0
"""Its priority: somebody looks at a form."""

_SHORT_WAIT = dt.timedelta(seconds=2)
"""Of the rate budget; who would wait longer is told to come back."""


def options_task(channel: ChannelRecord, ask: Ask, now: dt.datetime) -> Task:
    """The task that asks."""
    args = {"ask": to_json(Ask, ask)}
    return Task(account=channel.account, kind=READ_OPTIONS, subject=ask.key, priority=_SOON, due_time=now, args=args)


async def read_options(lane: Lane, task: Task) -> None:
    """Asks once and notes what came of it; what concerns the whole account slows the whole account down."""
    ask = from_json(Ask, task.args["ask"])
    try:
        session = await lane.session()
        outcome = _gone() if session is None else await _asked(lane, session, ask)
    except (ErpError, PluginDefect) as error:
        await _note(lane, task, ask, _failure(lane, error))
        if _concerns_the_account(error):
            raise
        return
    await _note(lane, task, ask, outcome)


async def _asked(lane: Lane, session: Session, ask: Ask) -> Choices:
    wait = dt.timedelta(seconds=lane.budget.wait(WHOLE))
    if wait > _SHORT_WAIT:
        raise RateLimited(wait)
    if ask.exact:
        stored = StoredOption(path="", source=ask.source, value=ask.query, given=ask.given)
        found = await is_offered(session, stored)
        return Choices(options=(Option(value=ask.query, label=ask.query),) if found else ())
    options, page = await session.connection.options(ask.source, ask.query, ask.given, ask.page)
    return Choices(options=tuple(options), next_page=page)


async def _note(lane: Lane, task: Task, ask: Ask, outcome: Choices | Failure) -> None:
    stored = StoreAnswer(ask, outcome, lane.clock.now(), lane.lease)
    await lane.database.write(Together((stored, CompleteTask(task, lane.lease)), lane.lease))


def _failure(lane: Lane, error: ErpError | PluginDefect) -> Failure:
    if isinstance(error, PluginDefect):
        return Failure(reason=error.reason, message=str(error))
    later = lane.clock.now() + error.retry_after if isinstance(error, RateLimited) else None
    return Failure(
        reason=error.reason, message=error.message, details=error.details, retryable=True, next_attempt_time=later
    )


def _gone() -> Failure:
    return Failure(reason=Reason.PLUGIN_UNAVAILABLE, message="The channel or the plugin of its ERP is gone.")


def _concerns_the_account(error: ErpError | PluginDefect) -> bool:
    if isinstance(error, Misconfigured):
        return error.reason is Reason.ERP_CREDENTIALS_INVALID
    return isinstance(error, RateLimited | Unavailable)
