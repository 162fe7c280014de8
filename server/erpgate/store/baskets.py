"""Baskets: their orders are judged together and become one invoice."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from erpgate.domain.eligibility import Outcome
from erpgate.domain.order import Order
from erpgate.domain.sale import Sale
from erpgate.plugin.reasons import Reason
from erpgate.store import schema
from erpgate.store.caps import Caps, capped
from erpgate.store.channels import channels_of
from erpgate.store.invoices import (
    begin_invoices,
    issue_task,
    live_invoices,
    new_invoice,
    replace_orders,
    save,
    taken_keys,
    withdraw,
)
from erpgate.store.judge import Judge, StageOf
from erpgate.store.orders import order_record
from erpgate.store.records import ChannelRecord, InvoiceRecord, InvoiceState, OrderRecord
from erpgate.store.tasks import wake
from erpgate.store.upsert import insert
from erpgate.store.verdicts import put_verdicts

BasketKey = tuple[str, str, str]
"""Merchant, sales channel and the sales channel's id of the basket."""

_order = schema.sales_order


def basket_of(order: Order) -> BasketKey | None:
    """The basket that an order is part of."""
    return None if order.basket is None else (order.merchant, order.sales_channel, order.basket.id)


def lock_baskets(connection: sa.Connection, keys: Iterable[BasketKey]) -> None:
    """Makes whoever else changes one of these baskets wait until the transaction ends; part of a caller's write.

    Two of its orders that came at once, through two servers, would otherwise each miss the other.
    """
    adding = insert(connection, schema.basket)
    rows = [dict(zip(("merchant", "sales_channel", "basket"), key, strict=True)) for key in sorted(set(keys))]
    if rows:
        table = schema.basket.c
        connection.execute(
            adding.on_conflict_do_update(
                index_elements=[table.merchant, table.sales_channel, table.basket], set_={"turn": table.turn + 1}
            ),
            [row | {"turn": 0} for row in rows],
        )


def orders_of_basket(connection: sa.Connection, key: BasketKey) -> Sequence[sa.Row[Any]]:
    """Rows of the orders of a basket that have come, by order id."""
    merchant, sales_channel, basket = key
    return connection.execute(
        sa.select(_order)
        .where(_order.c.merchant == merchant, _order.c.sales_channel == sales_channel, _order.c.basket == basket)
        .where(sa.text("basket <> ''"))  # which the index is limited to
        .order_by(_order.c.order_id)
    ).all()


def settle_basket(
    connection: sa.Connection, key: BasketKey, judge: Judge, stage_of: StageOf, now: dt.datetime, caps: Caps
) -> Sequence[OrderRecord]:
    """Judges a basket's orders, and makes its invoice be for those that shall be invoiced; part of a caller's write.

    The basket is locked and its orders are stored.
    """
    return _Basket(connection, key, judge, now, caps).settle(stage_of)


