"""Compares documents with the ERP's: one because somebody asks, and all of them some time after they were made."""

import datetime as dt
from dataclasses import replace

from erpgate.domain.problem import Blocked
from erpgate.engine.lane import Lane
from erpgate.engine.session import Session
from erpgate.engine.settings import nth
from erpgate.engine.work import PARKED, LookAgain, Postponed
from erpgate.jobs.document import without_surplus
from erpgate.jobs.progress import Progress, load_progress
from erpgate.jobs.sighting import looked_at
from erpgate.store.errors import Conflict
from erpgate.store.invoice_lists import invoices_to_look_at, next_look_due
from erpgate.store.records import ChannelState, FiscalState, InvoiceState
from erpgate.store.tasks import CompleteTask, Task

SWEEP = "sweep"
"""Kind of the task that compares an account's documents when they come of age."""

_AT_A_TIME = 20
_PAUSE = dt.timedelta(seconds=1)


async def refresh_invoice(lane: Lane, task: Task) -> Postponed | None:
    """Compares one document now, and goes on while a tax authority's answer is outstanding."""
    session = await lane.session()
    if session is None or session.channel.state is not ChannelState.CONNECTED:
        return PARKED
    progress = await load_progress(lane, task)
    if progress is not None and not await _look(lane, session, progress):
        return Postponed(delay=nth(lane.settings.retry_delays, 0))
    if progress is not None and progress.invoice.fiscal_state is FiscalState.PENDING:
        return Postponed(delay=nth(lane.settings.fiscal_delays, task.attempts + 1))
    await lane.database.write(CompleteTask(task, lane.lease))
    return None


async def sweep(lane: Lane, task: Task) -> Postponed | None:  # noqa: ARG001 - every process is given its task
    """Compares the documents that are due, one after the other, and gives way to everything else."""
    session = await lane.session()
    if session is None or session.channel.state is not ChannelState.CONNECTED:
        return PARKED
    account, now = lane.lease.account, lane.clock.now()
    for name in await lane.database.read(lambda c: invoices_to_look_at(c, account, now, _AT_A_TIME)):
        progress = await load_progress(lane, Task(account=account, kind=SWEEP, subject=name, due_time=now))
        if progress is not None:
            await _look(lane, session, progress)
        if lane.crowded:
            return Postponed(delay=_PAUSE)
    due = await lane.database.read(lambda c: next_look_due(c, account))
    longest = lane.settings.look_ages[0]
    return Postponed(delay=longest if due is None else min(longest, max(due - now, dt.timedelta(0))))


async def _look(lane: Lane, session: Session, progress: Progress) -> bool:
    """Compares one document, unless something else is done with it; False if it was changed meanwhile."""
    invoice = progress.invoice
    busy = invoice.later.unfinished is not None
    if invoice.document is not None and not busy and invoice.state in (InvoiceState.DRAFT, InvoiceState.OPEN):
        try:
            kept = await without_surplus(lane, session, progress, invoice.document)
        except Blocked as stop:
            await progress.block(stop)
            return True
        except LookAgain:
            return False
        invoice = await looked_at(session, replace(invoice, document=kept), lane.clock.now())
    try:
        await progress.sighted(invoice)
    except Conflict:
        return False
    return True
