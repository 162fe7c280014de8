"""`kill -9` around an event: whatever had happened, the invoice's final state reaches the webhook's receiver."""

import signal
from pathlib import Path

from erpgate.client import Client
from fixtures.receiver import receiver

from .points import Point, problems_at
from .sale import Sale
from .stage import MERCHANT, Prepared, channel_of
from .waiting import eventually

POINTS = (
    Point("commit.SaveInvoice+EndAttempt.after", 2),
    Point("commit.ClaimListener.after"),
    Point("listener.after"),
    Point("commit.ForgetEvent.after"),
)
"""After the last commit of the invoice, and after each step until its event is gone."""


def test_killed_between_commit_and_delivery(prepared: Prepared, tmp_path: Path) -> None:
    """It is announced at least once, always as the same event, and before the kill only what is so."""

    def killed_at(point: Point) -> None:
        with receiver() as there:
            stage = prepared.stage(tmp_path / point.slug, **there.environ)
            sale = Sale(stage, f"told-{prepared.kind}-{point.slug}")
            with stage.running(points=f"kill:{point}") as doomed:
                sale.submit_to_the_doomed(doomed)
                assert doomed.popen.wait(30) == -signal.SIGKILL, "it was not killed there"
            with stage.running() as server:
                sale.submit(server)
                sale.wait_until_open(server)
                eventually("it is announced", lambda: bool(there.taken))
                sale.check(server)
                with Client(server.address) as client:
                    (invoice,) = client.list_invoices(channel_of(MERCHANT))
                server.stop()
            assert {(m["invoice"], m["state"], m["document_id"]) for m in there.taken} == {
                (invoice.name, "open", invoice.document_id)
            }
            assert len({message["event_id"] for message in there.taken}) == 1
            assert there.forged == []

    problems = problems_at(POINTS, killed_at)
    assert not problems, "\n".join(problems)
