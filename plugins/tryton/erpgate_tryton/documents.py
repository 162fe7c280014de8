"""Tryton's invoices as neutral documents."""

import datetime as dt
from decimal import Decimal

from erpgate.plugin import CustomerId, Document, DocumentId, DocumentLine, ItemId, Stage

from erpgate_tryton.values import Record, Unreadable, id_of, number, related, related_list, text

FIELDS = [
    "type",
    "state",
    "number",
    "reference",
    "invoice_date",
    "party",
    "currency.code",
    "total_amount",
    "untaxed_amount",
    "tax_amount",
    "amount_to_pay",
    "lines.type",
    "lines.product",
    "lines.quantity",
    "lines.amount",
]
"""What `document_of` reads of an `account.invoice`."""

_DRAFTS = frozenset({"draft", "validated"})
_POSTED = frozenset({"posted", "paid"})
_CANCELLED = "cancelled"


def document_of(row: Record) -> Document:
    """Reads an invoice.

    Raises:
        Unreadable: Something is missing that decides what may be done with it.
    """
    state = text(row.get("state"))
    if state not in _DRAFTS | _POSTED | {_CANCELLED}:
        raise Unreadable("state is not known")
    numbered = text(row.get("number")) or None
    total = number(row.get("total_amount"), "total_amount")
    return Document(
        id=DocumentId(str(id_of(row.get("id"), "invoice id"))),
        number=numbered,
        reference=text(row.get("reference")) or None,
        stage=Stage.OPEN if state in _POSTED or (state == _CANCELLED and numbered) else Stage.DRAFT,
        voided=state == _CANCELLED,
        fiscal="none",
        date=_date(row.get("invoice_date")),
        customer=CustomerId(str(id_of(row.get("party"), "party"))),
        currency_code=text(related(row, "currency").get("code")),
        total=total,
        tax_base=number(row.get("untaxed_amount"), "untaxed_amount"),
        tax=number(row.get("tax_amount"), "tax_amount"),
        balance=total if state in _DRAFTS else _number_or_nothing(row.get("amount_to_pay")),
        lines=tuple(_line(line) for line in related_list(row, "lines") if line.get("type") == "line"),
    )


def _line(row: Record) -> DocumentLine:
    return DocumentLine(
        item=ItemId(text(row.get("product"))),
        quantity=number(row.get("quantity"), "quantity"),
        total=number(row.get("amount"), "line amount"),
    )


def _date(value: object) -> dt.date:
    if not isinstance(value, dt.date):
        raise Unreadable("invoice_date is missing")
    return value


def _number_or_nothing(value: object) -> Decimal:
    return Decimal(0) if value is None else number(value, "amount_to_pay")
