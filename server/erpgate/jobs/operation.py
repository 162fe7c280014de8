"""How far an operation on an invoice is, and what is written when that changes."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from erpgate.defects import PluginDefect
from erpgate.domain.eligibility import Outcome
from erpgate.domain.problem import Blocked
from erpgate.engine.journal import Journal
from erpgate.engine.lane import Lane
from erpgate.jobs.carrying import stop_of
from erpgate.jobs.looking import next_look
from erpgate.plugin.errors import ErpError, Rejected
from erpgate.plugin.reasons import Reason
from erpgate.store.failure import Failure
from erpgate.store.invoices import SaveInvoice
from erpgate.store.later import Later, Operation, OperationState, Verb
from erpgate.store.records import InvoiceRecord, InvoiceState, OrderRecord, VerdictRecord
from erpgate.store.restorations import began
from erpgate.store.tasks import Task
from erpgate.store.writes import Write

_GOALS = (Verb.OPEN, Verb.ISSUE)
"""Verbs that the invoice's own process carries out."""

_REACHED = {
    InvoiceState.SENDING: OperationState.SENDING,
    InvoiceState.UNKNOWN: OperationState.UNKNOWN,
    InvoiceState.BLOCKED: OperationState.FAILED,
}


class OperationRun:
    """One operation while its process runs.

    Args:
        lane: The account.
        task: That is being run.
        invoice: As stored, with the operation unfinished.
        orders: That it is for, as stored.
    """

    def __init__(self, lane: Lane, task: Task, invoice: InvoiceRecord, orders: Sequence[OrderRecord]) -> None:
        self.invoice = invoice
        self.journal: Journal = lane.journal(invoice.name, began(orders))
        self._lane = lane
        self._task = task
        self._orders = orders
        unfinished = invoice.later.unfinished
        assert unfinished is not None  # noqa: S101 - whoever makes a run has looked
        self._number = unfinished.number

    @property
    def operation(self) -> Operation:
        """As it is now."""
        return next(o for o in self.invoice.later.operations if o.number == self._number)

    def change(self, **values: Any) -> None:
        """Changes fields of the operation; they are stored with the next write."""
        changed = replace(self.operation, **values)
        self.invoice = replace(self.invoice, later=self.invoice.later.with_operation(changed))

    def sending(self) -> Sequence[Write[Any]]:
        """What is committed before anything may leave."""
        self.change(state=OperationState.SENDING, failure=None)
        return (self._save(),)

    def done(self, failure: Failure | None = None) -> Sequence[Write[Any]]:
        """What is committed when it is done, with what is wrong with it; the task ends with it."""
        self.change(state=OperationState.DONE, failure=failure)
        return (self._last(),)

    async def finish(self) -> None:
        """Notes that it is done already."""
        await self._end(OperationState.DONE, None)

    async def block(self, stop: Blocked) -> None:
        """It failed; a person decides what next."""
        await self._end(OperationState.FAILED, Failure(reason=stop.reason, message=stop.message, details=stop.details))

    async def refuse(self, error: Rejected) -> None:
        """The ERP said no."""
        await self.block(stop_of(error))

    async def uncertain(self, error: str) -> None:
        """It may have happened and is not repeated."""
        message = f"Nobody can tell whether it was sent, and it is not sent again: {error}"
        await self._end(OperationState.UNCERTAIN, Failure(reason=Reason.ERP_OUTCOME_UNKNOWN, message=message))

    async def unknown(self, delay: dt.timedelta, error: ErpError | None = None) -> None:
        """Something was sent and nobody knows; it is looked up after the delay."""
        failure = Failure(
            reason=Reason.ERP_OUTCOME_UNKNOWN,
            message=error.message if error else "The outcome is not known yet; it is looked up again.",
            retryable=True,
            next_attempt_time=self._lane.clock.now() + delay,
        )
        self.change(state=OperationState.UNKNOWN, failure=failure)
        await self._lane.database.write(self._save())

    async def waits(self, error: ErpError | PluginDefect) -> None:
        """The whole account waits for the ERP; the operation goes on by itself."""
        failure = Failure(reason=error.reason, message=error.message, details=error.details, retryable=True)
        if self.operation.failure != failure:
            self.change(failure=failure)
            await self._lane.database.write(self._save())

    async def _end(self, state: OperationState, failure: Failure | None) -> None:
        self.change(state=state, failure=failure)
        await self._lane.database.write(self._last())

    def _last(self) -> SaveInvoice:
        verdicts = reversals(self.invoice, self._orders, self._lane.clock.now())
        return replace(self._save(), ends=self._task, verdicts=verdicts)

    def _save(self) -> SaveInvoice:
        """A write of the invoice as it is now; the copy in memory is at the version that the write gives it."""
        now = self._lane.clock.now()
        self.change(update_time=now)
        changed = replace(self.invoice, update_time=now)
        if changed.reversed:
            changed = replace(changed, failure=None, look_due=next_look(changed, self._lane))
        self.invoice = replace(changed, version=changed.version + 1)
        return SaveInvoice(changed, self._lane.lease)


def reversals(invoice: InvoiceRecord, orders: Sequence[OrderRecord], now: dt.datetime) -> dict[str, VerdictRecord]:
    """By order id, the verdicts on orders whose invoice does not stand any more; none while it does."""
    if not invoice.reversed:
        return {}
    return {
        order.order_id: VerdictRecord(
            channel=invoice.channel,
            outcome=Outcome.SKIPPED,
            reason=Reason.INVOICE_REVERSED,
            message="The order's invoice does not stand any more; only a person makes another one.",
            details={"invoice": invoice.name},
            invoice=invoice.invoice,
            trace=next((verdict.trace for verdict in order.verdicts if verdict.channel == invoice.channel), ()),
            evaluate_time=now,
        )
        for order in orders
    }


def with_goal(later: Later, state: InvoiceState, failure: Failure | None, *, ended: bool, now: dt.datetime) -> Later:
    """Carries what becomes of an invoice over to the opening or issuing that was asked for."""
    operation = later.unfinished
    if operation is None or operation.verb not in _GOALS:
        return later
    reached = OperationState.DONE if ended else _REACHED.get(state, operation.state)
    return later.with_operation(replace(operation, state=reached, failure=failure, update_time=now))
