"""Setting the stage: companies with everything in them, made from one document."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from .directory import Directory
from .jsontext import Document
from .resources.catalogue import CATALOGUES
from .resources.company import blank_company, merged
from .resources.contact_fields import blank_contact, read_contact
from .resources.contacts import add_contact
from .seed_defaults import defaults
from .seed_items import Catalog, seed_item, shown_name
from .tenant import COMPANY_ID, Tenant

_ACCOUNT_KEYS = ("email", "token", "country", "plan", "contacts_limit", "denied", "switches")
_COMPANY_KEYS = ("name", "identification", "decimalPrecision", "timezone", "multicurrency", "regime", "address")


def seed(directory: Directory, document: Document, now: datetime) -> Document:
    """Makes a company, or adds to an existing one, and answers the ids of what was made.

    An existing company keeps what it has: account settings and lists that the document names are changed or added.

    Raises:
        ValueError: Something in the document is not known.
        KeyError: A key is missing.
    """
    tenant = directory.get(document["email"])
    fresh = tenant is None
    kept = {} if tenant is None else _account_document(tenant)
    tenant = directory.open(kept | {key: document[key] for key in _ACCOUNT_KEYS if key in document})
    if fresh:
        tenant["company"].put(blank_company(tenant.account, now.strftime("%Y-%m-%d %H:%M:%S")))
    tenant["company"].put(merged(tenant.company, _company_changes(document)))
    made: Document = {"email": tenant.account.email, "company": {"id": COMPANY_ID}}
    lists = defaults(tenant, document) if fresh else document
    for kind in CATALOGUES:
        name = kind.replace("-", "_")
        made[name] = _catalogue(tenant, kind, lists.get(name) or ())
    catalog = Catalog(tenant)
    made["items"] = _named([seed_item(catalog, item) for item in document.get("items") or ()])
    made["contacts"] = _contacts(tenant, document.get("contacts") or ())
    return made


def _account_document(tenant: Tenant) -> Document:
    kept = tenant["account"].get(tenant.account.email) or {}
    return {key: value for key, value in kept.items() if key != "id"}


def _company_changes(document: Document) -> Document:
    changes = {key: document[key] for key in _COMPANY_KEYS if key in document}
    if "electronic_invoicing" in document:
        electronic = bool(document["electronic_invoicing"])
        changes["settings"] = {"canStampInvoices": electronic, "electronicInvoicing": electronic}
    if "currency" in document:
        changes["currency"] = {"code": document["currency"]}
    for name, key in (("terms_conditions", "defaultTermsAndConditions"), ("anotation", "defaultAnotation")):
        if name in document:
            changes.setdefault("invoicePreferences", {})[key] = document[name]
    return changes | dict(document.get("company", {}))


def _catalogue(tenant: Tenant, kind: str, entries: Any) -> dict[str, str]:
    """Adds documents to a reference resource; answers ids by name, of a tax by name and percentage."""
    ids = {}
    for entry in entries:
        fields = entry if isinstance(entry, dict) else {"name": entry}
        document = CATALOGUES[kind].add(tenant, _REQUIRED.get(kind, {}) | fields, _id_of(tenant, kind, fields))
        ids[shown_name(document)] = document["id"]
    return ids


_REQUIRED: dict[str, Document] = {
    "bank-accounts": {"type": "bank", "initialBalance": 0, "initialBalanceDate": "2020-01-01"},
    "terms": {"days": "0"},
}


def _id_of(tenant: Tenant, kind: str, fields: Document) -> Callable[[], str]:
    if "id" in fields:
        return lambda: str(fields["id"])
    return tenant[kind].next_id


def _named(items: list[list[Document]]) -> Document:
    """Ids of items and their variants, by name, by reference and by barcode."""
    made = [item for family in items for item in family]
    return {
        "ids": [family[0]["id"] for family in items],
        "names": {item["name"]: item["id"] for item in made},
        "references": {family[0]["reference"]: family[0]["id"] for family in items if family[0]["reference"]}
        | {item["reference"]: item["id"] for item in made if item["parent"] and item["ownReference"]},
        "barcodes": {item["barcode"]: item["id"] for item in made if item["barcode"]},
    }


def _contacts(tenant: Tenant, entries: Any) -> Document:
    ids = {}
    for entry in entries:
        contact = blank_contact(tenant) | read_contact(tenant, {"type": "client"} | entry)
        document = add_contact(tenant, contact)
        ids[document["identification"] or document["name"]] = document["id"]
    return ids
