"""Products of a connected ERP, as they were read from it."""

import asyncio
import datetime as dt
from collections.abc import Callable, Sequence

from erpgate.domain.matching import SimilarSkus, refusal_of
from erpgate.jobs.read_catalog import SYNC_CATALOG
from erpgate.plugin.model import Item
from erpgate.plugin.reasons import Reason
from erpgate.service.commands import SkuAnswer
from erpgate.service.errors import Refused
from erpgate.service.sources import Sources
from erpgate.store.catalog import codes_like, get_sync, items_with_codes
from erpgate.store.records import ChannelRecord, ChannelState
from erpgate.store.tasks import AddTasks, Task

_LOOK = 0.05


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
        record = await self._sources.channel(merchant, channel)
        if record.state not in (ChannelState.CONNECTED, ChannelState.PAUSED):
            raise Refused(
                Reason.CHANNEL_NOT_CONNECTED,
                f"{record.name} is not connected: finish its wizard first.",
                details={"channel": record.name, "state": record.state.value},
            )
        await self._read_once(record)
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

    async def _read_once(self, record: ChannelRecord) -> None:
        """Waits for the first full reading; the caller's deadline ends the wait."""
        if await self._complete_time(record) is not None:
            return
        task = Task(account=record.account, kind=SYNC_CATALOG, subject=record.name, due_time=self._sources.clock.now())
        await self._sources.database.write(AddTasks((task,)))
        self._sources.wake(record.account)
        while await self._complete_time(record) is None:  # noqa: ASYNC110 - another process may be the one that reads
            await asyncio.sleep(_LOOK)

    async def _complete_time(self, record: ChannelRecord) -> dt.datetime | None:
        sync = await self._sources.database.read(lambda c: get_sync(c, record.account))
        return sync.complete_time


def _invoiceable(items: Sequence[Item], refusal: Callable[[Item], str | None]) -> tuple[tuple[Item, ...], str]:
    """The items that an order's line with this SKU would be matched with, and why its only one is refused."""
    active = tuple(item for item in items if item.active)
    if not active:
        return tuple(items[:1]), ""
    refusals = [text for item in active if (text := refusal(item)) is not None]
    return (active[:1], refusals[0]) if len(refusals) == len(active) else (active, "")
