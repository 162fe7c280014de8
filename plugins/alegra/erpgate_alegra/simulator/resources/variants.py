"""Variants: a parent that cannot be sold and, for each combination of its options, a child item that can."""

from decimal import Decimal
from typing import Any

from erpgate_alegra.simulator.call import Answer, Call, Handler
from erpgate_alegra.simulator.errors import Invalid
from erpgate_alegra.simulator.jsontext import Document
from erpgate_alegra.simulator.reading import read_object, read_rows, reference_id
from erpgate_alegra.simulator.tenant import Tenant

from .catalogue import Catalogue, handlers
from .item_fields import blank_item, existing_id, read_fields, read_inventory

CATALOGUE = Catalogue(kind="variant-attributes", defaults={"name": "", "status": "active", "options": ()})
"""``/variant-attributes``: the attributes by which items vary, and their options."""


def _create_attribute(call: Call) -> Answer:
    if not call.fields.get("name"):
        raise Invalid("El campo name es requerido")
    fields = call.fields | {"options": _with_ids(call.tenant, call.fields.get("options"))}
    document = CATALOGUE.add(call.tenant, fields, call.tenant[CATALOGUE.kind].next_id)
    return Answer(status=201, body=CATALOGUE.show(document))


def _update_attribute(call: Call) -> Answer:
    document = call.document()
    changes = {key: value for key, value in call.fields.items() if key in {"name", "status"}}
    if "options" in call.fields:
        changes["options"] = _with_ids(call.tenant, call.fields["options"])
    document.update(changes)
    return Answer(body=CATALOGUE.show(call.tenant[CATALOGUE.kind].put(document)))


def _with_ids(tenant: Tenant, options: Any) -> list[Document]:
    if not isinstance(options or [], list):
        raise Invalid("El campo options debe ser una lista")
    entries = [entry if isinstance(entry, dict) else {"value": entry} for entry in options or ()]
    if any(not entry.get("value") for entry in entries):
        raise Invalid("El campo value de cada opción es requerido")
    counter = tenant["variant-options"]
    return [{"id": reference_id(entry, "options") or counter.next_id(), "value": entry["value"]} for entry in entries]


def own_attributes(tenant: Tenant, attributes: Any) -> list[Document]:
    """Reads a parent's attributes with the options it comes in; an attribute without options has all of its own.

    Raises:
        Invalid: There are none, or one does not exist.
    """
    entries = read_rows(attributes, "variantAttributes")
    if not entries:
        raise Invalid("El campo variantAttributes es requerido")
    chosen = []
    for entry in entries:
        identity = existing_id(tenant, CATALOGUE.kind, entry, "variantAttributes")
        attribute = tenant[CATALOGUE.kind].get(identity)
        if attribute is None:
            raise Invalid("El campo variantAttributes no es válido")
        wanted = {reference_id(option, "options") for option in read_rows(entry.get("options"), "options")}
        options = [option for option in attribute["options"] if not wanted or option["id"] in wanted]
        chosen.append({"id": attribute["id"], "name": attribute["name"], "options": options})
    return chosen


def new_children(tenant: Tenant, parent: Document, entries: Any) -> list[tuple[Document, dict[str, Decimal]]]:
    """Makes a parent's children, without ids and not stored yet, each with its opening quantities.

    Raises:
        Invalid: An entry names an option that the parent does not come in.
    """
    children = []
    for entry in read_rows(entries, "itemVariants"):
        own = read_fields(tenant, {key: value for key, value in entry.items() if key not in {"name", "type"}})
        child = blank_item("", "") | _inherited(parent) | own
        child["options"] = _options(parent, entry)
        if tenant.switches.variant_references == "shared":
            child["reference"] = parent["reference"]
        inventory = {"unit": parent["unit"]} | read_object(entry.get("inventory"), "inventory")
        children.append((child, read_inventory(tenant, child, inventory)))
    return children


def child_name(parent: Document, child: Document) -> str:
    """``Camisa / Rojo / M``: the parent's name and the child's options."""
    return " / ".join([parent["name"], *child["options"]])


def _inherited(parent: Document) -> Document:
    keys = ("description", "reference", "category", "itemCategory", "taxes", "negativeSale", "productKey")
    return {key: parent[key] for key in keys} | {"type": "variant", "prices": dict(parent["prices"])}


def _options(parent: Document, entry: Document) -> list[str]:
    names = {
        option["id"]: option["value"] for attribute in parent["variantAttributes"] for option in attribute["options"]
    }
    chosen = [
        reference_id(option, "options")
        for attribute in read_rows(entry.get("variantAttributes"), "variantAttributes")
        for option in read_rows(attribute.get("options"), "options")
    ]
    if not chosen or any(identity not in names for identity in chosen):
        raise Invalid("Las opciones de la variante no son válidas")
    return [names[identity] for identity in chosen if identity is not None]


HANDLERS: dict[tuple[str, str], Handler] = handlers(CATALOGUE) | {
    ("POST", "/variant-attributes"): _create_attribute,
    ("PUT", "/variant-attributes/{id}"): _update_attribute,
}
