"""A company's products: prices by list, stock by warehouse, taxes."""

import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from erpgate.plugin import Item, ItemId

from erpgate_tryton.client import TrytonClient
from erpgate_tryton.errors import read_must_be_readable
from erpgate_tryton.values import Record, Unreadable, id_of, ids_of, number, records, related, related_list, text

PRODUCT = "product.product"
PAGE = 200
EVERY: list[object] = ["active", "in", [True, False]]
"""Part of a domain that gives inactive records too."""

_FIELDS = [
    "name",
    "code",
    "type",
    "active",
    "template",
    "identifiers.type",
    "identifiers.code",
    "default_uom.symbol",
    "template.active",
    "template.products",
    "template.account_category.customer_taxes_used.type",
    "template.account_category.customer_taxes_used.rate",
]
_BARCODES = ("ean", "")
_PRICE_STEP = Decimal("0.0001")
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Places:
    """What prices and stock are asked for.

    Attributes:
        price_lists: Id of each list to whether its prices include taxes.
        warehouses: Ids.
    """

    price_lists: Mapping[int, bool]
    warehouses: Sequence[int]


class Catalogue:
    """Reads the products of one company.

    Args:
        client: Signed in.
        currency_code: Of its prices.
    """

    def __init__(self, client: TrytonClient, currency_code: str) -> None:
        self._client = client
        self._currency_code = currency_code

    async def pages(self, cursor: str) -> AsyncGenerator[tuple[Sequence[Item], str]]:
        """Every product, by id, so that nothing moves between pages; the last one is empty: a short one may be cut."""
        places = await self._places()
        last = int(cursor or 0)
        while True:
            rows = await self._client.search(PRODUCT, [["id", ">", last], EVERY], _FIELDS, limit=PAGE)
            if not rows:
                yield (), ""
                return
            with read_must_be_readable():
                last = id_of(rows[-1].get("id"), "product")
            yield await self._items(rows, places), str(last)

    async def with_codes(self, codes: Sequence[str]) -> Sequence[Item]:
        """Every product that has one of these codes or barcodes.

        Two searches: of one with an OR Tryton makes two itself, which then leave inactive products out.
        """
        rows: dict[int, Record] = {}
        for field in ("code", "identifiers.code"):
            found = await self._client.search(PRODUCT, [[field, "in", list(codes)], EVERY], _FIELDS)
            rows |= {row["id"]: row for row in found}
        items = await self._items(list(rows.values()), await self._places())
        return tuple(item for item in items if {item.reference, item.barcode} & set(codes))

    async def taxes(self) -> Mapping[str, Decimal]:
        """Tax id to rate as a fraction; a tax that is not a percentage is left out."""
        rows = await self._client.search("account.tax", [["type", "=", "percentage"]], ["rate"])
        with read_must_be_readable():
            return {str(id_of(row.get("id"), "tax")): number(row.get("rate"), "rate") for row in rows}

    async def _places(self) -> _Places:
        lists = await self._client.search("product.price_list", [], ["tax_included"])
        warehouses = await self._client.search("stock.location", [["type", "=", "warehouse"]], ["name"])
        with read_must_be_readable():
            return _Places(
                price_lists={id_of(row.get("id"), "price list"): bool(row.get("tax_included")) for row in lists},
                warehouses=[id_of(row.get("id"), "warehouse") for row in warehouses],
            )

    async def _items(self, rows: Sequence[Record], places: _Places) -> tuple[Item, ...]:
        """Reads a page; a product that cannot be read is left out, so that it is never sold by mistake."""
        ids = [row["id"] for row in rows]
        prices = {each: await self._column(ids, "sale_price_uom", price_list=each) for each in places.price_lists}
        stock = {each: await self._column(ids, "quantity", locations=[each]) for each in places.warehouses}
        items = []
        for row in rows:
            try:
                items.append(self._item(row, places.price_lists, prices, stock))
            except Unreadable as error:
                _LOG.warning("Product %s of Tryton is left out: %s.", row.get("id"), error)
        return tuple(items)

    async def _column(self, ids: Sequence[int], field: str, **context: object) -> Mapping[int, Decimal]:
        """One number of each product, in a context; products that have none are missing."""
        if not ids:
            return {}
        answer = await self._client.read(f"model.{PRODUCT}.read", list(ids), [field], **context)
        with read_must_be_readable():
            rows = records(answer, PRODUCT)
            return {row["id"]: number(row[field], field) for row in rows if row.get(field) is not None}

    def _item(
        self,
        row: Record,
        price_lists: Mapping[int, bool],
        prices: Mapping[int, Mapping[int, Decimal]],
        stock: Mapping[int, Mapping[int, Decimal]],
    ) -> Item:
        id_ = id_of(row.get("id"), "product")
        template = related(row, "template")
        rates = _rates(related(template, "account_category"))
        has_siblings = len(ids_of(template.get("products"))) > 1
        is_service = text(row.get("type")) == "service"
        return Item(
            id=ItemId(str(id_)),
            name=text(row.get("name")),
            reference=text(row.get("code")) or None,
            barcode=_barcode(row),
            kind="variant" if has_siblings else "service" if is_service else "product",
            parent=ItemId(f"template-{text(row.get('template'))}") if has_siblings else None,
            unit=text(related(row, "default_uom").get("symbol")),
            active=bool(row.get("active")) and bool(template.get("active")),
            currency_code=self._currency_code,
            prices={
                str(each): _net(found[id_], rates) if price_lists[each] else found[id_]
                for each, found in prices.items()
                if id_ in found
            },
            tax_rates=rates,
            stock={} if is_service else {str(each): found[id_] for each, found in stock.items() if id_ in found},
        )


def _barcode(row: Record) -> str | None:
    """The first number for trade items, else the first without a type."""
    found = related_list(row, "identifiers")
    for kind in _BARCODES:
        for each in found:
            if text(each.get("type")) == kind and text(each.get("code")):
                return text(each.get("code"))
    return None


def _rates(category: Record) -> dict[str, Decimal]:
    rates = {}
    for tax in related_list(category, "customer_taxes_used"):
        if text(tax.get("type")) != "percentage":
            raise Unreadable("one of its taxes is no percentage")
        rates[str(id_of(tax.get("id"), "tax"))] = number(tax.get("rate"), "tax rate")
    return rates


def _net(price: Decimal, rates: Mapping[str, Decimal]) -> Decimal:
    return (price / (1 + sum(rates.values()))).quantize(_PRICE_STEP, rounding=ROUND_HALF_EVEN)
