"""Invoices that a person asks for, or tries again."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from erpgate.domain.basket import disagreement, missing
from erpgate.domain.eligibility import Outcome
from erpgate.domain.order import Order
from erpgate.domain.sale import Sale, sale_of
from erpgate.plugin.model import Stage
from erpgate.plugin.reasons import Reason
from erpgate.plugin.settings import OrderState
from erpgate.store.baskets import basket_of, lock_baskets, orders_of_basket
from erpgate.store.errors import Conflict
from erpgate.store.invoices import (
    begin_invoices,
    get_invoice,
    is_reversed,
    issue_task,
    live_invoices,
    new_invoice,
    next_issue,
    replace_orders,
    retire,
    save,
    taken_keys,
    withdraw,
)
from erpgate.store.later import OperationState
from erpgate.store.orders import get_order, order_record
from erpgate.store.records import ChannelRecord, InvoiceRecord, InvoiceState, OrderRecord, Overrides, VerdictRecord
from erpgate.store.request_operation import operation_task
from erpgate.store.requests import RequestKey, recall, remember
from erpgate.store.sold import post_sales
from erpgate.store.tasks import wake
from erpgate.store.verdicts import put_verdicts, verdicts_of
from erpgate.store.writes import Write


@dataclass(frozen=True, kw_only=True, slots=True)
class Together:
    """Orders that are invoiced together when a person picks one of them.

    Attributes:
        records: The picked one, or those of its basket.
        basket: Id of the basket; empty where the picked one is invoiced by itself.
        live: Live invoices of the picked one and its basket, by order id.
        reversed: Invoices of them that do not stand any more, which the new one replaces.
    """

    records: Sequence[OrderRecord]
    basket: str
    live: Mapping[str, InvoiceRecord]
    reversed: Sequence[InvoiceRecord] = ()

    @property
    def orders(self) -> list[Order]:
        """As submitted last."""
        return [record.order for record in self.records]


def invoiced_together(connection: sa.Connection, picked: OrderRecord, *, complete: bool = True) -> Together:
    """The picked order with those of its basket that are neither cancelled nor invoiced.

    An order whose basket was invoiced without it is invoiced by itself.

    Args:
        connection: To the database.
        picked: As stored.
        complete: Whether a basket that is incomplete or inconsistent is refused.

    Raises:
        Conflict: It has its invoice, or its basket is refused.
    """
    merchant, key = picked.order.merchant, basket_of(picked.order)
    records = [picked] if key is None else _known(connection, merchant, orders_of_basket(connection, key))
    found = live_invoices(connection, [(merchant, record.order_id) for record in records])
    live = {order_id: invoice for (_, order_id), invoice in found.items() if not invoice.reversed}
    gone = [invoice for invoice in found.values() if invoice.reversed]
    sent = {order_id for order_id, invoice in live.items() if invoice.frozen is not None}
    if picked.order_id in sent:
        raise Conflict("invoice", live[picked.order_id].name)
    if key is None or any(live[order_id].basket for order_id in sent):
        return Together(records=[picked], basket="", live=live, reversed=gone)
    if complete:
        check_basket([record.order for record in records])
    joining = [r for r in records if r.order_id not in sent and r.order.state is not OrderState.CANCELLED]
    together = joining if picked in joining else [*joining, picked]
    return Together(records=together, basket=key[2], live=live, reversed=gone)


def _known(connection: sa.Connection, merchant: str, rows: Sequence[sa.Row[tuple[object, ...]]]) -> list[OrderRecord]:
    verdicts = verdicts_of(connection, merchant, [row.order_id for row in rows])
    return [order_record(row, verdicts.get(row.order_id, ())) for row in rows]


def check_basket(orders: Sequence[Order]) -> None:
    """Refuses a basket that cannot be one invoice.

    Raises:
        Conflict: Orders are missing, or they differ in what they must share.
    """
    absent, names = missing(orders)
    if absent:
        raise Conflict("basket_incomplete", ", ".join(names) or f"{absent} orders")
    differing = disagreement(orders)
    if differing is not None:
        raise Conflict("basket_inconsistent", f"{differing[0]} {', '.join(differing[1])}")


def check_lines(orders: Sequence[Order], overrides: Overrides) -> None:
    """Refuses corrections of lines that the orders do not have.

    Raises:
        Conflict: There is one.
    """
    lines = {line.line_id for line in sale_of(orders).lines}
    for line_id in overrides.line_skus:
        if line_id not in lines:
            raise Conflict("line", line_id)


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
        together = self._together(connection)
        check_lines(together.orders, self.overrides)
        kept = self._kept(together)
        self._make_room(connection, together, kept)
        invoice = self._begin(connection, together) if kept is None else self._take_over(connection, kept, together)
        put_verdicts(connection, merchant, {r.order_id: (self._verdict(r, invoice),) for r in together.records})
        orders = [record.order for record in together.records]
        post_sales(connection, orders, known=orders, invoices={(merchant, o.order_id): invoice for o in orders})
        if self.request is not None:
            remember(connection, self.request, invoice.invoice, self.now)
        return invoice

    def _made(self, connection: sa.Connection, invoice: str) -> InvoiceRecord:
        found = get_invoice(connection, self.channel.merchant, self.channel.channel, invoice)
        if found is None:
            raise Conflict("request_id", invoice)
        return found

    def _together(self, connection: sa.Connection) -> Together:
        merchant = self.channel.merchant
        record = get_order(connection, merchant, self.order_id)
        if record is None:
            raise Conflict("order", f"merchants/{merchant}/orders/{self.order_id}")
        key = basket_of(record.order)
        if key is not None:
            lock_baskets(connection, [key])
        return invoiced_together(connection, record)

    def _kept(self, together: Together) -> InvoiceRecord | None:
        """The picked order's own invoice, if it is this channel's and for as many orders."""
        live = together.live.get(self.order_id)
        if live is None or (live.channel, live.account) != (self.channel.channel, self.channel.account):
            return None
        if together.reversed:  # its issue number would be one that they have
            return None
        return live if bool(live.basket) == bool(together.basket) else None

    def _make_room(self, connection: sa.Connection, together: Together, kept: InvoiceRecord | None) -> None:
        """Other invoices of these orders, of which nothing was sent, give way."""
        mine = {
            together.live[r.order_id].name: together.live[r.order_id]
            for r in together.records
            if r.order_id in together.live
        }
        keys = [(self.channel.account, order.sales_channel, order.external_id) for order in together.orders]
        for key, holder in taken_keys(connection, keys).items():
            if holder not in mine and not is_reversed(connection, key):
                raise Conflict("invoice", holder)
        retire(connection, together.reversed)
        for invoice in mine.values():
            if kept is None or invoice.name != kept.name:
                withdraw(connection, invoice, self.now)

    def _begin(self, connection: sa.Connection, together: Together) -> InvoiceRecord:
        orders = together.orders
        keys = [(self.channel.account, order.sales_channel, order.external_id) for order in orders]
        made = new_invoice(
            orders,
            self.channel,
            self.stage,
            self.now,
            self.overrides,
            basket=together.basket,
            issue_no=next_issue(connection, keys),
        )
        invoice = replace(made, requested=True)
        begin_invoices(connection, [(orders, invoice)], self.now)
        return invoice

    def _take_over(self, connection: sa.Connection, live: InvoiceRecord, together: Together) -> InvoiceRecord:
        sale = Sale(tuple(together.orders))
        order_ids = tuple(order.order_id for order in sale.orders)
        if order_ids != live.order_ids:
            replace_orders(connection, live, sale.orders)
        taken = replace(
            live,
            order_id=order_ids[0],
            basket=order_ids if together.basket else (),
            state=InvoiceState.PENDING,
            failure=None,
            overrides=self.overrides,
            requested=True,
            stage=self.stage,
            paid_total=sale.total_paid,
            currency_code=sale.currency_code,
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
    """Runs an invoice's process again; a blocked one is pending from now on.

    An operation that failed in doubt is looked up again instead, and never sent.
    """

    invoice: InvoiceRecord
    overrides: Overrides
    stage: Stage
    now: dt.datetime

    def apply(self, connection: sa.Connection) -> InvoiceRecord:
        """Overrides count only while nothing has been sent."""
        given = self.invoice
        invoice = get_invoice(connection, given.merchant, given.channel, given.invoice) or given
        changes = self.overrides != Overrides()
        if changes and invoice.frozen is not None:
            raise Conflict("sent", invoice.name)
        records = [get_order(connection, invoice.merchant, order_id) for order_id in invoice.order_ids]
        orders = [record.order for record in records if record is not None]
        check_lines(orders, self.overrides)
        if invoice.state is InvoiceState.BLOCKED:
            state = InvoiceState.PENDING if invoice.document is None else InvoiceState.DRAFT
            invoice = self._saved(connection, replace(invoice, state=state, failure=None), changes=changes)
        elif changes:
            invoice = self._saved(connection, invoice, changes=True)
        elif (doubtful := invoice.later.doubtful) is not None:
            again = replace(doubtful, state=OperationState.UNKNOWN, failure=None, update_time=self.now)
            later = invoice.later.with_operation(again)
            invoice = save(connection, replace(invoice, later=later, update_time=self.now))
            wake(connection, [operation_task(invoice, self.now)])
            return invoice
        if changes:
            post_sales(connection, orders, known=orders, invoices={(o.merchant, o.order_id): invoice for o in orders})
        wake(connection, [issue_task(invoice, self.now)])
        return invoice

    def _saved(self, connection: sa.Connection, invoice: InvoiceRecord, *, changes: bool) -> InvoiceRecord:
        overrides = self.overrides if changes else invoice.overrides
        return save(connection, replace(invoice, overrides=overrides, stage=self.stage, update_time=self.now))
