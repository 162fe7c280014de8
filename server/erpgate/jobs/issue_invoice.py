"""Brings one invoice into the ERP, exactly once, to the cent, as far as it shall go."""

from dataclasses import dataclass, replace

from erpgate.domain.problem import Blocked
from erpgate.engine.lane import Lane
from erpgate.engine.session import Session
from erpgate.engine.work import PARKED, Postponed
from erpgate.jobs.carrying import carried_out
from erpgate.jobs.document import advance_step, document_step, without_surplus
from erpgate.jobs.map_invoice import map_invoice
from erpgate.jobs.progress import Progress, load_progress
from erpgate.plugin.model import Document, Stage
from erpgate.plugin.reasons import Reason
from erpgate.store.records import AttemptOutcome, ChannelState, FiscalState
from erpgate.store.tasks import CompleteTask, Task


async def issue_invoice(lane: Lane, task: Task) -> Postponed | None:
    """The durable process: runs as often as it takes, and never does anything twice."""
    progress = await load_progress(lane, task)
    if progress is None:
        await lane.database.write(CompleteTask(task, lane.lease))
        return None

    async def work() -> Postponed | None:
        session = await lane.session()
        if session is None or session.channel.state is not ChannelState.CONNECTED:
            return PARKED
        await _issue(Work(lane=lane, session=session, progress=progress))
        return None

    return await carried_out(lane, progress, work())


@dataclass(frozen=True, kw_only=True)
class Work:
    """One run of the process.

    Attributes:
        lane: The account.
        session: Its connection.
        progress: How far the invoice is.
    """

    lane: Lane
    session: Session
    progress: Progress


async def _issue(work: Work) -> None:
    progress = work.progress
    if progress.invoice.frozen is None:
        progress.freeze(await map_invoice(work.lane, work.session, progress.sale, progress.invoice))
    document = await progress.journal.once(document_step(work.session, progress))
    document = await without_surplus(work.lane, work.session, progress, document)
    document = await _compared(work, document)
    for stage in (Stage.OPEN, Stage.ISSUED):
        attempts = await progress.journal.attempts(stage.value)
        rejected = stage is Stage.ISSUED and progress.invoice.fiscal_state is FiscalState.REJECTED
        if attempts and (rejected or attempts[-1].outcome is AttemptOutcome.NOT_DONE):
            document = await _current(work, document)  # somebody may have gone on with it in the ERP
        if document.stage.rank < stage.rank <= progress.invoice.stage.rank:
            step = advance_step(work.session, progress, document, stage)
            document = await progress.journal.once(replace(step, undone=rejected))
    await progress.finish(document)


async def _compared(work: Work, document: Document) -> Document:
    """The document, if the ERP computed what was predicted; it is read once more before anybody is bothered."""
    if _difference(work.progress, document) is None:
        return document
    current = await _current(work, document)
    difference = _difference(work.progress, current)
    if difference is not None:
        work.progress.see(current)
        raise Blocked(
            Reason.TOTAL_MISMATCH,
            "The ERP computed another total or tax base than predicted: compare its taxes with the item's, then retry.",
            details=difference,
        )
    return current


async def _current(work: Work, document: Document) -> Document:
    """The document as the ERP has it now."""
    current = await work.session.connection.read(document.id)
    if current is None:
        raise Blocked(
            Reason.DOCUMENT_NOT_FOUND,
            "The document is not in the ERP any more: somebody removed it there.",
            details={"document": document.id},
        )
    return current


def _difference(progress: Progress, document: Document) -> dict[str, str] | None:
    draft = progress.frozen.draft
    expected = {"total": draft.total, "tax_base": draft.tax_base, "tax": draft.tax}
    computed = {"total": document.total, "tax_base": document.tax_base, "tax": document.tax}
    if expected == computed:
        return None
    return {
        **{f"expected_{name}": str(amount) for name, amount in expected.items()},
        **{name: str(amount) for name, amount in computed.items()},
        "document": document.id,
    }
