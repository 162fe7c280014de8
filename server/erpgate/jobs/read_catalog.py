"""Reads an ERP's catalogue into the index, whole or what changed, and keeps it fresh."""

import asyncio
import datetime as dt
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, cast

from erpgate.engine.errand import Errand, errand
from erpgate.engine.lane import Lane
from erpgate.engine.session import Session
from erpgate.engine.work import PARKED, Handler, Postponed
from erpgate.plugin.capabilities import CountsItems, ListsChanges, ReadsItems, SendsEvents
from erpgate.plugin.errors import OutcomeUnknown, Rejected
from erpgate.plugin.model import Item, ItemId
from erpgate.plugin.policy import Ability
from erpgate.store.catalog import items_with_codes, items_with_ids
from erpgate.store.catalog_sync import (
    CatalogSync,
    Feed,
    MoveSync,
    RemoveItems,
    StoreItems,
    SyncState,
    get_sync,
    unseen_items,
)
from erpgate.store.records import ChannelState
from erpgate.store.sold import PruneSales
from erpgate.store.tasks import CompleteTask, Task
from erpgate.store.writes import Together, Write

_log = logging.getLogger(__name__)

SYNC_CATALOG = "sync_catalog"
"""Kind of the task that keeps a catalogue fresh."""

FIND_SKUS = "find_skus"
"""Kind of the task that asks the ERP about codes which the catalogue lacks."""

READ_ITEM = "read_item"
"""Kind of the task that reads one item again."""

_ANEW = "anew"
"""Argument of the task: the catalogue must have been read since then."""

_REST = 10
"""A catalogue is read again only after a rest of so many times what the last reading took."""

_SHORTEST_REST = dt.timedelta(seconds=5)

_FULL_EVERY = dt.timedelta(days=1)
"""A catalogue whose changes the ERP lists is read whole so often, for what is never listed, such as removals."""

_OVERLAP = dt.timedelta(minutes=2)
"""How much earlier than the last look changes are asked for: clocks differ, and transactions commit late."""

_CHECKED = 30
"""Items that a reading did not see are asked for one by one if they are no more than these."""


def sync_task(account: str, now: dt.datetime, *, anew: bool = False) -> Task:
    """The task of an account's catalogue; there is one, whoever adds it.

    Args:
        account: Whose catalogue.
        now: When it is due.
        anew: Whether a reading from before does not count, as for a channel that was deleted and connected again.
    """
    args = {_ANEW: now.isoformat()} if anew else {}
    return Task(account=account, kind=SYNC_CATALOG, subject="catalogue", priority=150, due_time=now, args=args)


def read_item_task(account: str, item_id: str, now: dt.datetime) -> Task:
    """The task that reads one item again; messages about the same item make one."""
    return Task(account=account, kind=READ_ITEM, subject=item_id, priority=150, due_time=now)


async def read_item(lane: Lane, task: Task) -> Postponed | None:
    """Reads one item again, because the ERP said that it changed."""
    session = await lane.session()
    if session is None or session.channel.state is ChannelState.PAUSED:
        return PARKED
    if Ability.ITEM_BY_ID in session.erp.abilities:
        with errand():
            await (await _reader(lane, session)).read_one(task.subject)
    await lane.database.write(CompleteTask(task, lane.lease))
    return None


def syncing_catalog(refresh: dt.timedelta, hook_url: Callable[[str], str] = lambda _: "") -> Handler:
    """The process that reads a catalogue when somebody asks, and otherwise so often.

    Args:
        refresh: How often.
        hook_url: A channel's resource name to the address for its ERP's messages; empty takes none.
    """

    async def sync_catalog(lane: Lane, task: Task) -> Postponed:
        session = await lane.session()
        if session is None or session.channel.state is ChannelState.PAUSED:
            return PARKED
        async with _lock(lane):
            reader = await _reader(lane, session)
            now = lane.clock.now()
            asked = reader.sync.requested or _is_older(reader.sync, task)
            if asked or now >= _whole_due(reader.sync, session, refresh):
                await _subscribe(session, hook_url(session.channel.name))
                await reader.read_all()
            elif Ability.ITEM_CHANGES in session.erp.abilities and now >= _refresh_due(reader.sync, refresh):
                await reader.read_changes()
            now = lane.clock.now()
            due = min(_whole_due(reader.sync, session, refresh), _refresh_due(reader.sync, refresh))
        return Postponed(delay=max(due - now, _SHORTEST_REST))

    return sync_catalog


