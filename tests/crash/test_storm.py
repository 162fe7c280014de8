"""Killed anywhere, by a seed, under callers that repeat each other and an ERP that fails: one sale, one invoice."""

import os
import random
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import grpc
import pytest
from erpgate.client import Client, ErpgateError
from erpgate.v1 import error_reason_pb2, invoice_pb2, order_pb2

from .erp import PRICE, SimulatedErp
from .stage import Stage, channel_of, connect
from .storm import Sold, Storm, some_sales
from .waiting import eventually

_SEEDS = int(os.environ.get("CRASH_SEEDS", "1"))
_ORDERS = int(os.environ.get("CRASH_ORDERS", "1000"))
_MERCHANTS = 6
_LOOKUP = error_reason_pb2.ERROR_REASON_ERP_OUTCOME_UNKNOWN


@pytest.mark.timeout(120 + _ORDERS)
@pytest.mark.parametrize("seed", range(1, _SEEDS + 1))
@pytest.mark.parametrize(("kind", "servers"), [("sqlite", 1), ("postgresql", 2)])
def test_one_invoice_each_in_the_storm(
    kind: str,
    servers: int,
    seed: int,
    erp: SimulatedErp,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
) -> None:
    stage = Stage(erp=erp, folder=tmp_path, database_url=request.getfixturevalue(f"{kind}_url"))
    chance = random.Random(seed)  # noqa: S311 - not a secret
    merchants = [f"storm-{kind}-{seed}-{n}" for n in range(_MERCHANTS)]
    _connect(stage, merchants)
    sold = some_sales(merchants, _ORDERS, chance)
    began = time.monotonic()
    storm = Storm(stage, servers, chance, lives=5 + _ORDERS // 200)
    try:
        storm.rage(sold)
        with Client(storm.servers[0].address, timeout=30) as client:
            invoices = eventually("every invoice is open", lambda: _settled(client, sold), seconds=60 + _ORDERS / 4)
            orders = {(one.merchant, one.number): _order(client, one) for one in sold}
    finally:
        storm.end()
    with capsys.disabled():
        seconds = time.monotonic() - began
        print(f"\n{kind}, seed {seed}: {_ORDERS} orders, {storm.deaths} processes killed, {seconds:.0f} s")
    _check(erp, sold, invoices, orders)


def _check(
    erp: SimulatedErp,
    sold: Sequence[Sold],
    invoices: dict[tuple[str, str], invoice_pb2.Invoice],
    orders: dict[tuple[str, str], order_pb2.Order],
) -> None:
    """Documents are the sales that were to be invoiced, and what erpgate says of each is true."""
    due = {(one.merchant, one.number): PRICE * one.pieces for one in sold if not one.fulfilled}
    documents = sorted(
        (merchant, d.reference, d.state, d.total)
        for merchant in sorted({one.merchant for one in sold})
        for d in erp.documents(merchant)
    )
    assert documents == sorted((key[0], invoices[key].reference, "open", total) for key, total in due.items())
    assert {key: invoice.total for key, invoice in invoices.items()} == {k: f"{t:.2f}" for k, t in due.items()}
    for one in sold:
        (verdict,) = orders[one.merchant, one.number].verdicts
        expected = order_pb2.VERDICT_OUTCOME_SKIPPED if one.fulfilled else order_pb2.VERDICT_OUTCOME_INVOICE
        assert verdict.outcome == expected, verdict


def _settled(client: Client, sold: Sequence[Sold]) -> dict[tuple[str, str], invoice_pb2.Invoice] | None:
    """Every invoice by merchant and external id, once all are open; one that nobody could find is tried again."""
    due = sum(not one.fulfilled for one in sold)
    try:
        found = list(_invoices(client, sorted({one.merchant for one in sold})))
    except ErpgateError as error:
        if error.code is grpc.StatusCode.UNAVAILABLE:
            return None
        raise
    for _, invoice in found:
        if invoice.state == invoice_pb2.INVOICE_STATE_BLOCKED:
            assert invoice.failure.reason == _LOOKUP, invoice
            client.retry_invoice(invoice.name)
    done = {key: i for key, i in found if i.state == invoice_pb2.INVOICE_STATE_OPEN and not i.HasField("failure")}
    return done if len(done) == len(found) == due else None


def _invoices(client: Client, merchants: Iterable[str]) -> Iterable[tuple[tuple[str, str], invoice_pb2.Invoice]]:
    for merchant in merchants:
        for invoice in client.list_invoices(channel_of(merchant), page_size=500):
            yield (merchant, invoice.order.rpartition(":")[2]), invoice


def _order(client: Client, one: Sold) -> order_pb2.Order:
    return client.get_order(f"merchants/{one.merchant}/orders/shop-co:{one.number}")


def _connect(stage: Stage, merchants: Sequence[str]) -> None:
    with stage.running(name="wizard") as server, Client(server.address, timeout=30) as client:
        for merchant in merchants:
            stage.erp.open_company(merchant)
            connect(client, merchant, stage.erp.credentials(merchant))
        server.stop()
