"""Reading a contact's fields from a request or a seed."""

from typing import Any

from erpgate_alegra.simulator.errors import Invalid
from erpgate_alegra.simulator.jsontext import Document
from erpgate_alegra.simulator.reading import read_object, read_rows, read_text
from erpgate_alegra.simulator.tenant import Tenant

from .item_fields import existing_id
from .strict import require_code

_TEXTS = (
    "name",
    "email",
    "emailSecondary",
    "phonePrimary",
    "phoneSecondary",
    "fax",
    "mobile",
    "observations",
    "kindOfPerson",
    "regime",
    "status",
    "ivaCondition",
    "cfdiUse",
    "fiscalRegime",
    "thirdType",
    "giro",
    "creditLimit",
)
_OTHERS = ("nameObject", "fiscalResponsibilities", "regimeObject")
_CODED = ("kindOfPerson", "regime", "ivaCondition", "thirdType")
_NAME_PARTS = ("firstName", "secondName", "lastName", "secondLastName")
_SAVED_AS_YES = {"yes": True, "no": False}


def blank_contact(tenant: Tenant) -> Document:
    """A contact of which nothing is known."""
    country = tenant.account.country
    return {
        "identification": None,
        "email": None,
        "phonePrimary": None,
        "phoneSecondary": None,
        "fax": None,
        "mobile": None,
        "observations": None,
        "address": dict.fromkeys(country.address),
        "type": [],
        "seller": None,
        "term": None,
        "priceList": None,
        "internalContacts": [],
        "status": "active",
        "kindOfPerson": "",
        "regime": "",
        "identificationObject": {"type": None, "number": None},
    }


def read_contact(tenant: Tenant, fields: Document) -> Document:
    """Makes kept values of the fields that are sent.

    Raises:
        Invalid: A field is wrong.
    """
    values: Document = {name: read_text(fields[name], name) for name in _TEXTS if name in fields}
    values |= {name: fields[name] for name in _OTHERS if name in fields}
    for name in _CODED:
        if values.get(name):
            require_code(tenant, name, values[name])
        if values.get(name) and not tenant.account.country.allows(name, values[name]):
            raise Invalid(f"El campo {name} no es válido")
    if not values.get("name") and isinstance(values.get("nameObject"), dict):
        values["name"] = " ".join(filter(None, (values["nameObject"].get(part) for part in _NAME_PARTS)))
    values |= _identification(tenant, fields)
    if "address" in fields:
        values["address"] = dict.fromkeys(tenant.account.country.address) | read_object(fields["address"], "address")
    if "type" in fields:
        values["type"] = _types(fields["type"])
    for name, kind in (("seller", "sellers"), ("term", "terms"), ("priceList", "price-lists")):
        if name in fields:
            values[name] = existing_id(tenant, kind, fields[name], name)
    if "internalContacts" in fields:
        values["internalContacts"] = [
            _internal(tenant, person) for person in read_rows(fields["internalContacts"], "internalContacts")
        ]
    return values


def check_electronic(tenant: Tenant, contact: Document) -> None:
    """Checks what electronic invoicing wants to know of a contact in Colombia.

    Raises:
        Invalid: Code 2031 or 2035, or a person without a name in parts.
    """
    if not tenant.electronic or tenant.account.country.key != "colombia":
        return
    if not contact["kindOfPerson"]:
        raise Invalid("El campo kindOfPerson es requerido", 2031)
    if not contact["identificationObject"].get("type"):
        raise Invalid("El tipo de identificación es requerido", 2035)
    if contact["kindOfPerson"] == "PERSON_ENTITY" and not contact.get("nameObject"):
        raise Invalid("El campo nameObject es requerido")


def _identification(tenant: Tenant, fields: Document) -> Document:
    sent = fields.get("identificationObject")
    if sent is None:
        sent = fields.get("identification")
    if sent is None:
        cleared = "identification" in fields or "identificationObject" in fields
        return {"identification": None, "identificationObject": {"type": None, "number": None}} if cleared else {}
    if not isinstance(sent, dict):
        text = read_text(sent, "identification")
        return {"identification": text, "identificationObject": {"type": None, "number": text}}
    kind, number = sent.get("type"), sent.get("number")
    if kind is not None and not tenant.account.country.allows("identificationType", kind):
        raise Invalid("El tipo de identificación no es válido")
    text = read_text(number, "identificationObject.number")
    return {"identification": text, "identificationObject": sent | {"type": kind, "number": text}}


def _types(value: Any) -> list[str]:
    types = value if isinstance(value, list) else [value]
    types = [kind for kind in types if kind]
    if any(kind not in ("client", "provider") for kind in types):
        raise Invalid("El tipo de contacto no es válido")
    return types


def _internal(tenant: Tenant, person: Document) -> Document:
    keys = ("name", "lastName", "email", "phone", "mobile")
    notify = person.get("sendNotifications", False)
    return {
        "id": str(person.get("id") or tenant["internal-contacts"].next_id()),
        **{key: person.get(key) for key in keys},
        "sendNotifications": _SAVED_AS_YES.get(notify, notify) if isinstance(notify, str) else bool(notify),
    }
