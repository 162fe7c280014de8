"""`erpgate demo-retail`: thousands of real sales, one invoice each, also when the server dies in the middle."""

import asyncio
import itertools
import os
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import grpc
from google.protobuf.timestamp_pb2 import Timestamp
from rich.console import Console
from rich.progress import Progress

from erpgate.client import Client, ErpgateError
from erpgate.demo.fleet import LEASE_SECONDS, Fleet
from erpgate.demo.sales import Sale, clean_sales, company_of
from erpgate.demo.stack import CHANNEL, PARENT, DatabaseKind, Stack, connect, new_database, stack, start_of_automation
from erpgate.plugin import SimulatedDocument
from erpgate.v1 import channel_pb2, invoice_pb2

_CALLERS = 8
_PATIENCE = 1800.0
_LOOK = 0.5
_AGAIN = 0.2
_AGAIN_LATER = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
_DONE = (invoice_pb2.INVOICE_STATE_OPEN, invoice_pb2.INVOICE_STATE_BLOCKED)


@dataclass(frozen=True, kw_only=True)
class Run:
    """How the sales are run.

    Attributes:
        limit: Sales at most; 0 takes all.
        kill: Whether the server is killed once, in the middle.
        fleet: Whether two servers and two workers share the work and are killed at random; needs PostgreSQL.
        database: Where to store.
    """

    limit: int = 0
    kill: bool = False
    fleet: bool = False
    database: DatabaseKind = "sqlite"


def run(erp: str, path: Path, options: Run, console: Console) -> bool:
    """Runs the sales through and tells whether each has its one invoice with its total.

    Raises:
        ClusterUnavailable: PostgreSQL is asked for and not here.
    """
    if not path.exists():
        console.print(f"retail: there is no {path}, so nothing was run; give the file with --orders")
        return True
    sales = clean_sales(path)
    sales = sales[: options.limit] if options.limit else sales
    folder = Path(tempfile.mkdtemp(prefix="erpgate-retail-"))
    if options.fleet:
        os.environ["ERPGATE_LEASE_SECONDS"] = str(LEASE_SECONDS)
    with new_database(options.database, folder) as url, stack(erp, folder, url) as running:
        try:
            return (_run_fleet if options.fleet else _run)(running, sales, console, options)
        finally:
            running.stop()


def _run_fleet(running: Stack, sales: list[Sale], console: Console, _: Run) -> bool:
    start = time.monotonic()
    with Client(running.server.address, timeout=60) as client:
        _connect(running, client, sales)
    fleet = Fleet(running, console)
    killer = threading.Thread(target=fleet.kill_at_random, args=(lambda: _open_documents(running),))
    with ThreadPoolExecutor(_CALLERS) as callers:
        killer.start()
        submitted = [
            callers.submit(_submit_to_any, fleet.addresses[n % 2 :] + fleet.addresses[: n % 2], sales[n::_CALLERS])
            for n in range(_CALLERS)
        ]
        _wait(running, len(sales), lambda _: None)
        fleet.end_killing()
        killer.join()
        for future in submitted:
            future.result()
    fleet.stop()
    with Client(running.server.address, timeout=60) as client:
        invoices = _finished(client, len(sales))
    console.print(f"{len(sales)} sales in {time.monotonic() - start:.1f} s")
    return _verdict(sales, invoices, asyncio.run(running.offer.documents(running.url)), console)


def _run(running: Stack, sales: list[Sale], console: Console, options: Run) -> bool:
    start = time.monotonic()
    kill = options.kill
    with Client(running.server.address, timeout=60) as client:
        _connect(running, client, sales)
        with Progress(console=console, transient=True) as progress, ThreadPoolExecutor(_CALLERS) as callers:
            bar = progress.add_task("Invoicing", total=len(sales))
            killer = threading.Thread(target=_kill_in_the_middle, args=(running, len(sales), console))
            if kill:
                killer.start()
            submitted = [callers.submit(_submit, client, sale) for sale in sales]
            _wait(running, len(sales), lambda done: progress.update(bar, completed=done))
            for future in submitted:
                future.result()
            if kill:
                killer.join()
        invoices = _finished(client, len(sales))
    seconds = time.monotonic() - start
    console.print(f"{len(sales)} sales in {seconds:.1f} s, {len(sales) / seconds:.0f} invoices per second")
    return _verdict(sales, invoices, asyncio.run(running.offer.documents(running.url)), console)


