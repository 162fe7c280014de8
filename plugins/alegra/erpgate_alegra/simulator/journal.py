"""What has been called, for tests that count."""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from .jsontext import Document, loads


@dataclass(kw_only=True, slots=True)
class Entry:
    """One call.

    Attributes:
        n: Its running number, from 1.
        time: When it came in.
        tenant: E-mail of the company; empty while it is not known.
        method: HTTP method.
        path: Path without ``/api/v1``.
        query: The query as sent.
        body: The request's body as sent; empty when it is too long to keep.
        status: HTTP status; None while there is no answer and after a drop.
        origin: Scheme and host that the caller used.
    """

    n: int
    time: datetime
    tenant: str = ""
    method: str
    path: str
    query: str
    body: bytes
    status: int | None = None
    origin: str = ""

    def show(self) -> Document:
        """The entry as the control surface answers it."""
        try:
            body = loads(self.body) if self.body else None
        except ValueError:
            body = self.body.decode(errors="replace")
        return {
            "n": self.n,
            "time": self.time.isoformat(),
            "tenant": self.tenant,
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "status": self.status,
            "body": body,
        }


class Journal:
    """The last calls, and how many there were of each kind."""

    def __init__(self, size: int, body_bytes: int) -> None:
        self._entries: deque[Entry] = deque(maxlen=size)
        self._body_bytes = body_bytes
        self._last = 0
        self._counts: Counter[str] = Counter()

    def add(self, time: datetime, method: str, path: str, query: str, body: bytes) -> Entry:
        """Notes a call that has just come in."""
        self._last += 1
        kept = body if len(body) <= self._body_bytes else b""
        entry = Entry(n=self._last, time=time, method=method, path=path, query=query, body=kept)
        self._entries.append(entry)
        return entry

    def count(self, method: str, pattern: str) -> None:
        """Counts a call under its path pattern."""
        self._counts[f"{method} {pattern}"] += 1

    def since(self, n: int) -> Iterator[Entry]:
        """The kept calls after the n-th."""
        return (entry for entry in self._entries if entry.n > n)

    def counts(self) -> dict[str, int]:
        """Number of calls by ``METHOD /pattern``, of all calls since the last reset."""
        return dict(self._counts)

    def clear(self) -> None:
        """Forgets every call; numbering goes on, so that a kept `since` stays right."""
        self._entries.clear()
        self._counts.clear()
