"""Follows a channel's changes, for every watch."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from erpgate.plugin.reasons import Reason
from erpgate.service.errors import Refused
from erpgate.store.changes import ChangeKind, FeedPage, feed_head, next_changes
from erpgate.store.database import Database

_PAGE = 200
"""Changes that are read at a time; nothing is held in the database while a slow reader takes them."""

_POLL = 5.0
"""Seconds after which a follower looks without having been woken."""


async def follow_changes(
    database: Database, merchant: str, channel: str, kind: ChangeKind, after: int | None
) -> AsyncIterator[FeedPage]:
    """Pages of changes as they are committed, each change exactly once, until the server stops.

    The first page comes at once. A page without changes says that the position has moved: a reader that goes on from
    there later finds its position in the feed for longer.

    Args:
        database: Where the feed is.
        merchant: Tenant.
        channel: Id of the channel.
        kind: Of the resources.
        after: Position of the last page that was taken; None begins now.

    Raises:
        Refused: `CURSOR_EXPIRED`, also in the middle, when the reader is slower than changes are kept.
    """
    position = await database.read(lambda c: feed_head(c, merchant)) if after is None else after
    told = -1
    with database.bell.heard(merchant) as grown:
        idle = True
        while not database.bell.closed:
            grown.clear()
            page = await _read(database, merchant, channel, kind, position)
            position = page.position
            if page.changes or (idle and position > told):
                yield page
                told = position
            if len(page.changes) < _PAGE:
                idle = not await _is_set_soon(grown)


async def _read(database: Database, merchant: str, channel: str, kind: ChangeKind, after: int) -> FeedPage:
    page = await database.read(lambda c: next_changes(c, merchant, channel, kind, after=after, limit=_PAGE))
    if page.expired:
        raise Refused(
            Reason.CURSOR_EXPIRED,
            "Changes after this cursor are no longer kept: read everything anew, then watch without a cursor.",
            details={"channel": f"merchants/{merchant}/channels/{channel}"},
        )
    return page


async def _is_set_soon(event: asyncio.Event) -> bool:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_POLL):
            return await event.wait()
    return False
