"""`kill -9` at each point of a void, a credit note, a payment and an e-mail: after a restart there is one of each."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from .operation import VERBS, Operation
from .points import HOUSEKEEPING, Point, later, numbered, problems_at
from .stage import Sold


@pytest.mark.parametrize("verb", VERBS)
def test_the_points_of_an_operation_are_these(sold_sqlite: Sold, tmp_path: Path, verb: str) -> None:
    """What is done for it, in this order; a new commit or call shows up here, and is then killed at too."""
    log = tmp_path / "points"
    invoice = sold_sqlite.invoices[-1 - VERBS.index(verb)]
    operation = Operation(sold_sqlite.prepared.stage(tmp_path / "stage"), verb, invoice)
    with operation.stage.running(points=f"log:{log}") as server:
        operation.ask(server)
        operation.wait_until_ended(server)
        server.stop()
    assert [point for point in log.read_text().split() if not HOUSEKEEPING.match(point)] == later(verb)


@pytest.mark.timeout(300)
def test_killed_at_each_point_of_an_operation(sold: Sold, tmp_path: Path) -> None:
    """The caller, who had no answer, repeats the request."""
    cases = dict(_cases(sold))

    def killed_at(case: Point) -> None:
        verb, point, invoice = cases[case]
        operation = Operation(sold.prepared.stage(tmp_path / case.slug), verb, invoice)
        with operation.stage.running(points=f"kill:{point}") as doomed:
            operation.ask_the_doomed(doomed)
            if not operation.dies_or_ends(doomed):
                doomed.popen.terminate()  # the last points are reached when it ends in good order
            assert doomed.popen.wait(10) == -signal.SIGKILL, "it was not killed there"
        with operation.stage.running() as server:
            operation.ask(server)
            operation.wait_until_ended(server)
            operation.check(server, lost=point.name in LOST | {f"erp.{verb}.before"})

    problems = problems_at(list(cases), killed_at)
    assert not problems, "\n".join(problems)


LOST = frozenset({"commit.SaveInvoice+BeginAttempt.after"})
"""Where it is written that the call may leave, and it has not left."""


def _cases(sold: Sold) -> Iterator[tuple[Point, tuple[str, Point, str]]]:
    """Every point of every verb, of the first two on PostgreSQL, each with an invoice of its own."""
    invoices = iter(sold.invoices)
    for verb in VERBS if sold.prepared.kind == "sqlite" else VERBS[:2]:
        for point in numbered(later(verb)):
            yield Point(f"{verb}-{point.name}"), (verb, point, next(invoices))
