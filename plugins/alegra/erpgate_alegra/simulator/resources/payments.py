"""``/payments``: money received for invoices, which it closes."""

from decimal import Decimal
from typing import Any

from erpgate_alegra.simulator.arithmetic import ZERO
from erpgate_alegra.simulator.call import Answer, Call, Handler, done
from erpgate_alegra.simulator.errors import Invalid
from erpgate_alegra.simulator.jsontext import Document
from erpgate_alegra.simulator.listing import Filter, page_of
from erpgate_alegra.simulator.reading import decimal_of, read_date, read_rows, reference_id
from erpgate_alegra.simulator.tenant import Tenant, full_number

from .balances import balance_of, settle, total_of
from .contact_shapes import show_client
from .item_fields import existing_id
from .item_shapes import name_of

_METHODS = ("cash", "debit-card", "credit-card", "transfer", "check", "deposit")


def invoice_payments(call: Call, invoice: Document) -> list[Document]:
    """Reads the payments inside a new invoice, where the bank account is called `account`.

    Raises:
        Invalid: A payment is wrong, or all together are more than the total.
    """
    payments = []
    left = total_of(invoice)
    for entry in read_rows(call.fields.get("payments"), "payments"):
        fields = entry | {"bankAccount": entry.get("account", entry.get("bankAccount")), "client": invoice["client"]}
        payment = _read(call, fields)
        payment["amount"] = _amount(entry.get("amount"))
        left -= payment["amount"]
        payments.append(payment)
    if left < ZERO:
        raise Invalid("El valor del pago es mayor que el saldo de la factura")
    return payments


def pay_invoice(tenant: Tenant, payment: Document, invoice: Document) -> None:
    """Stores a payment that is all for one invoice."""
    _store(tenant, payment | {"invoices": [{"id": invoice["id"], "amount": payment["amount"]}]})


def _read(call: Call, fields: Document) -> Document:
    tenant = call.tenant
    account = reference_id(fields.get("bankAccount"), "bankAccount")
    if account is None:
        raise Invalid("El campo bankAccount es requerido", 4002)
    method = fields.get("paymentMethod")
    if method is not None and method not in _METHODS:
        raise Invalid("El método de pago no es válido")
    return {
        "id": "",
        "date": read_date(fields.get("date"), "date").isoformat(),
        "type": fields.get("type", "in"),
        "bankAccount": existing_id(tenant, "bank-accounts", account, "bankAccount"),
        "paymentMethod": method,
        "client": existing_id(tenant, "contacts", fields.get("client"), "client"),
        "amount": ZERO,
        "invoices": [],
        "categories": read_rows(fields.get("categories"), "categories"),
        "observations": fields.get("observations"),
        "anotation": fields.get("anotation"),
        "status": "open",
    }


def _create(call: Call) -> Answer:
    tenant, fields = call.tenant, call.fields
    payment = _read(call, fields)
    payment["invoices"] = [_part(tenant, entry) for entry in read_rows(fields.get("invoices"), "invoices")]
    if not payment["invoices"] and not payment["categories"]:
        raise Invalid("El pago debe tener facturas o categorías")
    for part in payment["invoices"]:
        asked = sum((other["amount"] for other in payment["invoices"] if other["id"] == part["id"]), ZERO)
        invoice = tenant["invoices"].get(part["id"]) or {}
        payment["client"] = payment["client"] or invoice["client"]
        if asked > balance_of(invoice):
            raise Invalid("El valor del pago es mayor que el saldo de la factura")
    booked = (_amount(entry.get("price")) * _amount(entry.get("quantity", 1)) for entry in payment["categories"])
    payment["amount"] = sum((part["amount"] for part in payment["invoices"]), ZERO) + sum(booked, ZERO)
    return Answer(status=201, body=_show(tenant, _store(tenant, payment)))


def _part(tenant: Tenant, entry: Any) -> Document:
    identity = reference_id(entry, "invoices")
    invoice = tenant["invoices"].get(identity)
    if invoice is None:
        raise Invalid("La factura no existe")
    if invoice["status"] == "draft":
        raise Invalid("La factura se encuentra en borrador", 4096)
    if invoice["status"] == "void":
        raise Invalid("La factura se encuentra anulada")
    return {"id": identity, "amount": _amount(entry.get("amount"))}


