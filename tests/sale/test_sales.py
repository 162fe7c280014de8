"""The main job: an order becomes one invoice over what was paid."""

import asyncio
from decimal import Decimal
from typing import Any

import grpc
import pytest
from erpgate.v1 import channel_pb2, channel_service_pb2, error_reason_pb2, invoice_pb2, invoicing_service_pb2, order_pb2
from google.protobuf.timestamp_pb2 import Timestamp

from sale.world import CHANNEL, MERCHANT, World, a_line

R = error_reason_pb2


async def test_an_order_becomes_one_open_invoice_over_what_was_paid(world: World) -> None:
    await world.connect()
    invoice = await world.invoiced(await world.submit(world.an_order()))
    assert (invoice.total, invoice.tax_base, invoice.tax) == ("238.00", "200.00", "38.00")
    held = await world.books.held()
    assert [(one.reference, one.state, one.total) for one in held] == [(invoice.reference, "open", Decimal(238))]


async def test_parallel_submits_of_one_order_make_one_document(world: World) -> None:
    await world.connect()
    orders = await asyncio.gather(*(world.submit(world.an_order()) for _ in range(20)))
    assert len({order.verdicts[0].invoice for order in orders}) == 1
    await world.invoiced(orders[0])
    assert len(await world.books.held()) == 1


async def test_an_invoiced_order_is_not_invoiced_again_after_a_change(world: World) -> None:
    await world.connect()
    await world.invoiced(await world.submit(world.an_order()))
    changed = await world.submit(world.an_order(notes="Leave it at the door."))
    assert (changed.revision, changed.verdicts[0].reason) == (2, R.ERROR_REASON_ALREADY_INVOICED)
    cancelled = await world.submit(world.an_order(state=channel_pb2.ORDER_STATE_CANCELLED))
    assert cancelled.verdicts[0].reason == R.ERROR_REASON_CREDIT_NOTE_SUGGESTED
    assert len(await world.books.held()) == 1


async def test_an_older_revision_changes_nothing(world: World) -> None:
    await world.connect(enabled=False)
    newer = Timestamp(seconds=1_790_000_000)
    await world.submit(world.an_order(notes="new", source_update_time=newer))
    kept = await world.submit(world.an_order(notes="old", source_update_time=Timestamp(seconds=1_785_000_000)))
    assert (kept.notes, kept.revision) == ("new", 1)


async def test_an_order_known_before_its_channel_is_judged_when_it_comes_again(world: World) -> None:
    assert not (await world.submit(world.an_order())).verdicts
    await world.connect()
    again = await world.submit(world.an_order())
    assert again.revision == 1
    await world.invoiced(again)


@pytest.mark.parametrize(
    ("automation", "changes", "reason"),
    [
        pytest.param({"enabled": False}, {}, R.ERROR_REASON_AUTOMATION_OFF, id="off"),
        pytest.param({"sales_channels": ["other"]}, {}, R.ERROR_REASON_SALES_CHANNEL_NOT_SELECTED, id="sales channel"),
        pytest.param(
            {"order_states": [channel_pb2.ORDER_STATE_SHIPPED]}, {}, R.ERROR_REASON_ORDER_STATE_NOT_SELECTED, id="state"
        ),
        pytest.param({}, {"fulfillment": True}, R.ERROR_REASON_FULFILLMENT_EXCLUDED, id="fulfillment"),
        pytest.param({"skip_refunded": True}, {"refunded": True}, R.ERROR_REASON_REFUNDED_EXCLUDED, id="refunded"),
        pytest.param({"start_time": Timestamp(seconds=1_790_000_000)}, {}, R.ERROR_REASON_BEFORE_START, id="start"),
    ],
)
async def test_a_rule_that_says_no_is_the_reason(
    world: World, automation: dict[str, Any], changes: dict[str, Any], reason: int
) -> None:
    await world.connect(**automation)
    verdict = (await world.submit(world.an_order(**changes))).verdicts[0]
    assert (verdict.reason, verdict.invoice) == (reason, "")
    assert [rule.passed for rule in verdict.trace].count(False) == 1
    assert await world.books.held() == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"lines": [a_line("SHIRTS")]}, R.ERROR_REASON_SKU_NOT_FOUND, id="unknown"),
        pytest.param({"lines": [a_line("TWIN")]}, R.ERROR_REASON_SKU_AMBIGUOUS, id="ambiguous"),
        pytest.param({"lines": [a_line("OLD")]}, R.ERROR_REASON_ITEM_INACTIVE, id="inactive"),
        pytest.param({"total_paid": "230.00"}, R.ERROR_REASON_ORDER_TOTAL_INCONSISTENT, id="inconsistent"),
        pytest.param({"price_includes_tax": False}, R.ERROR_REASON_DOUBLE_TAX_SUSPECTED, id="double tax"),
        pytest.param({"price_includes_tax": None}, R.ERROR_REASON_TAX_BASIS_UNKNOWN, id="tax basis"),
        pytest.param({"currency_code": "USD"}, R.ERROR_REASON_CURRENCY_NOT_SUPPORTED, id="currency"),
    ],
)
async def test_what_does_not_fit_is_blocked_and_nothing_is_sent(
    world: World, changes: dict[str, Any], reason: int
) -> None:
    await world.connect()
    order = await world.submit(world.an_order(**changes))
    invoice = await world.invoiced(order, invoice_pb2.INVOICE_STATE_BLOCKED)
    verdict = (await world.order()).verdicts[0]
    assert (invoice.failure.reason, verdict.reason, verdict.outcome) == (
        reason,
        reason,
        order_pb2.VERDICT_OUTCOME_ERROR,
    )
    assert await world.books.held() == []


