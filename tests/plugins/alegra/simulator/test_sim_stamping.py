"""Electronic invoicing in Colombia: what a stamp needs, what it returns, and what a refused one leaves behind."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

OpenSim = Callable[..., Awaitable[httpx.AsyncClient]]

ELECTRONIC: dict[str, Any] = {
    "electronic_invoicing": True,
    "identification": "900000000",
    "decimalPrecision": "0",
    "items": [{"name": "Camisa", "price": 1000, "stock": 10}, {"name": "Sin unidad", "price": 1, "unit": None}],
    "contacts": [
        {
            "name": "Luz Mora",
            "nameObject": {"firstName": "Luz", "lastName": "Mora"},
            "identificationObject": {"type": "CC", "number": "52000001"},
            "kindOfPerson": "PERSON_ENTITY",
            "regime": "SIMPLIFIED_REGIME",
            "address": {"address": "Calle 1", "city": "Bogotá, D.C.", "department": "Bogotá D.C."},
        },
        {"name": "Sin datos", "identificationObject": {"type": "CC", "number": "1"}},
    ],
}
LINE = {"id": 1, "price": 1000, "quantity": 2, "tax": [{"id": 3}]}
INVOICE = {
    "date": "2026-09-01",
    "dueDate": "2026-09-01",
    "client": {"id": "1"},
    "paymentForm": "CASH",
    "paymentMethod": "CREDIT_CARD",
    "items": [LINE],
}
STAMP = {"stamp": {"generateStamp": True}}


async def held(client: httpx.AsyncClient) -> int:
    quantity: int = (await client.get("/items/1")).json()["inventory"]["availableQuantity"]
    return quantity


async def test_a_stamped_create_is_open_and_carries_a_cufe(open_sim: OpenSim) -> None:
    client = await open_sim(**ELECTRONIC)
    invoice = (await client.post("/invoices", json=INVOICE | STAMP)).json()
    assert (invoice["status"], invoice["numberTemplate"]["fullNumber"]) == ("open", "FE1")
    assert invoice["stamp"]["legalStatus"] == "STAMPED_AND_ACCEPTED"
    assert len(invoice["stamp"]["cufe"]) == 96
    assert invoice["stamp"]["barCodeContent"].splitlines()[5:7] == ["ValFac: 2000.00", "ValIva: 380.00"]
    assert await held(client) == 8


async def test_a_draft_is_stamped_by_opening_it_once(open_sim: OpenSim) -> None:
    client = await open_sim(**ELECTRONIC)
    await client.post("/invoices", json=INVOICE)
    assert (await client.post("/invoices/1/open", json=STAMP)).status_code == 200
    first = (await client.get("/invoices/1")).json()["stamp"]
    again = await client.post("/invoices/1/open", json=STAMP)
    assert (again.status_code, again.json()["message"]) == (400, "La factura ya fue emitida")
    assert (await client.get("/invoices/1")).json()["stamp"] == first


@pytest.mark.parametrize(
    ("outcome", "status", "again"),
    [("observed", "STAMPED_AND_ACCEPTED_WITH_OBSERVATIONS", 400), ("rejected", "STAMPED_AND_REJECTED", 200)],
)
async def test_what_the_authority_says_in_the_end(open_sim: OpenSim, outcome: str, status: str, again: int) -> None:
    client = await open_sim(**ELECTRONIC, switches={"stamp_outcome": outcome, "stamp_waiting_reads": 1})
    await client.post("/invoices", json=INVOICE | STAMP)
    await client.get("/invoices/1")
    stamp = (await client.get("/invoices/1")).json()["stamp"]
    assert (stamp["legalStatus"], len(stamp["warnings"])) == (status, 1)
    assert (await client.post("/invoices/1/open", json=STAMP)).status_code == again


@pytest.mark.parametrize(
    ("fields", "code", "reason"),
    [
        ({"items": [LINE | {"tax": []}]}, 3051, "itemDetails.0.taxes - Missing required property"),
        ({"items": [LINE, LINE | {"id": 2}]}, None, "El campo items.1.unit es requerido"),
        ({"client": "2"}, None, "client.address.city"),
        ({"paymentForm": None}, None, "paymentForm"),
        ({"paymentMethod": None}, None, "paymentMethod"),
    ],
    ids=["tax", "unit", "client", "form", "method"],
)
async def test_a_refused_stamp_leaves_the_draft(
    open_sim: OpenSim, fields: dict[str, Any], code: int | None, reason: str
) -> None:
    client = await open_sim(**ELECTRONIC)
    answer = await client.post("/invoices", json=INVOICE | STAMP | fields)
    assert (answer.status_code, answer.json().get("code")) == (400, code)
    assert reason in answer.json()["message"]
    left = (await client.get("/invoices")).json()
    assert [(invoice["id"], invoice["status"], "stamp" in invoice) for invoice in left] == [("1", "draft", False)]
    assert await held(client) == 10


@pytest.mark.parametrize(("switch", "extra"), [("message", set()), ("id", {"id"}), ("invoice", {"invoice"})])
async def test_what_a_refused_stamp_shows(open_sim: OpenSim, switch: str, extra: set[str]) -> None:
    client = await open_sim(**ELECTRONIC, switches={"stamp_failure_body": switch})
    rule = {"path": "/invoices", "action": {"kind": "refuse_stamp", "message": "Regla: FAD06", "code": 3051}}
    await client.put("http://alegra.test/_sim/faults", json=[rule])
    body = (await client.post("/invoices", json=INVOICE | STAMP)).json()
    assert (body["message"], body["code"], body.keys() - {"message", "code"}) == ("Regla: FAD06", 3051, extra)


async def test_the_refused_draft_can_be_stamped_later(open_sim: OpenSim) -> None:
    client = await open_sim(**ELECTRONIC)
    rule = {"path": "/invoices", "times": 1, "action": {"kind": "refuse_stamp"}}
    await client.put("http://alegra.test/_sim/faults", json=[rule])
    assert (await client.post("/invoices", json=INVOICE | STAMP)).status_code == 400
    assert (await client.post("/invoices/1/open", json=STAMP)).status_code == 200
    assert [row["id"] for row in (await client.get("/invoices")).json()] == ["1"]


async def test_a_stamped_invoice_is_neither_edited_nor_deleted(open_sim: OpenSim) -> None:
    client = await open_sim(**ELECTRONIC)
    await client.post("/invoices", json=INVOICE | STAMP)
    assert (await client.put("/invoices/1", json={"observations": "x"})).status_code == 400
    assert (await client.delete("/invoices/1")).status_code == 400


async def test_a_stamp_may_wait_for_its_answer(open_sim: OpenSim) -> None:
    client = await open_sim(**ELECTRONIC, switches={"stamp_waiting_reads": 2})
    created = (await client.post("/invoices", json=INVOICE | STAMP)).json()["stamp"]
    assert (created["legalStatus"], "cufe" in created) == ("STAMPED_AND_WAITING_RESPONSE", False)
    states = [(await client.get("/invoices/1")).json()["stamp"]["legalStatus"] for _ in range(3)]
    assert states == ["STAMPED_AND_WAITING_RESPONSE", "STAMPED_AND_WAITING_RESPONSE", "STAMPED_AND_ACCEPTED"]


async def test_bulk_stamping_answers_a_row_for_each(open_sim: OpenSim) -> None:
    client = await open_sim(**ELECTRONIC)
    await client.post("/invoices", json=INVOICE)
    await client.post("/invoices", json=INVOICE | STAMP)
    await client.post("/invoices", json=INVOICE | {"items": [LINE | {"tax": []}]})
    rows = (await client.post("/invoices/stamp", json={"ids": [1, 2, "3", 9]})).json()
    assert [(row["id"], row["success"], row["message"]) for row in rows] == [
        ("1", True, "La factura fue emitida"),
        ("2", False, "La factura ya fue emitida"),
        ("3", False, "itemDetails.0.taxes - Missing required property"),
        ("9", False, "La factura no existe"),
    ]
    assert "cufe" not in rows[0]
    accepted = (await client.get("/invoices", params={"emission_status": "STAMPED_AND_ACCEPTED"})).json()
    assert [invoice["id"] for invoice in accepted] == ["2", "1"]
    assert (await client.post("/invoices/stamp", json={"ids": list(range(11))})).status_code == 400


async def test_a_company_without_electronic_invoicing_ignores_stamps(shop: httpx.AsyncClient) -> None:
    invoice = (await shop.post("/invoices", json=INVOICE | STAMP)).json()
    assert (invoice["status"], "stamp" in invoice) == ("draft", False)


@pytest.mark.parametrize(
    ("electronic", "status"), [(True, 400), (False, 201)], ids=["electronic-refuses", "other-ignores"]
)
async def test_a_payment_method_that_does_not_exist(open_sim: OpenSim, electronic: bool, status: int) -> None:
    client = await open_sim(**ELECTRONIC | {"electronic_invoicing": electronic})
    answer = await client.post("/invoices", json=INVOICE | {"paymentMethod": "cash"})
    assert answer.status_code == status
    if status == 400:
        assert answer.json() == {"message": "El método de pago no es válido"}
    else:
        assert answer.json()["paymentMethod"] is None
