"""SIGTERM under load: the process ends soon and well, and nothing that was accepted is lost."""

import asyncio
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from crash.waiting import eventually
from erpgate.client import Client, ErpgateError
from erpgate.demo.stack import CHANNEL, PARENT, Stack, connect, new_database, stack
from erpgate.plugin import SimulatedCompany
from erpgate.v1 import channel_pb2, invoice_pb2, order_pb2
from fixtures.catalogue import SHIRT, an_item
from fixtures.orders import PRICE, a_buyer, an_order
from fixtures.shop import OPEN, automation

CALLERS = 4
SHOP = SimulatedCompany(
    name="Tienda", country_code="CO", currency_code="COP", amount_places=2, items=(an_item(1, SHIRT),)
)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Stack]:
    """A server and an ERP that takes its time to create a document."""
    with new_database("sqlite", tmp_path) as url, stack("alegra", tmp_path, url) as opened:
        settings = channel_pb2.ChannelSettings(sku_source=channel_pb2.SKU_SOURCE_REFERENCE, automation=automation())
        with Client(opened.server.address) as client:
            connect(client, opened, opened.seed(SHOP), settings, "CO")
        slowly = {"method": "POST", "action": {"kind": "delay", "seconds": 0.2}}
        httpx.put(f"{opened.url}/_sim/faults", json=[slowly], trust_env=False).raise_for_status()
        yield opened
        opened.stop()


def submit_until(address: str, stop: threading.Event, number: int) -> list[order_pb2.Order]:
    """What one caller submitted and was told is stored."""
    accepted = []
    with Client(address) as client:
        while not stop.is_set():
            order = an_order(buyer=a_buyer(document=str(79_000_000 + number)))
            try:
                accepted.append(client.submit_order(PARENT, order))
            except ErpgateError:
                break
            stop.wait(0.05)
    return accepted


def test_a_server_that_is_told_to_stop_ends_well(running: Stack) -> None:
    stop = threading.Event()
    with ThreadPoolExecutor(CALLERS) as pool:
        callers = [pool.submit(submit_until, running.server.address, stop, number) for number in range(CALLERS)]
        eventually("the ERP is being written to", lambda: calls(running, "POST /invoices") > 2)
        told = time.monotonic()
        running.server.stop(signal.SIGTERM)
        assert (running.server.popen.poll(), time.monotonic() - told < 3) == (0, True)
        stop.set()
        accepted = {order.name for caller in callers for order in caller.result()}
    assert len(accepted) > CALLERS

    running.restart_server()
    with Client(running.server.address) as client:

        def invoices() -> dict[str, invoice_pb2.Invoice]:
            return {invoice.order: invoice for invoice in client.list_invoices(CHANNEL)}

        eventually("all are open", lambda: all(i.state == OPEN for i in invoices().values()), seconds=30)
        found = invoices()
        assert accepted <= set(found)
        attempts = [a for invoice in found.values() for a in client.get_invoice(invoice.name).attempts]
    assert {attempt.outcome for attempt in attempts} == {invoice_pb2.ATTEMPT_OUTCOME_DONE}
    assert documents(running) == sorted((invoice.reference, PRICE) for invoice in found.values())


def calls(running: Stack, name: str) -> int:
    counts: dict[str, int] = httpx.get(f"{running.url}/_sim/counts", trust_env=False).json()
    return counts.get(name, 0)


def documents(running: Stack) -> list[tuple[str, Decimal]]:
    """Reference and total of every document."""
    found = asyncio.run(running.offer.documents(running.url))
    return sorted((document.reference, Decimal(document.total)) for document in found)
