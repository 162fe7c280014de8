"""How far one invoice is, and what is written when that changes."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from erpgate.defects import PluginDefect
from erpgate.domain.eligibility import Outcome
from erpgate.domain.problem import Blocked
from erpgate.domain.sale import sale_of
from erpgate.engine.journal import Journal
from erpgate.engine.lane import Lane
from erpgate.jobs.carrying import stop_of
from erpgate.jobs.looking import fiscal_look, next_look
from erpgate.jobs.operation import reversals, with_goal
from erpgate.jobs.sighting import seen, state_of
from erpgate.plugin.errors import ErpError, Rejected
from erpgate.plugin.model import Document
from erpgate.plugin.reasons import Reason
from erpgate.store.failure import Failure
from erpgate.store.invoices import SaveInvoice, get_invoice
from erpgate.store.orders import get_order
from erpgate.store.records import (
    Frozen,
    InvoiceRecord,
    InvoiceState,
    OrderRecord,
    VerdictRecord,
)
from erpgate.store.restorations import began
from erpgate.store.tasks import Task
from erpgate.store.writes import Write

_ENDED = (InvoiceState.VOIDED, InvoiceState.WITHDRAWN, InvoiceState.MISSING)


async def load_progress(lane: Lane, task: Task) -> "Progress | None":
    """The invoice of a task with its order; None when there is nothing to do for it any more."""
    _, merchant, _, channel, _, invoice_id = task.subject.split("/")
    invoice = await lane.database.read(lambda c: get_invoice(c, merchant, channel, invoice_id))
    if invoice is None or invoice.state in _ENDED:
        return None
    orders = await orders_of(lane, invoice)
    return Progress(lane, task, invoice, orders) if orders else None


async def orders_of(lane: Lane, invoice: InvoiceRecord) -> Sequence[OrderRecord]:
    """The orders that an invoice is for."""
    orders = [
        await lane.database.read(lambda c, order_id=order_id: get_order(c, invoice.merchant, order_id))  # type: ignore[misc]
        for order_id in invoice.order_ids
    ]
    return tuple(order for order in orders if order is not None)


class Progress:
    """One invoice while its process runs.

    Args:
        lane: The account.
        task: That is being run.
        invoice: As stored.
        orders: That it is for, as stored.
    """

    def __init__(self, lane: Lane, task: Task, invoice: InvoiceRecord, orders: Sequence[OrderRecord]) -> None:
        self.invoice = invoice
        self.journal: Journal = lane.journal(invoice.name, began(orders))
        self._lane = lane
        self._task = task
        self._orders = orders
        self.sale = sale_of([order.order for order in orders])
        self._finished = False

    @property
    def frozen(self) -> Frozen:
        """What is sent, fixed."""
        if self.invoice.frozen is None:
            raise RuntimeError("nothing is frozen yet")
        return self.invoice.frozen

    def freeze(self, frozen: Frozen) -> None:
        """Fixes what will be sent; it is stored together with the first attempt's row."""
        sale = self.sale
        self.invoice = replace(
            self.invoice, frozen=frozen, paid_total=sale.total_paid, currency_code=sale.currency_code
        )

    def see(self, document: Document) -> None:
        """Notes how the ERP has the document now."""
        self.invoice = seen(self.invoice, document)

    def sending(self) -> Sequence[Write[Any]]:
        """What is committed before the document may leave."""
        return (self._save(state=InvoiceState.SENDING, failure=None),)

    def created(self, document: Document) -> Sequence[Write[Any]]:
        """What is committed when the document is there."""
        self.see(document)
        return (self._save(state=state_of(document), failure=None),)

    def advanced(self, document: Document) -> Sequence[Write[Any]]:
        """What is committed when the document went a stage further; with the last stage the task ends."""
        self.see(document)
        last = document.stage.rank >= self.invoice.stage.rank
        return (self._final_save() if last else self._save(state=state_of(document), failure=None),)

    async def finish(self, document: Document) -> None:
        """Notes that the invoice is where it shall be, unless the last step has done so."""
        if self._finished:
            return
        self.see(document)
        await self._lane.database.write(self._final_save())

    async def block(self, stop: Blocked, *, unsent: bool = False) -> None:
        """Stops for a person; `unsent` frees what was frozen, because nothing of it reached the ERP."""
        failure = Failure(reason=stop.reason, message=stop.message, details=stop.details)
        if unsent:
            self.invoice = replace(self.invoice, frozen=None)
        verdicts = {
            order.order_id: replace(
                self._verdict(order),
                outcome=Outcome.ERROR,
                reason=stop.reason,
                message=stop.message,
                details=stop.details,
                line_problems=stop.lines,
            )
            for order in self._orders
        }
        await self._write(
            replace(self._save(state=InvoiceState.BLOCKED, failure=failure), verdicts=verdicts, ends=self._task)
        )

    async def refuse(self, error: Rejected) -> None:
        """Stops for a person; what was frozen is freed if nothing of it reached the ERP."""
        sent = any(attempt.outcome != "not_done" for attempt in await self.journal.attempts("document"))
        await self.block(stop_of(error), unsent=not sent)

    async def unknown(self, delay: dt.timedelta, error: ErpError | None = None) -> None:
        """Something was sent and nobody knows; it is looked up after the delay."""
        failure = Failure(
            reason=Reason.ERP_OUTCOME_UNKNOWN,
            message=error.message if error else "The outcome is not known yet; it is looked up again.",
            retryable=True,
            next_attempt_time=self._lane.clock.now() + delay,
        )
        await self._write(self._save(state=InvoiceState.UNKNOWN, failure=failure))

    async def waits(self, error: ErpError | PluginDefect) -> None:
        """The whole account waits for the ERP, or for a better plugin; the invoice goes on by itself."""
        failure = Failure(reason=error.reason, message=error.message, details=error.details, retryable=True)
        if self.invoice.failure != failure:
            await self._write(self._save(state=self.invoice.state, failure=failure))

    async def sighted(self, invoice: InvoiceRecord) -> None:
        """Notes how the ERP has the document by now, and when it is looked at next; the task goes on."""
        self.invoice = replace(invoice, look_due=next_look(invoice, self._lane))
        verdicts = reversals(self.invoice, self._orders, self._lane.clock.now())
        failure = invoice.failure
        if failure is None or failure.reason is Reason.FISCAL_REJECTED:
            failure = _rejection(invoice.document)
        await self._write(replace(self._save(state=invoice.state, failure=failure), verdicts=verdicts))

    def _final_save(self) -> SaveInvoice:
        self._finished = True
        document = self.invoice.document
        self.invoice = replace(self.invoice, look_due=next_look(self.invoice, self._lane))
        state = InvoiceState.OPEN if document is None else state_of(document)
        save = self._save(state=state, failure=_rejection(document))
        return replace(
            save, ends=self._task, verdicts=self._good_verdicts(), wakes=fiscal_look(self.invoice, self._lane)
        )

    def _good_verdicts(self) -> dict[str, VerdictRecord]:
        """By order id, the verdicts to restore after an error was mended."""
        reason = Reason.REQUESTED_BY_PERSON if self.invoice.requested else Reason.ELIGIBLE
        verdicts = {order.order_id: self._verdict(order) for order in self._orders}
        return {
            order_id: replace(
                verdict,
                outcome=Outcome.INVOICE,
                reason=reason,
                message="",
                details={},
                line_problems=(),
                invoice=self.invoice.invoice,
            )
            for order_id, verdict in verdicts.items()
            if verdict.outcome is Outcome.ERROR
        }

    def _verdict(self, order: OrderRecord) -> VerdictRecord:
        now = self._lane.clock.now()
        own = (v for v in order.verdicts if v.channel == self.invoice.channel)
        stored = next(own, None)
        if stored is None:
            stored = VerdictRecord(
                channel=self.invoice.channel, outcome=Outcome.SKIPPED, reason=Reason.AUTOMATION_OFF, evaluate_time=now
            )
        return replace(stored, invoice=self.invoice.invoice, evaluate_time=now)

    def _save(self, *, state: InvoiceState, failure: Failure | None) -> SaveInvoice:
        """A write of the invoice as it is now; the copy in memory is at the version that the write gives it."""
        now = self._lane.clock.now()
        later = with_goal(self.invoice.later, state, failure, ended=self._finished, now=now)
        changed = replace(self.invoice, state=state, failure=failure, later=later, update_time=now)
        self.invoice = replace(changed, version=changed.version + 1)
        return SaveInvoice(changed, self._lane.lease)

    async def _write(self, save: SaveInvoice) -> None:
        await self._lane.database.write(save)


def _rejection(document: Document | None) -> Failure | None:
    """What a tax authority's refusal asks people to do."""
    if document is None or document.fiscal != "rejected":
        return None
    return Failure(
        reason=Reason.FISCAL_REJECTED,
        message="The tax authority refused the document: mend what it names, then retry.",
        details={"erp_message": " ".join(document.messages)},
    )
