"""Alegra's invoices as neutral documents."""

import datetime as dt
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Literal

from erpgate.plugin import CustomerId, Document, DocumentId, DocumentLine, ItemId, Stage

from erpgate_alegra.body import Json, Unreadable, identifier, json_object, number, number_or_none, part, parts, text
from erpgate_alegra.notes import reference_in

_STATUSES = frozenset({"draft", "open", "closed", "void"})
_ACCEPTED = frozenset({"STAMPED_AND_ACCEPTED", "ACCEPTED", "STAMPED_AND_CANCELLED"})
_OBSERVED = frozenset({"STAMPED_AND_ACCEPTED_WITH_OBSERVATIONS", "ACCEPTED_WITH_OBSERVATIONS"})
_REJECTED = frozenset({"STAMPED_AND_REJECTED", "REJECTED"})
_WAITING = frozenset({"STAMPED_AND_WAITING_RESPONSE"})
_EXACT = Context(prec=60)
_FISCAL_NUMBERS = ("cufe", "uuid", "cae")

Fiscal = Literal["none", "pending", "accepted", "observed", "rejected"]


def document_of(body: object, currency_code: str) -> Document:
    """Reads an invoice as any call gives it.

    Args:
        body: The invoice.
        currency_code: Of the company's books, where the invoice names no currency.

    Raises:
        Unreadable: Something is missing that decides what may be done with it.
    """
    invoice = json_object(body, "invoice")
    status = text(invoice.get("status")).lower()
    if status not in _STATUSES:
        raise Unreadable("status is not known")
    stamp = part(invoice.get("stamp"))
    fiscal = _fiscal(stamp)
    total = number(invoice.get("total"), "total")
    tax = _tax(invoice, total)
    return Document(
        id=DocumentId(identifier(invoice, "invoice id")),
        number=_number(invoice.get("numberTemplate")),
        reference=reference_in(text(invoice.get("observations"))),
        stage=_stage(status, fiscal),
        voided=status == "void",
        fiscal=fiscal,
        date=_date(invoice.get("date")),
        customer=CustomerId(identifier(invoice.get("client"), "client")),
        currency_code=_currency_code(invoice.get("currency")) or currency_code,
        total=total,
        tax_base=total - tax,
        tax=tax,
        balance=_balance(invoice, total),
        lines=tuple(_line(row) for row in parts(invoice.get("items"))),
        messages=_messages(stamp),
    )


def _stage(status: str, fiscal: Fiscal) -> Stage:
    if status == "draft":
        return Stage.DRAFT
    return Stage.ISSUED if fiscal in ("accepted", "observed") else Stage.OPEN


def _fiscal(stamp: Json) -> Fiscal:
    """What the tax authority said; a fiscal number without a known state counts as accepted, as integrations do."""
    states = {text(stamp.get("legalStatus")).upper(), text(stamp.get("emissionStatus")).upper()}
    if states & _REJECTED:
        return "rejected"
    if states & _WAITING:
        return "pending"
    if states & _OBSERVED:
        return "observed"
    if states & _ACCEPTED:
        return "accepted"
    if not any(text(stamp.get(key)) for key in _FISCAL_NUMBERS):
        return "none"
    return "pending" if "PENDING" in states else "accepted"


def _messages(stamp: Json) -> tuple[str, ...]:
    found: list[str] = []
    for key in ("warnings", "errors", "entityResponse"):
        said = stamp.get(key)
        for entry in said if isinstance(said, list) else [said]:
            message = text(part(entry).get("message")) or text(entry)
            if message:
                found.append(message)
    return tuple(found)


def _number(template: object) -> str | None:
    """The whole number; a create was seen to answer with a list of templates."""
    shown = part(template[0] if isinstance(template, list) and template else template)
    whole = text(shown.get("fullNumber"))
    if whole or not text(shown.get("number")):
        return whole or None
    return text(shown.get("prefix")) + text(shown.get("number"))


def _date(value: object) -> dt.date:
    try:
        return dt.date.fromisoformat(text(value)[:10])
    except ValueError:
        raise Unreadable("date is not a date") from None


def _currency_code(currency: object) -> str:
    return text(part(currency).get("code")) or text(currency)


def _balance(invoice: Json, total: Decimal) -> Decimal:
    balance = number_or_none(invoice.get("balance"), "balance")
    if balance is not None:
        return balance
    return total - (number_or_none(invoice.get("totalPaid"), "totalPaid") or Decimal(0))


def _line(row: Json) -> DocumentLine:
    return DocumentLine(
        item=ItemId(identifier(row, "line item")),
        quantity=number(row.get("quantity"), "quantity"),
        total=number(row.get("total"), "line total"),
    )


def _tax(invoice: Json, total: Decimal) -> Decimal:
    """All taxes; bodies of 2016 do not tell them, there they are what the lines' prices leave of the total."""
    told = number_or_none(invoice.get("tax"), "tax")
    if told is not None:
        return told
    places = int(number_or_none(invoice.get("decimalPrecision"), "decimalPrecision") or 0)
    return total - sum((_line_base(row, places) for row in parts(invoice.get("items"))), Decimal(0))


def _line_base(row: Json, places: int) -> Decimal:
    price, quantity = number(row.get("price"), "price"), number(row.get("quantity"), "quantity")
    discount = number_or_none(row.get("discount"), "discount") or Decimal(0)
    base = price * quantity * (100 - discount) / 100
    return base.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=_EXACT)
