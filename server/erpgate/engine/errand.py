"""Work that can wait: it leaves a part of the rate budget to what cannot, and counts what it uses."""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

BACKGROUND_SHARE: Final = 0.7
"""Part of a rate window that such work may use."""


@dataclass(slots=True)
class Errand:
    """One piece of work and everything that it asks of the ERP.

    Attributes:
        share: Part of each rate window that it may use.
        calls: Requests so far.
    """

    share: float = BACKGROUND_SHARE
    calls: int = 0


_CURRENT: ContextVar[Errand | None] = ContextVar("erpgate_errand", default=None)


def current_errand() -> Errand | None:
    """The errand that this code runs for; None for work that cannot wait."""
    return _CURRENT.get()


@contextlib.contextmanager
def errand() -> Iterator[Errand]:
    """What is asked of the ERP within is an errand."""
    started = Errand()
    token = _CURRENT.set(started)
    try:
        yield started
    finally:
        _CURRENT.reset(token)
