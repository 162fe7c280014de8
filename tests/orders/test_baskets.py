"""Several orders of one cart are one invoice: when all of them are there, and never two."""

import asyncio
import itertools
from decimal import Decimal
from typing import Any

import grpc
import pytest
from erpgate.v1 import channel_pb2, order_pb2
from fixtures.catalogue import SHIRT
from fixtures.orders import PRICE, a_buyer, a_line, an_order, revised
from fixtures.shop import BLOCKED, Shop, automation, reason_name, settings, verdict_of
from fixtures.toy_world import ToyWorld
from fixtures.waiting import holds_for
from rpc.harness import refusal

SKIPPED = order_pb2.VERDICT_OUTCOME_SKIPPED
WAITING = order_pb2.VERDICT_OUTCOME_WAITING
ERROR = order_pb2.VERDICT_OUTCOME_ERROR
COMPLETED = channel_pb2.ORDER_STATE_COMPLETED
CANCELLED = channel_pb2.ORDER_STATE_CANCELLED

_CARTS = itertools.count(1)


def a_basket(size: int, *changes: dict[str, Any]) -> list[order_pb2.Order]:
    """So many orders of one cart; `changes` of the first ones."""
    basket = order_pb2.Basket(id=f"cart/{next(_CARTS)}", size=size)
    changed = itertools.chain(changes, itertools.repeat({}))
    return [an_order(**{"basket": basket, **next(changed)}) for _ in range(size)]


async def outcome(shop: Shop, order: order_pb2.Order) -> tuple[int, str]:
    verdict = await shop.verdict(name_of(order))
    return verdict.outcome, reason_name(verdict.reason)


def name_of(order: order_pb2.Order) -> str:
    return f"merchants/acme/orders/{order.sales_channel}:{order.external_id}"


async def test_a_complete_basket_is_one_invoice(shop: Shop, toy: ToyWorld) -> None:
    first, second, third = a_basket(3)
    for order in (first, second):
        stored = await shop.submit(order)
        assert verdict_of(stored, shop.name).outcome == WAITING
    verdict = await shop.verdict(name_of(first))
    assert reason_name(verdict.reason) == "BASKET_INCOMPLETE"
    assert dict(verdict.details) == {
        "basket": first.basket.id,
        "arrived": "2",
        "expected": "3",
        "missing": "",
        "waiting": "",
    }
    assert list(await shop.invoices()) == []
    await shop.submit(third)
    invoice = await shop.settled(name_of(first))
    names = sorted(map(name_of, (first, second, third)))
    assert (sorted(invoice.orders), invoice.order) == (names, names[0])
    assert Decimal(invoice.total) == Decimal(invoice.paid_total) == 3 * PRICE
    for order in (first, second, third):
        assert (await shop.verdict(name_of(order))).invoice == invoice.name
        await shop.submit(revised(order, notes="a word more"))
        verdict = await shop.verdict(name_of(order))
        assert (reason_name(verdict.reason), verdict.invoice) == ("ALREADY_INVOICED", invoice.name)
    (document,) = await toy.documents()
    assert (document.reference, document.total) == (invoice.reference, 3 * PRICE)


async def test_a_basket_may_name_its_orders(toy_shop: Shop) -> None:
    names = ["b-1", "b-2"]
    basket = order_pb2.Basket(id="named", external_ids=names)
    first, second = (an_order(external_id=name, basket=basket) for name in names)
    stored = await toy_shop.submit(first)
    assert verdict_of(stored, toy_shop.name).details["missing"] == "b-2"
    await toy_shop.submit(second)
    assert len((await toy_shop.settled(name_of(first))).orders) == 2


async def test_discounts_and_shipping_stay_with_their_order(toy_shop: Shop, toy: ToyWorld) -> None:
    orders = a_basket(
        2,
        {"discount_amount": "19000", "total_paid": "100000"},
        {"shipping_amount": "8000", "total_paid": "127000"},
    )
    for order in orders:
        await toy_shop.submit(order)
    invoice = await toy_shop.settled(name_of(orders[0]))
    assert (invoice.paid_total, invoice.shipping_left_out) == ("227000.00", "8000.00")
    (voucher,) = toy.ledger.vouchers
    assert sorted(line.total for line in voucher.lines) == [100_000, 119_000]


async def test_deliveries_that_repeat_or_come_late_change_nothing(shop: Shop, toy: ToyWorld) -> None:
    first, second = a_basket(2)
    newer = revised(second, notes="newer", minutes=5)
    await shop.stream(first, newer, second, first, second, newer)
    invoice = await shop.settled(name_of(first))
    await shop.stream(second, first, newer)
    assert (await shop.order(name_of(second))).notes == "newer"
    assert [found.name for found in await shop.invoices()] == [invoice.name]
    assert len(await toy.documents()) == 1


async def test_orders_of_many_baskets_at_once_are_one_invoice_each(shop: Shop, toy: ToyWorld) -> None:
    baskets = [a_basket(3) for _ in range(10)]
    await asyncio.gather(*(shop.submit(order) for basket in baskets for order in basket))
    for basket in baskets:
        assert len((await shop.settled(min(map(name_of, basket)))).orders) == 3
    assert len(await toy.documents()) == 10


async def test_a_cancelled_order_is_left_out(toy_shop: Shop) -> None:
    rules = automation(order_states=[COMPLETED])
    await toy_shop.update("settings", settings=settings(toy_shop.world, automation=rules))
    cancelled, *others = a_basket(3, {"state": CANCELLED})
    for order in (*others, cancelled):
        await toy_shop.submit(order)
    invoice = await toy_shop.settled(min(map(name_of, others)))
    assert sorted(invoice.orders) == sorted(map(name_of, others))
    assert await outcome(toy_shop, cancelled) == (SKIPPED, "ORDER_STATE_NOT_SELECTED")