def _connect(running: Stack, client: Client, sales: list[Sale]) -> None:
    company = company_of(sales)
    start = Timestamp()
    start.FromDatetime(start_of_automation())
    automation = channel_pb2.Automation(enabled=True, start_time=start, initial_state=channel_pb2.INITIAL_STATE_OPEN)
    settings = channel_pb2.ChannelSettings(automation=automation)
    connect(client, running, running.seed(company), settings, company.country_code)


def _submit_to_any(addresses: list[str], sales: list[Sale]) -> None:
    """Submits each sale until one of the servers acknowledges it."""
    clients = [Client(address, timeout=10) for address in addresses]
    servers = itertools.cycle(clients)
    for sale in sales:
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                next(servers).submit_order(PARENT, sale.order)
            except ErpgateError as error:
                if error.code not in _AGAIN_LATER or time.monotonic() > until:
                    raise
                time.sleep(_AGAIN)
            else:
                break
    for client in clients:
        client.close()


def _submit(client: Client, sale: Sale) -> None:
    """Submits until it is acknowledged; the same order again changes nothing."""
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            client.submit_order(PARENT, sale.order)
        except ErpgateError as error:
            if error.code is not grpc.StatusCode.UNAVAILABLE or time.monotonic() > until:
                raise
            time.sleep(_AGAIN)
        else:
            return


def _kill_in_the_middle(running: Stack, sales: int, console: Console) -> None:
    while len(asyncio.run(running.offer.documents(running.url))) < sales // 2:
        time.sleep(_LOOK)
    running.server.stop(signal.SIGKILL)
    killed = time.monotonic()
    running.restart_server()
    console.print(f"killed the server (-9) and had it back after {time.monotonic() - killed:.1f} s")


def _wait(running: Stack, sales: int, show: Callable[[int], None]) -> None:
    until = time.monotonic() + _PATIENCE
    done = 0
    while done < sales and time.monotonic() < until:
        done = _open_documents(running)
        show(done)
        time.sleep(_LOOK)


def _open_documents(running: Stack) -> int:
    return sum(document.state == "open" for document in asyncio.run(running.offer.documents(running.url)))


def _finished(client: Client, sales: int) -> list[invoice_pb2.Invoice]:
    until = time.monotonic() + _PATIENCE
    while True:
        invoices = list(client.list_invoices(CHANNEL, page_size=500))
        settled = len(invoices) >= sales and all(invoice.state in _DONE for invoice in invoices)
        if settled or time.monotonic() > until:
            return invoices
        time.sleep(_LOOK)


def _verdict(
    sales: list[Sale], invoices: list[invoice_pb2.Invoice], documents: tuple[SimulatedDocument, ...], console: Console
) -> bool:
    totals = {document.reference: Decimal(document.total) for document in documents if document.state == "open"}
    by_order = {invoice.order.rsplit(":", 1)[-1]: invoice for invoice in invoices}
    differences = 0
    for sale in sales:
        invoice = by_order.get(sale.number)
        if invoice is None or totals.get(invoice.reference) != sale.total or Decimal(invoice.total or 0) != sale.total:
            differences += 1
            state = "no invoice" if invoice is None else invoice_pb2.InvoiceState.Name(invoice.state)
            found = None if invoice is None else totals.get(invoice.reference)
            console.print(f"sale {sale.number}: paid {sale.total}, the ERP has {found} ({state})")
    per_reference = Counter(document.reference for document in documents)
    duplicates = sum(count - 1 for count in per_reference.values())
    console.print(
        f"retail: {len(sales)} orders, {len(per_reference)} invoices, {duplicates} duplicates, "
        f"{differences} differences"
    )
    return not (duplicates or differences) and len(per_reference) == len(sales)
