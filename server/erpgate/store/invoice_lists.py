"""Several invoices at a time: pages, those of a watch, and those whose documents are due to be compared."""

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa

from erpgate.plugin.reasons import Reason
from erpgate.store.codecs import from_micros, to_micros
from erpgate.store.invoices import invoice_record
from erpgate.store.records import InvoiceRecord, InvoiceState
from erpgate.store.schema import invoice, invoice_order


def list_invoices(
    connection: sa.Connection,
    merchant: str,
    channel: str,
    *,
    after: str,
    limit: int,
    state: InvoiceState | None = None,
    reason: Reason | None = None,
    sales_channel: str = "",
    order_id: str = "",
    start: dt.datetime | None = None,
    end: dt.datetime | None = None,
) -> Sequence[InvoiceRecord]:
    """A channel's invoices, oldest first."""
    where = [invoice.c.merchant == merchant, invoice.c.channel == channel, invoice.c.invoice > after]
    if state is not None:
        where.append(invoice.c.state == state)
    if reason is not None:
        where.append(invoice.c.reason == reason)
    if sales_channel:
        where.append(invoice.c.order_id.startswith(f"{sales_channel}:", autoescape=True))
    if order_id:
        basket = sa.select(invoice_order.c.invoice).where(
            invoice_order.c.merchant == merchant, invoice_order.c.order_id == order_id, invoice_order.c.live == 1
        )
        where.append(sa.or_(invoice.c.order_id == order_id, invoice.c.invoice.in_(basket)))
    if start is not None:
        where.append(invoice.c.create_time >= to_micros(start))
    if end is not None:
        where.append(invoice.c.create_time < to_micros(end))
    rows = connection.execute(sa.select(invoice).where(*where).order_by(invoice.c.invoice).limit(limit))
    return [invoice_record(row) for row in rows]


def invoices_with_ids(
    connection: sa.Connection, merchant: str, channel: str, ids: Sequence[str]
) -> dict[str, InvoiceRecord]:
    """Some of a channel's invoices, by id."""
    if not ids:
        return {}
    own = sa.and_(invoice.c.merchant == merchant, invoice.c.channel == channel, invoice.c.invoice.in_(ids))
    return {row.invoice: invoice_record(row) for row in connection.execute(sa.select(invoice).where(own))}


def invoices_to_look_at(connection: sa.Connection, account: str, now: dt.datetime, limit: int) -> Sequence[str]:
    """Names of an account's invoices whose documents are due to be compared, those that wait longest first."""
    rows = connection.execute(
        sa.select(invoice.c.merchant, invoice.c.channel, invoice.c.invoice)
        .where(invoice.c.account == account, invoice.c.look_due <= to_micros(now))
        .order_by(invoice.c.look_due)
        .limit(limit)
    )
    return [f"merchants/{row.merchant}/channels/{row.channel}/invoices/{row.invoice}" for row in rows]


def next_look_due(connection: sa.Connection, account: str) -> dt.datetime | None:
    """When the next document of an account is due to be compared; None when none is."""
    due = connection.execute(
        sa.select(sa.func.min(invoice.c.look_due)).where(invoice.c.account == account, invoice.c.look_due.is_not(None))
    ).scalar_one()
    return None if due is None else from_micros(due)
