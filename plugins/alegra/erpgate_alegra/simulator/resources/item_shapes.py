"""How an item looks in an answer."""

from decimal import Decimal
from typing import Any

from erpgate_alegra.simulator.arithmetic import ZERO, fixed, rounded
from erpgate_alegra.simulator.assumptions import BARCODE_FIELD_NAME, ITEM_PRICE_DECIMALS, PERCENTAGE_LIST_RAISES_PRICE
from erpgate_alegra.simulator.ids import number_or_text
from erpgate_alegra.simulator.jsontext import Document
from erpgate_alegra.simulator.tenant import Tenant

from . import stock

VARIANT_KEYS = ("variantAttributes", "itemVariants", "subitems")
"""Keys that are null on a variant, as in the recorded one."""


def show_item(
    tenant: Tenant,
    item: Document,
    *,
    fresh: bool = False,
    extras: frozenset[str] = frozenset(),
    warehouse: str = "",
    price_list: str = "",
) -> Document:
    """Makes the answered form of an item.

    Args:
        tenant: Its company.
        item: The kept document.
        fresh: Whether it answers a create, which shows ids as text and quantities as sent.
        extras: Names from the query's `fields`; ``itemVariants`` shows a parent's children.
        warehouse: The only warehouse to show quantities of.
        price_list: The only price list to show.
    """
    shown: Document = {
        "id": item["id"] if fresh else number_or_text(item["id"]),
        "name": item["name"],
        "description": item["description"],
        "reference": _reference(tenant, item),
        "status": item["status"],
        "category": name_of(tenant, "categories", item["category"]),
        "price": prices_of(tenant, item, price_list),
    }
    if item["unit"] is not None or item["stocked"]:
        shown["inventory"] = _inventory(tenant, item, fresh=fresh, warehouse=warehouse)
    shown["tax"] = [tax_of_item(tenant, tax) for tax in item["taxes"]]
    shown["type"] = item["type"]
    shown["itemCategory"] = name_of(tenant, "item-categories", item["itemCategory"])
    shown["customFields"] = _custom_fields(tenant, item)
    if item["barcode"] and tenant.switches.barcode == "field":
        shown["barcode"] = item["barcode"]
    if item["productKey"]:
        shown["productKey"] = item["productKey"]
    return shown | _variant_keys(tenant, item, extras)


def name_of(tenant: Tenant, kind: str, identity: str | None) -> Document | None:
    """``{id, name}`` of another document; None when it is not set or gone."""
    document = tenant[kind].get(identity)
    return None if document is None else {"id": document["id"], "name": document["name"]}


def tax_of_item(tenant: Tenant, identity: str) -> Document | None:
    """A tax as an item shows it."""
    tax = tenant["taxes"].get(identity)
    return tax and {key: tax[key] for key in ("id", "name", "percentage", "description", "type")}


def _reference(tenant: Tenant, item: Document) -> str | Document | None:
    if tenant.account.country.reference_object:
        return {"reference": item["reference"], "type": item["referenceType"]}
    reference: str | None = item["reference"]
    return reference


def prices_of(tenant: Tenant, item: Document, only: str = "") -> list[Document]:
    """An item's price in every list that has one, or in one list only; percentage lists derive from the General one."""
    shown = []
    for price_list in tenant["price-lists"]:
        identity = price_list["id"]
        if only and identity != only:
            continue
        price = item["prices"].get(identity)
        if price is None and price_list["type"] == "percentage":
            price = _derived(item, Decimal(price_list.get("percentage", "0")))
        if price is not None:
            shown.append(
                {
                    "idPriceList": identity,
                    "name": price_list["name"],
                    "price": fixed(Decimal(price), ITEM_PRICE_DECIMALS),
                    "type": price_list["type"],
                    "main": price_list["main"],
                }
            )
    return shown


def _derived(item: Document, percentage: Decimal) -> Decimal | None:
    general = next(iter(item["prices"].values()), None)
    if general is None:
        return None
    factor = 100 + percentage if PERCENTAGE_LIST_RAISES_PRICE else 100 - percentage
    return rounded(Decimal(general) * factor / 100, ITEM_PRICE_DECIMALS)


def _inventory(tenant: Tenant, item: Document, *, fresh: bool, warehouse: str) -> Document:
    if not item["stocked"]:
        return {"unit": item["unit"]}
    opening = stock.initial(tenant, item["id"], warehouse)
    return {
        "initialQuantity": opening if fresh else fixed(opening, 2),
        "unit": item["unit"],
        "availableQuantity": stock.available(tenant, item["id"], warehouse),
        "unitCost": item["unitCost"] or ZERO,
        "negativeSale": item["negativeSale"],
        "warehouses": [
            _quantities(tenant, item, held)
            for held in stock.warehouses_of(tenant, item["id"])
            if not warehouse or held == warehouse
        ],
    }


def _quantities(tenant: Tenant, item: Document, warehouse: str) -> Document:
    return {
        **(name_of(tenant, "warehouses", warehouse) or {"id": warehouse, "name": None}),
        "initialQuantity": stock.initial(tenant, item["id"], warehouse),
        "availableQuantity": stock.available(tenant, item["id"], warehouse),
        **(item["levels"].get(warehouse) or {"minQuantity": None, "maxQuantity": None}),
    }


def _custom_fields(tenant: Tenant, item: Document) -> list[Document]:
    as_entry = item["barcode"] and tenant.switches.barcode == "custom_field"
    shown = []
    for field in tenant["custom-fields"]:
        value = item["barcode"] if as_entry and field["name"] == BARCODE_FIELD_NAME else None
        value = value or item["customFields"].get(field["id"])
        if value is not None:
            shown.append({"id": field["id"], "name": field["name"], "value": value})
    return shown


def _variant_keys(tenant: Tenant, item: Document, extras: frozenset[str]) -> Document:
    if item["type"] == "variant":
        return dict.fromkeys(VARIANT_KEYS)
    keys: dict[str, Any] = {}
    if item["type"] == "variantParent":
        keys["variantAttributes"] = item["variantAttributes"]
        if "itemVariants" in extras:
            children = tenant["items"].having("parent", item["id"])
            keys["itemVariants"] = [show_item(tenant, child) for child in children]
    if item["subitems"]:
        keys["subitems"] = [_subitem(tenant, part) for part in item["subitems"]]
    return keys


def _subitem(tenant: Tenant, part: Document) -> Document:
    item = tenant["items"].get(part["id"])
    shown = None if item is None else {key: item[key] for key in ("id", "name", "reference")}
    return {"item": shown, "quantity": part["quantity"]}
