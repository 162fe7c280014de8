"""What keeps a merchant from harm: shadow mode, an hourly cap, a start that bills nothing backwards."""

import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import pytest
from erpgate.v1 import order_pb2
from fixtures.clock import JumpingClock
from fixtures.orders import PRICE, an_order, revised
from fixtures.server import open_server
from fixtures.shop import Shop, automation, reason_name, settings
from fixtures.toy_world import ToyWorld
from fixtures.waiting import eventually, holds_for
from rpc.harness import refusal

SKIPPED = order_pb2.VERDICT_OUTCOME_SKIPPED
WAITING = order_pb2.VERDICT_OUTCOME_WAITING
ERROR = order_pb2.VERDICT_OUTCOME_ERROR


async def rules(shop: Shop, **changes: Any) -> None:
    await shop.update("settings", settings=settings(shop.world, automation=automation(**changes)))


async def nothing_sent(toy: ToyWorld) -> bool:
    return toy.ledger.calls["create"] + toy.ledger.calls["create_customer"] == 0


async def test_shadow_mode_computes_and_sends_nothing(shop: Shop, toy: ToyWorld) -> None:
    await rules(shop, shadow=True)
    order = await shop.submit(an_order(shipping_amount="5000", total_paid=str(PRICE + 5000)))
    verdict = await shop.verdict(order.name)
    assert (verdict.outcome, reason_name(verdict.reason)) == (SKIPPED, "SHADOW_MODE")

    async def computed() -> dict[str, str]:
        return dict((await shop.verdict(order.name)).details)

    assert await eventually("the totals are there", computed) == {
        "paid_total": "124000",
        "shipping_left_out": "5000",
        "expected_total": "119000.00",
        "tax_base": "100000.00",
        "tax": "19000.00",
    }
    explained = await shop.explain(order.name)
    assert "would have come to 119000.00 COP" in explained.answer
    assert (list(await shop.invoices()), await nothing_sent(toy)) == ([], True)


async def test_shadow_mode_shows_what_would_have_stopped(toy_shop: Shop, toy: ToyWorld) -> None:
    await rules(toy_shop, shadow=True)
    order = await toy_shop.submit(an_order(sku="SHIRTS"))

    async def in_error() -> order_pb2.Verdict | None:
        verdict = await toy_shop.verdict(order.name)
        return verdict if verdict.outcome == ERROR else None

    verdict = await eventually("it is in error", in_error)
    assert reason_name(verdict.reason) == "SKU_NOT_FOUND"
    assert list(verdict.line_problems[0].suggestions) == ["SHIRT"]
    assert verdict.message.startswith("Shadow mode: ")
    assert [found.name for found in (await toy_shop.orders(outcome=ERROR)).orders] == [order.name]
    assert await nothing_sent(toy)


async def test_orders_of_shadow_mode_are_not_billed_when_it_ends(toy_shop: Shop, toy: ToyWorld) -> None:
    await rules(toy_shop, shadow=True)
    shadowed = an_order()
    await toy_shop.submit(shadowed)
    await rules(toy_shop, shadow=False)
    start = (await toy_shop.get()).settings.automation.start_time
    assert abs(start.ToDatetime(dt.UTC) - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)
    again = await toy_shop.submit(revised(shadowed, notes="changed"))
    verdict = await toy_shop.verdict(again.name)
    assert reason_name(verdict.reason) == "BEFORE_START"
    new = an_order()
    new.order_time.GetCurrentTime()
    new.order_time.seconds += 60
    await toy_shop.sold(new)
    assert len(await toy.documents()) == 1


async def test_a_person_may_invoice_in_shadow_mode(toy_shop: Shop, toy: ToyWorld) -> None:
    await rules(toy_shop, shadow=True)
    order = await toy_shop.submit(an_order())
    await toy_shop.create_invoice(order.name)
    await toy_shop.settled(order.name)
    assert len(await toy.documents()) == 1


@pytest.fixture
def clock() -> JumpingClock:
    return JumpingClock()


@pytest.fixture
async def hasty(toy: ToyWorld, database_url: str, clock: JumpingClock) -> AsyncIterator[Shop]:
    """A shop whose clock jumps, on each database."""
    async with open_server(database_url, toy, clock=clock) as door:
        yield await Shop(door, toy).connect()


async def test_no_more_than_the_hourly_cap_are_begun_and_the_rest_goes_on(
    hasty: Shop, toy: ToyWorld, clock: JumpingClock
) -> None:
    await rules(hasty, hourly_cap=3)
    answers = await hasty.stream(*(an_order() for _ in range(5)))
    outcomes = [reason_name(answer.verdicts[0].reason) for answer in answers]
    assert sorted(outcomes) == ["ELIGIBLE"] * 3 + ["HOURLY_CAP_REACHED"] * 2
    (first, _) = (await hasty.orders(outcome=WAITING)).orders
    verdict = await hasty.verdict(first.name)
    next_time = dt.datetime.fromisoformat(verdict.details["next_time"])
    assert verdict.details["hourly_cap"] == "3"
    assert dt.timedelta(minutes=59) < next_time - clock.now() <= dt.timedelta(hours=1)
    steps = {step.step: step.value for step in (await hasty.explain(first.name)).steps}
    assert steps["hourly_cap"] == "3 invoices in the last hour"

    async def sent(many: int) -> bool:
        return len(await toy.documents()) == many

    await eventually("three are sent", lambda: sent(3))
    assert await holds_for(lambda: sent(3))
    clock.jump(3601)
    await hasty.submit(an_order(sales_channel="wakes-the-lane"))
    await eventually("all are sent", lambda: sent(6), seconds=20)


async def test_a_person_is_not_counted_and_not_stopped(hasty: Shop, toy: ToyWorld) -> None:
    await rules(hasty, hourly_cap=1)
    first, second, third = [await hasty.submit(an_order()) for _ in range(3)]
    await hasty.create_invoice(second.name)
    await hasty.settled(second.name)
    await hasty.settled(first.name)
    assert reason_name((await hasty.verdict(third.name)).reason) == "HOURLY_CAP_REACHED"


async def test_a_raised_cap_counts_at_once(hasty: Shop, toy: ToyWorld) -> None:
    await rules(hasty, hourly_cap=1)
    orders = [await hasty.submit(an_order()) for _ in range(3)]
    await rules(hasty, hourly_cap=0)
    for order in orders:
        await hasty.settled(order.name)


async def test_a_basket_waits_for_the_cap_as_a_whole(hasty: Shop, toy: ToyWorld) -> None:
    await rules(hasty, hourly_cap=1)
    await hasty.sold(an_order())
    basket = order_pb2.Basket(id="cart", size=2)
    members = [await hasty.submit(an_order(basket=basket)) for _ in range(2)]
    for member in members:
        verdict = await hasty.verdict(member.name)
        assert (verdict.outcome, reason_name(verdict.reason)) == (WAITING, "HOURLY_CAP_REACHED")
    await rules(hasty, hourly_cap=2)
    assert len((await hasty.settled(members[0].name)).orders) == 2


async def test_a_cap_that_is_no_number_of_invoices_is_refused(toy_shop: Shop) -> None:
    refused = await refusal(rules(toy_shop, hourly_cap=-1))
    assert list(refused.fields) == ["channel.settings.automation.hourly_cap"]
