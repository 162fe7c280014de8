"""Products of a connected ERP, as they were read from it."""

from collections.abc import Callable, Sequence

from erpgate.domain.matching import SimilarSkus, refusal_of
from erpgate.plugin.model import Item
from erpgate.service.commands import SkuAnswer
from erpgate.service.lookups import read_once
from erpgate.service.sources import Sources
from erpgate.store.catalog import codes_like, items_with_codes
from erpgate.store.records import ChannelRecord


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
        erp = self._sources.erp(record.erp)
        settings = self._sources.settings(record)
        codes = [erp.sku.normalise(sku) for sku in skus]
        items = await self._sources.database.read_long(lambda c: items_with_codes(c, record.account, codes))
        by_sku: dict[str, list[Item]] = {}
        for item in items:
            sku = erp.sku.sku_of(item, settings)
            if sku is not None:
                by_sku.setdefault(erp.sku.normalise(sku), []).append(item)
        answers = []
        for sku, code in zip(skus, codes, strict=True):
            items, refusal = _invoiceable(by_sku.get(code, []), lambda item: refusal_of(item, erp.sku, settings))
            suggestions = () if items else await self._suggestions(record, code)
            answers.append(SkuAnswer(sku=sku, items=items, refusal=refusal, suggestions=suggestions))
        return record, answers

    async def _suggestions(self, record: ChannelRecord, code: str) -> tuple[str, ...]:
        known = await self._sources.database.read(lambda c: codes_like(c, record.account, code[:3], 50))
        return SimilarSkus(known).to(code)


def _invoiceable(items: Sequence[Item], refusal: Callable[[Item], str | None]) -> tuple[tuple[Item, ...], str]:
    """The items that an order's line with this SKU would be matched with, and why its only one is refused."""
    active = tuple(item for item in items if item.active)
    if not active:
        return tuple(items[:1]), ""
    refusals = [text for item in active if (text := refusal(item)) is not None]
    return (active[:1], refusals[0]) if len(refusals) == len(active) else (active, "")
