"""Killed anywhere while it invoices in a real Tryton on PostgreSQL: one posted invoice each, and no number is lost."""

import os
import random
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
from erpgate.client import Client
from erpgate.testing import PrivateCluster
from erpgate.v1 import error_reason_pb2, invoice_pb2
from erpgate_tryton.real.environment import TrytonUnavailable
from fixtures.tryton_world import skip

from .erp import PRICE
from .stage import MERCHANT, Place, channel_of, end
from .storm import Mortal, Sold, submit_all
from .tryton import BY_HAND, Tryton, connect, environ_of, numbers_of, totals_of, tryton_on
from .waiting import eventually

_ORDERS = int(os.environ.get("CRASH_TRYTON_ORDERS", "8"))
_SEED = int(os.environ.get("CRASH_TRYTON_SEED", "1"))
_WRITERS = 4
_DEATHS = 2 + _ORDERS // 8
_LEFT_TO_A_PERSON = (
    error_reason_pb2.ERROR_REASON_ERP_OUTCOME_UNKNOWN,
    error_reason_pb2.ERROR_REASON_DOCUMENT_REJECTED,
)


@pytest.fixture
def tryton(postgresql: PrivateCluster, tmp_path: Path) -> Iterator[Tryton]:
    with ExitStack() as stack:
        try:
            yield stack.enter_context(tryton_on(postgresql, tmp_path / "tryton"))
        except TrytonUnavailable as error:
            skip(error)


@pytest.mark.timeout(300 + 6 * _ORDERS)
def test_one_posted_invoice_each_and_no_gap(
    tryton: Tryton, postgresql_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(_SEED)  # noqa: S311 - not a secret
    sold = [
        Sold(merchant=MERCHANT, number=f"t{n}", pieces=chance.randint(1, 4), fulfilled=False) for n in range(_ORDERS)
    ]
    place = Place(folder=tmp_path, database_url=postgresql_url, settings=environ_of(tryton))
    with place.running(name="wizard") as server, Client(server.address, timeout=30) as client:
        connect(client, tryton)
        server.stop()
    began = time.monotonic()
    mortal = Mortal(place, "server", chance, _DEATHS)
    try:
        rage(mortal, tryton, sold, chance)
        with Client(mortal.process.address, timeout=30) as client:
            invoices = _all_open(client)
    finally:
        end(mortal.process)
    seconds = time.monotonic() - began
    documents = tryton.documents()
    by_hand = sum(document.reference == BY_HAND and document.state == "open" for document in documents)
    with capsys.disabled():
        print(f"\ntryton, seed {_SEED}: {_ORDERS} orders, {mortal.deaths} deaths, {seconds:.0f} s, {by_hand} by hand")
    assert totals_of(documents) == sorted((invoices[one.number].reference, "open", PRICE * one.pieces) for one in sold)
    assert {number: invoice.total for number, invoice in invoices.items()} == {
        one.number: f"{PRICE * one.pieces:.2f}" for one in sold
    }
    assert numbers_of(documents) == [f"FV-{n:06}" for n in range(1, _ORDERS + by_hand + 1)]


def rage(mortal: Mortal, tryton: Tryton, sold: Sequence[Sold], chance: random.Random) -> None:
    """Every writer submits every order, while the server dies and the ERP fails; it is calm once it died enough."""
    calm = threading.Event()
    with ThreadPoolExecutor(_WRITERS + 3) as pool:
        nature = [
            pool.submit(mortal.live, calm),
            pool.submit(tryton.bad_day, random.Random(chance.random()), calm),  # noqa: S311 - not a secret
            pool.submit(tryton.bookkeeper, calm),
        ]
        try:
            for writer in [pool.submit(submit_all, [mortal.process.address], sold, n) for n in range(_WRITERS)]:
                writer.result()
            nature[0].result()
        finally:
            calm.set()
        for ends in nature:
            ends.result()


def _all_open(client: Client) -> Mapping[str, invoice_pb2.Invoice]:
    """Waits as long as there is progress."""
    invoices = _open(client)
    while len(invoices) < _ORDERS:
        more = partial(_more, client, len(invoices))
        invoices = eventually(f"more than {len(invoices)} invoices are open", more, seconds=120)
    return invoices


def _more(client: Client, known: int) -> Mapping[str, invoice_pb2.Invoice] | None:
    """The invoices that are open, once they are more; one that waits for a person is tried again by one."""
    for invoice in client.list_invoices(channel_of(MERCHANT), state=invoice_pb2.INVOICE_STATE_BLOCKED):
        assert invoice.failure.reason in _LEFT_TO_A_PERSON, invoice
        client.retry_invoice(invoice.name)
    found = _open(client)
    return found if len(found) > known else None


def _open(client: Client) -> Mapping[str, invoice_pb2.Invoice]:
    """By external id."""
    found = client.list_invoices(channel_of(MERCHANT), state=invoice_pb2.INVOICE_STATE_OPEN, page_size=500)
    return {invoice.order.rpartition(":")[2]: invoice for invoice in found}
