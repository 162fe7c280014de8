"""What a new company has before anybody adds to it."""

from .assumptions import BARCODE_FIELD_NAME
from .jsontext import Document
from .tenant import Tenant

_CATEGORIES = (
    {"id": "1", "name": "Ingresos", "type": "income"},
    {"id": "2", "name": "Activos", "type": "asset"},
    {"id": "3", "name": "Ventas", "type": "income", "idParent": "1"},
    {"id": "4", "name": "Egresos", "type": "expense"},
    {"id": "5", "name": "Pasivos", "type": "liability"},
    {"id": "6", "name": "Patrimonio", "type": "equity"},
    {"id": "7", "name": "Inventarios", "type": "asset", "idParent": "2"},
)
_RETENTIONS = (
    {"id": "1", "name": "Honorarios y comisiones", "percentage": "11.00", "type": "FUENTE"},
    {"id": "3", "name": "ReteIVA", "percentage": "15.00", "type": "IVA"},
)
_TERMS = (
    {"name": "De contado", "days": "0"},
    {"name": "8 días", "days": "8"},
    {"name": "15 días", "days": "15"},
    {"name": "30 días", "days": "30"},
)
_CASH_ACCOUNT = {"name": "Caja general", "type": "cash", "description": "Caja general de la empresa"}


def defaults(tenant: Tenant, document: Document) -> Document:
    """The lists of a new company: those of the seed, and the country's where the seed names none."""
    electronic = bool(document.get("electronic_invoicing", False))
    currency = tenant.company["currency"]
    lists: Document = {
        "warehouses": [{"name": "Principal", "isDefault": True}],
        "price_lists": [{"name": "General", "main": True}],
        "taxes": list(tenant.account.country.taxes),
        "retentions": list(_RETENTIONS),
        "terms": list(_TERMS),
        "categories": list(_CATEGORIES),
        "bank_accounts": [_CASH_ACCOUNT],
        "currencies": [{"code": currency["code"], "name": currency["code"], "symbol": currency["symbol"]}],
        "custom_fields": [{"name": BARCODE_FIELD_NAME}] if tenant.switches.barcode == "custom_field" else [],
        "number_templates": [_invoice_numbers(electronic=electronic), _credit_numbers(electronic=electronic)],
    }
    named = {key: value for key, value in document.items() if value is not None}
    if "number_templates" in named and not any(_is_credit(template) for template in named["number_templates"]):
        named["number_templates"] = [*named["number_templates"], _credit_numbers(electronic=electronic)]
    return lists | named


def _invoice_numbers(*, electronic: bool) -> Document:
    name = "Factura electrónica" if electronic else "Facturas de venta"
    return {"name": name, "prefix": "FE" if electronic else None, "isDefault": True, "isElectronic": electronic}


def _credit_numbers(*, electronic: bool) -> Document:
    numbers = {"name": "Notas crédito", "prefix": "NC", "documentType": "creditNote", "isDefault": True}
    return numbers | {"isElectronic": electronic}


def _is_credit(template: Document) -> bool:
    return bool(template.get("documentType") == "creditNote")
