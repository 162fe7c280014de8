"""Reads an ERP's catalogue into the index by reference and barcode."""

import asyncio
import datetime as dt
from collections.abc import Sequence

from erpgate.engine.lane import Lane
from erpgate.engine.session import Session
from erpgate.engine.work import PARKED, Postponed
from erpgate.plugin.model import Item
from erpgate.store.catalog import CatalogSync, StoreItems, get_sync, items_with_codes
from erpgate.store.tasks import CompleteTask, Task

SYNC_CATALOG = "sync_catalog"
"""Kind of the task that reads a catalogue once, whole."""

FRESH = dt.timedelta(minutes=10)
"""A full reading younger than this is not repeated because a SKU is missing from it."""


async def sync_catalog(lane: Lane, task: Task) -> Postponed | None:
    """Reads the whole catalogue once; a crash continues at the page it had reached."""
    session = await lane.session()
    if session is None:
        return PARKED
    async with _lock(lane):
        await _read_all(lane, session)
    await lane.database.write(CompleteTask(task, lane.lease))
    return None


async def find_items(lane: Lane, session: Session, codes: Sequence[str]) -> Sequence[Item]:
    """Every item with one of these codes: from the index, and from the ERP for what the index lacks."""
    async with _lock(lane):
        if (await _sync(lane)).complete_time is None:
            await _read_all(lane, session)
    items = await lane.database.read(lambda c: items_with_codes(c, lane.lease.account, codes))
    missing = _missing(session, items, codes)
    if not missing:
        return items
    return [*items, *await _ask(lane, session, missing)]


def _missing(session: Session, items: Sequence[Item], codes: Sequence[str]) -> list[str]:
    sku_of = session.erp.sku.sku_of
    known = {sku_of(item, session.settings) for item in items}
    return [code for code in dict.fromkeys(codes) if code and code not in known]


async def _ask(lane: Lane, session: Session, codes: Sequence[str]) -> Sequence[Item]:
    """Asks the ERP for items that are new since the last reading."""
    found = await session.connection.items_by_sku(codes)
    sync = await _sync(lane)
    now = lane.clock.now()
    if found is not None:
        await lane.database.write(StoreItems(tuple(found), sync.generation, now, lane.lease))
        return found
    async with _lock(lane):
        if sync.complete_time is None or now - sync.complete_time > FRESH:
            await _read_all(lane, session)
    return await lane.database.read(lambda c: items_with_codes(c, lane.lease.account, codes))


async def _read_all(lane: Lane, session: Session) -> None:
    """Reads on from where the last reading stopped; only a complete one tells what is gone."""
    sync = await _sync(lane)
    async for items, cursor in session.connection.items(sync.cursor):
        await lane.database.write(
            StoreItems(tuple(items), sync.generation, lane.clock.now(), lane.lease, cursor=cursor, complete=not cursor)
        )


async def _sync(lane: Lane) -> CatalogSync:
    return await lane.database.read(lambda c: get_sync(c, lane.lease.account))


def _lock(lane: Lane) -> asyncio.Lock:
    return lane.locks.setdefault("catalogue", asyncio.Lock())
