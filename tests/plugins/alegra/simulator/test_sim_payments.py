"""Payments and credit notes: what they do to an invoice's balance and to stock."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

OpenSim = Callable[..., Awaitable[httpx.AsyncClient]]

INVOICE = {
    "date": "2026-09-01",
    "dueDate": "2026-09-01",
    "client": 1,
    "status": "open",
    "items": [{"id": 1, "price": 1000, "quantity": 2}],
}
PAYMENT = {"date": "2026-09-02", "type": "in", "bankAccount": {"id": 1}, "paymentMethod": "transfer"}
NOTE = {"date": "2026-09-03", "client": {"id": 1}, "items": [{"id": 1, "price": 1000, "quantity": 1}]}


@pytest.fixture
async def sold(shop: httpx.AsyncClient) -> httpx.AsyncClient:
    """A shop with an open invoice of 2,000 for two of its ten shirts, and a draft of the same."""
    await shop.post("/invoices", json=INVOICE)
    await shop.post("/invoices", json=INVOICE | {"status": "draft"})
    return shop


async def balance(client: httpx.AsyncClient) -> tuple[Any, ...]:
    invoice = (await client.get("/invoices/1")).json()
    return invoice["status"], invoice["totalPaid"], invoice["balance"]


def paying(amount: Any, invoice: int = 1) -> dict[str, Any]:
    return PAYMENT | {"invoices": [{"id": invoice, "amount": amount}]}


async def test_payments_lower_the_balance_and_close_at_zero(sold: httpx.AsyncClient) -> None:
    first = await sold.post("/payments", json=paying(500.5))
    assert (first.status_code, first.json()["amount"]) == (201, 500.5)
    assert await balance(sold) == ("open", 500.5, 1499.5)
    await sold.post("/payments", json=paying("1499.5"))
    assert await balance(sold) == ("closed", 2000, 0)
    payments = (await sold.get("/invoices/1")).json()["payments"]
    assert [payment["amount"] for payment in payments] == [500.5, 1499.5]


@pytest.mark.parametrize("undo", ["void", "delete"])
async def test_an_undone_payment_opens_the_invoice_again(sold: httpx.AsyncClient, undo: str) -> None:
    await sold.post("/payments", json=paying(2000))
    method, path = ("POST", "/payments/1/void") if undo == "void" else ("DELETE", "/payments/1")
    assert (await sold.request(method, path)).status_code == 200
    assert await balance(sold) == ("open", 0, 2000)


async def test_a_void_payment_can_be_opened_again(sold: httpx.AsyncClient) -> None:
    await sold.post("/payments", json=paying(2000))
    await sold.post("/payments/1/void")
    assert (await sold.post("/payments/1/open")).status_code == 200
    assert await balance(sold) == ("closed", 2000, 0)
    assert (await sold.post("/payments/1/open")).status_code == 400


@pytest.mark.parametrize(
    ("body", "code", "reason"),
    [
        ({key: value for key, value in paying(1).items() if key != "bankAccount"}, 4002, "bankAccount"),
        (paying(1, invoice=2), 4096, "borrador"),
        (paying(1, invoice=9), None, "no existe"),
        (paying(2000.01), None, "saldo"),
        (paying(0), None, "mayor que cero"),
        (paying(1) | {"paymentMethod": "CASH"}, None, "método de pago"),
        (PAYMENT, None, "facturas o categorías"),
    ],
    ids=["account", "draft", "unknown", "too-much", "nothing", "method", "empty"],
)
async def test_a_wrong_payment_is_refused(
    sold: httpx.AsyncClient, body: dict[str, Any], code: int | None, reason: str
) -> None:
    answer = await sold.post("/payments", json=body)
    assert (answer.status_code, answer.json().get("code")) == (400, code)
    assert reason in answer.json()["message"]
    assert await balance(sold) == ("open", 0, 2000)


async def test_an_invoice_can_be_created_paid(shop: httpx.AsyncClient) -> None:
    payments = [{"date": "2026-09-01", "account": {"id": 1}, "amount": 2000, "paymentMethod": "cash"}]
    body = {key: value for key, value in INVOICE.items() if key != "status"} | {"payments": payments}
    invoice = (await shop.post("/invoices", json=body)).json()
    assert (invoice["status"], invoice["totalPaid"], invoice["balance"]) == ("closed", 2000, 0)
    listed = (await shop.get("/payments", params={"client_id": 1, "type": "in"})).json()
    assert [row["invoices"][0]["id"] for row in listed] == [invoice["id"]]


async def test_a_paid_invoice_is_not_voided(sold: httpx.AsyncClient) -> None:
    await sold.post("/payments", json=paying(1))
    assert (await sold.post("/invoices/1/void")).status_code == 400


async def test_money_without_an_invoice(shop: httpx.AsyncClient) -> None:
    body = PAYMENT | {"categories": [{"id": 1, "price": 10, "quantity": 3}]}
    assert (await shop.post("/payments", json=body)).json()["amount"] == 30


async def test_a_credit_note_lowers_the_balance_and_brings_stock_back(sold: httpx.AsyncClient) -> None:
    answer = await sold.post("/credit-notes", json=NOTE | {"invoices": [{"id": 1, "amount": 1000}]})
    note = answer.json()
    assert (answer.status_code, note["total"], note["balance"]) == (201, 1000, 0)
    assert note["numberTemplate"]["fullNumber"] == "NC1"
    assert await balance(sold) == ("open", 0, 1000)
    assert (await sold.get("/items/1")).json()["inventory"]["availableQuantity"] == 9
    assert (await sold.delete("/credit-notes/1")).status_code == 200
    assert await balance(sold) == ("open", 0, 2000)


async def test_a_credit_note_for_all_of_it_closes_the_invoice(sold: httpx.AsyncClient) -> None:
    await sold.post("/credit-notes", json=NOTE | {"items": INVOICE["items"], "invoices": [{"id": 1, "amount": 2000}]})
    assert await balance(sold) == ("closed", 0, 0)


async def test_a_credit_note_over_the_balance_is_refused(sold: httpx.AsyncClient) -> None:
    await sold.post("/payments", json=paying(1500))
    answer = await sold.post("/credit-notes", json=NOTE | {"invoices": [{"id": 1, "amount": 1000}]})
    assert (answer.status_code, answer.json()["code"]) == (400, 9030)
    assert (await sold.get("/credit-notes")).json() == []


async def test_an_electronic_credit_note_needs_a_type(open_sim: OpenSim) -> None:
    client = await open_sim(electronic_invoicing=True, items=[{"name": "a"}], contacts=[{"name": "b"}])
    assert (await client.post("/credit-notes", json=NOTE)).json()["code"] == 9070
    assert (await client.post("/credit-notes", json=NOTE | {"type": "OTHER"})).status_code == 201
