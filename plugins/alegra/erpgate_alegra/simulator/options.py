"""How a simulator is set up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from .assumptions import CONTACTS_PER_WINDOW
from .webhooks import Send, send_https


@dataclass(frozen=True, kw_only=True, slots=True)
class RateLimits:
    """How many calls a company may make in one window.

    Attributes:
        requests: Calls in a window, all resources together; 0 for no limit.
        contacts: Calls to /contacts in a window; 0 for no cap of their own.
        seconds: Length of a window, which its first call opens.
    """

    requests: int = 0
    contacts: int = 0
    seconds: float = 60

    @classmethod
    def none(cls) -> "RateLimits":
        """No limit; the headers always tell of a fresh window."""
        return cls()

    @classmethod
    def alegra(cls, seconds: float = 60) -> "RateLimits":
        """The documented 150 calls a minute and the lower cap of /contacts, or the same in a shorter window."""
        return cls(requests=150, contacts=CONTACTS_PER_WINDOW, seconds=seconds)


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class SimulatorOptions:
    """How a simulator is set up.

    Attributes:
        database: Path of the SQLite file that keeps the state; empty to keep it in memory.
        rate: How many calls each company may make.
        clock: The present instant.
        send: Posts a webhook's body to an address without scheme.
        journal_size: How many calls the journal remembers.
        journal_body_bytes: Longest request body that the journal keeps.
    """

    database: str = ""
    rate: RateLimits = RateLimits()
    clock: Callable[[], datetime] = _utc_now
    send: Send = send_https
    journal_size: int = 100_000
    journal_body_bytes: int = 16_384
