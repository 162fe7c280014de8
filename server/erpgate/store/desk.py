"""A desk: one thread that serves what an event loop hands in, as many at a time as are waiting."""

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

J = TypeVar("J")

GROUP = 500
"""Jobs that are served together at most."""

_log = logging.getLogger(__name__)


class Desk(Generic[J]):
    """Serves jobs in groups, in a thread of its own.

    Args:
        name: Of the thread.
        serve: Gives one answer, or exception, per job.
    """

    def __init__(self, name: str, serve: Callable[[Sequence[J]], Sequence[Any]]) -> None:
        self._serve = serve
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[tuple[J, asyncio.Future[Any]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._serve_forever, name=name, daemon=True)

    def start(self) -> None:
        """Starts serving."""
        self._thread.start()

    async def aclose(self) -> None:
        """Serves what was handed in, then ends."""
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    async def hand_in(self, job: J) -> Any:
        """The answer to a job; an answer that is an exception is raised."""
        future: asyncio.Future[Any] = self._loop.create_future()
        self._queue.put((job, future))
        return await future

    def _serve_forever(self) -> None:
        while (first := self._queue.get()) is not None:
            group, last = self._collect(first)
            answers = self._serve([job for job, _ in group])
            self._answer([future for _, future in group], answers)
            if last:
                return

    def _collect(self, first: tuple[J, "asyncio.Future[Any]"]) -> tuple[list[tuple[J, "asyncio.Future[Any]"]], bool]:
        group = [first]
        while len(group) < GROUP:
            try:
                job = self._queue.get_nowait()
            except queue.Empty:
                break
            if job is None:
                return group, True
            group.append(job)
        return group, False

    def _answer(self, futures: "Sequence[asyncio.Future[Any]]", answers: Sequence[Any]) -> None:
        def deliver() -> None:
            for future, answer in zip(futures, answers, strict=True):
                if future.done():
                    continue
                if isinstance(answer, Exception):
                    future.set_exception(answer)
                else:
                    future.set_result(answer)

        try:
            self._loop.call_soon_threadsafe(deliver)
        except RuntimeError:
            _log.warning("The event loop ended before %d answers could be given.", len(futures))
