"""Many items at once, with a bound, answered in their order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


async def in_order(items: AsyncIterator[T], work: Callable[[T], Awaitable[R]], *, limit: int) -> AsyncIterator[R]:
    """Gives the answer to each item, in the items' order, while up to `limit` of them are worked on.

    An item is read only when there is room for it, so that whoever sends faster than the work goes has to wait. The
    work of several items begins in their order.
    """
    room = asyncio.Semaphore(limit)
    begun: asyncio.Queue[asyncio.Future[R] | None] = asyncio.Queue()

    async def read() -> None:
        try:
            while True:
                await room.acquire()
                begun.put_nowait(asyncio.ensure_future(work(await anext(items))))
        except StopAsyncIteration:
            pass
        finally:
            begun.put_nowait(None)

    reader = asyncio.create_task(read())
    try:
        while (answer := await begun.get()) is not None:
            yield await answer
            room.release()
        await reader
    finally:
        reader.cancel()
        while not begun.empty():
            if (unanswered := begun.get_nowait()) is not None:
                unanswered.cancel()
