"""Invoices against a simulated ERP without limits, beside a bare loop of the same two calls."""

import asyncio
import datetime as dt
import json
import time
import urllib.request
from collections.abc import Iterator

from erpgate.client import Client
from erpgate.demo.stack import CHANNEL, PARENT, Stack
from erpgate.plugin import Seeded, Unguarded, open_http
from erpgate.v1 import invoice_pb2

from bench.measure import Row, cpu_seconds, load, memory_mb, percentile
from bench.shop import an_order, connected, submit_bodies, switch_automation_on

_INVOICES = 800
_PROBES = 60
_IN_FLIGHT = 4
_PATIENCE = 60.0


def measure(name: str, database_url: str) -> Iterator[Row]:
    """Rows for one database."""
    with connected(database_url) as (running, client, seeded):
        idle = memory_mb(running.server.popen.pid)
        switch_automation_on(client)
        _settle(client, PARENT, "first")
        seen = int(str(_journal(running, since=0)[-1]["n"]))
        waits = []
        for n in range(_PROBES):
            wait, seen = _first_call_after(running, client, n, seen)
            waits.append(wait)
        per_second, cpu_ms = _drain(running, client)
        bare = asyncio.run(_bare_loop(running, seeded))
    p99 = percentile(waits, 99)
    yield Row(
        what=f"invoices drained, one account, {name}",
        value=f"{per_second:,.0f}/s, {cpu_ms:.1f} ms CPU each",
        limit=f"bare loop of the calls {bare:,.0f}/s",
        share=per_second / bare * 100,
    )
    yield Row(
        what=f"idle → accepted → first ERP call, {name}",
        value=f"p50 {percentile(waits, 50):.1f} ms, p99 {p99:.1f} ms",
        bar="p99 ≤ 20 ms",
        holds=p99 <= 20,
    )
    yield Row(what=f"memory of an idle server, {name}", value=f"{idle:.0f} MB", bar="≤ 150 MB", holds=idle <= 150)


def _settle(client: Client, parent: str, external_id: str) -> None:
    """Submits one order and waits until its invoice is open."""
    order = client.submit_order(parent, an_order(external_id))
    invoice = order.verdicts[0].invoice
    while client.get_invoice(invoice).state != invoice_pb2.INVOICE_STATE_OPEN:
        time.sleep(0.005)


def _first_call_after(running: Stack, client: Client, n: int, seen: int) -> tuple[float, int]:
    """Milliseconds from sending an order to an idle server until the ERP got its first call; and the last call's n."""
    start = dt.datetime.now(dt.UTC)
    _settle(client, PARENT, f"probe-{n}")
    calls = _journal(running, since=seen)
    first = dt.datetime.fromisoformat(str(calls[0]["time"]))
    return (first - start) / dt.timedelta(milliseconds=1), int(str(calls[-1]["n"]))


def _drain(running: Stack, client: Client) -> tuple[float, float]:
    """Invoices per second and milliseconds of the server's CPU per invoice, submitting included."""
    client.pause_channel(CHANNEL)
    pid = running.server.popen.pid
    load(running.server.address, pid, "/erpgate.v1.InvoicingService/SubmitOrder", submit_bodies("d-", _INVOICES))
    wanted = _open_documents(running) + _INVOICES
    before, start = cpu_seconds(pid), time.perf_counter()
    client.resume_channel(CHANNEL)
    until = start + _PATIENCE
    while _open_documents(running) < wanted:
        if time.perf_counter() > until:
            raise TimeoutError(f"{_open_documents(running)} of {wanted} documents are open")
        time.sleep(0.1)
    seconds = time.perf_counter() - start
    return _INVOICES / seconds, (cpu_seconds(pid) - before) / _INVOICES * 1000


async def _bare_loop(running: Stack, seeded: Seeded) -> float:
    """Create and open of the same document, with as many calls in flight, and nothing else."""
    body = next(
        entry["body"] for entry in reversed(_journal(running, since=0)) if str(entry["path"]).endswith("/invoices")
    )
    credentials = seeded.credentials
    http = open_http(
        f"{running.url}/api/v1/",
        Unguarded(),
        auth=(credentials["email"], credentials["token"]),
        connections=_IN_FLIGHT,
    )
    left = iter(range(_INVOICES))

    async def caller() -> None:
        for _ in left:
            created = await http.write("POST", "invoices", json=body)
            await http.write("POST", f"invoices/{created.json()['id']}/open", json={})

    start = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(_IN_FLIGHT)))
    seconds = time.perf_counter() - start
    await http.aclose()
    return _INVOICES / seconds


def _open_documents(running: Stack) -> int:
    return sum(document.state == "open" for document in asyncio.run(running.offer.documents(running.url)))


def _journal(running: Stack, *, since: int) -> list[dict[str, object]]:
    with urllib.request.urlopen(f"{running.url}/_sim/requests?since={since}") as answer:  # noqa: S310 - loopback
        entries: list[dict[str, object]] = json.load(answer)
    return entries
