"""`erpgate demo`: 25 orders, judged, invoiced, and held against what was expected."""

import asyncio
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from google.protobuf.timestamp_pb2 import Timestamp
from rich.console import Console
from rich.progress import track

from erpgate.client import Client
from erpgate.demo.company import SHIPPING_CODE, shop
from erpgate.demo.report import Row, demo_orders, deviations, row_of, table
from erpgate.demo.stack import CHANNEL, PARENT, Stack, connect, new_database, stack, start_of_automation
from erpgate.plugin import SimulatedDocument
from erpgate.v1 import channel_pb2, invoice_pb2, order_pb2

_SETTLED = frozenset(
    {
        invoice_pb2.INVOICE_STATE_BLOCKED,
        invoice_pb2.INVOICE_STATE_OPEN,
        invoice_pb2.INVOICE_STATE_WITHDRAWN,
    }
)
_PATIENCE = 60.0
_SALES_CHANNELS = ("mercadolibre-co", "shop-co")


def run(erp: str, *, keep: bool, console: Console) -> bool:
    """Runs the demo and tells whether everything came out as expected."""
    folder = Path(tempfile.mkdtemp(prefix="erpgate-demo-"))
    with new_database("sqlite", folder) as url, stack(erp, folder, url) as running:
        try:
            good = _run(running, console)
        except BaseException:
            running.stop()
            raise
        if keep:
            _say_how_to_go_on(running, console)
        else:
            running.stop()
    return good


def _run(running: Stack, console: Console) -> bool:
    console.print(
        f"{running.offer.title} on {running.url}, server on {running.server.address}, data in {running.folder}"
    )
    with Client(running.server.address) as client:
        _connect(running, client)
        orders = [
            client.submit_order(PARENT, order)
            for order in track(demo_orders(), "Submitting orders", console=console, transient=True)
        ]
        invoices = _settled(client, console)
        rows = [row_of(client.get_order(order.name), invoices.get(order.name)) for order in orders]
    console.print(table(rows))
    documents = asyncio.run(running.offer.documents(running.url))
    calls = asyncio.run(running.offer.calls(running.url))
    _print_calls(calls, rows, console)
    return _verdict(rows, documents, console)


def _connect(running: Stack, client: Client) -> None:
    """Connects with barcodes as SKU; the shipping item is looked up as a person would choose it from a list."""
    seeded = running.seed(shop())
    start = Timestamp()
    start.FromDatetime(start_of_automation().replace(year=2026))
    automation = channel_pb2.Automation(
        enabled=True,
        sales_channels=_SALES_CHANNELS,
        order_states=[
            channel_pb2.ORDER_STATE_PENDING,
            channel_pb2.ORDER_STATE_SHIPPED,
            channel_pb2.ORDER_STATE_COMPLETED,
        ],
        start_time=start,
        initial_state=channel_pb2.INITIAL_STATE_OPEN,
    )
    settings = channel_pb2.ChannelSettings(
        sku_source=channel_pb2.SKU_SOURCE_BARCODE, print_notes=True, automation=automation
    )
    channel = connect(client, running, seeded, settings, shop().country_code)
    shipping = client.lookup_skus(CHANNEL, [SHIPPING_CODE])[0].product
    channel.settings.shipping_policy = channel_pb2.SHIPPING_POLICY_LINE
    channel.settings.shipping_item = shipping.name.rsplit("/", 1)[-1]
    client.update_channel(channel, ["settings.shipping_policy", "settings.shipping_item"])


def _settled(client: Client, console: Console) -> dict[str, invoice_pb2.Invoice]:
    """Waits until every invoice is done or blocked; gives them by order."""
    until = time.monotonic() + _PATIENCE
    with console.status("Invoicing"):
        while True:
            invoices = list(client.list_invoices(CHANNEL))
            if all(invoice.state in _SETTLED for invoice in invoices) or time.monotonic() > until:
                return {invoice.order: invoice for invoice in invoices}
            time.sleep(0.1)


def _print_calls(counts: Mapping[str, int], rows: Sequence[Row], console: Console) -> None:
    invoices = sum(row.invoiced is not None for row in rows)
    writes = {name: count for name, count in counts.items() if name.startswith("POST")}
    console.print(f"ERP calls: {sum(counts.values())} in all, for {invoices} invoices")
    for name, count in sorted(counts.items()):
        console.print(f"  {count:5}  {name}")
    per_invoice = sum(count for name, count in writes.items() if "invoice" in name) / max(invoices, 1)
    console.print(f"  {per_invoice:.2f} calls per invoice once item and customer are known")


def _verdict(rows: Sequence[Row], documents: Sequence[SimulatedDocument], console: Console) -> bool:
    per_reference = Counter(document.reference for document in documents)
    duplicates = sum(count - 1 for count in per_reference.values())
    invoices = sum(row.invoiced is not None for row in rows)
    differences = sum(bool(row.difference) for row in rows)
    problems = deviations(list(rows))
    if len(documents) != invoices + duplicates:
        problems.append(f"the ERP has {len(documents)} documents for {invoices} invoices")
    for problem in problems:
        console.print(f"[red]{problem}[/red]")
    console.print(f"demo: {len(rows)} orders, {invoices} invoices, {duplicates} duplicates, {differences} differences")
    return not (problems or duplicates or differences)


def _say_how_to_go_on(running: Stack, console: Console) -> None:
    address = running.server.address
    own = Path(sys.executable).with_name("grpcurl")
    grpcurl = "grpcurl" if shutil.which("grpcurl") or not own.exists() else str(own)
    error = order_pb2.VerdictOutcome.Name(order_pb2.VERDICT_OUTCOME_ERROR)
    console.print(
        "The server is still up. Try:\n"
        f"  {grpcurl} -plaintext {address} erpgate.v1.ChannelService/ListErps\n"
        f'  {grpcurl} -plaintext -d \'{{"parent": "{PARENT}", "outcome": "{error}"}}\' '
        f"{address} erpgate.v1.InvoicingService/ListOrders\n"
        f'  {grpcurl} -plaintext -d \'{{"parent": "{CHANNEL}", "page_size": 1}}\' '
        f"{address} erpgate.v1.InvoicingService/ListInvoices\n"
        f"Stop it with: kill {running.server.popen.pid} {running.simulator.popen.pid}",
        soft_wrap=True,
        markup=False,
        highlight=False,
    )
