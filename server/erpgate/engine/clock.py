"""Time, injected: wall-clock instants for what is stored, a clock that never stops for leases."""

import datetime as dt
import time
from typing import Protocol


class Clock(Protocol):
    """Where time comes from."""

    def now(self) -> dt.datetime:
        """The current instant, aware, UTC."""
        ...

    def boot(self) -> float:
        """Seconds that run on while the process or the machine is stopped."""
        ...


class SystemClock:
    """The machine's clocks."""

    def now(self) -> dt.datetime:
        """The current instant, aware, UTC."""
        return dt.datetime.now(dt.UTC)

    def boot(self) -> float:
        """CLOCK_BOOTTIME."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)
