"""The database goes away while erpgate runs: callers are told to come back, and nothing accepted is lost."""

import datetime as dt
import resource
from collections.abc import Iterable
from pathlib import Path

import grpc
import pytest
from erpgate.client import Client, ErpgateError
from erpgate.testing import PrivateCluster
from erpgate.v1 import invoice_pb2

from .erp import PRICE, SimulatedErp
from .sale import unless_dead
from .stage import MERCHANT, Prepared, Stage, an_order, channel_of, connect
from .waiting import eventually

_ORDERS = 12
_PARENT = f"merchants/{MERCHANT}"


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_postgresql_gone_and_back(how: str, erp: SimulatedErp, own_postgresql: PrivateCluster, tmp_path: Path) -> None:
    stage = Stage(erp=erp, folder=tmp_path, database_url=own_postgresql.new_database())
    numbers = [f"gone-{how}-{number}" for number in range(_ORDERS)]
    with stage.running() as server, Client(server.address) as client:
        connect(client, MERCHANT, erp.credentials(MERCHANT))
        with erp.slow(0.1):
            for number in numbers[:-1]:
                client.submit_order(_PARENT, an_order(number))
            getattr(own_postgresql, how)()
            refused(client, numbers[-1])
        own_postgresql.start()
        comes_back(client, numbers[-1])
        invoiced(client, erp, numbers)
        assert server.popen.poll() is None


def test_disk_full_and_cleared(prepared_sqlite: Prepared, tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk; reading goes on meanwhile."""
    stage = prepared_sqlite.stage(tmp_path / "stage")
    with stage.running() as server, Client(server.address) as client:
        before = client.submit_order(_PARENT, an_order("before-the-disk-was-full"))
        _, most = resource.prlimit(server.popen.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
        refused(client, "while-the-disk-was-full")
        assert client.get_order(before.name).external_id == before.external_id
        resource.prlimit(server.popen.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, most))
        comes_back(client, "while-the-disk-was-full")
        invoiced(client, stage.erp, ["before-the-disk-was-full", "while-the-disk-was-full"])


def refused(client: Client, number: str) -> None:
    """Submits an order, which is refused for now."""
    with pytest.raises(ErpgateError) as raised:
        client.submit_order(_PARENT, an_order(number))
    assert (raised.value.code, raised.value.reason) == (grpc.StatusCode.UNAVAILABLE, "SERVICE_UNAVAILABLE")
    assert raised.value.retry_after == dt.timedelta(seconds=5)


def comes_back(client: Client, number: str) -> None:
    """Submits an order again until it is taken."""

    def taken() -> bool:
        try:
            client.submit_order(_PARENT, an_order(number))
        except ErpgateError as error:
            if error.reason != "SERVICE_UNAVAILABLE":
                raise
            return False
        return True

    eventually("orders are taken again", taken)


def invoiced(client: Client, erp: SimulatedErp, numbers: Iterable[str]) -> None:
    """Every order becomes one open document with the right total."""
    orders = {f"{_PARENT}/orders/shop-co:{number}" for number in numbers}

    def open_ones() -> list[invoice_pb2.Invoice]:
        listed = unless_dead(lambda: list(client.list_invoices(channel_of(MERCHANT)))) or []
        invoices = [i for i in listed if i.state == invoice_pb2.INVOICE_STATE_OPEN]
        return invoices if {invoice.order for invoice in invoices} == orders else []

    references = [invoice.reference for invoice in eventually("all are open", open_ones)]
    documents = [d for d in erp.documents(MERCHANT) if d.reference in references]
    assert sorted((d.reference, d.state, d.total) for d in documents) == [
        (reference, "open", PRICE) for reference in sorted(references)
    ]
