"""Operations on an invoice that a person asks for."""

import datetime as dt
from dataclasses import dataclass, replace

import sqlalchemy as sa

from erpgate.plugin.model import Stage
from erpgate.store.errors import Conflict
from erpgate.store.invoices import get_invoice, issue_task, save
from erpgate.store.later import Operation
from erpgate.store.records import InvoiceRecord
from erpgate.store.requests import RequestKey, recall, remember
from erpgate.store.tasks import Task, wake
from erpgate.store.writes import Write

RUN_OPERATION = "run_operation"
"""Kind of the task that carries an invoice's operation out."""

REFRESH_INVOICE = "refresh_invoice"
"""Kind of the task that compares one invoice with the ERP's document."""

_SOON = 90
"""Priority of what a person waits for; the usual one is 100."""

_LAST = 300
"""Priority of what nobody waits for."""


@dataclass(frozen=True)
class RequestOperation(Write[InvoiceRecord]):
    """Begins an operation on an invoice that is still as it was read.

    Opening and issuing are steps of the invoice's own process, whose goal they raise.
    """

    invoice: InvoiceRecord
    operation: Operation
    stage: Stage | None
    request: RequestKey | None
    now: dt.datetime

    def apply(self, connection: sa.Connection) -> InvoiceRecord:
        """Stores it with the task, or gives the invoice back if the request was carried out before."""
        invoice = self.invoice
        if self.request is not None and recall(connection, self.request) is not None:
            return _current(connection, invoice)
        later = invoice.later.with_operation(self.operation)
        goal = max(invoice.stage, self.stage or invoice.stage, key=lambda stage: stage.rank)
        changed = replace(invoice, later=later, stage=goal, update_time=self.now)
        stored = save(connection, changed)
        task = operation_task(stored, self.now) if self.stage is None else issue_task(stored, self.now)
        wake(connection, [task])
        if self.request is not None:
            remember(connection, self.request, invoice.invoice, self.now)
        return stored


@dataclass(frozen=True)
class RememberRequest(Write[InvoiceRecord]):
    """Notes a request that had nothing to do, because the invoice is there already."""

    invoice: InvoiceRecord
    request: RequestKey
    now: dt.datetime

    def apply(self, connection: sa.Connection) -> InvoiceRecord:
        """Gives the invoice as it is."""
        if recall(connection, self.request) is None:
            remember(connection, self.request, self.invoice.invoice, self.now)
        return _current(connection, self.invoice)


def operation_task(invoice: InvoiceRecord, now: dt.datetime) -> Task:
    """The task that carries an invoice's operation out."""
    return Task(account=invoice.account, kind=RUN_OPERATION, subject=invoice.name, priority=_SOON, due_time=now)


def refresh_task(invoice: InvoiceRecord, due: dt.datetime) -> Task:
    """The task that compares an invoice with the ERP's document."""
    return Task(account=invoice.account, kind=REFRESH_INVOICE, subject=invoice.name, priority=_LAST, due_time=due)


def _current(connection: sa.Connection, invoice: InvoiceRecord) -> InvoiceRecord:
    found = get_invoice(connection, invoice.merchant, invoice.channel, invoice.invoice)
    if found is None:
        raise Conflict("version")
    return found
