"""GetInvoice and SubmitOrder beside a bare echo, all under the same client."""

import time
from collections.abc import Iterator

from erpgate.client import Client
from erpgate.demo.stack import CHANNEL, PARENT
from erpgate.v1 import invoice_pb2, invoicing_service_pb2

from bench.measure import Loaded, Row, echo_server, load, median
from bench.shop import an_order, connected, submit_bodies

_CALLS = 4_000
_RUNS = 3
_SERVICE = "/erpgate.v1.InvoicingService"


def measure(name: str, database_url: str) -> Iterator[Row]:
    """Rows for one database."""
    bodies = submit_bodies("limit-", _CALLS)
    with echo_server() as (address, pid), connected(database_url) as (running, client, _):
        server, server_pid = running.server.address, running.server.popen.pid
        reads = [_get_invoice_body(client)] * _CALLS
        echo, submits, gets = [], [], []
        for run in range(_RUNS):
            echo.append(load(address, pid, "/bench.Echo/Echo", bodies))
            submits.append(load(server, server_pid, f"{_SERVICE}/SubmitOrder", submit_bodies(f"r{run}-", _CALLS)))
            gets.append(load(server, server_pid, f"{_SERVICE}/GetInvoice", reads))
    limit = median(echo)
    yield _row(f"SubmitOrder, durable and judged, {name}", median(submits), limit, 35)
    yield _row(f"GetInvoice, {name}", median(gets), limit, 45)


def _row(what: str, measured: Loaded, limit: Loaded, bar: int) -> Row:
    share = measured.per_second / limit.per_second * 100
    return Row(
        what=what,
        value=f"{measured.per_second:,.0f}/s, p99 {measured.p99_ms:.0f} ms, {measured.cpu_us:,.0f} µs CPU",
        limit=f"echo {limit.per_second:,.0f}/s, {limit.cpu_us:,.0f} µs CPU",
        share=share,
        bar=f"≥ {bar} %",
        holds=share >= bar,
    )


def _get_invoice_body(client: Client) -> bytes:
    """Reads an invoice that is done."""
    order = client.submit_order(PARENT, an_order("invoiced"))
    invoice = client.create_invoice(CHANNEL, order.name)
    while client.get_invoice(invoice.name).state not in (
        invoice_pb2.INVOICE_STATE_DRAFT,
        invoice_pb2.INVOICE_STATE_OPEN,
    ):
        time.sleep(0.05)
    return invoicing_service_pb2.GetInvoiceRequest(name=invoice.name).SerializeToString()
