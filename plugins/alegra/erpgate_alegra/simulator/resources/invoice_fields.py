"""Reading an invoice's fields from a request."""

from typing import Any

from erpgate_alegra.simulator.assumptions import TEXT_LIMIT
from erpgate_alegra.simulator.call import Call
from erpgate_alegra.simulator.errors import Invalid
from erpgate_alegra.simulator.jsontext import Document
from erpgate_alegra.simulator.reading import read_date, read_object, read_rows, read_text, reference_id
from erpgate_alegra.simulator.tenant import Tenant

from .balances import kept_amounts
from .item_fields import default_id, existing_id
from .lines import read_lines
from .numbering import choose_template, manual_number
from .strict import require_code

_PRINTED = ("observations", "anotation", "termsConditions")
_REFERENCES = {"priceList": "price-lists", "seller": "sellers", "costCenter": "cost-centers", "term": "terms"}
_CODED = {
    "paymentForm": "paymentForm",
    "paymentMethod": "paymentMethod",
    "type": "invoiceType",
    "operationType": "operationType",
    "saleCondition": "saleCondition",
    "saleType": "saleType",
    "cfdiUse": "cfdiUse",
    "paymentType": "paymentType",
}
"""Coded fields and the enum that each is checked against."""

_INVOICE_CODES = ("type", "operationType")
"""Coded fields that a credit note has too, with other codes."""


def new_invoice(call: Call, document_type: str = "invoice") -> Document:
    """Reads a whole invoice, without id and number.

    Raises:
        Invalid: A field is missing or wrong; the first one is told.
    """
    tenant, fields = call.tenant, call.fields
    day = read_date(fields.get("date"), "date")
    invoice: Document = {
        "id": "",
        "date": day.isoformat(),
        "dueDate": None,
        "datetime": call.local_now.strftime("%Y-%m-%d %H:%M:%S"),
        "observations": None,
        "anotation": tenant.company["invoicePreferences"]["defaultAnotation"],
        "termsConditions": tenant.company["invoicePreferences"]["defaultTermsAndConditions"],
        "status": "draft",
        "purchaseOrderNumber": None,
        "warehouse": default_id(tenant, "warehouses"),
        "currency": None,
        "retentions": [],
        "totalPaid": 0,
        "credited": 0,
        "stamp": None,
        "decimalPrecision": tenant.company["decimalPrecision"],
        **dict.fromkeys([*_REFERENCES, *_CODED]),
    }
    invoice["dueDate"] = _due_date(fields) if document_type == "invoice" else invoice["date"]
    invoice["client"] = _client(tenant, fields.get("client"))
    template = choose_template(tenant, fields.get("numberTemplate"), document_type, day)
    invoice["numberTemplate"], invoice["prefix"] = template["id"], template["prefix"]
    invoice["number"] = manual_number(tenant, template, fields.get("numberTemplate")) or None
    own = {key: value for key, value in fields.items() if document_type == "invoice" or key not in _INVOICE_CODES}
    return invoice | read_changes(tenant, {"items": None} | own)


def read_changes(tenant: Tenant, fields: Document) -> Document:
    """Reads the fields that an update may change, of those that are sent.

    Raises:
        Invalid: A field is wrong; the first one is told.
    """
    values: Document = {}
    for name in _PRINTED:
        if name in fields:
            values[name] = _text(fields[name], name)
    for name, enum in _CODED.items():
        if name in fields:
            values[name] = _code(tenant, fields[name], name, enum)
    for name, kind in _REFERENCES.items():
        if name in fields:
            values[name] = existing_id(tenant, kind, fields[name], name)
    if "purchaseOrderNumber" in fields:
        values["purchaseOrderNumber"] = read_text(fields["purchaseOrderNumber"], "purchaseOrderNumber")
    if fields.get("warehouse"):
        values["warehouse"] = existing_id(tenant, "warehouses", fields["warehouse"], "warehouse")
    if fields.get("currency"):
        values["currency"] = _currency(tenant, read_object(fields["currency"], "currency"))
    if "retentions" in fields:
        values["retentions"] = [_retention(tenant, entry) for entry in read_rows(fields["retentions"], "retentions")]
    if "items" in fields:
        values["items"], amounts = read_lines(tenant, fields["items"])
        values["amounts"] = kept_amounts(amounts)
    return values


def read_update(tenant: Tenant, fields: Document) -> Document:
    """Reads an update: what `read_changes` takes, and dates and client.

    Raises:
        Invalid: A field is wrong; the first one is told.
    """
    values: Document = {}
    if "date" in fields:
        values["date"] = read_date(fields["date"], "date").isoformat()
    if "dueDate" in fields:
        values["dueDate"] = _due_date(fields)
    if "client" in fields:
        values["client"] = _client(tenant, fields["client"])
    return values | read_changes(tenant, fields)


def _due_date(fields: Document) -> str:
    return read_date(fields.get("dueDate"), "dueDate", 3007).isoformat()


def _client(tenant: Tenant, sent: Any) -> str:
    if sent is None or (isinstance(sent, dict) and not sent.get("id")):
        raise Invalid("El cliente debe ser el id de un contacto", 3003)
    identity = reference_id(sent, "client") or ""
    contact = tenant["contacts"].get(identity)
    if contact is None or contact.get("deleted"):
        raise Invalid("El cliente no existe", 3003)
    return identity


def _text(value: Any, field: str) -> str | None:
    text = read_text(value, field)
    if len(text or "") > TEXT_LIMIT:
        raise Invalid(f"El campo {field} no puede tener más de {TEXT_LIMIT} caracteres")
    return text


def _code(tenant: Tenant, value: Any, field: str, enum: str) -> Any:
    """Checks a coded field; a company without electronic invoicing has it ignored, as in the recording of 2016."""
    country = tenant.account.country
    if value is None or value == "":
        return None
    require_code(tenant, enum, value)
    if enum in country.enums and country.allows(enum, value):
        return value
    if not tenant.electronic or enum not in country.enums:
        return None
    raise Invalid("El método de pago no es válido" if field == "paymentMethod" else f"El campo {field} no es válido")


def _currency(tenant: Tenant, sent: Document) -> Document | None:
    company = tenant.company
    if sent.get("code") == company["currency"]["code"]:
        return None
    if not company["multicurrency"]:
        raise Invalid("La empresa no tiene habilitada la multimoneda")
    currency = tenant["currencies"].get(sent.get("code"))
    if currency is None:
        raise Invalid("La moneda no existe")
    rate = sent.get("exchangeRate", currency["exchangeRate"])
    return {"code": currency["code"], "symbol": currency["symbol"], "exchangeRate": rate}


def _retention(tenant: Tenant, entry: Document) -> Document:
    retention = tenant["retentions"].get(existing_id(tenant, "retentions", entry, "retentions")) or {}
    return {key: retention.get(key) for key in ("id", "name", "percentage")} | {"amount": entry.get("amount", 0)}
