"""Items and their variants from a seed, thousands at a time."""

from decimal import Decimal
from typing import Any

from .arithmetic import rounded
from .assumptions import ITEM_PRICE_DECIMALS
from .jsontext import Document, number_text
from .reading import decimal_of
from .resources.item_fields import blank_item, default_id, keep, tax_ids
from .resources.variants import child_name
from .tenant import Tenant


def shown_name(document: Document) -> str:
    """How a seed names a document: by its name, a tax also by ``IVA 19``, a currency by its code."""
    name = document.get("name") or document["id"]
    percentage = document.get("percentage")
    return f"{name} {number_text(Decimal(percentage))}" if percentage is not None else str(name)


class Catalog:
    """A company's lists by name and by id, read once for all items of a seed."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self._ids = {
            kind: {name: row["id"] for row in tenant[kind] for name in (row["name"], shown_name(row), row["id"])}
            for kind in ("warehouses", "price-lists", "taxes", "item-categories", "categories", "custom-fields")
        }
        self._taxes = {Decimal(tax["percentage"]): tax["id"] for tax in reversed(list(tenant["taxes"]))}
        self.income = next((row["id"] for row in tenant["categories"] if row["type"] == "income"), None)
        self.warehouse = default_id(tenant, "warehouses")
        self.price_list = default_id(tenant, "price-lists")

    def id_of(self, kind: str, name: Any) -> str:
        """Id of a document that a seed names.

        Raises:
            ValueError: There is none.
        """
        identity = self._ids[kind].get(str(name))
        if identity is None:
            raise ValueError(f"there is no {name!r} among {kind}")
        return str(identity)

    def tax_of(self, percentage: Any) -> str:
        """Id of the first tax of a percentage.

        Raises:
            ValueError: There is none.
        """
        identity = self._taxes.get(Decimal(str(percentage)))
        if identity is None:
            raise ValueError(f"there is no tax of {percentage} %")
        return str(identity)


def seed_item(catalog: Catalog, fields: Document) -> list[Document]:
    """Makes an item and, when `variants` are given, its children; the item comes first."""
    tenant = catalog.tenant
    variants = fields.get("variants") or ()
    item = blank_item(tenant["items"].next_id(), fields["name"]) | _values(catalog, fields)
    item["category"] = catalog.id_of("categories", fields["category"]) if "category" in fields else catalog.income
    item["type"] = "variantParent" if variants else fields.get("type", "product")
    if variants:
        item["variantAttributes"] = fields.get("variantAttributes") or []
        item["stocked"] = False
    keep(tenant, item, {} if variants else _opening(catalog, fields))
    return [item, *(_child(catalog, item, fields, variant) for variant in variants)]


def _child(catalog: Catalog, parent: Document, fields: Document, variant: Document) -> Document:
    tenant = catalog.tenant
    inherited = {key: value for key, value in fields.items() if key not in {"barcode", "variants", "stock"}}
    child = blank_item(tenant["items"].next_id(), "") | _values(catalog, inherited | variant)
    child |= {"type": "variant", "parent": parent["id"], "category": parent["category"]}
    child["options"] = [option.strip() for option in variant["options"].split("/")]
    child["name"] = child_name(parent, child)
    child["ownReference"] = "reference" in variant and tenant.switches.variant_references == "own"
    if not child["ownReference"]:
        child["reference"] = parent["reference"]
    return keep(tenant, child, _opening(catalog, variant))


def _values(catalog: Catalog, fields: Document) -> Document:
    values: Document = {
        key: fields[key] for key in ("description", "reference", "status", "barcode", "productKey") if key in fields
    }
    values["unit"] = fields.get("unit", "unit")
    values["negativeSale"] = bool(fields.get("negative_sale", False))
    values["stocked"] = "stock" in fields
    values["prices"] = _prices(catalog, fields.get("price"))
    values["taxes"] = _taxes(catalog, fields)
    if "unit_cost" in fields:
        values["unitCost"] = decimal_of(fields["unit_cost"], "unit_cost")
    if "itemCategory" in fields:
        values["itemCategory"] = catalog.id_of("item-categories", fields["itemCategory"])
    custom = fields.get("custom_fields") or {}
    values["customFields"] = {catalog.id_of("custom-fields", name): value for name, value in custom.items()}
    return values


def _prices(catalog: Catalog, price: Any) -> dict[str, Decimal]:
    if price is None:
        return {}
    if not isinstance(price, dict):
        price = {catalog.price_list: price}
    return {
        catalog.id_of("price-lists", name): rounded(decimal_of(value, "price"), ITEM_PRICE_DECIMALS)
        for name, value in price.items()
    }


def _taxes(catalog: Catalog, fields: Document) -> list[str]:
    if "tax_percentage" in fields:
        return [catalog.tax_of(fields["tax_percentage"])]
    tax = fields.get("tax")
    if isinstance(tax, str):
        return [catalog.id_of("taxes", tax)]
    return [] if tax is None else tax_ids(catalog.tenant, tax)


def _opening(catalog: Catalog, fields: Document) -> dict[str, Decimal]:
    stock = fields.get("stock")
    if stock is None:
        return {}
    if not isinstance(stock, dict):
        stock = {catalog.warehouse: stock}
    return {catalog.id_of("warehouses", name): decimal_of(held, "stock") for name, held in stock.items()}
