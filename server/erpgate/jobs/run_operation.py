"""Carries out what a person asked for a document: void, credit note, payment, e-mail. Each of them once."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from erpgate.domain.problem import Blocked
from erpgate.engine.lane import Lane
from erpgate.engine.session import Session
from erpgate.engine.work import PARKED, Postponed
from erpgate.jobs.carrying import carried_out
from erpgate.jobs.credit import credit_step, frozen_credit
from erpgate.jobs.operation import OperationRun
from erpgate.jobs.operation_steps import email_step, payment_step, void_step
from erpgate.jobs.progress import orders_of
from erpgate.jobs.sighting import looked_at
from erpgate.plugin.errors import OutcomeUnknown
from erpgate.plugin.model import Document
from erpgate.plugin.reasons import Reason
from erpgate.store.invoices import get_invoice
from erpgate.store.later import Verb
from erpgate.store.records import AttemptOutcome, ChannelState, InvoiceState
from erpgate.store.tasks import CompleteTask, Task


async def run_operation(lane: Lane, task: Task) -> Postponed | None:
    """The durable process: runs as often as it takes, and never does anything twice."""
    run = await _load(lane, task)
    if run is None:
        await lane.database.write(CompleteTask(task, lane.lease))
        return None

    async def work() -> Postponed | None:
        session = await lane.session()
        if session is None or session.channel.state is not ChannelState.CONNECTED:
            return PARKED
        await _PERFORM[run.operation.verb](Work(lane=lane, session=session, run=run))
        return None

    return await carried_out(lane, run, work())


async def _load(lane: Lane, task: Task) -> OperationRun | None:
    """The invoice of a task with its orders; None when no operation waits."""
    _, merchant, _, channel, _, invoice_id = task.subject.split("/")
    invoice = await lane.database.read(lambda c: get_invoice(c, merchant, channel, invoice_id))
    if invoice is None or invoice.later.unfinished is None or invoice.later.unfinished.verb not in _PERFORM:
        return None
    return OperationRun(lane, task, invoice, await orders_of(lane, invoice))


@dataclass(frozen=True, kw_only=True)
class Work:
    """One run of the process.

    Attributes:
        lane: The account.
        session: Its connection.
        run: How far the operation is.
    """

    lane: Lane
    session: Session
    run: OperationRun


async def _void(work: Work) -> None:
    await _look(work)
    if work.run.invoice.state is InvoiceState.VOIDED:
        await work.run.finish()
        return
    document = _standing(work)
    await work.run.journal.once(void_step(work.session, work.run, document))


async def _credit(work: Work) -> None:
    run = work.run
    await _look(work)
    document = _standing(work)
    if not await run.journal.attempts(run.operation.step):
        if run.invoice.later.changes:
            raise Blocked(
                Reason.STATE_CONFLICT,
                "The document was changed in the ERP since it was sent: make the credit note there.",
                details={change.what: f"{change.sent} → {change.found}" for change in run.invoice.later.changes},
            )
        frozen = await frozen_credit(work.lane, work.session, run.invoice, run.operation, document)
        run.change(draft=frozen.draft, payload=frozen.payload, lines=frozen.lines)
    await run.journal.once(credit_step(work.session, run, document))


async def _pay(work: Work) -> None:
    run = work.run
    await _look(work)
    document = _standing(work)
    amount = run.operation.payment.amount if run.operation.payment is not None else Decimal(0)
    if not await run.journal.attempts(run.operation.step) and amount > document.balance:
        raise Blocked(
            Reason.BALANCE_EXCEEDED,
            f"Only {document.balance} are still to be paid in the ERP.",
            details={"balance": str(document.balance), "amount": str(amount)},
        )
    await run.journal.once(payment_step(work.session, run, document))


async def _email(work: Work) -> None:
    run = work.run
    attempts = await run.journal.attempts(run.operation.step)
    if attempts and attempts[-1].outcome is AttemptOutcome.UNCERTAIN:
        await run.uncertain(attempts[-1].error or "the process ended before there was an answer.")
        return
    await _look(work)
    document = _standing(work)
    try:
        await run.journal.once(email_step(work.session, run, document))
    except OutcomeUnknown as error:
        await run.uncertain(error.message)


async def _look(work: Work) -> None:
    """Reads how the ERP has the document before anything is sent; afterwards only the journal's own look-ups count."""
    run = work.run
    if not await run.journal.attempts(run.operation.step):
        run.invoice = await looked_at(work.session, run.invoice, work.lane.clock.now())


def _standing(work: Work) -> Document:
    """The document, which stands in the ERP.

    Raises:
        Blocked: Somebody voided or removed it there.
    """
    invoice = work.run.invoice
    gone = invoice.state in (InvoiceState.VOIDED, InvoiceState.MISSING)
    if invoice.document is None or gone or any(change.what == "document" for change in invoice.later.changes):
        raise Blocked(
            Reason.STATE_CONFLICT,
            "The document does not stand in the ERP any more: somebody voided or removed it there.",
            details={"state": invoice.state.value},
        )
    return invoice.document


_PERFORM: Mapping[Verb, Callable[[Work], Awaitable[None]]] = {
    Verb.VOID: _void,
    Verb.CREDIT_NOTE: _credit,
    Verb.PAYMENT: _pay,
    Verb.EMAIL: _email,
}