async def test_an_order_that_waits_holds_up_the_others(toy_shop: Shop) -> None:
    rules = automation(order_states=[COMPLETED])
    await toy_shop.update("settings", settings=settings(toy_shop.world, automation=rules))
    pending, other = a_basket(2, {"state": channel_pb2.ORDER_STATE_PENDING})
    for order in (pending, other):
        await toy_shop.submit(order)
    verdict = await toy_shop.verdict(name_of(other))
    assert (verdict.outcome, verdict.details["waiting"]) == (WAITING, pending.external_id)
    await toy_shop.submit(revised(pending, state=COMPLETED))
    assert len((await toy_shop.settled(name_of(pending))).orders) == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"currency_code": "USD"}, "currency_code"),
        ({"buyer": a_buyer(name="Other", document="77")}, "buyer"),
    ],
    ids=["currency", "buyer"],
)
async def test_orders_that_one_invoice_cannot_be_for(toy_shop: Shop, change: dict[str, Any], field: str) -> None:
    other, order = a_basket(2, change)
    for submitted in (other, order):
        await toy_shop.submit(submitted)
    for submitted in (other, order):
        verdict = await toy_shop.verdict(name_of(submitted))
        assert (verdict.outcome, reason_name(verdict.reason)) == (ERROR, "BASKET_INCONSISTENT")
        assert verdict.details["field"] == field
    assert list(await toy_shop.invoices()) == []
    refused = await refusal(toy_shop.create_invoice(name_of(order)))
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "BASKET_INCONSISTENT")
    mended = revised(other, **{name: getattr(order, name) for name in change})
    await toy_shop.submit(mended)
    assert len((await toy_shop.settled(min(map(name_of, (order, other))))).orders) == 2


async def test_an_order_that_comes_after_the_invoice_is_invoiced_by_itself(shop: Shop, toy: ToyWorld) -> None:
    first, second = a_basket(2)
    for order in (first, second):
        await shop.submit(order)
    invoice = await shop.settled(name_of(first))
    late = an_order(basket=order_pb2.Basket(id=first.basket.id, size=3))
    await shop.submit(late)
    verdict = await shop.verdict(name_of(late))
    assert (verdict.outcome, reason_name(verdict.reason)) == (ERROR, "BASKET_CLOSED")
    assert verdict.details["invoice"] == invoice.name
    assert await outcome(shop, first) == (SKIPPED, "ALREADY_INVOICED")
    await shop.create_invoice(name_of(late))
    own = await shop.settled(name_of(late))
    assert list(own.orders) == [name_of(late)]
    assert own.reference != invoice.reference
    assert len(await toy.documents()) == 2


async def test_an_order_that_comes_before_anything_was_sent_joins(toy_shop: Shop, toy: ToyWorld) -> None:
    first, second = a_basket(2, {"order_lines": [a_line("NO-SUCH")]})
    for order in (first, second):
        await toy_shop.submit(order)
    blocked = await toy_shop.settled(name_of(first), BLOCKED)
    assert await outcome(toy_shop, second) == (ERROR, "SKU_NOT_FOUND")
    third = an_order(basket=order_pb2.Basket(id=first.basket.id, size=3))
    await toy_shop.submit(third)
    await toy_shop.submit(revised(first, lines=[a_line(SHIRT)]))
    invoice = await toy_shop.settled(name_of(first))
    assert (invoice.name, len(invoice.orders)) == (blocked.name, 3)
    assert len(await toy.documents()) == 1


async def test_a_person_invoices_a_whole_basket(toy_shop: Shop, toy: ToyWorld) -> None:
    await toy_shop.update("settings", settings=settings(toy, automation=automation(enabled=False)))
    cancelled, first, second = a_basket(3, {"state": CANCELLED})
    await toy_shop.submit(first)
    await toy_shop.submit(second)
    refused = await refusal(toy_shop.create_invoice(name_of(first)))
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "BASKET_INCOMPLETE")
    await toy_shop.submit(cancelled)
    await toy_shop.create_invoice(name_of(second), line_skus={f"{first.external_id}/1": SHIRT})
    invoice = await toy_shop.settled(name_of(first))
    assert sorted(invoice.orders) == sorted(map(name_of, (first, second)))
    refused = await refusal(toy_shop.create_invoice(name_of(first)))
    assert (refused.reason, refused.metadata) == ("ALREADY_INVOICED", {"invoice": invoice.name})
    assert len(await toy.documents()) == 1


async def test_an_order_stays_in_its_basket(toy_shop: Shop) -> None:
    order, _ = a_basket(2)
    await toy_shop.submit(order)
    plain = revised(order, notes="no word about the basket")
    plain.ClearField("basket")
    assert (await toy_shop.submit(plain)).basket == order.basket
    refused = await refusal(toy_shop.submit(revised(order, minutes=2, basket=order_pb2.Basket(id="other", size=2))))
    assert (refused.reason, list(refused.fields)) == ("FIELD_INVALID", ["order.basket.id"])
    assert (await toy_shop.order(name_of(order))).basket == order.basket


async def test_a_person_who_invoiced_one_order_before_its_basket_was_known_is_not_overruled(
    toy_shop: Shop, toy: ToyWorld
) -> None:
    first, second = a_basket(2)
    alone = revised(first, minutes=1)
    alone.ClearField("basket")
    await toy_shop.sold(alone)
    await toy_shop.stream(revised(first, minutes=2), second)
    invoice = await toy_shop.settled(name_of(second))
    assert list(invoice.orders) == [name_of(second)]
    assert await outcome(toy_shop, first) == (SKIPPED, "ALREADY_INVOICED")

    async def two() -> bool:
        return len(await toy.documents()) == 2

    assert await holds_for(two)
