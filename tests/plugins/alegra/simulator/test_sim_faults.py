"""Faults: what a client sees, and what has happened nevertheless."""

import asyncio
import base64
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from erpgate_alegra.simulator import SimulatorOptions, serve
from fixtures.waiting import eventually

OpenSim = Callable[..., Awaitable[httpx.AsyncClient]]

SIM = "http://alegra.test/_sim"
INVOICE = {
    "date": "2026-09-01",
    "dueDate": "2026-09-01",
    "client": "1",
    "observations": "ref=1",
    "items": [{"id": 1, "price": 1000, "quantity": 1, "tax": [{"id": 3}]}],
}


async def break_it(client: httpx.AsyncClient, action: dict[str, Any], sim: str = SIM, **rule: Any) -> None:
    """Puts one rule in force, by default for every POST of an invoice."""
    rules = [{"method": "POST", "path": "/invoices", "action": action} | rule]
    answer = await client.put(f"{sim}/faults", json=rules)
    assert answer.status_code == 200, answer.text


async def totals(client: httpx.AsyncClient, sim: str = SIM) -> list[Any]:
    documents = (await client.get(f"{sim}/documents", params={"tenant": "ana@tienda.co"})).json()
    return [document["total"] for document in documents]


async def test_drop_before_handling_creates_nothing(shop: httpx.AsyncClient) -> None:
    await break_it(shop, {"kind": "drop_before"})
    with pytest.raises(httpx.RemoteProtocolError):
        await shop.post("/invoices", json=INVOICE)
    assert await totals(shop) == []


async def test_drop_after_committing_creates_one(shop: httpx.AsyncClient) -> None:
    await break_it(shop, {"kind": "drop_after"}, times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        await shop.post("/invoices", json=INVOICE)
    assert await totals(shop) == [1190]
    assert (await shop.post("/invoices", json=INVOICE)).status_code == 201


@pytest.mark.parametrize(
    "action", [{"kind": "late_commit"}, {"kind": "late_commit", "seconds": 0.05}], ids=["when-told", "by-itself"]
)
async def test_late_commit_appears_after_the_client_has_gone(shop: httpx.AsyncClient, action: dict[str, Any]) -> None:
    await break_it(shop, action)
    with pytest.raises(httpx.RemoteProtocolError):
        await shop.post("/invoices", json=INVOICE)
    assert await totals(shop) == []
    await shop.post(f"{SIM}/catch-up")

    async def is_there() -> bool:
        return await totals(shop) == [1190]

    await eventually("it is committed", is_there)


@pytest.mark.parametrize(("after", "created"), [(False, []), (True, [1190])], ids=["instead", "although-handled"])
async def test_status_of_its_own(shop: httpx.AsyncClient, after: bool, created: list[int]) -> None:
    await break_it(shop, {"kind": "status", "status": 503, "after": after})
    answer = await shop.post("/invoices", json=INVOICE)
    assert (answer.status_code, answer.json()) == (503, {"message": "Simulated fault", "code": 503})
    assert await totals(shop) == created


async def test_contacts_throttle_is_a_400(shop: httpx.AsyncClient) -> None:
    body = {"code": 429, "message": "Too many requests"}
    await break_it(shop, {"kind": "status", "status": 400, "body": body}, method="GET", path="/contacts")
    answer = await shop.get("/contacts")
    assert (answer.status_code, answer.json()) == (400, body)


async def test_garbage_is_not_json(shop: httpx.AsyncClient) -> None:
    await break_it(shop, {"kind": "garbage", "status": 502})
    answer = await shop.post("/invoices", json=INVOICE)
    assert (answer.status_code, answer.text[:6]) == (502, "<html>")
    assert await totals(shop) == []


async def test_truncated_page_hides_rows_that_exist(shop: httpx.AsyncClient) -> None:
    await break_it(shop, {"kind": "truncate_page", "keep": 1}, method="GET", path="/items$")
    assert [item["id"] for item in (await shop.get("/items")).json()] == [1]
    page = (await shop.get("/items", params={"metadata": "true"})).json()
    assert (page["metadata"], len(page["data"])) == ({"total": 2}, 1)


async def test_hidden_from_lists_until_the_seconds_are_over(open_sim: OpenSim) -> None:
    now = datetime(2026, 9, 1, 12, tzinfo=UTC)
    shop = await open_sim(
        SimulatorOptions(clock=lambda: now), items=[{"name": "a", "price": 1}], contacts=[{"name": "b"}]
    )
    await break_it(shop, {"kind": "hide_from_lists", "seconds": 30})
    created = (await shop.post("/invoices", json=INVOICE)).json()
    assert (await shop.get(f"/invoices/{created['id']}")).status_code == 200
    assert (await shop.get("/invoices", params={"client_id": "1"})).json() == []
    now += timedelta(seconds=30)
    assert [row["id"] for row in (await shop.get("/invoices")).json()] == [created["id"]]


async def test_delay_waits_and_then_answers(shop: httpx.AsyncClient) -> None:
    await break_it(shop, {"kind": "delay", "seconds": 0.05})
    started = asyncio.get_running_loop().time()
    assert (await shop.post("/invoices", json=INVOICE)).status_code == 201
    assert asyncio.get_running_loop().time() - started >= 0.05


async def test_skip_and_times_choose_the_calls(shop: httpx.AsyncClient) -> None:
    await break_it(shop, {"kind": "status", "status": 500}, skip=1, times=2)
    answers = [(await shop.post("/invoices", json=INVOICE)).status_code for _ in range(4)]
    assert answers == [201, 500, 500, 201]


async def test_a_rule_for_another_tenant_does_nothing(shop: httpx.AsyncClient) -> None:
    await break_it(shop, {"kind": "status", "status": 500}, tenant="other@tienda.co")
    assert (await shop.post("/invoices", json=INVOICE)).status_code == 201


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"action": {"kind": "explode"}}, "unknown action 'explode'"),
        ({"action": {"kind": "delay", "minutes": 1}}, "unexpected keyword argument 'minutes'"),
        ({"action": {"kind": "drop_after"}, "url": "/x"}, "unexpected keyword argument 'url'"),
    ],
    ids=["action", "parameter", "rule"],
)
async def test_a_rule_that_is_not_understood_is_refused(
    shop: httpx.AsyncClient, rule: dict[str, Any], reason: str
) -> None:
    answer = await shop.put(f"{SIM}/faults", json=[rule])
    assert answer.status_code == 400
    assert reason in answer.json()["message"]


