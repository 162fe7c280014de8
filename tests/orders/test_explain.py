"""Why was this order (not) invoiced? One call answers it, for every reason that there is."""

import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from e2e.test_errors import STOPS
from erpgate.engine.settings import EngineSettings
from erpgate.plugin import RoundingPolicy
from erpgate.v1 import channel_pb2, invoice_pb2, invoicing_service_pb2, order_explanation_pb2, order_pb2
from fixtures.alegra_world import CREATE, LIST, AlegraWorld
from fixtures.catalogue import SHIRT
from fixtures.orders import DOCUMENT, a_line, a_time, an_order, revised
from fixtures.server import QUICK, open_server
from fixtures.shop import BLOCKED, PENDING, Shop, automation, reason_name, settings
from fixtures.toy_world import ToyWorld
from fixtures.waiting import eventually
from fixtures.world import Fault, World
from rpc.harness import refusal

Explained = order_explanation_pb2.ChannelExplanation
PASSED = order_explanation_pb2.STEP_RESULT_PASSED
FAILED = order_explanation_pb2.STEP_RESULT_FAILED
NOT_REACHED = order_explanation_pb2.STEP_RESULT_NOT_REACHED
SKIPPED = order_pb2.VERDICT_OUTCOME_SKIPPED
WAITING = order_pb2.VERDICT_OUTCOME_WAITING
ERROR = order_pb2.VERDICT_OUTCOME_ERROR
LONG_AGO = a_time(-dt.timedelta(days=365))
COMPLETED = channel_pb2.ORDER_STATE_COMPLETED


def decided(explained: Explained) -> list[tuple[str, str]]:
    """Names and reasons of the steps that failed."""
    return [(step.step, reason_name(step.reason)) for step in explained.steps if step.result == FAILED]


async def rules(shop: Shop, **changes: Any) -> None:
    await shop.update("settings", settings=settings(shop.world, automation=automation(**changes)))


RULES: list[Any] = [
    pytest.param({"enabled": False}, {}, SKIPPED, "AUTOMATION_OFF", "automation_enabled"),
    pytest.param({"start_time": a_time()}, {"order_time": LONG_AGO}, SKIPPED, "BEFORE_START", "order_time"),
    pytest.param({"sales_channels": ["other"]}, {}, SKIPPED, "SALES_CHANNEL_NOT_SELECTED", "sales_channel"),
    pytest.param(
        {"order_states": [COMPLETED]},
        {"state": channel_pb2.ORDER_STATE_PENDING},
        WAITING,
        "ORDER_STATE_NOT_SELECTED",
        "order_state",
    ),
    pytest.param({}, {"fulfillment": True}, SKIPPED, "FULFILLMENT_EXCLUDED", "fulfillment"),
    pytest.param({"skip_refunded": True}, {"refunded": True}, SKIPPED, "REFUNDED_EXCLUDED", "refunded"),
    pytest.param({}, {"basket": {"id": "b", "size": 2}}, WAITING, "BASKET_INCOMPLETE", "basket_complete"),
]


@pytest.mark.parametrize(
    ("changes", "order", "outcome", "reason", "rule"), RULES, ids=lambda p: p if isinstance(p, str) else ""
)
async def test_a_rule(
    toy_shop: Shop, changes: dict[str, Any], order: dict[str, Any], outcome: int, reason: str, rule: str
) -> None:
    await rules(toy_shop, **changes)
    explained = await toy_shop.explain((await toy_shop.submit(an_order(**order))).name)
    assert (explained.outcome, reason_name(explained.reason), decided(explained)) == (outcome, reason, [(rule, reason)])
    (failed,) = [step for step in explained.steps if step.result == FAILED]
    assert f"{rule}: {failed.value}; asked for: {failed.expected}." in explained.answer
    assert failed.value
    assert failed.expected
    assert explained.invoice == ""


async def test_a_channel_that_is_paused_or_not_connected(toy_shop: Shop, toy: ToyWorld) -> None:
    await toy_shop.pause()
    order = await toy_shop.submit(an_order())
    assert decided(await toy_shop.explain(order.name)) == [("channel_not_paused", "CHANNEL_PAUSED")]
    other = Shop(toy_shop.door, ToyWorld(workspace="second"), merchant="other")
    toy.ledger.workspace = "second"
    await other.create()
    order = await other.submit(an_order())
    explained = await other.explain(order.name)
    assert decided(explained) == [("channel_connected", "CHANNEL_NOT_CONNECTED")]
    assert explained.answer.startswith("The channel's wizard is not finished.")


