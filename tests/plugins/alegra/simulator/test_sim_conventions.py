"""What holds for every resource: credentials, paging, limits, refusals, the journal."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import erpgate_alegra.simulator
import httpx
import pytest
from erpgate_alegra.simulator import RateLimits, SimulatorOptions

OpenSim = Callable[..., Awaitable[httpx.AsyncClient]]

SIM = "http://alegra.test/_sim"


def test_exports_are_sorted_and_complete() -> None:
    names = erpgate_alegra.simulator.__all__
    assert names == sorted(names)
    assert all(hasattr(erpgate_alegra.simulator, name) for name in names)


@pytest.mark.parametrize(
    "auth", [None, ("ana@tienda.co", "wrong"), ("bob@tienda.co", "secret")], ids=["none", "token", "email"]
)
async def test_wrong_credentials_are_401(shop: httpx.AsyncClient, auth: tuple[str, str] | None) -> None:
    request = shop.build_request("GET", "/company")
    answer = await shop.send(request, auth=auth)
    assert (answer.status_code, answer.json()["code"]) == (401, 401)


async def test_each_company_sees_its_own_documents(shop: httpx.AsyncClient) -> None:
    other = {"email": "bob@tienda.co", "token": "t", "country": "peru", "contacts": [{"name": "Luz"}]}
    await shop.post(f"{SIM}/seed", json={"tenants": [other]})
    answer = await shop.get("/contacts", auth=("bob@tienda.co", "t"))
    assert [contact["name"] for contact in answer.json()] == ["Luz"]
    assert (await shop.get("/company", auth=("bob@tienda.co", "t"))).json()["currency"]["code"] == "PEN"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/company/", 200),
        ("GET", "/items/1/", 200),
        ("GET", "/items/77", 404),
        ("GET", "/nothing", 404),
        ("GET", "/invoices/1/pdf", 404),
        ("POST", "/invoices/1/stamp", 404),
        ("DELETE", "/company", 405),
    ],
)
async def test_paths(shop: httpx.AsyncClient, method: str, path: str, status: int) -> None:
    answer = await shop.request(method, path)
    assert answer.status_code == status
    assert status == 200 or answer.json()["code"] == status


@pytest.fixture
async def forty(open_sim: OpenSim) -> httpx.AsyncClient:
    return await open_sim(items=[{"name": f"item {n:02}", "price": n} for n in range(1, 41)])


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({}, range(1, 31)),
        ({"start": 30}, range(31, 41)),
        ({"start": 38, "limit": 1}, [39]),
        ({"limit": 2, "order_direction": "DESC"}, [40, 39]),
        ({"limit": 2, "order_field": "name", "order_direction": "DESC"}, [40, 39]),
        ({"limit": 1, "page": 3, "search": "item 09", "order_field": "nothing"}, [1]),
        ({"start": 99}, []),
    ],
    ids=["default", "second", "one", "descending", "by-name", "unknown-ignored", "empty"],
)
async def test_pages(forty: httpx.AsyncClient, query: dict[str, Any], ids: Any) -> None:
    answer = await forty.get("/items", params=query)
    assert [item["id"] for item in answer.json()] == list(ids)


@pytest.mark.parametrize("limit", ["31", "0", "-1", "many"])
async def test_a_limit_outside_1_to_30_is_400(forty: httpx.AsyncClient, limit: str) -> None:
    answer = await forty.get("/items", params={"limit": limit})
    assert answer.status_code == 400
    assert "limit" in answer.json()["message"]


async def test_metadata_wraps_the_page(forty: httpx.AsyncClient) -> None:
    page = (await forty.get("/items", params={"metadata": "true", "limit": "2"})).json()
    assert (page["metadata"], len(page["data"])) == ({"total": 40}, 2)


def limits_of(answer: httpx.Response) -> tuple[int, str, str, str]:
    headers = (answer.headers[f"X-Rate-Limit-{name}"] for name in ("Limit", "Remaining", "Reset"))
    return (answer.status_code, *headers)  # type: ignore[return-value]


async def test_windows_open_with_their_first_call_as_recorded(open_sim: OpenSim) -> None:
    now = datetime(2026, 9, 1, 12, tzinfo=UTC)
    options = SimulatorOptions(rate=RateLimits(requests=2, seconds=60), clock=lambda: now)
    client = await open_sim(options)
    assert limits_of(await client.get("/company")) == (200, "2", "1", "-2")
    now += timedelta(seconds=1.5)
    assert limits_of(await client.get("/company")) == (200, "2", "0", "59")
    refused = await client.get("/company")
    assert limits_of(refused) == (429, "2", "0", "59")
    assert refused.json() == {"message": "Too Many Requests"}
    now += timedelta(seconds=58.5)
    assert limits_of(await client.get("/company")) == (200, "2", "1", "-2")


async def test_contacts_have_a_lower_cap_that_is_a_400(open_sim: OpenSim) -> None:
    client = await open_sim(SimulatorOptions(rate=RateLimits(contacts=1)))
    assert (await client.get("/contacts")).status_code == 200
    refused = await client.get("/contacts")
    assert (refused.status_code, refused.json()) == (400, {"code": 429, "message": "Too many requests"})
    assert (await client.get("/items")).status_code == 200


async def test_alegra_limits_are_the_documented_ones(open_sim: OpenSim) -> None:
    client = await open_sim(SimulatorOptions(rate=RateLimits.alegra()))
    assert limits_of(await client.get("/company")) == (200, "150", "149", "-2")


@pytest.mark.parametrize(
    ("account", "path", "status", "code"),
    [
        ({"plan": {"price_lists": False}}, "/price-lists", 402, 907),
        ({"plan": {"banks": False}}, "/payments", 402, 907),
        ({"switches": {"suspended": True}}, "/company", 402, 907),
        ({"denied": ["warehouses:view"]}, "/warehouses", 403, 403),
    ],
    ids=["price-lists", "payments", "suspended", "permission"],
)
async def test_plan_and_permissions(
    open_sim: OpenSim, account: dict[str, Any], path: str, status: int, code: int
) -> None:
    answer = await (await open_sim(**account)).get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("shape", "body"),
    [
        ("plain", {"message": "x", "code": 404}),
        ("error_text", {"error": "x", "code": 404}),
        ("error_object", {"error": {"message": "x", "code": 404}}),
        ("error_list", {"error": [{"message": "x", "code": 404}]}),
    ],
)
async def test_error_shapes(open_sim: OpenSim, shape: str, body: dict[str, Any]) -> None:
    answer = await (await open_sim(switches={"error_shape": shape})).get("/items/1")
    text = answer.text.replace("El recurso solicitado no existe", "x")
    assert httpx.Response(200, text=text).json() == body


async def test_a_body_that_is_not_json_is_400(shop: httpx.AsyncClient) -> None:
    answer = await shop.post("/contacts", content=b"{")
    assert answer.status_code == 400


async def test_the_journal_remembers_calls_and_counts_them(shop: httpx.AsyncClient) -> None:
    await shop.get("/items", params={"reference": "CAM-1"})
    await shop.post("/contacts/", json={"name": "Luz"})
    await shop.get("/items/1")
    entries = (await shop.get(f"{SIM}/requests")).json()
    shown = [(entry["method"], entry["path"], entry["query"], entry["status"], entry["body"]) for entry in entries]
    assert shown == [
        ("GET", "/items", "reference=CAM-1", 200, None),
        ("POST", "/contacts/", "", 201, {"name": "Luz"}),
        ("GET", "/items/1", "", 200, None),
    ]
    assert {entry["tenant"] for entry in entries} == {"ana@tienda.co"}
    later = (await shop.get(f"{SIM}/requests", params={"since": entries[1]["n"]})).json()
    assert [entry["n"] for entry in later] == [entries[2]["n"]]
    counts = (await shop.get(f"{SIM}/counts")).json()
    assert counts == {"GET /items": 1, "POST /contacts": 1, "GET /items/{id}": 1}


async def test_reset_forgets_everything(shop: httpx.AsyncClient) -> None:
    await shop.get("/items")
    await shop.post(f"{SIM}/reset")
    assert (await shop.get(f"{SIM}/requests")).json() == []
    assert (await shop.get("/items")).status_code == 401


async def test_a_seed_that_is_not_understood_is_refused(shop: httpx.AsyncClient) -> None:
    seed = {"email": "x@y.z", "token": "t", "switches": {"colour": "red"}}
    answer = await shop.post(f"{SIM}/seed", json={"tenants": [seed]})
    assert answer.status_code == 400
    assert "unknown switches: colour" in answer.json()["message"]


async def test_a_second_seed_adds_and_turns_switches(shop: httpx.AsyncClient) -> None:
    seed = {"email": "ana@tienda.co", "items": [{"name": "Gorra", "price": 5}], "switches": {"suspended": False}}
    made = (await shop.post(f"{SIM}/seed", json={"tenants": [seed]})).json()["tenants"][0]
    assert made["items"]["names"] == {"Gorra": "3"}
    assert len((await shop.get("/items")).json()) == 3
    assert len((await shop.get("/warehouses")).json()) == 1
