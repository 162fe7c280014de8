"""Servers and workers die at random under load: every sale has its one invoice, and work goes on within a lease."""

import itertools
import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from erpgate.client import Client
from erpgate.testing import PrivateCluster
from erpgate.v1 import invoice_pb2, order_pb2

from .erp import PRICE, SimulatedErp
from .fleet import Fleet, TakeOver, running_fleet
from .sale import unless_dead
from .stage import LEASE, Stage, an_order, channel_of, connect
from .waiting import eventually

_CALLERS = 8
_KILLS = 8
_MERCHANTS = [f"shop-{number}" for number in range(6)]
_ORDERS = 150
_PAUSE = 0.6
"""Seconds between two orders of one caller, so that there is work while processes die."""
_POLL = 1.0
"""Seconds after which a process looks for lanes whose lease has ended."""


class Callers:
    """Submit orders to all servers until there were enough of them and nobody dies any more.

    Args:
        addresses: Of the servers.
        calm: Set when nobody dies any more.
    """

    def __init__(self, addresses: list[str], calm: threading.Event) -> None:
        self._addresses = addresses
        self._calm = calm
        self._numbers = itertools.count()
        self.accepted: dict[tuple[str, str], int] = {}
        """Merchant and external id to the pieces that were sold."""

    def work(self, caller: int) -> None:
        """What one caller does; an order that was not acknowledged is submitted again, to the other server."""
        clients = [Client(address, timeout=5) for address in self._addresses]
        servers = itertools.cycle(clients[caller % 2 :] + clients[: caller % 2])
        while not (self._calm.is_set() and len(self.accepted) >= _ORDERS):
            number = next(self._numbers)
            merchant, pieces = _MERCHANTS[number % len(_MERCHANTS)], 1 + number % 4
            self._submit(servers, f"merchants/{merchant}", an_order(f"fleet-{number}", pieces=pieces))
            self.accepted[merchant, f"fleet-{number}"] = pieces
            self._calm.wait(_PAUSE)
        for client in clients:
            client.close()

    def _submit(self, servers: Iterator[Client], parent: str, order: order_pb2.Order) -> None:
        eventually("it is acknowledged", lambda: unless_dead(lambda: next(servers).submit_order(parent, order)))


@pytest.mark.timeout(150)
def test_one_invoice_each_whoever_dies(
    erp: SimulatedErp, postgresql: PrivateCluster, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = Stage(erp=erp, folder=tmp_path, database_url=postgresql.new_database())
    _connect_all(stage)
    calm = threading.Event()
    with running_fleet(stage, _merchants_by_lane(stage)) as fleet, ThreadPoolExecutor(_CALLERS) as pool:
        callers = Callers(fleet.addresses, calm)
        working = [pool.submit(callers.work, caller) for caller in range(_CALLERS)]
        with erp.slow(0.1):
            try:
                deaths = [_kill(fleet, name, callers) for name in _victims(fleet.names)]
            finally:
                calm.set()
        for caller in working:
            caller.result()
        with Client(fleet.addresses[0]) as client:
            eventually("every sale is invoiced", lambda: _open_invoices(client).keys() == callers.accepted.keys())
            invoices = _open_invoices(client)
        fleet.stop()
    for merchant in _MERCHANTS:
        found = sorted((d.reference, d.state, d.total) for d in erp.documents(merchant))
        sold = {key: pieces for key, pieces in callers.accepted.items() if key[0] == merchant}
        assert found == sorted((invoices[key].reference, "open", PRICE * pieces) for key, pieces in sold.items())
    slowest = max(seconds for death in deaths for seconds in death.seconds.values())
    with capsys.disabled():
        print(f"\n{len(callers.accepted)} orders of {len(_MERCHANTS)} merchants, {len(deaths)} processes killed")
        for death in deaths:
            print(f"  {death}")
        print(f"  work went on after {slowest:.2f} s at most, with leases of {LEASE} s")
    assert slowest <= 2 * (LEASE + _POLL)


def _victims(names: list[str]) -> list[str]:
    """In an order that is random, and the same every time."""
    chance = random.Random(20)  # noqa: S311 - not a secret
    return [name for _ in range(_KILLS // len(names)) for name in chance.sample(names, len(names))]


def _kill(fleet: Fleet, name: str, callers: Callers) -> TakeOver:
    """Kills a process after a few more orders."""
    enough = len(callers.accepted) + len(name)
    eventually("orders go on", lambda: len(callers.accepted) >= enough)
    return fleet.kill(name)


def _open_invoices(client: Client) -> dict[tuple[str, str], invoice_pb2.Invoice]:
    """By merchant and external id."""
    return {
        (merchant, invoice.order.rpartition(":")[2]): invoice
        for merchant in _MERCHANTS
        for invoice in client.list_invoices(channel_of(merchant), page_size=500)
        if invoice.state == invoice_pb2.INVOICE_STATE_OPEN
    }


def _connect_all(stage: Stage) -> None:
    with stage.running(name="wizard") as server, Client(server.address) as client:
        for merchant in _MERCHANTS:
            stage.erp.open_company(merchant)
            connect(client, merchant, stage.erp.credentials(merchant))
        server.stop()


def _merchants_by_lane(stage: Stage) -> dict[str, str]:
    with psycopg.connect(stage.database_url) as connection:
        return dict(connection.execute("SELECT account, merchant FROM channel").fetchall())
