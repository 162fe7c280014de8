"""How a contact looks in an answer, alone and inside an invoice."""

from erpgate_alegra.simulator.jsontext import Document
from erpgate_alegra.simulator.tenant import Tenant

from .item_shapes import name_of

_PLAIN = ("id", "name", "identification", "email", "phonePrimary", "phoneSecondary", "fax", "mobile", "observations")
_ON_INVOICE = ("id", "name", "identification", "phonePrimary", "phoneSecondary", "fax", "mobile", "email", "address")
_LATER = ("kindOfPerson", "regime", "identificationObject")
_WHEN_SET = (
    "nameObject",
    "emailSecondary",
    "fiscalResponsibilities",
    "ivaCondition",
    "cfdiUse",
    "regimeObject",
    "fiscalRegime",
    "thirdType",
    "giro",
    "creditLimit",
)


def show_contact(tenant: Tenant, contact: Document, extras: frozenset[str] = frozenset()) -> Document:
    """Makes the answered form of a contact: the keys of 2016, then those that came later.

    Args:
        tenant: Its company.
        contact: The kept document.
        extras: Names from the query's `fields`, of which ``url`` and ``statementLink`` exist.
    """
    shown = {key: contact[key] for key in _PLAIN}
    shown["address"] = contact["address"]
    shown["type"] = contact["type"]
    shown["seller"] = _seller(tenant, contact["seller"])
    shown["term"] = _term(tenant, contact["term"])
    shown["priceList"] = name_of(tenant, "price-lists", contact["priceList"])
    shown["internalContacts"] = contact["internalContacts"]
    shown["status"] = contact["status"]
    for name in extras & {"url", "statementLink"}:
        shown[name] = f"https://app.invalid/{name}/{contact['id']}"
    return shown | _later(contact) | {key: contact[key] for key in _WHEN_SET if contact.get(key) is not None}


def show_client(tenant: Tenant, identity: str | None) -> Document | None:
    """Makes the shorter form in which an invoice shows its client."""
    contact = tenant["contacts"].get(identity)
    return contact and {key: contact[key] for key in _ON_INVOICE} | _later(contact)


def _later(contact: Document) -> Document:
    return {key: contact[key] for key in _LATER}


def _seller(tenant: Tenant, identity: str | None) -> Document | None:
    seller = tenant["sellers"].get(identity)
    return seller and {key: seller[key] for key in ("id", "name", "identification", "observations")}


def _term(tenant: Tenant, identity: str | None) -> Document | None:
    term = tenant["terms"].get(identity)
    return term and {key: term[key] for key in ("id", "name", "days")}
