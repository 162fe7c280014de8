"""Waiting for what another process does."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

_LOOK = 0.05


def eventually(what: str, look: Callable[[], T | None], seconds: float = 45.0) -> T:
    """What `look` gives as soon as it is neither None nor False.

    Raises:
        AssertionError: It took too long.
    """
    until = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < until, f"not within {seconds} s: {what}"
        time.sleep(_LOOK)
    return seen


def is_stopped(pid: int) -> bool:
    """Whether SIGSTOP holds a process."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
