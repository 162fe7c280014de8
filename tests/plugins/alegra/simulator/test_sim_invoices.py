"""Invoices: creating, reading, changing, opening, voiding, finding."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from erpgate_alegra.simulator import SimulatorOptions

OpenSim = Callable[..., Awaitable[httpx.AsyncClient]]

LINE = {"id": 1, "price": 1000, "quantity": 2, "discount": 10, "tax": [{"id": 3}]}
INVOICE = {"date": "2026-09-01", "dueDate": "2026-09-09", "client": {"id": "1"}, "items": [LINE]}


async def create(client: httpx.AsyncClient, /, **fields: Any) -> dict[str, Any]:
    answer = await client.post("/invoices", json=INVOICE | fields)
    assert answer.status_code == 201, answer.text
    invoice: dict[str, Any] = answer.json()
    return invoice


async def held(client: httpx.AsyncClient) -> int:
    quantity: int = (await client.get("/items/1")).json()["inventory"]["availableQuantity"]
    return quantity


async def test_a_draft_has_amounts_that_agree(shop: httpx.AsyncClient) -> None:
    invoice = await create(shop)
    shown = {key: invoice[key] for key in ("status", "subtotal", "discount", "tax", "total", "totalPaid", "balance")}
    assert shown == {
        "status": "draft",
        "subtotal": 2000,
        "discount": 200,
        "tax": 342,
        "total": 2142,
        "totalPaid": 0,
        "balance": 2142,
    }
    assert (invoice["term"], invoice["warehouse"]) == ("8 días", {"id": "1", "name": "Principal"})
    assert await held(shop) == 10


async def test_a_create_shows_what_was_sent_and_a_read_shows_text(shop: httpx.AsyncClient) -> None:
    created = (await create(shop))["items"][0]
    read = (await shop.get("/invoices/1")).json()["items"][0]
    assert (created["quantity"], created["discount"]) == (2, "10")
    assert (read["quantity"], read["discount"]) == ("2.00", "10.00")


async def test_a_line_without_tax_has_none_although_its_item_has(shop: httpx.AsyncClient) -> None:
    invoice = await create(shop, items=[{"id": 1, "price": 1000, "quantity": 1}])
    assert (invoice["tax"], invoice["total"]) == (0, 1000)


async def test_dates_are_counted_in_the_company_zone(open_sim: OpenSim) -> None:
    clock = lambda: datetime(2026, 9, 2, 1, 30, tzinfo=UTC)  # noqa: E731
    client = await open_sim(SimulatorOptions(clock=clock), items=[{"name": "a"}], contacts=[{"name": "b"}])
    assert (await create(client, items=[{"id": 1, "price": 1}]))["datetime"] == "2026-09-01 20:30:00"


@pytest.mark.parametrize(
    ("fields", "code", "reason"),
    [
        ({"date": None}, None, "date"),
        ({"date": "01/09/2026"}, None, "yyyy-mm-dd"),
        ({"dueDate": None}, 3007, "dueDate"),
        ({"client": {"name": "Nuevo"}}, 3003, "cliente"),
        ({"client": "77"}, 3003, "cliente"),
        ({"items": []}, None, "ítem"),
        ({"items": [{"name": "libre", "price": 1}]}, 3065, "id del ítem"),
        ({"items": [LINE | {"id": 99}]}, None, "Solo puedes incluir ítems activos"),
        ({"items": [LINE | {"quantity": 0}]}, None, "cantidad"),
        ({"items": [LINE | {"discount": 101}]}, None, "descuento"),
        ({"items": [LINE | {"quantity": 11}], "status": "open"}, None, "Se ha excedido la cantidad disponible"),
        ({"observations": "x" * 501}, None, "500"),
        ({"anotation": "x" * 501}, None, "500"),
        ({"status": "closed"}, None, "estado"),
        ({"numberTemplate": {"id": "9"}}, None, "numeración"),
        ({"currency": {"code": "USD"}}, None, "multimoneda"),
    ],
)
async def test_a_wrong_invoice_is_refused_and_not_kept(
    shop: httpx.AsyncClient, fields: dict[str, Any], code: int | None, reason: str
) -> None:
    answer = await shop.post("/invoices", json=INVOICE | fields)
    assert (answer.status_code, answer.json().get("code")) == (400, code)
    assert reason in answer.json()["message"]
    assert (await shop.get("/invoices")).json() == []
    assert await held(shop) == 10


async def test_a_variant_parent_is_refused_and_its_child_is_sold(open_sim: OpenSim) -> None:
    items = [{"name": "Buso", "price": 5, "variants": [{"options": "S", "stock": 1}]}]
    client = await open_sim(items=items, contacts=[{"name": "b"}])
    refused = await client.post("/invoices", json=INVOICE | {"items": [{"id": 1, "price": 5, "quantity": 1}]})
    assert refused.json()["message"].startswith("Solo puedes incluir ítems activos")
    invoice = await create(client, items=[{"id": 2, "price": 5, "quantity": 1}])
    assert invoice["items"][0]["name"] == "Buso / S"


async def test_opening_takes_stock_and_voiding_puts_it_back(shop: httpx.AsyncClient) -> None:
    await create(shop)
    opened = await shop.post("/invoices/1/open", json={})
    assert (opened.status_code, opened.json()["code"]) == (200, 200)
    assert ((await shop.get("/invoices/1")).json()["status"], await held(shop)) == ("open", 8)
    assert (await shop.post("/invoices/1/open")).status_code == 400
    assert (await shop.post("/invoices/1/void", json={})).status_code == 200
    assert ((await shop.get("/invoices/1")).json()["status"], await held(shop)) == ("void", 10)
    assert (await shop.post("/invoices/1/open", json={})).status_code == 200
    assert await held(shop) == 8


async def test_an_item_with_negative_sale_may_be_oversold(open_sim: OpenSim) -> None:
    client = await open_sim(items=[{"name": "a", "stock": 1, "negative_sale": True}], contacts=[{"name": "b"}])
    await create(client, status="open", items=[{"id": 1, "price": 1, "quantity": 3}])
    assert await held(client) == -2


async def test_a_kit_takes_its_parts(shop: httpx.AsyncClient) -> None:
    kit = {"name": "Kit", "type": "kit", "price": 1, "subitems": [{"item": {"id": 1}, "quantity": 3}]}
    identity = (await shop.post("/items", json=kit)).json()["id"]
    await create(shop, status="open", items=[{"id": identity, "price": 1, "quantity": 2}])
    assert await held(shop) == 4


@pytest.mark.parametrize(("switch", "status"), [("refused", 400), ("accepted", 200)])
async def test_opening_twice(open_sim: OpenSim, switch: str, status: int) -> None:
    client = await open_sim(
        items=[{"name": "a", "stock": 5}], contacts=[{"name": "b"}], switches={"open_twice": switch}
    )
    await create(client, status="open", items=[{"id": 1, "price": 1, "quantity": 1}])
    assert (await client.post("/invoices/1/open", json={})).status_code == status
    assert await held(client) == 4


async def test_an_action_may_answer_the_invoice(open_sim: OpenSim) -> None:
    client = await open_sim(items=[{"name": "a"}], contacts=[{"name": "b"}], switches={"action_answers": "document"})
    await create(client, items=[{"id": 1, "price": 1, "quantity": 1}])
    assert (await client.post("/invoices/1/open", json={})).json()["status"] == "open"


async def test_an_update_replaces_lines_and_keeps_the_rest(shop: httpx.AsyncClient) -> None:
    await create(shop, status="open", observations="ref=1")
    answer = await shop.put("/invoices/1", json={"items": [{"id": 1, "price": 10, "quantity": 5}], "anotation": None})
    invoice = answer.json()
    assert (answer.status_code, invoice["total"], invoice["observations"]) == (200, 50, "ref=1")
    assert await held(shop) == 5
    refused = await shop.put("/invoices/1", json={"items": [{"id": 1, "price": 10, "quantity": 11}]})
    assert (refused.status_code, await held(shop)) == (400, 5)


async def test_only_drafts_are_deleted(shop: httpx.AsyncClient) -> None:
    await create(shop)
    await create(shop, status="open")
    assert (await shop.delete("/invoices/1")).json()["code"] == 200
    assert (await shop.get("/invoices/1")).status_code == 404
    assert (await shop.delete("/invoices/2")).status_code == 400
    assert (await create(shop))["id"] == "3"


async def test_email_answers_its_code_as_text(shop: httpx.AsyncClient) -> None:
    await create(shop)
    assert (await shop.post("/invoices/1/email", json={"emails": ["a@b.co"]})).json()["code"] == "200"
    assert (await shop.post("/invoices/1/email", json={})).status_code == 400


async def test_preview_stores_nothing(shop: httpx.AsyncClient) -> None:
    assert "pdfUrl" in (await shop.post("/invoices/preview", json=INVOICE)).json()
    assert (await shop.get("/invoices")).json() == []


async def test_fields_adds_signed_urls(shop: httpx.AsyncClient) -> None:
    await create(shop)
    invoice = (await shop.get("/invoices/1", params={"fields": "pdf,xml"})).json()
    assert "pdf" not in (await shop.get("/invoices/1")).json()
    assert (await shop.get(invoice["pdf"])).status_code == 400  # it comes with credentials
    shop.auth = httpx.Auth()
    file = await shop.get(invoice["pdf"])
    assert (file.status_code, file.content[:5]) == (200, b"%PDF-")
    assert (await shop.get(invoice["pdf"].partition("?")[0])).status_code == 403


@pytest.fixture
async def listed(shop: httpx.AsyncClient) -> httpx.AsyncClient:
    """Four invoices of two clients on three days; the second is open, the third void."""
    await shop.post("/contacts", json={"name": "Beto", "identification": "2"})
    await create(shop, date="2026-09-01", dueDate="2026-09-01")
    await create(shop, date="2026-09-02", dueDate="2026-09-10", client=2, status="open")
    await create(shop, date="2026-09-03", dueDate="2026-09-03")
    await create(shop, date="2026-09-02", dueDate="2026-09-02", items=[{"id": 2, "price": 5, "quantity": 1}])
    await shop.post("/invoices/3/void", json={})
    return shop


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({}, "4321"),
        ({"client_id": "1"}, "431"),
        ({"client_id": "77"}, ""),
        ({"client_name": "bet"}, "2"),
        ({"client_identification": "2"}, "2"),
        ({"date": "2026-09-02"}, "42"),
        ({"date_after": "2026-09-02"}, "3"),
        ({"date_afterOrNow": "2026-09-02"}, "432"),
        ({"date_before": "2026-09-02"}, "1"),
        ({"date_beforeOrNow": "2026-09-02"}, "421"),
        ({"dueDate_after": "2026-09-03"}, "2"),
        ({"client_id": "1", "date_afterOrNow": "2026-09-01", "date_beforeOrNow": "2026-09-02"}, "41"),
        ({"status": "open,void"}, "32"),
        ({"id": "1,3,99", "status": "open"}, "13"),
        ({"item_id": "2"}, "4"),
        ({"numberTemplate_fullNumber": "3"}, "3"),
        ({"order_field": "date", "order_direction": "ASC"}, "1243"),
        ({"order_field": "id", "order_direction": "ASC"}, "1234"),
        ({"search": "x", "query": "x", "observations": "x", "client": "2", "number": "1"}, "4321"),
    ],
)
async def test_list_filters(listed: httpx.AsyncClient, query: dict[str, str], ids: str) -> None:
    assert [invoice["id"] for invoice in (await listed.get("/invoices", params=query)).json()] == list(ids)


async def test_documents_tells_of_all_invoices_at_once(listed: httpx.AsyncClient) -> None:
    documents = (await listed.get("http://alegra.test/_sim/documents", params={"tenant": "ana@tienda.co"})).json()
    assert [(row["id"], row["status"], row["total"], row["number"], row["client"]) for row in documents] == [
        ("1", "draft", 2142, "1", "1"),
        ("2", "open", 2142, "2", "2"),
        ("3", "void", 2142, "3", "1"),
        ("4", "draft", 5, "4", "1"),
    ]


async def test_multicurrency(open_sim: OpenSim) -> None:
    client = await open_sim(
        multicurrency=True,
        currencies=[{"code": "COP"}, {"code": "USD", "symbol": "US$", "exchangeRate": 4000}],
        items=[{"name": "a"}],
        contacts=[{"name": "b"}],
    )
    invoice = await create(client, items=[{"id": 1, "price": 1}], currency={"code": "USD", "exchangeRate": 4100.5})
    assert invoice["currency"] == {"code": "USD", "symbol": "US$", "exchangeRate": 4100.5}
