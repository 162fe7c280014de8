"""Products of a connected ERP, as they were read from it."""

from collections.abc import AsyncIterator, Mapping, Sequence

from erpgate.domain.matching import SimilarSkus
from erpgate.jobs.read_catalog import sync_task
from erpgate.plugin.reasons import Reason
from erpgate.service.changes import follow_changes
from erpgate.service.commands import CatalogEntry, ProductQuery, SkuAnswer, WatchedChange, WatchedPage
from erpgate.service.errors import Refused, not_found
from erpgate.service.lookups import read_once
from erpgate.service.shelf import Shelf
from erpgate.service.sources import Sources
from erpgate.store.catalog_sync import CatalogSync, RequestSync, SyncState, get_sync
from erpgate.store.changes import ChangeKind, FeedPage
from erpgate.store.records import ChannelRecord, ChannelState

_SUGGESTED = 20
"""SKUs of one call for which others are suggested."""


class Catalog:
    """Use cases around products.

    Args:
        sources: Database, plugins and clock.
    """

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    async def lookup(
        self, merchant: str, channel: str, skus: Sequence[str]
    ) -> tuple[ChannelRecord, Sequence[SkuAnswer]]:
        """What the catalogue says about each SKU; waits until it has been read once."""
        record = await self._sources.invoicing_channel(merchant, channel)
        await read_once(self._sources, record)
        shelf = self._shelf(record)
        codes = [shelf.normalise(sku) for sku in skus]
        entries = await self._sources.database.read_long(lambda c: shelf.with_skus(c, codes))
        missing = [code for code in dict.fromkeys(codes) if code not in entries][:_SUGGESTED]
        suggestions = await self._suggestions(shelf, missing)
        return record, [
            SkuAnswer(sku=sku, entries=entries.get(code, ()), suggestions=suggestions.get(code, ()))
            for sku, code in zip(skus, codes, strict=True)
        ]

    async def list(self, query: ProductQuery) -> tuple[ChannelRecord, Sequence[CatalogEntry]]:
        """A page of products."""
        record = await self._sources.invoicing_channel(query.merchant, query.channel)
        shelf = self._shelf(record)
        return record, await self._sources.database.read_long(lambda c: shelf.page(c, query))

    async def get(self, merchant: str, channel: str, item_id: str) -> tuple[ChannelRecord, CatalogEntry]:
        """One product."""
        record = await self._sources.invoicing_channel(merchant, channel)
        shelf = self._shelf(record)
        found = await self._sources.database.read(lambda c: shelf.with_id(c, item_id))
        if found is None:
            raise not_found(f"{record.name}/products/{item_id}")
        return record, found

    async def sync(self, merchant: str, channel: str) -> tuple[ChannelRecord, CatalogSync]:
        """Asks for a full reading, unless one waits or runs."""
        record = await self._sources.invoicing_channel(merchant, channel)
        if record.state is ChannelState.PAUSED:
            raise Refused(
                Reason.CHANNEL_PAUSED,
                f"{record.name} is paused, so nothing is read from its ERP: resume it first.",
                details={"channel": record.name},
            )
        known = await self._sync(record)
        if known.requested or known.state is not SyncState.DONE:
            return record, known
        now = self._sources.clock.now()
        await self._sources.database.write(RequestSync(sync_task(record.account, now), now))
        self._sources.wake(record.account, urgent=True)
        return record, await self._sync(record)

    async def get_sync(self, merchant: str, channel: str) -> tuple[ChannelRecord, CatalogSync]:
        """How far the catalogue has been read."""
        record = await self._sources.channel(merchant, channel)
        return record, await self._sync(record)

    async def watch(self, merchant: str, channel: str, after: int | None) -> AsyncIterator[WatchedPage]:
        """Changes of products as they come."""
        await self._sources.channel(merchant, channel)
        database = self._sources.database
        async for page in follow_changes(database, merchant, channel, ChangeKind.PRODUCT, after):
            record = await self._sources.channel(merchant, channel)
            entries = await self._changed(record, page)
            changes = (WatchedChange(change=each, entry=entries.get(each.subject)) for each in page.changes)
            yield WatchedPage(channel=record, changes=tuple(changes), position=page.position)

    async def _changed(self, record: ChannelRecord, page: FeedPage) -> Mapping[str, CatalogEntry]:
        """The products of a page as they are now."""
        ids = list({change.subject for change in page.changes})
        if not ids:
            return {}
        shelf = self._shelf(record)
        return await self._sources.database.read_long(lambda c: shelf.with_ids(c, ids))

    def _shelf(self, record: ChannelRecord) -> Shelf:
        settings = self._sources.settings(record)
        return Shelf(record, self._sources.erp(record.erp), settings, self._sources.clock.now())

    async def _suggestions(self, shelf: Shelf, codes: Sequence[str]) -> dict[str, tuple[str, ...]]:
        if not codes:
            return {}
        known = await self._sources.database.read_long(lambda c: shelf.skus_like(c, codes))
        similar = SimilarSkus(known)
        return {code: similar.to(code) for code in codes}

    async def _sync(self, record: ChannelRecord) -> CatalogSync:
        return await self._sources.database.read(lambda c: get_sync(c, record.account))
