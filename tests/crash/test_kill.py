"""`kill -9` at each point of issuing one invoice: after a restart the ERP has it once, open, with the right total."""

import signal
from pathlib import Path

import pytest

from .points import HOUSEKEEPING, ISSUING, Point, numbered, problems_at
from .sale import Sale
from .stage import Prepared


def test_the_points_of_an_invoice_are_these(prepared: Prepared, tmp_path: Path) -> None:
    """What is done for an invoice, in this order; a new commit or call shows up here, and is then killed at too."""
    log = tmp_path / "points"
    sale = Sale(prepared.stage(tmp_path / "stage"), f"recorded-{prepared.kind}")
    with sale.stage.running(points=f"log:{log}") as server:
        sale.submit(server)
        sale.wait_until_open(server)
        server.stop()
    assert [point for point in log.read_text().split() if not HOUSEKEEPING.match(point)] == list(ISSUING)


@pytest.mark.timeout(150)
def test_killed_at_each_point(prepared: Prepared, tmp_path: Path) -> None:
    """The caller, who had no answer, submits again; whatever had happened, there is one document."""

    def killed_at(point: Point) -> None:
        sale = Sale(prepared.stage(tmp_path / point.slug), f"killed-{prepared.kind}-{point.slug}")
        with sale.stage.running(points=f"kill:{point}") as doomed:
            sale.submit_to_the_doomed(doomed)
            if not sale.dies_or_opens(doomed):
                doomed.popen.terminate()  # the last points are reached when it ends in good order
            assert doomed.popen.wait(10) == -signal.SIGKILL, "it was not killed there"
        with sale.stage.running() as server:
            sale.submit(server)
            sale.wait_until_open(server)
            sale.check(server)

    claims = [Point("commit.ClaimLanes.before", 2), Point("commit.ClaimLanes.after", 2)]
    releases = [
        Point("commit.ReleaseLane.before", 2),
        Point("commit.ReleaseLane.after", 2),
    ]  # the first is housekeeping
    problems = problems_at([*numbered(ISSUING), *claims, *releases], killed_at)
    assert not problems, "\n".join(problems)