async def test_a_person_corrects_a_sku_and_the_invoice_goes_out(world: World) -> None:
    await world.connect()
    order = await world.submit(world.an_order(lines=[a_line("SHIRTS")]))
    blocked = await world.invoiced(order, invoice_pb2.INVOICE_STATE_BLOCKED)
    assert list((await world.order()).verdicts[0].line_problems[0].suggestions) == ["SHIRT"]
    request = invoicing_service_pb2.CreateInvoiceRequest(
        parent=CHANNEL, order=order.name, overrides=invoice_pb2.InvoiceOverrides(line_skus={"1": "SHIRT"})
    )
    taken = (await world.invoicing.CreateInvoice(request)).invoice
    assert taken.name == blocked.name
    await world.becomes(taken.name, lambda invoice: bool(invoice.total))
    assert [one.total for one in await world.books.held()] == [Decimal(238)]
    assert (await world.order()).verdicts[0].reason == R.ERROR_REASON_REQUESTED_BY_PERSON


async def test_one_click_is_repeatable_by_its_request_id_and_refused_once_invoiced(world: World) -> None:
    await world.connect(enabled=False)
    order = await world.submit(world.an_order())
    request = invoicing_service_pb2.CreateInvoiceRequest(
        parent=CHANNEL, order=order.name, request_id="3c9d0a42-7a2b-4c8e-9a51-0f5b5b6b7c11"
    )
    first = (await world.invoicing.CreateInvoice(request)).invoice
    assert (await world.invoicing.CreateInvoice(request)).invoice.name == first.name
    await world.becomes(first.name, lambda invoice: bool(invoice.total))
    request.request_id = ""
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await world.invoicing.CreateInvoice(request)
    assert refused.value.code() is grpc.StatusCode.ALREADY_EXISTS
    assert len(await world.books.held()) == 1


async def test_a_pause_keeps_orders_and_a_resume_invoices_them(world: World) -> None:
    await world.connect()
    await world.channels.PauseChannel(channel_service_pb2.PauseChannelRequest(name=CHANNEL))
    waiting = await world.submit(world.an_order())
    assert waiting.verdicts[0].reason == R.ERROR_REASON_CHANNEL_PAUSED
    await world.channels.ResumeChannel(channel_service_pb2.ResumeChannelRequest(name=CHANNEL))
    async with asyncio.timeout(15):
        while not (order := await world.order()).verdicts[0].invoice:
            await asyncio.sleep(0.01)
    await world.invoiced(order)


async def test_a_reconnected_company_does_not_get_a_second_invoice(world: World) -> None:
    await world.connect()
    await world.invoiced(await world.submit(world.an_order()))
    await world.channels.DeleteChannel(channel_service_pb2.DeleteChannelRequest(name=CHANNEL))
    await world.create(world.books.settings(), channel_id="again")
    await world.channels.ConnectChannel(channel_service_pb2.ConnectChannelRequest(name=f"{MERCHANT}/channels/again"))
    request = invoicing_service_pb2.CreateInvoiceRequest(
        parent=f"{MERCHANT}/channels/again", order=f"{MERCHANT}/orders/shop:1"
    )
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await world.invoicing.CreateInvoice(request)
    assert refused.value.code() is grpc.StatusCode.ALREADY_EXISTS
    assert len(await world.books.held()) == 1