async def test_what_has_its_invoice(toy_shop: Shop) -> None:
    order = an_order()
    invoice = await toy_shop.sold(order)
    explained = await toy_shop.explain(invoice.order)
    assert {step.result for step in explained.steps} == {PASSED}
    assert f"Its document in the ERP is {invoice.document_number}, open." in explained.answer
    await toy_shop.submit(revised(order, notes="again"))
    assert decided(await toy_shop.explain(invoice.order)) == [("not_invoiced", "ALREADY_INVOICED")]
    await toy_shop.submit(revised(order, state=channel_pb2.ORDER_STATE_CANCELLED, minutes=2))
    explained = await toy_shop.explain(invoice.order)
    assert decided(explained) == [("not_invoiced", "CREDIT_NOTE_SUGGESTED")]
    assert explained.invoice == invoice.name


async def test_several_channels_that_would_invoice_it(toy_shop: Shop, toy: ToyWorld) -> None:
    toy.ledger.workspace = "second"
    second = ToyWorld(workspace="second")
    await Shop(toy_shop.door, second, channel="two").connect()
    order = await toy_shop.submit(an_order())
    explained = await toy_shop.explain(order.name)
    assert decided(explained) == [("only_channel", "SEVERAL_CHANNELS_ELIGIBLE")]
    assert "main, two" in explained.answer


async def test_what_a_person_asked_for(toy_shop: Shop) -> None:
    await rules(toy_shop, enabled=False)
    order = await toy_shop.submit(an_order())
    await toy_shop.create_invoice(order.name)
    await toy_shop.settled(order.name)
    explained = await toy_shop.explain(order.name)
    assert reason_name(explained.reason) == "REQUESTED_BY_PERSON"
    assert explained.answer.startswith("Somebody asked for the invoice.")


STOPPED_AT: Mapping[str, str] = {
    "SKU_NOT_FOUND": "matching",
    "SKU_AMBIGUOUS": "matching",
    "ITEM_INACTIVE": "matching",
    "VARIANT_NOT_INVOICEABLE": "matching",
    "TAX_BASIS_UNKNOWN": "totals",
    "DOUBLE_TAX_SUSPECTED": "totals",
    "ORDER_TOTAL_INCONSISTENT": "totals",
    "CURRENCY_NOT_SUPPORTED": "currency",
    "CUSTOMER_DOCUMENT_INVALID": "customer",
    "FIELD_INVALID": "totals",
}


@pytest.mark.parametrize(("changes", "reason", "details"), STOPS)
async def test_what_stops_before_anything_is_sent(
    toy_shop: Shop, changes: dict[str, Any], reason: str, details: dict[str, str]
) -> None:
    blocked = await toy_shop.blocked(an_order(**changes))
    explained = await toy_shop.explain(blocked.order)
    assert (explained.outcome, reason_name(explained.reason)) == (ERROR, reason)
    assert decided(explained) == [(STOPPED_AT[reason], reason)]
    assert (explained.answer, explained.invoice) == (blocked.failure.message, blocked.name)
    assert {name: explained.details.get(name) for name in details} == details
    assert explained.steps[-1].result == NOT_REACHED


async def test_suggestions_come_with_the_answer(toy_shop: Shop) -> None:
    blocked = await toy_shop.blocked(an_order(sku="SHIRTS"))
    (problem,) = (await toy_shop.explain(blocked.order)).line_problems
    assert list(problem.suggestions) == [SHIRT]


@asynccontextmanager
async def a_shop(world: World, url: str, engine: EngineSettings = QUICK) -> AsyncIterator[Shop]:
    async with open_server(url, world, engine=engine) as door:
        yield await Shop(door, world).connect()


async def test_a_total_that_cannot_be_reached(sqlite_url: str) -> None:
    rounding = RoundingPolicy(unit_price_places=2, quantity_places=0, amount_places=2, rounds="base_and_tax")
    async with a_shop(ToyWorld(rounding=rounding), sqlite_url) as shop:
        blocked = await shop.blocked(an_order(order_lines=[a_line(unit_price="0.03")], total_paid="0.03"))
        explained = await shop.explain(blocked.order)
        assert decided(explained) == [("totals", "TOTAL_UNREACHABLE")]
        assert (explained.details["below"], explained.details["above"]) == ("0.02", "0.04")


async def test_an_erp_that_is_away(toy_shop: Shop, toy: ToyWorld) -> None:
    toy.unplug()
    order = await toy_shop.submit(an_order())

    async def told() -> Explained | None:
        explained = await toy_shop.explain(order.name)
        return explained if reason_name(explained.reason) == "ERP_UNREACHABLE" else None

    explained = await eventually("it is told", told)
    waiting = [step.step for step in explained.steps if step.result == order_explanation_pb2.STEP_RESULT_WAITING]
    assert (waiting, decided(explained), explained.invoice_state) == (["matching"], [], PENDING)
    assert explained.answer == "The toy ledger is put away."


