"""Alegra's items as neutral items."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from erpgate.plugin import Item, ItemId

from erpgate_alegra.assumptions import (
    BARCODE_FIELD_NAMES,
    BARCODE_KEY,
    GENERAL_PRICE_LIST,
    MAIN_WAREHOUSE,
    PERCENTAGE_LIST_FACTOR,
)
from erpgate_alegra.body import Json, identifier, number, number_or_none, part, parts, text

_KINDS: Mapping[str, Literal["product", "service", "kit", "variant", "variant_parent"]] = {
    "product": "product",
    "simple": "product",
    "service": "service",
    "kit": "kit",
    "variant": "variant",
    "variantparent": "variant_parent",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class PriceLists:
    """What the company's price lists say about prices that an item does not show itself.

    Attributes:
        main: Id of the list that percentage lists derive from.
        percentages: Percentage of each list that has one.
    """

    main: str = GENERAL_PRICE_LIST
    percentages: Mapping[str, Decimal]

    def resolve(self, shown: Mapping[str, Decimal]) -> dict[str, Decimal]:
        """Prices by list, the derived ones included; a price that Alegra shows stands."""
        prices = dict(shown)
        general = shown.get(self.main)
        if general is None:
            return prices
        for price_list, percentage in self.percentages.items():
            prices.setdefault(price_list, general + general * percentage / 100 * PERCENTAGE_LIST_FACTOR)
        return prices


def price_lists_of(rows: Iterable[Json]) -> PriceLists:
    """Reads ``/price-lists``.

    Raises:
        Unreadable: A percentage list has no percentage.
    """
    listed = list(rows)
    mains = [identifier(row, "price list") for row in listed if row.get("main") is True]
    return PriceLists(
        main=mains[0] if mains else GENERAL_PRICE_LIST,
        percentages={
            identifier(row, "price list"): number(row.get("percentage"), "percentage")
            for row in listed
            if text(row.get("type")) == "percentage"
        },
    )


def item_of(body: Json, price_lists: PriceLists, currency_code: str) -> Item:
    """Reads one item of ``/items``.

    Args:
        body: The item.
        price_lists: Resolve percentage lists.
        currency_code: Of prices that name none.

    Raises:
        Unreadable: It has no id, or a price, tax or quantity that is no number.
    """
    prices = parts(body.get("price"))
    currencies = [code for entry in prices if (code := text(part(entry.get("currency")).get("code")))]
    return Item(
        id=ItemId(identifier(body, "item id")),
        name=text(body.get("name")),
        reference=reference_of(body) or None,
        barcode=_barcode(body) or None,
        kind=_KINDS.get(text(body.get("type")).lower(), "product"),
        unit=text(part(body.get("inventory")).get("unit")),
        active=text(body.get("status")).lower() != "inactive",
        currency_code=currencies[0] if currencies else currency_code,
        prices=price_lists.resolve(_shown_prices(body)),
        tax_rates=tax_rates_of(parts(body.get("tax"))),
        stock=_stock(part(body.get("inventory"))),
    )


def reference_of(body: Json) -> str:
    """An item's reference; in Costa Rica it is an object with its type."""
    reference = body.get("reference")
    return text(reference.get("reference") if isinstance(reference, dict) else reference)


def tax_rates_of(rows: Iterable[Json]) -> dict[str, Decimal]:
    """Tax ids to rates as fractions.

    Raises:
        Unreadable: A tax has no id or no percentage.
    """
    return {identifier(row, "tax id"): number(row.get("percentage"), "tax percentage") / 100 for row in rows}


def _barcode(body: Json) -> str:
    """The item's own field first, then the additional field in which the app keeps it."""
    if own := text(body.get(BARCODE_KEY)):
        return own
    for entry in parts(body.get("customFields")):
        named = {text(entry.get("key")).lower(), text(entry.get("name")).lower()}
        if named & BARCODE_FIELD_NAMES:
            return text(entry.get("value"))
    return ""


def _shown_prices(body: Json) -> dict[str, Decimal]:
    """Prices by list; webhooks write `id` for `idPriceList`, and a bare number is the General price."""
    price = body.get("price")
    if not isinstance(price, list):
        bare = number_or_none(price, "price")
        return {} if bare is None else {GENERAL_PRICE_LIST: bare}
    shown = {}
    for entry in parts(price):
        value = number_or_none(entry.get("price"), "price")
        if value is not None:
            shown[text(entry.get("idPriceList", entry.get("id"))) or GENERAL_PRICE_LIST] = value
    return shown


def _stock(inventory: Json) -> dict[str, Decimal]:
    quantities = {}
    for entry in parts(inventory.get("warehouses")):
        available = number_or_none(entry.get("availableQuantity"), "availableQuantity")
        if available is not None:
            quantities[identifier(entry, "warehouse")] = available
    if quantities:
        return quantities
    total = number_or_none(inventory.get("availableQuantity"), "availableQuantity")
    return {} if total is None else {MAIN_WAREHOUSE: total}