async def _subscribe(session: Session, url: str) -> None:
    """Asks for messages before each whole reading: an ERP may have dropped an address that did not answer."""
    if not url or Ability.ITEM_EVENTS not in session.erp.abilities:
        return
    try:
        await cast("SendsEvents", session.connection).subscribe(url)
    except (Rejected, OutcomeUnknown) as error:
        _log.warning("The ERP of %s sends no messages: %s", session.channel.name, error.message)


def _is_older(sync: CatalogSync, task: Task) -> bool:
    """Whether the last reading began before the one that the task asks for."""
    anew = task.args.get(_ANEW)
    return anew is not None and (sync.start_time is None or sync.start_time < dt.datetime.fromisoformat(anew))


def _whole_due(sync: CatalogSync, session: Session, refresh: dt.timedelta) -> dt.datetime:
    """When the whole catalogue is read again."""
    if sync.complete_time is None or sync.start_time is None or sync.state is not SyncState.DONE:
        return dt.datetime.min.replace(tzinfo=dt.UTC)
    every = max(refresh, _FULL_EVERY) if Ability.ITEM_CHANGES in session.erp.abilities else refresh
    return sync.complete_time + max(every, _REST * (sync.complete_time - sync.start_time))


def _refresh_due(sync: CatalogSync, refresh: dt.timedelta) -> dt.datetime:
    """When changes are asked for again."""
    return (sync.refresh_time or dt.datetime.min.replace(tzinfo=dt.UTC)) + refresh


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
        reader = await _reader(lane, session)
        if reader.sync.complete_time is None:
            await reader.read_all()
    items = await _indexed(lane, codes)
    missing = _missing(session, items, codes)
    return await refreshed(lane, session, codes, missing) if missing else items


async def refreshed(lane: Lane, session: Session, codes: Sequence[str], doubtful: Sequence[str]) -> Sequence[Item]:
    """Every item with one of these codes, after asking the ERP about those that are new or may have been mended."""
    found = await session.connection.items_by_sku(doubtful)
    if found is not None:
        await (await _reader(lane, session)).store(found)
    else:
        async with _lock(lane):
            reader = await _reader(lane, session)
            if _is_rested(reader.sync, lane.clock.now()):
                await reader.read_all()
    return await _indexed(lane, codes)


async def index_items(lane: Lane, session: Session, ids: Sequence[str]) -> None:
    """Reads the catalogue again, once it has rested, if one of these items is younger than its last reading."""
    if await _are_indexed(lane, ids):
        return
    async with _lock(lane):
        indexed = await _are_indexed(lane, ids)  # a reading may have ended while this one waited
        reader = await _reader(lane, session)
        if not indexed and _is_rested(reader.sync, lane.clock.now()):
            await reader.read_all()


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


