"""One sale, one invoice, whatever the ERP does with a call."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from erpgate.v1 import error_reason_pb2, invoice_pb2, invoicing_service_pb2

from sale.world import AlegraBooks, ToyBooks, World, open_world

R = error_reason_pb2
DONE, NOT_DONE = invoice_pb2.ATTEMPT_OUTCOME_DONE, invoice_pb2.ATTEMPT_OUTCOME_NOT_DONE


async def test_a_document_whose_answer_was_lost_is_found_and_adopted(world: World) -> None:
    await world.connect()
    await world.books.break_create("answer lost")
    invoice = await world.invoiced(await world.submit(world.an_order()))
    created = [attempt for attempt in invoice.attempts if attempt.step == "document"]
    assert [attempt.outcome for attempt in created] == [DONE]
    assert [one.state for one in await world.books.held()] == ["open"]


async def test_a_lost_draft_is_sent_again_once_it_is_proved_absent(alegra_world: World) -> None:
    await alegra_world.connect()
    await alegra_world.books.break_create("lost")
    invoice = await alegra_world.invoiced(await alegra_world.submit(alegra_world.an_order()))
    created = [attempt for attempt in invoice.attempts if attempt.step == "document"]
    assert [attempt.outcome for attempt in created] == [NOT_DONE, DONE]
    assert [one.state for one in await alegra_world.books.held()] == ["open"]


async def test_without_drafts_a_lost_document_waits_for_a_person(database_url: str) -> None:
    books = ToyBooks()
    await books.prepare()
    async with open_world(books, database_url) as world:
        await world.connect()
        await books.break_create("lost")
        invoice = await world.invoiced(await world.submit(world.an_order()), invoice_pb2.INVOICE_STATE_BLOCKED)
        assert invoice.failure.reason == R.ERROR_REASON_DOCUMENT_NOT_FOUND
        assert await books.held() == []


async def test_a_refused_document_is_blocked_and_goes_out_after_a_repair(world: World) -> None:
    await world.connect()
    await world.books.break_create("refused")
    blocked = await world.invoiced(await world.submit(world.an_order()), invoice_pb2.INVOICE_STATE_BLOCKED)
    assert blocked.failure.reason == R.ERROR_REASON_DOCUMENT_REJECTED
    await world.invoicing.RetryInvoice(invoicing_service_pb2.RetryInvoiceRequest(name=blocked.name))
    await world.becomes(blocked.name, lambda invoice: invoice.state == invoice_pb2.INVOICE_STATE_OPEN)
    assert len(await world.books.held()) == 1


async def test_an_opening_whose_answer_was_lost_is_not_repeated(alegra: AlegraBooks, alegra_world: World) -> None:
    await alegra_world.connect()
    await alegra.break_calls("POST", r"/invoices/\d+/open", {"kind": "drop_after"})
    await alegra_world.invoiced(await alegra_world.submit(alegra_world.an_order()))
    assert (await alegra.calls())["POST /invoices/{id}/open"] == 1


async def test_a_draft_that_comes_late_is_discarded_before_its_twin_is_opened(
    alegra: AlegraBooks, alegra_world: World
) -> None:
    await alegra_world.connect()
    await alegra.break_calls("POST", "/invoices$", {"kind": "late_commit", "seconds": 0.4})
    await alegra.break_calls("POST", "/invoices$", {"kind": "late_commit", "seconds": 0.4})
    await alegra_world.invoiced(await alegra_world.submit(alegra_world.an_order()))
    await asyncio.sleep(0)
    held = await alegra.held()
    assert [one.state for one in held].count("open") == 1


@pytest.mark.parametrize("answer", [{"kind": "status", "status": 429}, {"kind": "status", "status": 503}])
async def test_an_erp_that_refuses_for_a_while_is_asked_again(
    alegra: AlegraBooks, alegra_world: World, answer: dict[str, Any]
) -> None:
    await alegra_world.connect()
    await alegra.break_calls("GET", "/contacts", answer, times=2)
    if answer["status"] == 503:
        await alegra_world.invoiced(await alegra_world.submit(alegra_world.an_order()))
        assert len(await alegra.held()) == 1
    else:
        order = await alegra_world.submit(alegra_world.an_order())
        waiting = await alegra_world.becomes(
            order.verdicts[0].invoice, lambda invoice: invoice.failure.reason == R.ERROR_REASON_ERP_RATE_LIMITED
        )
        assert waiting.failure.retryable
        assert await alegra.held() == []


async def test_a_tax_that_changed_in_the_erp_stops_at_the_draft_with_both_sides(
    alegra: AlegraBooks, alegra_world: World
) -> None:
    await alegra_world.connect()
    await alegra_world.invoiced(await alegra_world.submit(alegra_world.an_order("1")))
    await alegra.seed(taxes=[{"id": "3", "name": "IVA", "percentage": "16", "type": "IVA"}])
    order = await alegra_world.submit(alegra_world.an_order("2"))
    blocked = await alegra_world.invoiced(order, invoice_pb2.INVOICE_STATE_BLOCKED)
    assert blocked.failure.reason == R.ERROR_REASON_TOTAL_MISMATCH
    assert Decimal(blocked.failure.details["expected_total"]) == Decimal(238)
    assert Decimal(blocked.failure.details["total"]) == Decimal(232)
    assert sorted(one.state for one in await alegra.held()) == ["draft", "open"]


async def test_one_buyer_of_many_orders_is_created_once(alegra: AlegraBooks, alegra_world: World) -> None:
    await alegra_world.connect()
    orders = [await alegra_world.submit(alegra_world.an_order(str(n))) for n in range(10)]
    for order in orders:
        await alegra_world.invoiced(order)
    calls = await alegra.calls()
    assert calls["POST /contacts"] == 1
    assert (calls["POST /invoices"], calls["POST /invoices/{id}/open"]) == (10, 10)


async def test_secrets_are_nowhere_in_clear(
    alegra: AlegraBooks, sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    async with open_world(alegra, sqlite_url) as world:
        await world.connect()
        await alegra.break_create("answer lost")
        await world.invoiced(await world.submit(world.an_order()))
    path = sqlite_url.removeprefix("sqlite:///")
    with open(path, "rb") as file:  # noqa: ASYNC230 - the server is gone
        assert b"s3cr3t" not in file.read()
    assert "s3cr3t" not in caplog.text
