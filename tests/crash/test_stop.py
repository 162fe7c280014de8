"""SIGSTOP at each write: whoever slept through a take-over writes nothing any more, neither here nor in the ERP."""

import signal
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from erpgate.demo.processes import Process

from .points import ISSUING, Point, numbered, problems_at
from .sale import Sale
from .stage import LEASE, Prepared, Stage
from .waiting import eventually, is_stopped

_CALLS = [point for point in numbered(ISSUING) if point.name.startswith(("erp.create", "erp.advance"))]
"""The calls that write to the ERP."""

_WRITES = [*_CALLS, *(point for point in numbered(ISSUING) if "BeginAttempt" in point.name)]
"""And the commits before them, in and after which a sleeper believes that it may write."""

_CREATING = [
    Point("commit.SaveInvoice+BeginAttempt.after"),
    Point("erp.create.before"),
    Point("erp.create.after"),
]
"""Where a document is about to be made, or was made and nobody here knows."""


@pytest.mark.timeout(150)
def test_taken_over_while_stopped(prepared_postgresql: Prepared, tmp_path: Path) -> None:
    """Another process finishes the invoice; the first one, awake again, finds that the lane has moved on."""

    def stopped_at(point: Point) -> None:
        sale = Sale(prepared_postgresql.stage(tmp_path / point.slug), f"stopped-{point.slug}")
        _taken_over_at(point, sale, wakes_after=sale.wait_until_open)

    problems = problems_at(_WRITES, stopped_at)
    assert not problems, "\n".join(problems)


def test_awake_again_while_the_heir_looks_it_up(prepared_postgresql: Prepared, tmp_path: Path) -> None:
    """Two processes are at the same invoice, and only one of them may do anything."""

    def stopped_at(point: Point) -> None:
        sale = Sale(prepared_postgresql.stage(tmp_path / point.slug), f"early-{point.slug}")
        _taken_over_at(point, sale, wakes_after=lambda _: None)

    problems = problems_at(_CREATING, stopped_at)
    assert not problems, "\n".join(problems)


def test_alone_past_the_lease(prepared_sqlite: Prepared, tmp_path: Path) -> None:
    """Nobody else can have an SQLite file's lanes: the work goes on, by looking up what was in flight."""

    def stopped_at(point: Point) -> None:
        sale = Sale(prepared_sqlite.stage(tmp_path / point.slug), f"alone-{point.slug}")
        with sale.stage.running(points=f"stop:{point}") as sleeper:
            sale.submit(sleeper)
            eventually("it stops", lambda: is_stopped(sleeper.popen.pid))
            over = time.monotonic() + 1.5 * LEASE
            eventually("the lease is over", lambda: time.monotonic() > over)
            sleeper.popen.send_signal(signal.SIGCONT)
            sale.wait_until_open(sleeper)
            sale.check(sleeper)

    problems = problems_at(_CALLS, stopped_at)
    assert not problems, "\n".join(problems)


def _taken_over_at(point: Point, sale: Sale, wakes_after: Callable[[Process], None]) -> None:
    with sale.stage.running(name="sleeper", points=f"stop:{point}") as sleeper:
        sale.submit(sleeper)
        eventually("it stops", lambda: is_stopped(sleeper.popen.pid))
        epoch = _epoch(sale.stage)
        with sale.stage.running(name="heir") as heir:
            eventually("it is taken over", lambda: _epoch(sale.stage) > epoch)
            wakes_after(heir)
            sleeper.popen.send_signal(signal.SIGCONT)
            eventually("it learns", lambda: "has moved on" in sleeper.log.read_text())
            sale.wait_until_open(heir)
            sleeper.stop()
            sale.check(heir)


def _epoch(stage: Stage) -> int:
    """How often the lane changed hands."""
    with psycopg.connect(stage.database_url) as connection:
        row = connection.execute("SELECT max(epoch) FROM lane WHERE account LIKE 'alegra:%'").fetchone()
    assert row is not None
    return int(row[0])
