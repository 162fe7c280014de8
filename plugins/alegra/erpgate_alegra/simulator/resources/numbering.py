"""Document numbers: which template gives one, and whether it still may."""

from datetime import date
from typing import Any

from erpgate_alegra.simulator.assumptions import MANUAL_NUMBERS_ARE_UNIQUE
from erpgate_alegra.simulator.errors import Invalid
from erpgate_alegra.simulator.jsontext import Document
from erpgate_alegra.simulator.reading import reference_id
from erpgate_alegra.simulator.tenant import Tenant


def choose_template(tenant: Tenant, sent: Any, document_type: str, day: date) -> Document:
    """The template that a request names, or else the default one, checked to be usable.

    Raises:
        Invalid: It does not exist, is not active, has expired or is used up.
    """
    template = _named(tenant, sent, document_type) or _default(tenant, document_type)
    if template["status"] != "active":
        raise Invalid("La numeración no está activa")
    if template["endDate"] and day > date.fromisoformat(template["endDate"]):
        raise Invalid("La resolución de la numeración está vencida")
    if _used_up(template):
        raise Invalid("La numeración ha llegado a su número máximo")
    return template


def manual_number(tenant: Tenant, template: Document, sent: Any) -> str:
    """The number that a request gives itself; empty for a template that counts, which ignores one.

    Raises:
        Invalid: The template needs one and there is none, or it is taken.
    """
    if template["autoincrement"]:
        return ""
    number = sent.get("number") if isinstance(sent, dict) else None
    if number is None or not str(number).isdecimal():
        raise Invalid("El número de la factura es requerido para esta numeración")
    if MANUAL_NUMBERS_ARE_UNIQUE and tenant["invoices"].having("number", f"{template['prefix'] or ''}{number}"):
        raise Invalid("Ya existe una factura con este número")
    return str(number)


def take_number(tenant: Tenant, document: Document) -> None:
    """Gives a document its number, unless it has one.

    Raises:
        Invalid: The template is used up.
    """
    template = tenant["number-templates"].get(document["numberTemplate"])
    if document["number"] is not None or template is None:
        return
    if _used_up(template):
        raise Invalid("La numeración ha llegado a su número máximo")
    document["number"] = str(template["nextInvoiceNumber"])
    template["nextInvoiceNumber"] = str(int(template["nextInvoiceNumber"]) + 1)
    tenant["number-templates"].put(template)


def _named(tenant: Tenant, sent: Any, document_type: str) -> Document | None:
    identity = reference_id(sent, "numberTemplate")
    if identity is None:
        return None
    template = tenant["number-templates"].get(identity)
    if template is None or template["documentType"] != document_type:
        raise Invalid("La numeración no existe")
    return template


def _default(tenant: Tenant, document_type: str) -> Document:
    suitable = [
        template
        for template in tenant["number-templates"]
        if template["documentType"] == document_type and template["status"] == "active"
    ]
    if not suitable:
        raise Invalid("La empresa no tiene una numeración activa para este documento")
    return next((template for template in suitable if template["isDefault"]), suitable[0])


def _used_up(template: Document) -> bool:
    last = template["maxInvoiceNumber"]
    return bool(template["autoincrement"] and last and int(template["nextInvoiceNumber"]) > int(last))