def _amount(value: Any) -> Decimal:
    amount = decimal_of(value, "amount")
    if amount <= ZERO:
        raise Invalid("El valor del pago debe ser mayor que cero")
    return amount


def _store(tenant: Tenant, payment: Document) -> Document:
    payment["id"] = tenant["payments"].next_id()
    tenant["payments"].put(payment)
    _book(tenant, payment, 1)
    return payment


def _book(tenant: Tenant, payment: Document, sign: int) -> None:
    for part in payment["invoices"]:
        invoice = tenant["invoices"].get(part["id"])
        if invoice is not None:
            settle(tenant, invoice, paid=sign * Decimal(part["amount"]))


def _list(call: Call) -> Answer:
    query = call.query
    filters: list[Filter] = [
        lambda payment, key=key, name=name: payment[key] == query[name]  # type: ignore[misc]
        for name, key in (("client_id", "client"), ("type", "type"), ("date", "date"))
        if name in query
    ]
    order = {"id": lambda payment: int(payment["id"]), "date": lambda payment: payment["date"]}
    documents = call.tenant["payments"].newest_first()
    return page_of(call, documents, show=lambda payment: _show(call.tenant, payment), filters=filters, order=order)


def _get(call: Call) -> Answer:
    return Answer(body=_show(call.tenant, call.document()))


def _update(call: Call) -> Answer:
    payment = call.document()
    changes: Document = {key: call.fields[key] for key in ("observations", "anotation") if key in call.fields}
    if "date" in call.fields:
        changes["date"] = read_date(call.fields["date"], "date").isoformat()
    payment.update(changes)
    return Answer(body=_show(call.tenant, call.tenant["payments"].put(payment)))


def _delete(call: Call) -> Answer:
    payment = call.document()
    if payment["status"] != "void":
        _book(call.tenant, payment, -1)
    call.tenant["payments"].remove(payment["id"])
    return done("El pago fue eliminado correctamente.")


def _void(call: Call) -> Answer:
    payment = call.document()
    if payment["status"] == "void":
        raise Invalid("El pago ya se encuentra anulado")
    payment["status"] = "void"
    call.tenant["payments"].put(payment)
    _book(call.tenant, payment, -1)
    return done("El pago fue anulado correctamente")


def _open(call: Call) -> Answer:
    payment = call.document()
    if payment["status"] != "void":
        raise Invalid("El pago ya se encuentra abierto")
    for part in payment["invoices"]:
        invoice = call.tenant["invoices"].get(part["id"])
        if invoice is None or Decimal(part["amount"]) > balance_of(invoice):
            raise Invalid("El valor del pago es mayor que el saldo de la factura")
    payment["status"] = "open"
    call.tenant["payments"].put(payment)
    _book(call.tenant, payment, 1)
    return done("El pago fue abierto correctamente")


def _show(tenant: Tenant, payment: Document) -> Document:
    kept = ("id", "date", "amount", "type", "paymentMethod", "observations", "anotation", "status", "categories")
    shown = {key: payment[key] for key in kept}
    shown["bankAccount"] = name_of(tenant, "bank-accounts", payment["bankAccount"])
    shown["client"] = show_client(tenant, payment["client"])
    shown["invoices"] = [_paid(tenant, part) for part in payment["invoices"]]
    return shown


def _paid(tenant: Tenant, part: Document) -> Document:
    invoice = tenant["invoices"].get(part["id"])
    if invoice is None:
        return part
    return {
        "id": invoice["id"],
        "number": full_number(invoice),
        "date": invoice["date"],
        "amount": part["amount"],
        "total": total_of(invoice),
        "balance": balance_of(invoice),
    }


HANDLERS: dict[tuple[str, str], Handler] = {
    ("GET", "/payments"): _list,
    ("POST", "/payments"): _create,
    ("GET", "/payments/{id}"): _get,
    ("PUT", "/payments/{id}"): _update,
    ("DELETE", "/payments/{id}"): _delete,
    ("POST", "/payments/{id}/void"): _void,
    ("POST", "/payments/{id}/open"): _open,
}
