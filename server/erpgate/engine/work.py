"""How a process ends that did not finish: later, or until somebody acts."""

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from erpgate.plugin.errors import Unavailable
from erpgate.store.tasks import Task

if TYPE_CHECKING:
    from erpgate.engine.lane import Lane


@dataclass(frozen=True, kw_only=True, slots=True)
class Postponed:
    """The task runs again after a while, or when something wakes it.

    Attributes:
        delay: From now.
        served: Whether the run showed that the ERP serves the account.
    """

    delay: dt.timedelta
    served: bool = True


Handler = Callable[["Lane", Task], Awaitable[Postponed | None]]
"""A durable process. None means that it ended its task in its own last commit."""

PARKED = Postponed(delay=dt.timedelta(days=1), served=False)
"""Waits for a person; what the person does wakes it."""

UNASKED = Postponed(delay=dt.timedelta(0), served=False)
"""The task has ended, without having shown that the ERP serves the account."""


class Held(Unavailable):
    """The channel was paused while a write waited for the rate budget; nothing was sent."""


class LookAgain(Exception):
    """An outcome is still unknown; the look-up is repeated.

    Args:
        delay: Until then.
    """

    def __init__(self, delay: dt.timedelta) -> None:
        super().__init__(f"look again in {delay}")
        self.delay = delay
