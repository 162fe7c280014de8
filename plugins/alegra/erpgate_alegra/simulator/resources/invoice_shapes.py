"""How an invoice looks in an answer."""

from datetime import date
from decimal import Decimal

from erpgate_alegra.simulator.files import address_of
from erpgate_alegra.simulator.jsontext import Document
from erpgate_alegra.simulator.tenant import Tenant, full_number

from .balances import balance_of
from .contact_shapes import show_client
from .item_shapes import name_of
from .lines import show_line
from .stamping import show_stamp

_TEXTS = ("id", "date", "dueDate", "datetime", "observations", "anotation", "termsConditions", "status")
_WHEN_SET = ("saleCondition", "saleType", "cfdiUse", "paymentType", "currency")
_PRINTING = {"id": "1", "name": "Clásico (Carta)", "pageSize": "letter"}


def show_invoice(
    tenant: Tenant, invoice: Document, *, fresh: bool = False, extras: frozenset[str] = frozenset(), origin: str = ""
) -> Document:
    """Makes the answered form of an invoice: the keys of 2016 and of 2024 together.

    Args:
        tenant: Its company.
        invoice: The kept document.
        fresh: Whether it answers a create, which shows quantities as they were sent.
        extras: Names from the query's `fields`, such as ``pdf``.
        origin: Scheme and host under which its files are.
    """
    amounts = invoice["amounts"]
    shown: Document = {key: invoice[key] for key in _TEXTS}
    shown["client"] = show_client(tenant, invoice["client"])
    shown["numberTemplate"] = show_number(tenant, invoice)
    shown["purchaseOrderNumber"] = invoice["purchaseOrderNumber"]
    shown["subtotal"] = amounts["gross"]
    shown["discount"] = amounts["discount"]
    shown["tax"] = amounts["tax"]
    shown["total"] = amounts["total"]
    shown["totalPaid"] = invoice["totalPaid"]
    shown["balance"] = balance_of(invoice)
    shown["decimalPrecision"] = invoice["decimalPrecision"]
    shown["warehouse"] = name_of(tenant, "warehouses", invoice["warehouse"])
    shown["term"] = _term(tenant, invoice)
    for key in ("type", "operationType", "paymentForm", "paymentMethod"):
        shown[key] = invoice[key]
    shown["seller"] = name_of(tenant, "sellers", invoice["seller"])
    shown["priceList"] = name_of(tenant, "price-lists", invoice["priceList"])
    if invoice["stamp"]:
        shown["stamp"] = show_stamp(invoice["stamp"])
    shown["items"] = [show_line(line, fresh=fresh) for line in invoice["items"]]
    shown["costCenter"] = name_of(tenant, "cost-centers", invoice["costCenter"])
    shown["printingTemplate"] = _PRINTING
    return shown | _optional(tenant, invoice, extras, origin)


def show_number(tenant: Tenant, document: Document) -> Document:
    """Makes the answered form of a document's number, which a draft may not have yet."""
    template = tenant["number-templates"].get(document["numberTemplate"]) or {}
    number = document["number"]
    return {
        "id": document["numberTemplate"],
        "prefix": document["prefix"],
        "number": number,
        "text": template.get("invoiceText"),
        "documentType": template.get("documentType"),
        "fullNumber": None if number is None else full_number(document),
        "formattedNumber": number,
        "isElectronic": template.get("isElectronic", False),
    }


def _term(tenant: Tenant, invoice: Document) -> str | None:
    term = tenant["terms"].get(invoice["term"])
    if term is None:
        days = (date.fromisoformat(invoice["dueDate"]) - date.fromisoformat(invoice["date"])).days
        term = next((candidate for candidate in tenant["terms"] if candidate["days"] == str(days)), None)
    return None if term is None else str(term["name"])


def _optional(tenant: Tenant, invoice: Document, extras: frozenset[str], origin: str) -> Document:
    shown: Document = {key: invoice[key] for key in _WHEN_SET if invoice.get(key) is not None}
    payments = tenant["payments"].having("invoice", invoice["id"])
    if payments:
        shown["payments"] = [_payment(payment, invoice["id"]) for payment in payments]
    if invoice["retentions"]:
        shown["retentions"] = invoice["retentions"]
    for name in extras & {"pdf", "xml", "url"}:
        shown[name] = address_of(origin, tenant, invoice, name)
    return shown


def _payment(payment: Document, invoice: str) -> Document:
    amount = sum((Decimal(part["amount"]) for part in payment["invoices"] if part["id"] == invoice), Decimal(0))
    kept = {key: payment[key] for key in ("id", "date", "paymentMethod", "observations", "anotation", "status")}
    return kept | {"amount": amount}
