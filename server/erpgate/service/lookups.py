"""Waiting until the catalogue knows what the ERP says about some codes."""

import asyncio
import datetime as dt
import hashlib
from collections.abc import Awaitable, Callable, Sequence

from erpgate.jobs.read_catalog import FIND_SKUS, sync_task
from erpgate.service.sources import Sources
from erpgate.store.catalog import items_with_codes
from erpgate.store.catalog_sync import get_sync
from erpgate.store.records import ChannelRecord
from erpgate.store.tasks import AddTasks, Task, is_open

_LOOK = 0.02
_URGENT = 10


async def read_once(sources: Sources, channel: ChannelRecord) -> None:
    """Waits for the first full reading of a channel's catalogue; the caller's patience ends the wait."""
    if await _complete_time(sources, channel) is not None:
        return
    await _ask(sources, sync_task(channel.account, _now(sources)))
    await _until(lambda: _is_read(sources, channel))


async def asked_about(sources: Sources, channel: ChannelRecord, codes: Sequence[str], patience: dt.timedelta) -> bool:
    """Lets the account's lane ask the ERP about codes that the catalogue lacks; False if that took too long.

    Args:
        sources: Database, plugins and clock.
        channel: Whose catalogue.
        codes: In normal form, none empty.
        patience: How long to wait.
    """
    try:
        async with asyncio.timeout(patience.total_seconds()):
            await read_once(sources, channel)
            missing = await _missing(sources, channel, codes)
            if missing:
                await _find(sources, channel, missing)
    except TimeoutError:
        return False
    return True


async def _missing(sources: Sources, channel: ChannelRecord, codes: Sequence[str]) -> list[str]:
    items = await sources.database.read_long(lambda c: items_with_codes(c, channel.account, codes))
    known = {code.strip() for item in items for code in (item.reference, item.barcode) if code}
    return [code for code in codes if code not in known]


async def _find(sources: Sources, channel: ChannelRecord, codes: Sequence[str]) -> None:
    digest = hashlib.sha256("\x1f".join(codes).encode()).hexdigest()[:16]
    task = Task(
        account=channel.account,
        kind=FIND_SKUS,
        subject=f"{channel.name}/{digest}",
        priority=_URGENT,
        due_time=_now(sources),
        args={"codes": list(codes)},
    )
    await _ask(sources, task)
    await _until(lambda: _is_done(sources, task))


async def _ask(sources: Sources, task: Task) -> None:
    await sources.database.write(AddTasks((task,)))
    sources.wake(task.account)


async def _until(look: Callable[[], Awaitable[bool]]) -> None:
    while not await look():  # noqa: ASYNC110 - another process may be the one that works
        await asyncio.sleep(_LOOK)


async def _is_read(sources: Sources, channel: ChannelRecord) -> bool:
    return await _complete_time(sources, channel) is not None


async def _is_done(sources: Sources, task: Task) -> bool:
    return not await sources.database.read(lambda c: is_open(c, task))


async def _complete_time(sources: Sources, channel: ChannelRecord) -> dt.datetime | None:
    return (await sources.database.read(lambda c: get_sync(c, channel.account))).complete_time


def _now(sources: Sources) -> dt.datetime:
    return sources.clock.now()
