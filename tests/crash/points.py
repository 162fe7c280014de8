"""The points at which a process that issues an invoice can be hit, and a way to try them all."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

ISSUING = (
    "commit.SubmitOrder.before",
    "commit.SubmitOrder.after",
    "erp.find_customer.before",
    "erp.find_customer.after",
    "commit.BeginAttempt.before",
    "commit.BeginAttempt.after",
    "erp.create_customer.before",
    "erp.create_customer.after",
    "commit.RememberCustomer+EndAttempt.before",
    "commit.RememberCustomer+EndAttempt.after",
    "commit.SaveInvoice+BeginAttempt.before",
    "commit.SaveInvoice+BeginAttempt.after",
    "erp.create.before",
    "erp.create.after",
    "commit.SaveInvoice+EndAttempt.before",
    "commit.SaveInvoice+EndAttempt.after",
    "commit.BeginAttempt.before",
    "commit.BeginAttempt.after",
    "erp.advance.before",
    "erp.advance.after",
    "commit.SaveInvoice+EndAttempt.before",
    "commit.SaveInvoice+EndAttempt.after",
    "erp.aclose.before",
    "erp.aclose.after",
)
"""Everything that one invoice of a new buyer takes, up to the end of the process."""


def later(verb: str) -> Sequence[str]:
    """Everything that an operation on an open invoice takes, up to the end of the process."""
    steps = (
        "commit.RequestOperation",
        "erp.read",
        "commit.SaveInvoice+BeginAttempt",
        f"erp.{verb}",
        "commit.SaveInvoice+EndAttempt",
        "erp.aclose",
    )
    return [f"{step}.{when}" for step in steps for when in ("before", "after")]


HOUSEKEEPING = re.compile(
    r"commit\.(ClaimLanes|RenewLeases|ReleaseLane|TellAlive|Leave|AddTasks|PostponeTask|CutFeed|UseKeys|WakeReturned)\."
)
"""Commits that come when it is time, not when an invoice needs them."""


_AT_ONCE = 6


@dataclass(frozen=True)
class Point:
    """The n-th time that a point is reached."""

    name: str
    nth: int = 1

    def __str__(self) -> str:
        return f"{self.name}#{self.nth}"

    @property
    def slug(self) -> str:
        """As a folder's name, and an order's."""
        return f"{self.name}-{self.nth}".replace("+", "-")


def numbered(names: Iterable[str]) -> Iterator[Point]:
    """Each occurrence of each name."""
    seen: Counter[str] = Counter()
    for name in names:
        seen[name] += 1
        yield Point(name, seen[name])


def problems_at(points: Sequence[Point], attempt: Callable[[Point], None]) -> list[str]:
    """What is wrong at which point, after all of them were tried, several at a time because most of it is waiting."""

    def problem(point: Point) -> str:
        try:
            attempt(point)
        except Exception as error:
            return f"{point}: {type(error).__name__}: {error}"
        return ""

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return [found for found in pool.map(problem, points) if found]
