"""``/credit-notes``: what is taken back of an invoice."""

from decimal import Decimal
from typing import Any

from erpgate_alegra.simulator.arithmetic import ZERO
from erpgate_alegra.simulator.assumptions import CREDIT_NOTE_RETURNS_STOCK
from erpgate_alegra.simulator.call import Answer, Call, Handler, done
from erpgate_alegra.simulator.errors import Invalid
from erpgate_alegra.simulator.jsontext import Document
from erpgate_alegra.simulator.listing import page_of
from erpgate_alegra.simulator.reading import decimal_of, read_rows, reference_id
from erpgate_alegra.simulator.tenant import Tenant

from . import stamping, stock
from .balances import balance_of, settle, total_of
from .invoice_fields import new_invoice
from .invoice_list import invoice_filters
from .invoice_shapes import show_invoice
from .numbering import take_number


def _list(call: Call) -> Answer:
    notes = call.tenant["credit-notes"].newest_first()
    order = {"id": lambda note: int(note["id"]), "date": lambda note: (note["date"], int(note["id"]))}
    return page_of(call, notes, show=lambda note: _show(call.tenant, note), filters=invoice_filters(call), order=order)


def _get(call: Call) -> Answer:
    note = call.document()
    shown = _show(call.tenant, note, extras=call.extras)
    stamping.read_once(call.tenant, note, call.resource)
    return Answer(body=shown)


def _create(call: Call) -> Answer:
    tenant, fields = call.tenant, call.fields
    note = new_invoice(call, "creditNote") | {"cause": fields.get("cause"), "status": "open"}
    note["type"] = _type(tenant, note, fields.get("type"))
    note["operationType"] = _code(tenant, "creditNoteOperationType", fields.get("operationType"))
    note["invoices"] = _parts(tenant, fields.get("invoices"), total_of(note))
    stamped = stamping.wants_stamp(call)
    if stamped:
        stamping.check(call, note)
    note["id"] = tenant["credit-notes"].next_id()
    take_number(tenant, note)
    if stamped:
        stamping.stamp(call, note)
    tenant["credit-notes"].put(note)
    _book(tenant, note, 1)
    return Answer(status=201, body=_show(tenant, note, fresh=True))


def _type(tenant: Tenant, note: Document, sent: Any) -> Any:
    template = tenant["number-templates"].get(note["numberTemplate"]) or {}
    if template.get("isElectronic") and not sent:
        raise Invalid("El campo type es requerido", 9070)
    return _code(tenant, "creditNoteType", sent)


def _code(tenant: Tenant, enum: str, sent: Any) -> Any:
    if sent is not None and not tenant.account.country.allows(enum, sent):
        raise Invalid("El tipo de la nota crédito no es válido")
    return sent


def _parts(tenant: Tenant, entries: Any, total: Decimal) -> list[Document]:
    parts = []
    for entry in read_rows(entries, "invoices"):
        invoice = tenant["invoices"].get(reference_id(entry, "invoices"))
        if invoice is None or invoice["status"] in {"draft", "void"}:
            raise Invalid("La factura no existe o no está abierta")
        amount = decimal_of(entry.get("amount"), "amount")
        parts.append({"id": invoice["id"], "amount": amount})
        applied = sum((part["amount"] for part in parts if part["id"] == invoice["id"]), ZERO)
        if applied > balance_of(invoice):
            raise Invalid("El valor aplicado es mayor que el saldo de la factura", 9030)
    if sum((part["amount"] for part in parts), ZERO) > total:
        raise Invalid("El valor aplicado es mayor que el total de la nota crédito")
    return parts


def _book(tenant: Tenant, note: Document, sign: int) -> None:
    """Credits the invoices and puts stock back, or undoes both with a sign of -1."""
    if CREDIT_NOTE_RETURNS_STOCK:
        stock.take(tenant, stock.movement(tenant, note["items"], note["warehouse"]), sign=-sign)
    for part in note["invoices"]:
        invoice = tenant["invoices"].get(part["id"])
        if invoice is not None:
            settle(tenant, invoice, credited=sign * Decimal(part["amount"]))


def _delete(call: Call) -> Answer:
    note = call.document()
    if note["stamp"]:
        raise Invalid("La nota crédito fue emitida y no se puede eliminar")
    _book(call.tenant, note, -1)
    call.tenant["credit-notes"].remove(note["id"])
    return done("La nota crédito fue eliminada correctamente.")


def _email(call: Call) -> Answer:
    call.document()
    if not call.fields.get("emails"):
        raise Invalid("El campo emails es requerido")
    return done("La nota crédito fue enviada exitosamente", code="200")


def _show(tenant: Tenant, note: Document, *, fresh: bool = False, extras: frozenset[str] = frozenset()) -> Document:
    shown = show_invoice(tenant, note, fresh=fresh, extras=extras)
    applied = sum((Decimal(part["amount"]) for part in note["invoices"]), ZERO)
    for name in ("dueDate", "totalPaid", "term", "paymentForm", "paymentMethod", "payments"):
        shown.pop(name, None)
    return shown | {"balance": total_of(note) - applied, "cause": note["cause"], "invoices": note["invoices"]}


HANDLERS: dict[tuple[str, str], Handler] = {
    ("GET", "/credit-notes"): _list,
    ("POST", "/credit-notes"): _create,
    ("GET", "/credit-notes/{id}"): _get,
    ("DELETE", "/credit-notes/{id}"): _delete,
    ("POST", "/credit-notes/{id}/email"): _email,
}
