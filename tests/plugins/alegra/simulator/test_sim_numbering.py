"""Document numbers: counting, by hand, used up and expired."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

OpenSim = Callable[..., Awaitable[httpx.AsyncClient]]

INVOICE = {"date": "2026-09-01", "dueDate": "2026-09-01", "client": 1, "items": [{"id": 1, "price": 1, "quantity": 1}]}


async def with_templates(open_sim: OpenSim, *templates: dict[str, Any], **account: Any) -> httpx.AsyncClient:
    return await open_sim(number_templates=list(templates), items=[{"name": "a"}], contacts=[{"name": "b"}], **account)


async def number_of(client: httpx.AsyncClient, **fields: Any) -> Any:
    answer = await client.post("/invoices", json=INVOICE | fields)
    return answer.json()["numberTemplate"]["fullNumber"] if answer.status_code == 201 else answer.json()["message"]


async def test_each_template_counts_for_itself(open_sim: OpenSim) -> None:
    templates = ({"name": "A", "prefix": "A"}, {"name": "B", "prefix": "B", "nextInvoiceNumber": 90})
    client = await with_templates(open_sim, *templates)
    numbers = [await number_of(client, numberTemplate={"id": identity}) for identity in ("1", "2", 1, 2)]
    assert numbers == ["A1", "B90", "A2", "B91"]
    listed = (await client.get("/number-templates", params={"documentType": "invoice"})).json()
    assert [(template["prefix"], template["nextInvoiceNumber"]) for template in listed] == [("A", "3"), ("B", "92")]


async def test_the_default_template_is_taken(open_sim: OpenSim) -> None:
    client = await with_templates(
        open_sim, {"name": "A", "prefix": "A"}, {"name": "B", "prefix": "B", "isDefault": True}
    )
    assert await number_of(client) == "B1"


async def test_an_autonumbered_draft_may_get_its_number_on_opening(open_sim: OpenSim) -> None:
    client = await with_templates(open_sim, {"name": "A", "prefix": "A"}, switches={"number_at": "open"})
    assert [await number_of(client), await number_of(client), await number_of(client, status="open")] == [
        None,
        None,
        "A1",
    ]
    await client.post("/invoices/2/open", json={})
    assert (await client.get("/invoices/2")).json()["numberTemplate"]["fullNumber"] == "A2"


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ({"maxInvoiceNumber": "5", "nextInvoiceNumber": "6"}, "número máximo"),
        ({"endDate": "2026-08-31"}, "vencida"),
        ({"status": "inactive"}, "no está activa"),
        ({"autoincrement": False}, "número de la factura es requerido"),
    ],
    ids=["used-up", "expired", "inactive", "by-hand"],
)
async def test_a_template_that_cannot_number_refuses(open_sim: OpenSim, template: dict[str, Any], reason: str) -> None:
    client = await with_templates(open_sim, {"name": "A"} | template)
    assert reason in await number_of(client, numberTemplate=1)
    assert (await client.get("/invoices")).json() == []


async def test_a_number_given_by_hand_is_a_key(open_sim: OpenSim) -> None:
    client = await with_templates(open_sim, {"name": "A", "prefix": "P", "autoincrement": False})
    assert await number_of(client, numberTemplate={"id": 1, "number": 700}) == "P700"
    assert await number_of(client, numberTemplate={"id": 1, "number": "700"}) == "Ya existe una factura con este número"
    found = (await client.get("/invoices", params={"numberTemplate_fullNumber": "P700"})).json()
    assert [invoice["id"] for invoice in found] == ["1"]
