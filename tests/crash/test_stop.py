"""SIGSTOP at each write: whoever slept through a take-over writes nothing any more, neither here nor in the ERP."""

import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from .points import ISSUING, Point, numbered
from .sale import Sale
from .stage import Prepared, Stage
from .waiting import eventually, is_stopped

_AT_ONCE = 6
_WRITES = [
    point
    for point in numbered(ISSUING)
    if "Attempt" in point.name or ".create" in point.name or ".advance" in point.name
]
"""The calls that write to the ERP, and the commits around them."""


@pytest.mark.timeout(150)
def test_taken_over_while_stopped(prepared_postgresql: Prepared, tmp_path: Path) -> None:
    """Another process finishes the invoice; the first one, awake again, finds that the lane has moved on."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        outcomes = pool.map(lambda point: _taken_over_at(point, prepared_postgresql, tmp_path), _WRITES)
        problems = [f"{point}: {problem}" for point, problem in zip(_WRITES, outcomes, strict=True) if problem]
    assert not problems, "\n".join(problems)


def _epoch(stage: Stage) -> int:
    """How often the lane changed hands."""
    with psycopg.connect(stage.database_url) as connection:
        row = connection.execute("SELECT max(epoch) FROM lane WHERE account LIKE 'alegra:%'").fetchone()
    assert row is not None
    return int(row[0])


def _taken_over_at(point: Point, prepared: Prepared, tmp_path: Path) -> str:
    """What is wrong after a process was stopped at the point and taken over; empty when nothing is."""
    try:
        sale = Sale(prepared.stage(tmp_path / point.slug), f"stopped-{point.slug}")
        with sale.stage.running(name="sleeper", points=f"stop:{point}") as sleeper:
            sale.submit(sleeper)
            eventually("it stops", lambda: is_stopped(sleeper.popen.pid))
            epoch = _epoch(sale.stage)
            with sale.stage.running(name="heir") as heir:
                eventually("it is taken over", lambda: _epoch(sale.stage) > epoch)
                sale.wait_until_open(heir)
                sleeper.popen.send_signal(signal.SIGCONT)
                eventually("it learns", lambda: "has moved on" in sleeper.log.read_text())
                sleeper.stop()
                sale.check(heir)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""
