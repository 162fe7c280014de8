"""A channel's products, as they stand in the database."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from erpgate.domain.product import Product, product_of
from erpgate.plugin.erp import Erp
from erpgate.plugin.model import Item, Stage
from erpgate.plugin.settings import ChannelSettings
from erpgate.service.commands import CatalogEntry, ProductQuery
from erpgate.service.stock import availability_of, by_code
from erpgate.store.aliases import aliases_of, aliases_of_items
from erpgate.store.catalog import (
    ItemFilter,
    StoredItem,
    get_item,
    items_like,
    list_items,
    stored_with_codes,
    stored_with_ids,
)
from erpgate.store.records import ChannelRecord
from erpgate.store.sold import Sale, sales_of

_LIKE = 50
"""Items that are looked at for each SKU that is not found."""


class Shelf:
    """Reads products over a connection to the database, without awaiting anything.

    Args:
        channel: Whose products.
        erp: Its plugin's offer.
        settings: Of the channel.
        now: Ages are counted up to it.
    """

    def __init__(self, channel: ChannelRecord, erp: Erp[Any, Any], settings: ChannelSettings, now: dt.datetime) -> None:
        self._channel = channel
        self._strategy = erp.sku
        self._settings = settings
        self._now = now
        company = channel.company
        self._stock_moves_at: Stage | None = erp.policy(company, settings).stock_moves_at if company else None

    def normalise(self, sku: str) -> str:
        """The form in which SKUs are compared."""
        code: str = self._strategy.normalise(sku)
        return code

    def with_skus(self, connection: sa.Connection, codes: Sequence[str]) -> Mapping[str, tuple[CatalogEntry, ...]]:
        """By SKU: what an order's line would be matched with."""
        wanted = dict.fromkeys(codes)
        rows = self._by_sku(stored_with_codes(connection, self._channel.account, list(wanted)))
        chosen = {sku: self._matching(found) for sku, found in rows.items() if sku in wanted}
        entries = self._entries(connection, [stored for found in chosen.values() for stored in found], rows)
        answers: dict[str, list[CatalogEntry]] = {}
        for entry in entries:
            answers.setdefault(entry.product.sku, []).append(entry)
        return {sku: tuple(found) for sku, found in answers.items()}

    def with_id(self, connection: sa.Connection, item_id: str) -> CatalogEntry | None:
        """One product by the ERP's id."""
        stored = get_item(connection, self._channel.account, item_id)
        return None if stored is None else self._completed(connection, [stored])[0]

    def with_ids(self, connection: sa.Connection, ids: Sequence[str]) -> Mapping[str, CatalogEntry]:
        """Products by the ERP's id."""
        found = stored_with_ids(connection, self._channel.account, ids)
        return dict(zip(found, self._completed(connection, list(found.values())), strict=True))

    def page(self, connection: sa.Connection, query: ProductQuery) -> Sequence[CatalogEntry]:
        """A page of products."""
        wanted = ItemFilter(
            code=self.normalise(query.sku),
            text=query.text,
            active=query.active,
            stock_below=query.stock_below,
            warehouse=self._settings.warehouse,
            changed_since=query.changed_since,
        )
        found = list_items(connection, self._channel.account, wanted, after=query.after, limit=query.limit)
        if wanted.code:  # the other code of an item is no SKU
            found = [stored for stored in found if self._sku(stored.item) == wanted.code]
        return self._completed(connection, found)

    def skus_like(self, connection: sa.Connection, codes: Iterable[str]) -> Sequence[str]:
        """SKUs that begin like one of these."""
        found: dict[str, None] = {}
        for beginning in dict.fromkeys(code[:3] for code in codes):
            for item in items_like(connection, self._channel.account, beginning, _LIKE):
                if sku := self._sku(item):
                    found[sku] = None
        return list(found)

    def _sku(self, item: Item) -> str:
        return self.normalise(self._strategy.sku_of(item, self._settings) or "")

    def _by_sku(self, found: Iterable[StoredItem]) -> dict[str, list[StoredItem]]:
        grouped: dict[str, list[StoredItem]] = {}
        for stored in found:
            if sku := self._sku(stored.item):
                grouped.setdefault(sku, []).append(stored)
        return grouped

    def _matching(self, found: Sequence[StoredItem]) -> Sequence[StoredItem]:
        """Items that are switched off or refused count only where no other has the SKU."""
        active = [stored for stored in found if stored.item.active]
        good = [s for s in active if product_of(s.item, self._strategy, self._settings).refusal is None]
        return active if good else (active or found)[:1]

    def _completed(self, connection: sa.Connection, found: Sequence[StoredItem]) -> Sequence[CatalogEntry]:
        """Entries of items, with what else has their SKUs."""
        skus = list({sku for stored in found if (sku := self._sku(stored.item))})
        rivals = self._by_sku(stored_with_codes(connection, self._channel.account, skus)) if skus else {}
        return self._entries(connection, found, rivals)

    def _entries(
        self, connection: sa.Connection, found: Sequence[StoredItem], by_sku: Mapping[str, Sequence[StoredItem]]
    ) -> Sequence[CatalogEntry]:
        active = Counter({sku: sum(s.item.active for s in stored) for sku, stored in by_sku.items()})
        products = [
            product_of(s.item, self._strategy, self._settings, rivals=active[self._sku(s.item)] - 1) for s in found
        ]
        codes = list({product.sku for product in products if product.sku and product.on_hand is not None})
        sales = self._sales(connection, codes, [stored.item.id for stored in found]) if codes else lambda *_: ()
        return [
            self._entry(product, stored, sales(product.sku, stored.item.id))
            for product, stored in zip(products, found, strict=True)
        ]

    def _sales(
        self, connection: sa.Connection, codes: Sequence[str], items: Sequence[str]
    ) -> Callable[[str, str], Sequence[Sale]]:
        """Gives what was sold of an item by its SKU and its id: an alias says more than the SKU of a line."""
        merchant, account = self._channel.merchant, self._channel.account
        aliases = {alias.sku: alias for alias in aliases_of_items(connection, merchant, account, items)}
        aliases |= aliases_of(connection, merchant, account, codes)
        sales = dict(by_code(sales_of(connection, merchant, self._channel.channel, list({*codes, *aliases}))))
        by_item: dict[str, list[Sale]] = {}
        for sku, alias in aliases.items():
            by_item.setdefault(alias.item, []).extend(sales.pop(sku, ()))

        def of(code: str, item: str) -> Sequence[Sale]:
            return [*sales.get(code, ()), *by_item.get(item, ())]

        return of

    def _entry(self, product: Product, stored: StoredItem, sales: Sequence[Sale]) -> CatalogEntry:
        return CatalogEntry(
            product=product,
            version=stored.version,
            sync_time=stored.sync_time,
            change_time=stored.change_time,
            age=max(self._now - stored.sync_time, dt.timedelta(0)),
            availability=availability_of(product, stored, sales, self._stock_moves_at),
        )
