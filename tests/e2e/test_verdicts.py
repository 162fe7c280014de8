"""Every rule of the automation: what it makes of an order, and that nothing is sent."""

from typing import Any

import pytest
from erpgate.v1 import channel_pb2, order_pb2
from fixtures.orders import an_order
from fixtures.server import open_server
from fixtures.shop import OPEN, Shop, automation, reason_name, settings, verdict_of
from fixtures.toy_world import ToyWorld
from fixtures.waiting import holds_for

SKIPPED = order_pb2.VERDICT_OUTCOME_SKIPPED
WAITING = order_pb2.VERDICT_OUTCOME_WAITING
COMPLETED = channel_pb2.ORDER_STATE_COMPLETED
PENDING = channel_pb2.ORDER_STATE_PENDING

RULES: list[Any] = [
    pytest.param({"enabled": False}, {}, SKIPPED, "AUTOMATION_OFF", "automation_enabled", id="automation off"),
    pytest.param(
        {"sales_channels": ["other"]}, {}, SKIPPED, "SALES_CHANNEL_NOT_SELECTED", "sales_channel", id="sales channel"
    ),
    pytest.param(
        {"order_states": [COMPLETED]},
        {"state": PENDING},
        WAITING,
        "ORDER_STATE_NOT_SELECTED",
        "order_state",
        id="state may come",
    ),
    pytest.param(
        {"order_states": [PENDING]},
        {"state": COMPLETED},
        SKIPPED,
        "ORDER_STATE_NOT_SELECTED",
        "order_state",
        id="state is final",
    ),
    pytest.param({}, {"fulfillment": True}, SKIPPED, "FULFILLMENT_EXCLUDED", "fulfillment", id="fulfillment"),
    pytest.param({"skip_refunded": True}, {"refunded": True}, SKIPPED, "REFUNDED_EXCLUDED", "refunded", id="refunded"),
]


@pytest.mark.parametrize(("rules", "order", "outcome", "reason", "rule"), RULES)
async def test_a_rule_that_does_not_hold_decides(
    toy_shop: Shop,
    rules: dict[str, Any],
    order: dict[str, Any],
    outcome: "order_pb2.VerdictOutcome.ValueType",
    reason: str,
    rule: str,
) -> None:
    await toy_shop.update("settings", settings=settings(toy_shop.world, automation=automation(**rules)))
    verdict = verdict_of(await toy_shop.submit(an_order(**order)), toy_shop.name)
    assert (verdict.outcome, reason_name(verdict.reason), verdict.invoice) == (outcome, reason, "")
    assert verdict.message
    assert [result.rule for result in verdict.trace if not result.passed] == [rule]
    assert list(await toy_shop.invoices()) == []
    assert await holds_for(lambda: nothing_sent(toy_shop), 0.05)


async def nothing_sent(shop: Shop) -> bool:
    return await shop.world.sends() == 0


@pytest.mark.parametrize(
    ("rules", "order"),
    [
        pytest.param({"include_fulfillment": True}, {"fulfillment": True}, id="fulfillment is included"),
        pytest.param({}, {"refunded": True}, id="refunded orders are not skipped by default"),
        pytest.param({}, {"state": channel_pb2.ORDER_STATE_CANCELLED}, id="no state selected means cancelled too"),
        pytest.param({"sales_channels": ["x", "shop-co"]}, {}, id="sales channel is one of several"),
    ],
)
async def test_an_order_that_fits_every_rule_is_invoiced(
    toy_shop: Shop, rules: dict[str, Any], order: dict[str, Any]
) -> None:
    await toy_shop.update("settings", settings=settings(toy_shop.world, automation=automation(**rules)))
    await toy_shop.sold(an_order(**order))
    assert len(await toy_shop.world.documents()) == 1


async def test_every_rule_is_written_down(toy_shop: Shop) -> None:
    verdict = verdict_of(await toy_shop.submit(an_order()), toy_shop.name)
    assert [(result.rule, result.passed) for result in verdict.trace] == [
        ("not_invoiced", True),
        ("channel_connected", True),
        ("channel_not_paused", True),
        ("automation_enabled", True),
        ("erp_proven", True),
        ("order_time", True),
        ("sales_channel", True),
        ("order_state", True),
        ("fulfillment", True),
        ("refunded", True),
        ("not_shadow", True),
    ]


async def test_an_order_before_the_wizards_end_is_skipped(toy: ToyWorld, database_url: str) -> None:
    async with open_server(database_url, toy) as door:
        shop = Shop(door, toy)
        await shop.create()
        verdict = verdict_of(await shop.submit(an_order()), shop.name)
        assert (verdict.outcome, reason_name(verdict.reason)) == (SKIPPED, "CHANNEL_NOT_CONNECTED")


async def test_an_order_without_any_channel_has_no_verdict_until_one_is_connected(
    toy: ToyWorld, database_url: str
) -> None:
    order = an_order()
    async with open_server(database_url, toy) as door:
        shop = Shop(door, toy)
        assert list((await shop.submit(order)).verdicts) == []
        await shop.connect()
        await shop.sold(order)
        assert len(await toy.documents()) == 1


async def test_an_order_waits_while_its_channel_is_paused(toy_shop: Shop) -> None:
    await toy_shop.pause()
    order = await toy_shop.submit(an_order())
    verdict = verdict_of(order, toy_shop.name)
    assert (verdict.outcome, reason_name(verdict.reason)) == (WAITING, "CHANNEL_PAUSED")
    assert list(await toy_shop.invoices()) == []
    await toy_shop.resume()
    await toy_shop.settled(order.name, OPEN)


async def test_a_waiting_order_is_judged_again_when_the_rules_change(toy_shop: Shop) -> None:
    await toy_shop.update(
        "settings", settings=settings(toy_shop.world, automation=automation(order_states=[COMPLETED]))
    )
    order = await toy_shop.submit(an_order(state=PENDING))
    await toy_shop.update("settings", settings=settings(toy_shop.world, automation=automation()))
    await toy_shop.settled(order.name, OPEN)
