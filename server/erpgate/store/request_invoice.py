"""Invoices that a person asks for, or tries again."""

import datetime as dt
from dataclasses import dataclass, replace

import sqlalchemy as sa

from erpgate.domain.eligibility import Outcome
from erpgate.plugin.model import Stage
from erpgate.plugin.reasons import Reason
from erpgate.store.errors import Conflict
from erpgate.store.invoices import (
    begin_invoices,
    get_invoice,
    issue_task,
    live_invoices,
    new_invoice,
    save,
    taken_keys,
    withdraw,
)
from erpgate.store.orders import get_order
from erpgate.store.records import ChannelRecord, InvoiceRecord, InvoiceState, OrderRecord, Overrides, VerdictRecord
from erpgate.store.requests import RequestKey, recall, remember
from erpgate.store.tasks import wake
from erpgate.store.verdicts import put_verdicts
from erpgate.store.writes import Write


@dataclass(frozen=True)
class RequestInvoice(Write[InvoiceRecord]):
    """Begins the invoice of an order, or takes over one of which nothing was sent yet."""

    channel: ChannelRecord
    order_id: str
    overrides: Overrides
    stage: Stage
    request: RequestKey | None
    now: dt.datetime

    def apply(self, connection: sa.Connection) -> InvoiceRecord:
        """Refuses an order that has its invoice already."""
        merchant = self.channel.merchant
        if self.request is not None and (made := recall(connection, self.request)) is not None:
            return self._made(connection, made)
        record = get_order(connection, merchant, self.order_id)
        if record is None:
            raise Conflict("order", f"merchants/{merchant}/orders/{self.order_id}")
        self._check_lines(record)
        live = live_invoices(connection, [(merchant, self.order_id)]).get((merchant, self.order_id))
        if live is not None and live.frozen is not None:
            raise Conflict("invoice", live.name)
        own = live is not None and (live.channel, live.account) == (self.channel.channel, self.channel.account)
        if live is not None and own:
            invoice = self._take_over(connection, live, record)
        else:
            invoice = self._begin(connection, record, live)
        put_verdicts(connection, merchant, {self.order_id: (self._verdict(record, invoice),)})
        if self.request is not None:
            remember(connection, self.request, invoice.invoice, self.now)
        return invoice

    def _made(self, connection: sa.Connection, invoice: str) -> InvoiceRecord:
        found = get_invoice(connection, self.channel.merchant, self.channel.channel, invoice)
        if found is None:
            raise Conflict("request_id", invoice)
        return found

    def _check_lines(self, record: OrderRecord) -> None:
        lines = {line.line_id for line in record.order.lines}
        for line_id in self.overrides.line_skus:
            if line_id not in lines:
                raise Conflict("line", line_id)

    def _begin(self, connection: sa.Connection, record: OrderRecord, live: InvoiceRecord | None) -> InvoiceRecord:
        order = record.order
        key = (self.channel.account, order.sales_channel, order.external_id)
        taken = taken_keys(connection, [key])
        if live is None and key in taken:
            raise Conflict("invoice", taken[key])
        if live is not None:
            withdraw(connection, live, self.now)
        invoice = replace(new_invoice(order, self.channel, self.stage, self.now, self.overrides), requested=True)
        begin_invoices(connection, [(order, invoice)], self.now)
        return invoice

    def _take_over(self, connection: sa.Connection, live: InvoiceRecord, record: OrderRecord) -> InvoiceRecord:
        taken = replace(
            live,
            state=InvoiceState.PENDING,
            failure=None,
            overrides=self.overrides,
            requested=True,
            stage=self.stage,
            paid_total=record.order.total_paid,
            currency_code=record.order.currency_code,
            update_time=self.now,
        )
        stored = save(connection, taken)
        wake(connection, [issue_task(stored, self.now)])
        return stored

    def _verdict(self, record: OrderRecord, invoice: InvoiceRecord) -> VerdictRecord:
        return VerdictRecord(
            channel=self.channel.channel,
            outcome=Outcome.INVOICE,
            reason=Reason.REQUESTED_BY_PERSON,
            message="Somebody asked for the invoice.",
            invoice=invoice.invoice,
            trace=next((v.trace for v in record.verdicts if v.channel == self.channel.channel), ()),
            evaluate_time=self.now,
        )


@dataclass(frozen=True)
class RetryInvoice(Write[InvoiceRecord]):
    """Runs an invoice's process again; a blocked one is pending from now on."""

    invoice: InvoiceRecord
    overrides: Overrides
    stage: Stage
    now: dt.datetime

    def apply(self, connection: sa.Connection) -> InvoiceRecord:
        """Overrides count only while nothing has been sent."""
        invoice = self.invoice
        changes = self.overrides != Overrides()
        if changes and invoice.frozen is not None:
            raise Conflict("sent", invoice.name)
        if invoice.state is InvoiceState.BLOCKED:
            state = InvoiceState.PENDING if invoice.document is None else InvoiceState.DRAFT
            merged = replace(invoice, state=state, failure=None, stage=self.stage, update_time=self.now)
            invoice = save(connection, replace(merged, overrides=self.overrides) if changes else merged)
        wake(connection, [issue_task(invoice, self.now)])
        return invoice
