"""What was sold and does not show in the ERP's stock yet."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from erpgate.domain.eligibility import Outcome
from erpgate.domain.order import Order
from erpgate.store import schema
from erpgate.store.bulk import BulkInsert
from erpgate.store.codecs import from_micros, to_micros
from erpgate.store.records import FiscalState, InvoiceRecord, InvoiceState
from erpgate.store.schema import invoice_order, sold_line, verdict
from erpgate.store.writes import Write

_invoice = schema.invoice
_INSERT = BulkInsert(sold_line)
_PRUNED = 2_000
"""Orders per commit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sale:
    """One SKU of one order that the channel invoices, or shall.

    Attributes:
        code: The SKU.
        quantity: Of the order.
        state: Of its invoice; None before there is one.
        fiscal_state: Of its invoice.
        update_time: Of its invoice.
    """

    code: str
    quantity: Decimal
    state: InvoiceState | None
    fiscal_state: FiscalState | None
    update_time: dt.datetime | None


def post_sales(
    connection: sa.Connection,
    orders: Sequence[Order],
    *,
    known: Iterable[Order] = (),
    invoices: Mapping[tuple[str, str], InvoiceRecord] = MappingProxyType({}),
) -> None:
    """Notes what orders sold; part of a caller's write.

    Args:
        connection: Of the transaction.
        orders: As they are now.
        known: Those that may have been noted before.
        invoices: Of them, by merchant and order id, where a person may have given a line another SKU.
    """
    keys = [(order.merchant, order.order_id) for order in known]
    if keys:
        noted = sa.tuple_(sold_line.c.merchant, sold_line.c.order_id).in_(keys)
        connection.execute(sa.delete(sold_line).where(noted))
    rows = [row for order in orders for row in _rows(order, invoices.get((order.merchant, order.order_id)))]
    if rows:
        _INSERT.run(connection, rows)


def _corrections(order: Order, invoice: InvoiceRecord | None) -> Mapping[str, str]:
    """Lines of which a person said that they are another SKU; an invoice of several orders has line ids of its own."""
    if invoice is None or not invoice.overrides.line_skus:
        return {}
    own = f"{order.external_id}/" if len(invoice.order_ids) > 1 else ""
    given = invoice.overrides.line_skus
    return {line.line_id: given[own + line.line_id] for line in order.lines if own + line.line_id in given}


def _rows(order: Order, invoice: InvoiceRecord | None) -> Iterable[dict[str, object]]:
    corrections = _corrections(order, invoice)
    quantities: dict[str, Decimal] = {}
    for line in order.lines:
        code = corrections.get(line.line_id, line.sku).strip()
        quantities[code] = quantities.get(code, Decimal(0)) + line.quantity
    for code, quantity in quantities.items():
        yield {
            "merchant": order.merchant,
            "code": code,
            "order_id": order.order_id,
            "quantity": str(quantity),
        }


_LIVE = sa.and_(
    invoice_order.c.merchant == sold_line.c.merchant,
    invoice_order.c.order_id == sold_line.c.order_id,
    invoice_order.c.live == 1,
)
_OF_LIVE = sa.and_(
    _invoice.c.merchant == invoice_order.c.merchant,
    _invoice.c.channel == invoice_order.c.channel,
    _invoice.c.invoice == invoice_order.c.invoice,
)
_UNFINISHED = tuple(outcome.value for outcome in (Outcome.INVOICE, Outcome.WAITING, Outcome.ERROR))
_SALES = (
    sa.select(sold_line.c.code, sold_line.c.quantity, _invoice.c.state, _invoice.c.fiscal_state, _invoice.c.update_time)
    .join(
        verdict,
        sa.and_(
            verdict.c.merchant == sold_line.c.merchant,
            verdict.c.order_id == sold_line.c.order_id,
            verdict.c.channel == sa.bindparam("channel"),
        ),
    )
    .outerjoin(invoice_order, _LIVE)
    .outerjoin(_invoice, _OF_LIVE)
    .where(
        sold_line.c.merchant == sa.bindparam("merchant"),
        sold_line.c.code.in_(sa.bindparam("codes", expanding=True)),
        sa.or_(
            _invoice.c.channel == sa.bindparam("channel"),
            sa.and_(_invoice.c.channel.is_(None), verdict.c.outcome.in_(_UNFINISHED)),
        ),
    )
)


def sales_of(connection: sa.Connection, merchant: str, channel: str, codes: Sequence[str]) -> Sequence[Sale]:
    """What was sold of these SKUs and concerns this channel."""
    rows = connection.execute(_SALES, {"merchant": merchant, "channel": channel, "codes": list(codes)})
    return [_sale(row) for row in rows]


def _sale(row: Any) -> Sale:
    invoiced = row.state is not None
    return Sale(
        code=row.code,
        quantity=Decimal(row.quantity),
        state=InvoiceState(row.state) if invoiced else None,
        fiscal_state=FiscalState(row.fiscal_state) if invoiced else None,
        update_time=from_micros(row.update_time) if invoiced else None,
    )


@dataclass(frozen=True)
class PruneSales(Write[int]):
    """Forgets sales whose invoices have been final since before an instant; gives how many orders were forgotten."""

    merchant: str
    channel: str
    before: dt.datetime

    def apply(self, connection: sa.Connection) -> int:
        """Deletes some of them."""
        final = (
            sa.select(sold_line.c.order_id)
            .distinct()
            .join(invoice_order, _LIVE)
            .join(_invoice, _OF_LIVE)
            .where(
                sold_line.c.merchant == self.merchant,
                _invoice.c.channel == self.channel,
                _invoice.c.state.in_([InvoiceState.OPEN, InvoiceState.VOIDED, InvoiceState.MISSING]),
                _invoice.c.fiscal_state != FiscalState.PENDING,
                _invoice.c.update_time < to_micros(self.before),
            )
            .limit(_PRUNED)
        )
        orders = connection.execute(final).scalars().all()
        if orders:
            gone = sa.and_(sold_line.c.merchant == self.merchant, sold_line.c.order_id.in_(orders))
            connection.execute(sa.delete(sold_line).where(gone))
        return len(orders)