class _Basket:
    def __init__(self, connection: sa.Connection, key: BasketKey, judge: Judge, now: dt.datetime, caps: Caps) -> None:
        self._caps = caps
        self._connection = connection
        self._merchant = key[0]
        self._id = key[2]
        self._now = now
        records = [order_record(row) for row in orders_of_basket(connection, key)]
        self._channels = channels_of(connection, [self._merchant])[self._merchant]
        live = live_invoices(connection, [(self._merchant, record.order_id) for record in records])
        self._live = {order_id: invoice for (_, order_id), invoice in live.items()}
        judged = judge.basket([record.order for record in records], self._channels, self._live)
        self._records = {
            record.order_id: replace(record, verdicts=tuple(judged[record.order_id])) for record in records
        }

    def settle(self, stage_of: StageOf) -> Sequence[OrderRecord]:
        wanted = self._wanted()
        kept: dict[str, InvoiceRecord] = {}
        for invoice in {invoice.name: invoice for invoice in self._live.values() if invoice.frozen is None}.values():
            if invoice.requested and not invoice.basket:
                self._keep(invoice, ())
            elif invoice.requested or (invoice.basket and wanted.get(invoice.channel)):
                kept[invoice.channel] = invoice
            else:
                withdraw(self._connection, invoice, self._now)
        for channel in self._channels:
            orders = self._free(channel, wanted.get(channel.channel, ()), kept.get(channel.channel))
            if channel.channel in kept:
                self._keep(kept[channel.channel], orders)
            elif orders:
                self._begin(channel, orders, stage_of)
        put_verdicts(self._connection, self._merchant, {r.order_id: r.verdicts for r in self._records.values()})
        return list(self._records.values())

    def _wanted(self) -> Mapping[str, Sequence[Order]]:
        """Channel to the orders that the basket's invoice there shall be for."""
        wanted: dict[str, list[Order]] = {}
        for order_id, record in self._records.items():
            live = self._live.get(order_id)
            if live is not None and live.requested and live.frozen is None:
                channel = live.channel if live.basket else ""
            else:
                channel = next((v.channel for v in record.verdicts if v.outcome is Outcome.INVOICE), "")
            if channel:
                wanted.setdefault(channel, []).append(record.order)
        return wanted

    def _free(self, channel: ChannelRecord, orders: Sequence[Order], kept: InvoiceRecord | None) -> Sequence[Order]:
        """Those of the orders that the company has not invoiced before; the others' verdicts say so."""
        keys = {(channel.account, order.sales_channel, order.external_id): order for order in orders}
        taken = taken_keys(self._connection, keys) if keys else {}
        for key, holder in taken.items():
            if kept is None or holder != kept.name:
                order_id = keys.pop(key).order_id
                self._records[order_id] = already_invoiced(self._records[order_id], channel.channel, holder)
        return list(keys.values())

    def _keep(self, invoice: InvoiceRecord, orders: Sequence[Order]) -> None:
        """An invoice of which nothing was sent goes on with the orders as they are now."""
        if invoice.basket and orders:
            sale = Sale(tuple(orders))
            order_ids = tuple(order.order_id for order in orders)
            if order_ids != invoice.basket:
                replace_orders(self._connection, invoice, orders)
            invoice = replace(
                invoice,
                order_id=order_ids[0],
                basket=order_ids,
                paid_total=sale.total_paid,
                currency_code=sale.currency_code,
            )
        renewed = replace(invoice, state=InvoiceState.PENDING, failure=None, update_time=self._now)
        save(self._connection, renewed)
        wake(self._connection, [issue_task(renewed, self._now)])
        self._note(renewed)

    def _begin(self, channel: ChannelRecord, orders: Sequence[Order], stage_of: StageOf) -> None:
        next_time = self._caps.admit(channel)
        if next_time is not None:
            for order in orders:
                self._records[order.order_id] = capped(self._records[order.order_id], channel, next_time)
            return
        invoice = new_invoice(orders, channel, stage_of(channel), self._now, basket=self._id)
        begin_invoices(self._connection, [(orders, invoice)], self._now)
        self._note(invoice)

    def _note(self, invoice: InvoiceRecord) -> None:
        for order_id in invoice.order_ids:
            self._records[order_id] = with_invoice(self._records[order_id], invoice.channel, invoice.invoice)


def with_invoice(record: OrderRecord, channel: str, invoice: str) -> OrderRecord:
    """The order with its invoice in a channel's verdict."""
    verdicts = (replace(v, invoice=invoice) if v.channel == channel else v for v in record.verdicts)
    return replace(record, verdicts=tuple(verdicts))


def already_invoiced(record: OrderRecord, channel: str, holder: str) -> OrderRecord:
    """The order with a channel's verdict that its company has invoiced it before."""
    verdicts = (
        replace(
            v,
            outcome=Outcome.SKIPPED,
            reason=Reason.ALREADY_INVOICED,
            message="The ERP's company has an invoice of this order.",
            details={"invoice": holder},
        )
        if v.channel == channel
        else v
        for v in record.verdicts
    )
    return replace(record, verdicts=tuple(verdicts))