async def test_an_outcome_that_is_not_known(sqlite_url: str) -> None:
    toy = ToyWorld(settle_time=dt.timedelta(minutes=5))
    async with a_shop(toy, sqlite_url) as shop:
        await toy.fail(Fault.LOST)
        order = await shop.submit(an_order())
        await shop.settled(order.name, invoice_pb2.INVOICE_STATE_UNKNOWN)
        explained = await shop.explain(order.name)
        assert reason_name(explained.reason) == "ERP_OUTCOME_UNKNOWN"
        waiting = [step.step for step in explained.steps if step.result == order_explanation_pb2.STEP_RESULT_WAITING]
        assert waiting == ["document"]


async def no_stock(alegra: AlegraWorld) -> Any:
    await alegra.seed(items=[{"name": "Gorra", "reference": "CAP", "price": 100_000, "tax_percentage": 19, "stock": 2}])
    return an_order(order_lines=[a_line("CAP", quantity="3")], total_paid="357000")


async def two_customers(alegra: AlegraWorld) -> Any:
    await alegra.seed(contacts=[{"name": "Otra Ana", "identification": {"type": "CC", "number": DOCUMENT}}])
    return an_order()


async def another_tax(alegra: AlegraWorld) -> Any:
    (tax,) = [tax for tax in await alegra.call("GET", "/taxes") if float(tax["percentage"]) == 19]
    await alegra.seed(taxes=[{"id": str(tax["id"]), "name": "IVA", "type": "IVA", "percentage": "5"}])
    return an_order()


async def refused(alegra: AlegraWorld) -> Any:
    await alegra.refuse()
    return an_order()


async def no_numbers(alegra: AlegraWorld) -> Any:
    body = {"message": "La resolución de la numeración está vencida"}
    await alegra.break_({**CREATE, "action": {"kind": "status", "status": 400, "body": body}})
    return an_order()


async def cut_lists(alegra: AlegraWorld) -> Any:
    await alegra.break_(
        {**CREATE, "times": 1, "action": {"kind": "drop_after"}},
        {**LIST, "action": {"kind": "truncate_page", "keep": 0}},
    )
    return an_order()


async def too_many_requests(alegra: AlegraWorld) -> Any:
    body = {"message": "Too Many Requests"}
    await alegra.break_({**CREATE, "action": {"kind": "status", "status": 429, "body": body}})
    return an_order()


ON_THE_WAY: list[Any] = [
    pytest.param(no_stock, BLOCKED, "INSUFFICIENT_STOCK", "open", id="INSUFFICIENT_STOCK"),
    pytest.param(two_customers, BLOCKED, "CUSTOMER_AMBIGUOUS", "customer", id="CUSTOMER_AMBIGUOUS"),
    pytest.param(another_tax, BLOCKED, "TOTAL_MISMATCH", "comparison", id="TOTAL_MISMATCH"),
    pytest.param(refused, BLOCKED, "DOCUMENT_REJECTED", "document", id="DOCUMENT_REJECTED"),
    pytest.param(no_numbers, BLOCKED, "NUMBERING_EXHAUSTED", "document", id="NUMBERING_EXHAUSTED"),
    pytest.param(cut_lists, BLOCKED, "ERP_OUTCOME_UNKNOWN", "document", id="ERP_OUTCOME_UNKNOWN"),
    pytest.param(too_many_requests, PENDING, "ERP_RATE_LIMITED", "", id="ERP_RATE_LIMITED"),
]


@pytest.mark.parametrize(("breaks", "state", "reason", "step"), ON_THE_WAY)
async def test_what_stops_on_the_way_to_the_erp(
    alegra_shop: Shop,
    alegra: AlegraWorld,
    breaks: Callable[[AlegraWorld], Awaitable[order_pb2.Order]],
    state: "invoice_pb2.InvoiceState.ValueType",
    reason: str,
    step: str,
) -> None:
    await alegra_shop.lookup(SHIRT)
    order = await alegra_shop.submit(await breaks(alegra))

    async def told() -> Explained | None:
        explained = await alegra_shop.explain(order.name)
        stopped = reason_name(explained.reason) == reason and (state != BLOCKED or explained.invoice_state == BLOCKED)
        return explained if stopped else None

    explained = await eventually(f"it is {reason}", told)
    assert decided(explained) == ([(step, reason)] if step else [])
    assert explained.answer
    if reason == "TOTAL_MISMATCH":
        assert (explained.details["expected_total"], explained.details["total"]) == ("119000.00", "105000")


async def test_an_order_that_nobody_has_judged(toy: ToyWorld, sqlite_url: str) -> None:
    async with open_server(sqlite_url, toy) as door:
        shop = Shop(door, toy)
        order = await shop.submit(an_order())
        request = invoicing_service_pb2.ExplainOrderRequest(name=order.name)
        explanation = (await door.invoicing.ExplainOrder(request)).explanation
        assert (list(explanation.channels), explanation.answer.split(":")[0]) == ([], "No channel has judged the order")
        missing = await refusal(shop.explain(f"{order.name}x"))
        assert missing.reason == "RESOURCE_NOT_FOUND"
