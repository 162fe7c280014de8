"""The rate budget of one ERP account: requests wait here instead of being refused there."""

import asyncio
import contextlib
import datetime as dt
from collections.abc import Iterable

from erpgate.plugin.http import RateReading
from erpgate.plugin.policy import Limits

WHOLE = "*"
"""The resource that every request counts for."""


class _Window:
    """A fixed window: it opens with the first request and allows `limit` until it ends."""

    def __init__(self, limit: int, length: float) -> None:
        self.limit = limit
        self.length = length
        self.used = 0
        self.ends = 0.0

    def wait(self, now: float, share: float) -> float:
        """Seconds until a request is allowed to who may use this share of the window."""
        if now >= self.ends:
            self.used = 0
            return 0.0
        return self.ends - now if self.used >= max(1, self.limit * share) else 0.0

    def left(self, now: float) -> int:
        """Requests that are allowed until it ends."""
        return self.limit if now >= self.ends else max(0, self.limit - self.used)

    def take(self, now: float) -> None:
        if now >= self.ends:
            self.ends = now + self.length
            self.used = 0
        self.used += 1

    def correct(self, reading: RateReading, now: float) -> None:
        """The ERP's own count is the truth where it allows less."""
        if reading.limit:
            self.limit = reading.limit
        reset = reading.reset.total_seconds()
        if reset > 0:
            self.ends = now + reset
            self.used = max(self.used, self.limit - reading.remaining)


class Budget:
    """Keeps an account within its ERP's limits.

    Args:
        limits: As the plugin declares them.
    """

    def __init__(self, limits: Limits) -> None:
        self._windows = {
            resource: [_Window(count, per.total_seconds()) for count, per in windows]
            for resource, windows in limits.windows.items()
        }
        self._blocked: dict[str, float] = {}

    async def take(self, resource: str, stop: asyncio.Event | None = None, *, share: float = 1.0) -> bool:
        """Waits until a request to this resource may be sent, and counts it; False when `stop` came first.

        Args:
            resource: What is asked for.
            stop: Ends the wait.
            share: Part of each window that the asker may use; the rest is left to others.
        """
        stop = stop or asyncio.Event()
        while (seconds := self.wait(resource, share)) > 0:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await stop.wait()
                    return False
        now = asyncio.get_running_loop().time()
        for window in self._of(resource):
            window.take(now)
        return True

    def left(self) -> tuple[int, int] | None:
        """Requests that the whole account may send now, and those of a full window; None where nothing limits it."""
        now = asyncio.get_running_loop().time()
        if self.wait(WHOLE) > 0:
            return 0, self._windows[WHOLE][0].limit if WHOLE in self._windows else 0
        lefts = [(window.left(now), window.limit) for window in self._windows.get(WHOLE, ())]
        return min(lefts, default=None)

    def correct(self, reading: RateReading) -> None:
        """Takes note of the ERP's own count."""
        windows = self._windows.get(WHOLE, ())
        if windows:
            windows[0].correct(reading, asyncio.get_running_loop().time())

    def block(self, resource: str, delay: dt.timedelta) -> None:
        """The ERP refused: nothing is sent to this resource for a while."""
        until = asyncio.get_running_loop().time() + delay.total_seconds()
        self._blocked[resource] = max(until, self._blocked.get(resource, 0.0))

    def wait(self, resource: str, share: float = 1.0) -> float:
        """Seconds until a request to this resource may be sent by who may use this share of each window."""
        now = asyncio.get_running_loop().time()
        blocks = (self._blocked.get(name, 0.0) - now for name in {resource, WHOLE})
        return max(0.0, *blocks, *(window.wait(now, share) for window in self._of(resource)))

    def _of(self, resource: str) -> Iterable[_Window]:
        for name in {resource, WHOLE}:
            yield from self._windows.get(name, ())
