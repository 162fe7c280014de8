"""How many calls a company may make: fixed windows, each opened by its first call."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from .options import RateLimits

_SHOWN_WITHOUT_LIMIT = 150
_FRESH_RESET = -2
"""What the recordings show as the reset of a window that the call itself opens."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowance:
    """Whether a call may pass, and what the headers say.

    Attributes:
        allowed: Whether it may pass.
        limit: ``X-Rate-Limit-Limit``.
        remaining: ``X-Rate-Limit-Remaining``.
        reset: ``X-Rate-Limit-Reset``, the seconds until the window ends.
    """

    allowed: bool = True
    limit: int = _SHOWN_WITHOUT_LIMIT
    remaining: int = _SHOWN_WITHOUT_LIMIT - 1
    reset: int = _FRESH_RESET


@dataclass(slots=True)
class _Window:
    ends: datetime
    calls: int


class Rates:
    """Counts the calls of every company."""

    def __init__(self, limits: RateLimits) -> None:
        self._limits = limits
        self._windows: dict[tuple[str, str], _Window] = {}

    def take(self, email: str, now: datetime) -> Allowance:
        """Counts a call against the limit of all resources together."""
        return self._take((email, ""), self._limits.requests, now)

    def take_contacts(self, email: str, now: datetime) -> bool:
        """Counts a call to /contacts against its own cap; answers whether it may pass."""
        return self._take((email, "contacts"), self._limits.contacts, now).allowed

    def clear(self) -> None:
        """Forgets every window."""
        self._windows.clear()

    def _take(self, key: tuple[str, str], limit: int, now: datetime) -> Allowance:
        if not limit:
            return Allowance()
        window = self._windows.get(key)
        if window is None or now >= window.ends:
            self._windows[key] = _Window(ends=now + timedelta(seconds=self._limits.seconds), calls=1)
            return Allowance(limit=limit, remaining=limit - 1)
        window.calls += 1
        left = math.ceil((window.ends - now).total_seconds())
        return Allowance(allowed=window.calls <= limit, limit=limit, remaining=max(0, limit - window.calls), reset=left)
