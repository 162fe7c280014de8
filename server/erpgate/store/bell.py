"""A bell: tells those who watch a merchant's feed that it has grown."""

import asyncio
import contextlib
from collections.abc import Iterable, Iterator


class Bell:
    """Rung from any thread, heard in one event loop.

    Args:
        loop: Where watchers wait.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._ears: dict[str, set[asyncio.Event]] = {}
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether watchers shall end."""
        return self._closed

    @contextlib.contextmanager
    def heard(self, merchant: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever the merchant's feed has grown."""
        event = asyncio.Event()
        ears = self._ears.setdefault(merchant, set())
        ears.add(event)
        try:
            yield event
        finally:
            ears.discard(event)
            if not ears:
                self._ears.pop(merchant, None)

    def ring(self, merchants: Iterable[str]) -> None:
        """Wakes the watchers of these merchants; costs next to nothing without any."""
        waited_for = [merchant for merchant in merchants if merchant in self._ears]
        if waited_for:
            with contextlib.suppress(RuntimeError):  # the event loop has ended
                self._loop.call_soon_threadsafe(self._wake, waited_for)

    def close(self) -> None:
        """Wakes every watcher, so that it ends."""
        self._closed = True
        self._wake(list(self._ears))

    def _wake(self, merchants: Iterable[str]) -> None:
        for merchant in merchants:
            for event in self._ears.get(merchant, ()):
                event.set()
