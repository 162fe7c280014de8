"""A catalogue of 100,000 items: what its first reading takes, and how fast 500 SKUs are looked up in it."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from erpgate.client import Client
from erpgate.demo.company import shop
from erpgate.demo.stack import CHANNEL, Stack
from erpgate.plugin import Item, ItemId
from erpgate.v1 import catalog_pb2, catalog_service_pb2

from bench.measure import Row, memory_mb, percentile
from bench.shop import connected

_ITEMS = 100_000
_ADDED = _ITEMS - len(shop().items)
_SEEDED = 5_000
_PAGE = 30
_CONSTANT = 5
"""Calls beside the pages, at most."""
_SKUS = 500
_LOOKUPS = 200
_GROWTH = 110
"""MB that a reading may add: SQLite's page caches, 32 MB for each of three connections, and little more."""


def measure(name: str, database_url: str) -> Iterator[Row]:
    """Rows for one database."""
    with connected(database_url) as (running, client, _):
        _wait(client)
        pid = running.server.popen.pid
        _stock_up(running)
        idle = memory_mb(pid)
        began = time.perf_counter()
        client.sync_catalog(CHANNEL)
        highest = _wait(client, pid)
        seconds = time.perf_counter() - began
        sync = client.get_catalog_sync(CHANNEL)
        yield _reading(name, sync, seconds, highest - idle, idle)
        yield _lookups(name, client, running)


def _reading(name: str, sync: catalog_pb2.CatalogSync, seconds: float, growth: float, idle: float) -> Row:
    pages = -(-sync.items_done // _PAGE)
    return Row(
        what=f"{sync.items_done:,} items read whole, {name}",
        value=f"{sync.calls_used:,} calls, {seconds:.0f} s, {growth:.0f} MB above {idle:.0f} MB",
        limit=f"{pages:,} pages",
        bar=f"≤ {_CONSTANT} calls and {_GROWTH} MB more",
        holds=sync.calls_used <= pages + _CONSTANT and growth <= _GROWTH,
    )


def _lookups(name: str, client: Client, running: Stack) -> Row:
    before = _calls(running)
    times = []
    for n in range(_LOOKUPS):
        skus = [_barcode((n * _SKUS + i * 7) % _ADDED) for i in range(_SKUS)]
        began = time.perf_counter()
        answers = client.lookup_skus(CHANNEL, skus)
        times.append((time.perf_counter() - began) * 1000)
        assert all(a.status == catalog_service_pb2.SKU_STATUS_FOUND for a in answers), answers
    calls = _calls(running) - before
    return Row(
        what=f"LookupSkus of {_SKUS} SKUs in {_ITEMS:,} items, {name}",
        value=f"p50 {percentile(times, 50):.0f} ms, p99 {percentile(times, 99):.0f} ms, {calls} calls to the ERP",
        bar="no call",
        holds=calls == 0,
    )


def _stock_up(running: Stack) -> None:
    company = shop()
    for start in range(0, _ADDED, _SEEDED):
        items = tuple(_item(n) for n in range(start, min(start + _SEEDED, _ADDED)))
        running.seed(replace(company, items=items))


def _calls(running: Stack) -> int:
    return sum(asyncio.run(running.offer.calls(running.url)).values())


def _item(number: int) -> Item:
    return Item(
        id=ItemId(str(number)),
        name=f"Item {number}",
        reference=f"REF-{number:06}",
        barcode=_barcode(number),
        currency_code="COP",
        prices={"1": Decimal(1000 + number)},
        stock={"1": Decimal(number % 50)},
    )


def _barcode(number: int) -> str:
    return f"77{number:010}"


def _wait(client: Client, pid: int = 0) -> float:
    """Waits until the reading is done; gives the most memory that was seen meanwhile."""
    highest = 0.0
    while True:
        sync = client.get_catalog_sync(CHANNEL)
        highest = max(highest, memory_mb(pid) if pid else 0.0)
        if sync.state == catalog_pb2.SYNC_STATE_IDLE and sync.HasField("complete_time"):
            return highest
        time.sleep(0.1)
