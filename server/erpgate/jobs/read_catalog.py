"""Reads an ERP's catalogue into the index by reference and barcode."""

import asyncio
import datetime as dt
from collections.abc import Sequence

from erpgate.engine.lane import Lane
from erpgate.engine.session import Session
from erpgate.engine.work import PARKED, Postponed
from erpgate.plugin.model import Item
from erpgate.store.catalog import CatalogSync, StoreItems, get_sync, items_with_codes, items_with_ids
from erpgate.store.tasks import CompleteTask, Task

SYNC_CATALOG = "sync_catalog"
"""Kind of the task that reads a catalogue once, whole."""

FIND_SKUS = "find_skus"
"""Kind of the task that asks the ERP about codes which the catalogue lacks."""

_REST = 10
"""A catalogue is read again for a missing SKU only after a rest of so many times what the last reading took."""

_SHORTEST_REST = dt.timedelta(seconds=5)


async def sync_catalog(lane: Lane, task: Task) -> Postponed | None:
    """Reads the whole catalogue once; a crash continues at the page it had reached."""
    session = await lane.session()
    if session is None:
        return PARKED
    async with _lock(lane):
        sync = await _sync(lane)
        # Whoever asked while it was being read is answered by that reading.
        if sync.complete_time is None or sync.complete_time < task.due_time:
            await _read_all(lane, session)
    await lane.database.write(CompleteTask(task, lane.lease))
    return None


async def find_skus(lane: Lane, task: Task) -> Postponed | None:
    """Reads the items with the task's codes into the index; somebody waits for the task's end."""
    session = await lane.session()
    if session is None:
        return PARKED
    await find_items(lane, session, task.args["codes"])
    await lane.database.write(CompleteTask(task, lane.lease))
    return None


async def find_items(lane: Lane, session: Session, codes: Sequence[str]) -> Sequence[Item]:
    """Every item with one of these codes: from the index, and from the ERP for what the index lacks."""
    async with _lock(lane):
        if (await _sync(lane)).complete_time is None:
            await _read_all(lane, session)
    items = await _indexed(lane, codes)
    missing = _missing(session, items, codes)
    return await refreshed(lane, session, codes, missing) if missing else items


async def refreshed(lane: Lane, session: Session, codes: Sequence[str], doubtful: Sequence[str]) -> Sequence[Item]:
    """Every item with one of these codes, after asking the ERP about those that are new or may have been mended."""
    found = await session.connection.items_by_sku(doubtful)
    if found is not None:
        sync = await _sync(lane)
        await lane.database.write(StoreItems(tuple(found), sync.generation, lane.clock.now(), lane.lease))
    else:
        async with _lock(lane):
            if _is_rested(await _sync(lane), lane.clock.now()):
                await _read_all(lane, session)
    return await _indexed(lane, codes)


async def index_items(lane: Lane, session: Session, ids: Sequence[str]) -> None:
    """Reads the catalogue again, once it has rested, if one of these items is younger than its last reading."""
    if await _are_indexed(lane, ids):
        return
    async with _lock(lane):
        indexed = await _are_indexed(lane, ids)  # a reading may have ended while this one waited
        if not indexed and _is_rested(await _sync(lane), lane.clock.now()):
            await _read_all(lane, session)


async def _are_indexed(lane: Lane, ids: Sequence[str]) -> bool:
    found = await lane.database.read(lambda c: items_with_ids(c, lane.lease.account, ids)) if ids else {}
    return found.keys() >= set(ids)


def _missing(session: Session, items: Sequence[Item], codes: Sequence[str]) -> list[str]:
    sku_of = session.erp.sku.sku_of
    known = {sku_of(item, session.settings) for item in items}
    return [code for code in dict.fromkeys(codes) if code and code not in known]


def _is_rested(sync: CatalogSync, now: dt.datetime) -> bool:
    if sync.complete_time is None or sync.start_time is None:
        return True
    return now - sync.complete_time > max(_SHORTEST_REST, _REST * (sync.complete_time - sync.start_time))


async def _read_all(lane: Lane, session: Session) -> None:
    """Reads on from where the last reading stopped; only a complete one tells what is gone."""
    sync = await _sync(lane)
    start = sync.start_time if sync.cursor else lane.clock.now()
    async for items, cursor in session.connection.items(sync.cursor):
        page = StoreItems(
            tuple(items),
            sync.generation,
            lane.clock.now(),
            lane.lease,
            cursor=cursor,
            start=start,
            complete=not cursor,
        )
        await lane.database.write(page)


async def _indexed(lane: Lane, codes: Sequence[str]) -> Sequence[Item]:
    return await lane.database.read(lambda c: items_with_codes(c, lane.lease.account, codes))


async def _sync(lane: Lane) -> CatalogSync:
    return await lane.database.read(lambda c: get_sync(c, lane.lease.account))


def _lock(lane: Lane) -> asyncio.Lock:
    return lane.locks.setdefault("catalogue", asyncio.Lock())
