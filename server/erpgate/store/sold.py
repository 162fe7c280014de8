"""What was sold and does not show in the ERP's stock yet."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from erpgate.domain.eligibility import Outcome
from erpgate.domain.order import Order
from erpgate.store.bulk import BulkInsert
from erpgate.store.codecs import from_micros, to_micros
from erpgate.store.records import FiscalState, InvoiceState
from erpgate.store.schema import invoice, invoice_order, sold_line, verdict
from erpgate.store.writes import Write

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


def post_sales(connection: sa.Connection, orders: Sequence[Order], *, known: Iterable[Order] = ()) -> None:
    """Notes what orders sold; part of a caller's write.

    Args:
        connection: Of the transaction.
        orders: As they are now.
        known: Those that may have been noted before.
    """
    keys = [(order.merchant, order.order_id) for order in known]
    if keys:
        noted = sa.tuple_(sold_line.c.merchant, sold_line.c.order_id).in_(keys)
        connection.execute(sa.delete(sold_line).where(noted))
    rows = [row for order in orders for row in _rows(order)]
    if rows:
        _INSERT.run(connection, rows)


def _rows(order: Order) -> Iterable[dict[str, object]]:
    quantities: dict[str, Decimal] = {}
    for line in order.lines:
        code = line.sku.strip()
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
    invoice.c.merchant == invoice_order.c.merchant,
    invoice.c.channel == invoice_order.c.channel,
    invoice.c.invoice == invoice_order.c.invoice,
)
_UNFINISHED = tuple(outcome.value for outcome in (Outcome.INVOICE, Outcome.WAITING, Outcome.ERROR))
_SALES = (
    sa.select(sold_line.c.code, sold_line.c.quantity, invoice.c.state, invoice.c.fiscal_state, invoice.c.update_time)
    .join(
        verdict,
        sa.and_(
            verdict.c.merchant == sold_line.c.merchant,
            verdict.c.order_id == sold_line.c.order_id,
            verdict.c.channel == sa.bindparam("channel"),
            verdict.c.outcome.in_(_UNFINISHED),
        ),
    )
    .outerjoin(invoice_order, _LIVE)
    .outerjoin(invoice, _OF_LIVE)
    .where(
        sold_line.c.merchant == sa.bindparam("merchant"),
        sold_line.c.code.in_(sa.bindparam("codes", expanding=True)),
        sa.or_(invoice.c.channel.is_(None), invoice.c.channel == sa.bindparam("channel")),
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
            .join(invoice, _OF_LIVE)
            .where(
                sold_line.c.merchant == self.merchant,
                invoice.c.channel == self.channel,
                invoice.c.state.in_([InvoiceState.OPEN, InvoiceState.VOIDED, InvoiceState.MISSING]),
                invoice.c.fiscal_state != FiscalState.PENDING,
                invoice.c.update_time < to_micros(self.before),
            )
            .limit(_PRUNED)
        )
        orders = connection.execute(final).scalars().all()
        if orders:
            gone = sa.and_(sold_line.c.merchant == self.merchant, sold_line.c.order_id.in_(orders))
            connection.execute(sa.delete(sold_line).where(gone))
        return len(orders)