@pytest.fixture
async def served() -> AsyncIterator[str]:
    """Address of a simulator behind a real server, in a thread of its own."""
    ports: asyncio.Queue[int] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    inner: list[asyncio.AbstractEventLoop] = []

    def tell(port: int) -> None:
        loop.call_soon_threadsafe(ports.put_nowait, port)

    async def main() -> None:
        inner.append(asyncio.get_running_loop())
        serving = asyncio.create_task(
            serve(
                SimulatorOptions(),
                host="127.0.0.1",
                port=0,
                started=tell,
            )
        )
        await stop.wait()
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving

    thread = threading.Thread(target=lambda: asyncio.run(main()))
    thread.start()
    port = await asyncio.wait_for(ports.get(), timeout=10)
    yield f"http://127.0.0.1:{port}"
    inner[0].call_soon_threadsafe(stop.set)
    await asyncio.to_thread(thread.join)


@pytest.fixture
async def remote(served: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a served simulator with one company."""
    async with httpx.AsyncClient(base_url=f"{served}/api/v1", auth=("ana@tienda.co", "secret")) as client:
        tenant = {
            "email": "ana@tienda.co",
            "token": "secret",
            "items": [{"name": "a", "price": 1, "tax_percentage": 19}],
            "contacts": [{"name": "b"}],
        }
        answer = await client.post(f"{served}/_sim/seed", json={"tenants": [tenant]})
        assert answer.status_code == 200
        yield client


@pytest.mark.parametrize(("kind", "created"), [("drop_before", []), ("drop_after", [1190])])
async def test_a_served_connection_is_really_dropped(
    served: str, remote: httpx.AsyncClient, kind: str, created: list[int]
) -> None:
    await break_it(remote, {"kind": kind}, sim=f"{served}/_sim", times=1)
    with pytest.raises(httpx.TransportError):
        await remote.post("/invoices", json=INVOICE)
    assert await totals(remote, f"{served}/_sim") == created
    assert (await remote.post("/invoices", json=INVOICE)).status_code == 201


async def test_a_held_call_commits_after_the_client_gave_up(served: str, remote: httpx.AsyncClient) -> None:
    await break_it(remote, {"kind": "late_commit", "seconds": 0.1, "hold": True}, sim=f"{served}/_sim", times=1)
    with pytest.raises(httpx.ReadTimeout):
        await remote.post("/invoices", json=INVOICE, timeout=0.1)
    assert await totals(remote, f"{served}/_sim") == []

    async def is_there() -> bool:
        return await totals(remote, f"{served}/_sim") == [1190]

    await eventually("it is committed", is_there)


async def test_a_slow_call_commits_although_the_client_gave_up(served: str, remote: httpx.AsyncClient) -> None:
    await break_it(remote, {"kind": "delay", "seconds": 0.15}, sim=f"{served}/_sim", times=1)
    with pytest.raises(httpx.ReadTimeout):
        await remote.post("/invoices", json=INVOICE, timeout=0.05)

    async def is_there() -> bool:
        return await totals(remote, f"{served}/_sim") == [1190]

    await eventually("it is committed", is_there)


async def test_a_call_that_arrived_in_part_is_not_handled(served: str, remote: httpx.AsyncClient) -> None:
    url = httpx.URL(served)
    _, writer = await asyncio.open_connection(url.host, url.port)
    credentials = base64.b64encode(b"ana@tienda.co:secret").decode()
    head = (
        f"POST /api/v1/contacts HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {credentials}\r\nContent-Length: 14\r\n\r\n"
    )
    writer.write(head.encode() + b'{"name":')
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert [contact["name"] for contact in (await remote.get("/contacts")).json()] == ["b"]
