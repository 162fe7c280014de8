"""A company's items, prices and taxes, as its catalogue is read."""

import logging
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from erpgate.plugin import Item, ItemId, Rejected, Unavailable

from erpgate_alegra.body import Json, Unreadable, parts, text
from erpgate_alegra.client import AlegraClient, Page, resource_path
from erpgate_alegra.errors import read_must_be_readable
from erpgate_alegra.items import PriceLists, item_of, price_lists_of, reference_of, tax_rates_of

MOST_SKUS = 10
"""More SKUs than this are cheaper to look up in an index over the whole catalogue: each costs a call."""

_CHILDREN = "itemVariants"
"""Key under which a parent shows its variants when it is asked to; a variant does not tell its parent."""

_LOG = logging.getLogger(__name__)


class Catalogue:
    """Reads the items of one company.

    Args:
        client: Signed in.
        currency_code: Of prices that name none.
    """

    def __init__(self, client: AlegraClient, currency_code: str) -> None:
        self._client = client
        self._currency_code = currency_code
        self._price_lists: PriceLists | None = None
        self._parents: dict[str, ItemId] = {}

    async def pages(self, cursor: str) -> AsyncGenerator[tuple[Sequence[Item], str]]:
        """The whole catalogue by offset, oldest first, so that new items come last and no page is remembered.

        Where items are removed meanwhile, later ones move up and may be missed; whoever reads must not think them gone.
        A parent is older than its variants, so it comes first; where reading goes on in the middle, the parents that
        came before are read once more.
        """
        self._price_lists = None
        self._parents.clear()
        if cursor:
            async for page in self._client.pages("items", {"type": "variantParent", "fields": _CHILDREN}):
                self._learn_parents(page.rows.values())
        start: int | None = int(cursor or 0)
        before: frozenset[str] = frozenset()
        while start is not None:
            page = await self._client.page("items", {"fields": _CHILDREN, "metadata": "true"}, start=start)
            self._check(page, start, before)
            start, before = page.next, frozenset(page.rows)
            self._learn_parents(page.rows.values())
            yield await self._items(page), "" if start is None else str(start)

    def _check(self, page: Page, start: int, before: frozenset[str]) -> None:
        if page.next is not None and page.rows.keys() <= before:
            raise Unavailable("Alegra gives the same page again and again.")
        if page.next is None and page.whole and start + len(page.rows) < (page.total or 0):
            raise Unavailable("Alegra's list is shorter than Alegra says.")

    async def count(self) -> int | None:
        """Items of the whole catalogue."""
        return (await self._client.page("items", {"metadata": "true"}, limit=1)).total

    async def item(self, id_: ItemId) -> Item | None:
        """One item as it is now; None only if Alegra says that there is none.

        Raises:
            Rejected: It is there, and cannot be read.
        """
        row = await self._client.get_if_exists(resource_path("items", id_))
        if row is None:
            return None
        price_lists = await self._resolver()
        try:
            return item_of(row, price_lists, self._currency_code)
        except Unreadable as error:
            raise Rejected(f"Item {id_} of Alegra cannot be read: {error}.") from error

    async def by_reference(self, skus: Sequence[str]) -> Sequence[Item] | None:
        """Items that have one of these references; None if Alegra did not filter, or there are too many."""
        if len(skus) > MOST_SKUS:
            return None
        found: dict[str, Item] = {}
        for sku in skus:
            async for page in self._client.pages("items", {"reference": sku}):
                if any(sku.lower() not in reference_of(row).lower() for row in page.rows.values()):
                    return None
                found |= {item.id: item for item in await self._items(page) if item.reference == sku}
        return tuple(found.values())

    async def taxes(self) -> Mapping[str, Decimal]:
        """Tax id to rate as a fraction; a tax that is not a percentage is left out."""
        rates: dict[str, Decimal] = {}
        for row in await self._client.rows("taxes"):
            try:
                rates |= tax_rates_of([row])
            except Unreadable as error:
                _LOG.warning("A tax of Alegra is left out: %s.", error)
        return rates

    def _learn_parents(self, rows: Iterable[Json]) -> None:
        for row in rows:
            for child in parts(row.get(_CHILDREN)):
                self._parents[text(child.get("id"))] = ItemId(text(row.get("id")))

    async def _items(self, page: Page) -> tuple[Item, ...]:
        """Reads a page; an item that cannot be read is left out, so that it is never sold by mistake."""
        items = []
        price_lists = await self._resolver()
        for id_, row in page.rows.items():
            try:
                item = item_of(row, price_lists, self._currency_code)
                items.append(replace(item, parent=self._parents.pop(id_, None)) if item.kind == "variant" else item)
            except Unreadable as error:
                _LOG.warning("Item %s of Alegra is left out: %s.", id_, error)
        return tuple(items)

    async def _resolver(self) -> PriceLists:
        if self._price_lists is None:
            rows = await self._client.rows("price-lists")
            with read_must_be_readable():
                self._price_lists = price_lists_of(rows)
        return self._price_lists
