"""Reading an item's fields from a request or a seed."""

from decimal import Decimal
from typing import Any

from erpgate_alegra.simulator.arithmetic import ZERO, rounded
from erpgate_alegra.simulator.assumptions import BARCODE_FIELD_NAME, ITEM_PRICE_DECIMALS
from erpgate_alegra.simulator.errors import Invalid
from erpgate_alegra.simulator.jsontext import Document
from erpgate_alegra.simulator.reading import decimal_of, read_rows, read_text, reference_id
from erpgate_alegra.simulator.tenant import Tenant

from . import stock

_LENGTHS = {"name": 150, "description": 500, "reference": 45}
_TYPES = ("product", "service", "variantParent", "variant", "kit", "simple")


def blank_item(identity: str, name: str) -> Document:
    """An item of which only the name is known."""
    return {
        "id": identity,
        "name": name,
        "description": None,
        "reference": None,
        "referenceType": None,
        "status": "active",
        "type": "service",
        "category": None,
        "itemCategory": None,
        "prices": {},
        "taxes": [],
        "unit": None,
        "unitCost": None,
        "stocked": False,
        "negativeSale": False,
        "levels": {},
        "barcode": None,
        "customFields": {},
        "productKey": None,
        "parent": None,
        "variantAttributes": None,
        "subitems": None,
    }


def read_fields(tenant: Tenant, fields: Document) -> Document:
    """Makes kept values of the fields that are sent, without the inventory.

    Raises:
        Invalid: A field is wrong.
    """
    values: Document = {}
    for name in ("name", "description", "status", "productKey", "barcode"):
        if name in fields:
            values[name] = read_text(fields[name], name)
    if "name" in values and not values["name"]:
        raise Invalid("El campo name es requerido")
    if "reference" in fields:
        values |= _reference(tenant, fields["reference"])
    _check_lengths(values)
    if "type" in fields:
        if fields["type"] not in _TYPES:
            raise Invalid("El tipo del ítem no es válido")
        values["type"] = "product" if fields["type"] == "simple" else fields["type"]
    for name, kind in (("category", "categories"), ("itemCategory", "item-categories")):
        if name in fields:
            values[name] = existing_id(tenant, kind, fields[name], name)
    if "price" in fields:
        values["prices"] = _prices(tenant, fields["price"])
    if "tax" in fields:
        values["taxes"] = tax_ids(tenant, fields["tax"])
    if "customFields" in fields:
        values |= _custom_fields(tenant, fields["customFields"])
    if "subitems" in fields:
        values["subitems"] = [_subitem(tenant, part) for part in read_rows(fields["subitems"], "subitems")] or None
    return values


def existing_id(tenant: Tenant, kind: str, value: Any, field: str) -> str | None:
    """Reads a reference and checks that its document exists.

    Raises:
        Invalid: It does not.
    """
    identity = reference_id(value, field)
    if identity is not None and tenant[kind].get(identity) is None:
        raise Invalid(f"El campo {field} hace referencia a un registro que no existe")
    return identity


def tax_ids(tenant: Tenant, value: Any) -> list[str]:
    """Reads taxes: ``[{"id": 3}]``, ``[3]`` or ``3``.

    Raises:
        Invalid: A tax does not exist.
    """
    entries = value if isinstance(value, list) else [value]
    ids = (existing_id(tenant, "taxes", entry, "tax") for entry in entries)
    return [identity for identity in ids if identity is not None]


def read_inventory(tenant: Tenant, item: Document, inventory: Document) -> dict[str, Decimal]:
    """Takes an inventory's settings over into an item and answers its opening quantities by warehouse.

    Raises:
        Invalid: A quantity is no number or a warehouse does not exist.
    """
    item["unit"] = inventory.get("unit", item["unit"])
    if "negativeSale" in inventory:
        item["negativeSale"] = bool(inventory["negativeSale"])
    if inventory.get("unitCost") is not None:
        item["unitCost"] = decimal_of(inventory["unitCost"], "unitCost")
    opening = {}
    for entry in read_rows(inventory.get("warehouses"), "warehouses"):
        warehouse = existing_id(tenant, "warehouses", entry, "warehouses")
        if warehouse is not None:
            opening[warehouse] = decimal_of(entry.get("initialQuantity", ZERO), "initialQuantity")
            levels = {name: entry.get(name) for name in ("minQuantity", "maxQuantity")}
            item["levels"] = item["levels"] | {warehouse: levels}
    if not opening and inventory.get("initialQuantity") is not None:
        opening[default_id(tenant, "warehouses")] = decimal_of(inventory["initialQuantity"], "initialQuantity")
    if opening or "unitCost" in inventory:
        item["stocked"] = True
    return opening


def default_id(tenant: Tenant, kind: str) -> str:
    """Id of the default document of a kind, or else of the first.

    Raises:
        Invalid: The company has none.
    """
    documents = list(tenant[kind])
    chosen = next((document for document in documents if document.get("isDefault") or document.get("main")), None)
    if chosen is None and not documents:
        raise Invalid(f"La empresa no tiene {kind}")
    return str((chosen or documents[0])["id"])


def keep(tenant: Tenant, item: Document, opening: dict[str, Decimal]) -> Document:
    """Stores an item and its opening quantities."""
    tenant["items"].put(item)
    if opening:
        stock.set_opening(tenant, item, opening)
    return item


def _reference(tenant: Tenant, value: Any) -> Document:
    if not tenant.account.country.reference_object:
        return {"reference": read_text(value, "reference")}
    if not isinstance(value, dict):
        raise Invalid("itemReferenceIsNotAValidObject", 1106)
    return {"reference": read_text(value.get("reference"), "reference"), "referenceType": value.get("type")}


def _check_lengths(values: Document) -> None:
    for name, limit in _LENGTHS.items():
        if len(values.get(name) or "") > limit:
            raise Invalid(f"El campo {name} no puede tener más de {limit} caracteres")


def _prices(tenant: Tenant, value: Any) -> dict[str, Decimal]:
    entries = value if isinstance(value, list) else [{"price": value}]
    prices = {}
    for entry in read_rows(entries, "price"):
        listed = existing_id(tenant, "price-lists", entry.get("idPriceList"), "idPriceList")
        price = decimal_of(entry.get("price"), "price")
        prices[listed or default_id(tenant, "price-lists")] = rounded(price, ITEM_PRICE_DECIMALS)
    return prices


def _custom_fields(tenant: Tenant, entries: Any) -> Document:
    values: Document = {"customFields": {}}
    for entry in read_rows(entries, "customFields"):
        identity = existing_id(tenant, "custom-fields", entry, "customFields")
        field = tenant["custom-fields"].get(identity)
        if field is not None and field["name"] == BARCODE_FIELD_NAME:
            values["barcode"] = entry.get("value")
        elif field is not None:
            values["customFields"][field["id"]] = entry.get("value")
    return values


def _subitem(tenant: Tenant, part: Document) -> Document:
    identity = existing_id(tenant, "items", part.get("item"), "subitems")
    return {"id": identity, "quantity": decimal_of(part.get("quantity", 1), "quantity")}