class _Reader:
    """One reading, a page per commit; whoever continues it after a crash begins at the page it had reached."""

    def __init__(self, lane: Lane, session: Session, sync: CatalogSync) -> None:
        self._lane = lane
        self._session = session
        self._feed = Feed(merchant=session.channel.merchant, channel=session.channel.channel)
        self.sync = sync

    async def read_all(self) -> None:
        """Reads the whole catalogue; only a complete reading tells what is gone."""
        with errand() as going:
            if self.sync.state is SyncState.DONE:
                await self._begin(going)
            if self.sync.state is SyncState.READING:
                await self._read_pages(going)
            await self._check_unseen()
            now = self._lane.clock.now()
            await self._move(
                going,
                state=SyncState.DONE,
                generation=self.sync.generation + 1,
                complete_time=now,
                refresh_time=self.sync.start_time,
            )
        await self._prune_sales()

    async def _prune_sales(self) -> None:
        """What was invoiced before the reading began shows in the stock that was read."""
        start = self.sync.start_time
        assert start is not None  # noqa: S101 - it has just been read
        prune = PruneSales(self._feed.merchant, self._feed.channel, start)
        while await self._lane.database.write(prune) > 0:
            pass

    async def read_changes(self) -> None:
        """Reads what the ERP lists as changed since the last look."""
        asked_at = self._lane.clock.now()
        since = (self.sync.refresh_time or asked_at) - _OVERLAP
        with errand():
            async for items in cast("ListsChanges", self._session.connection).changed_items(since):
                await self.store(items)
        self.sync = replace(self.sync, refresh_time=asked_at)
        await self._write(MoveSync(self.sync, self._lane.lease))

    async def read_one(self, item_id: str) -> None:
        """Reads one item on its own; what cannot be read stays as it is known."""
        try:
            item = await cast("ReadsItems", self._session.connection).item(ItemId(item_id))
        except Rejected as error:
            _log.warning("An item stays as it was read before: %s", error.message)
            return
        if item is None:
            await self._remove([item_id])
        else:
            await self.store([item])

    async def store(self, items: Sequence[Item]) -> None:
        """Stores items that were asked for on their own."""
        await self._write(self._storing(items))

    async def _begin(self, going: Errand) -> None:
        total = None
        if Ability.ITEM_COUNT in self._session.erp.abilities:
            total = await cast("CountsItems", self._session.connection).count_items()
        start = self._lane.clock.now()
        self.sync = replace(self.sync, pages=0, items=0, calls=0, total=total, start_time=start)
        await self._move(going, state=SyncState.READING, cursor="")

    async def _read_pages(self, going: Errand) -> None:
        async for items, cursor in self._session.connection.items(self.sync.cursor):
            await self._move(
                going,
                self._storing(items),
                state=SyncState.READING if cursor else SyncState.CHECKING,
                cursor=cursor,
                pages=self.sync.pages + 1,
                items=self.sync.items + len(items),
            )

    async def _check_unseen(self) -> None:
        """Rows move from page to page while others are removed: what was not seen may still be there."""
        unseen = await self._unseen(self.sync.generation, _CHECKED + 1)
        if Ability.ITEM_BY_ID in self._session.erp.abilities and len(unseen) <= _CHECKED:
            for item_id in unseen:
                await self.read_one(item_id)
            return
        while gone := await self._unseen(self.sync.generation - 1, 500):
            await self._remove(gone)

    async def _unseen(self, generation: int, limit: int) -> Sequence[str]:
        account = self._lane.lease.account
        return await self._lane.database.read_long(lambda c: unseen_items(c, account, generation, limit))

    async def _remove(self, ids: Sequence[str]) -> None:
        if ids:
            await self._write(RemoveItems(tuple(ids), self._lane.clock.now(), self._feed, self._lane.lease))

    def _storing(self, items: Sequence[Item]) -> StoreItems:
        now = self._lane.clock.now()
        return StoreItems(tuple(items), self.sync.generation, now, self._feed, self._lane.lease)

    async def _move(self, going: Errand, *writes: Write[Any], **changes: object) -> None:
        """Commits writes together with where the reading stands after them."""
        calls, going.calls = going.calls, 0
        moved = replace(self.sync, calls=self.sync.calls + calls, **changes)  # type: ignore[arg-type]
        await self._write(Together((*writes, MoveSync(moved, self._lane.lease)), self._lane.lease))
        self.sync = moved

    async def _write(self, write: Write[Any]) -> None:
        await self._lane.database.write(write)


async def _reader(lane: Lane, session: Session) -> _Reader:
    sync = await lane.database.read(lambda c: get_sync(c, lane.lease.account))
    return _Reader(lane, session, sync)


async def _indexed(lane: Lane, codes: Sequence[str]) -> Sequence[Item]:
    return await lane.database.read(lambda c: items_with_codes(c, lane.lease.account, codes))


def _lock(lane: Lane) -> asyncio.Lock:
    return lane.locks.setdefault("catalogue", asyncio.Lock())
