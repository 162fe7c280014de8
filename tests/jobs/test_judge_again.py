"""Orders that wait are judged again when their channel changes, however many there are."""

import asyncio

from erpgate.v1 import channel_pb2, order_pb2
from fixtures.orders import an_order
from fixtures.shop import Shop, automation, reason_name, settings, verdict_of
from fixtures.toy_world import ToyWorld
from fixtures.waiting import eventually, holds_for

MANY = 230
"""More than a page."""


async def test_every_waiting_order_is_invoiced_after_a_pause(shop: Shop, toy: ToyWorld) -> None:
    await shop.pause()
    await asyncio.gather(*(shop.submit(an_order()) for _ in range(MANY)))
    await shop.resume()

    async def all_there() -> bool:
        return len(await toy.documents()) == MANY

    await eventually("every order has its document", all_there, seconds=40)
    assert len({document.reference for document in await toy.documents()}) == MANY
    assert list((await shop.orders(outcome=order_pb2.VERDICT_OUTCOME_WAITING)).orders) == []


async def test_an_order_that_still_has_to_wait_goes_on_waiting(shop: Shop, toy: ToyWorld) -> None:
    await shop.update(
        "settings",
        settings=settings(toy, automation=automation(order_states=[channel_pb2.ORDER_STATE_COMPLETED])),
    )
    order = await shop.submit(an_order(state=channel_pb2.ORDER_STATE_PENDING))
    await shop.pause()
    await shop.resume()

    async def waits() -> bool:
        verdict = verdict_of(await shop.order(order.name), shop.name)
        return reason_name(verdict.reason) in ("ORDER_STATE_NOT_SELECTED", "CHANNEL_PAUSED")

    assert await holds_for(waits)
    assert (await shop.order(order.name)).revision == 1
    assert await toy.sends() == 0


async def test_orders_that_were_skipped_are_not_billed_backwards(shop: Shop, toy: ToyWorld) -> None:
    """Switching automation on is no order to invoice what was skipped while it was off."""
    await shop.update("settings", settings=settings(toy, automation=automation(enabled=False)))
    await shop.submit(an_order())
    await shop.update("settings", settings=settings(toy, automation=automation()))

    async def nothing_sent() -> bool:
        return await toy.sends() == 0

    assert await holds_for(nothing_sent)
