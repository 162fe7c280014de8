"""A person mends what stopped an invoice, and tries again."""

from decimal import Decimal

import grpc
import pytest
from erpgate.v1 import channel_pb2, order_pb2
from fixtures.alegra_world import AlegraWorld
from fixtures.catalogue import SHIRT, an_item
from fixtures.orders import PRICE, a_line, an_order, revised
from fixtures.shop import BLOCKED, OPEN, WITHDRAWN, Shop, reason_name
from fixtures.waiting import eventually, holds_for
from fixtures.world import World
from rpc.harness import refusal


async def test_an_item_that_is_added_to_the_erp_is_found(shop: Shop, world: World) -> None:
    blocked = await shop.blocked(an_order(sku="NEW"))
    await world.add_item(an_item(20, "NEW"))
    await shop.retry(blocked.name)
    invoice = await shop.settled(blocked.order)
    assert invoice.name == blocked.name

    async def judged() -> bool:
        return reason_name((await shop.verdict(blocked.order)).reason) == "ELIGIBLE"

    await eventually("the verdict follows", judged)
    verdict = await shop.verdict(blocked.order)
    assert verdict.outcome == order_pb2.VERDICT_OUTCOME_INVOICE
    assert (len(verdict.line_problems), dict(verdict.details)) == (0, {})
    assert list((await shop.orders(outcome=order_pb2.VERDICT_OUTCOME_ERROR)).orders) == []


async def test_a_retry_without_a_repair_is_blocked_again(shop: Shop, world: World) -> None:
    blocked = await shop.blocked(an_order(sku="NOTHING"))
    assert (await shop.retry(blocked.name)).state != BLOCKED
    again = await shop.settled(blocked.order, BLOCKED)
    assert again.failure == blocked.failure
    assert await world.sends() == 0


async def test_a_retry_may_bring_the_right_sku(shop: Shop) -> None:
    blocked = await shop.blocked(an_order(sku="NOTHING"))
    await shop.retry(blocked.name, line_skus={"1": SHIRT})
    assert (await shop.settled(blocked.order)).name == blocked.name


async def test_a_refused_document_is_sent_again_after_a_retry(shop: Shop, world: World) -> None:
    await world.refuse()
    blocked = await shop.blocked(an_order())
    assert reason_name(blocked.failure.reason) == "DOCUMENT_REJECTED"
    assert await world.documents() == []
    await world.mend()
    await shop.retry(blocked.name)
    invoice = await shop.settled(blocked.order)
    outcomes = [(a.number, a.outcome) for a in invoice.attempts if a.step == "document"]
    assert [number for number, _ in outcomes] == [1, 2]
    assert len(await world.documents()) == 1


async def test_an_open_invoice_is_not_sent_again(shop: Shop, world: World) -> None:
    invoice = await shop.sold(an_order())
    assert (await shop.retry(invoice.name)).state == OPEN

    async def is_one() -> bool:
        return await world.sends() == 1

    assert await holds_for(is_one)


async def test_overrides_of_a_document_that_was_sent_are_refused(shop: Shop, world: World) -> None:
    invoice = await shop.sold(an_order())
    refused = await refusal(shop.retry(invoice.name, warehouse="2"))
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "STATE_CONFLICT")
    assert list(refused.fields) == ["overrides"]
    assert await world.sends() == 1


async def test_a_withdrawn_invoice_stays_so(shop: Shop, world: World) -> None:
    world.unplug()
    order = an_order()
    await shop.submit(order)
    await shop.update(
        "settings.automation.order_states",
        settings=channel_pb2.ChannelSettings(
            automation=channel_pb2.Automation(order_states=[channel_pb2.ORDER_STATE_COMPLETED])
        ),
    )
    await shop.submit(revised(order, state=channel_pb2.ORDER_STATE_OTHER))
    (invoice,) = await shop.invoices()
    refused = await refusal(shop.retry(invoice.name))
    assert (invoice.state, refused.reason) == (WITHDRAWN, "STATE_CONFLICT")
    assert refused.metadata == {"state": "withdrawn"}


async def test_an_invoice_that_does_not_exist_is_refused(shop: Shop) -> None:
    refused = await refusal(shop.retry(f"{shop.name}/invoices/01K2Z7A8B9C0D1E2F3G4H5J6K7"))
    assert refused.reason == "RESOURCE_NOT_FOUND"


@pytest.mark.parametrize("verb", ["retry", "create"])
async def test_a_persons_wish_ends_the_wait_for_an_erp_that_was_away(shop: Shop, world: World, verb: str) -> None:
    order = await shop.submit(an_order())
    invoice = await shop.settled(order.name)
    world.unplug()
    waiting = await shop.submit(an_order())
    world.plug_in()
    (begun,) = [i for i in await shop.invoices() if i.name != invoice.name]
    if verb == "retry":
        await shop.retry(begun.name)
    await shop.settled(waiting.name)
    assert len(await world.documents()) == 2


async def test_a_refused_invoice_follows_the_revision_that_came_meanwhile(
    alegra_shop: Shop, alegra: AlegraWorld
) -> None:
    """The order changes while its document is on its way, and the ERP refuses that document."""
    await alegra.refuse()
    alegra.line.let_go.clear()
    order = an_order()
    name = (await alegra_shop.submit(order)).name

    async def is_on_its_way() -> bool:
        return alegra.line.held == 1

    await eventually("the document is on its way", is_on_its_way)
    await alegra_shop.submit(revised(order, lines=[a_line(quantity="3")], total_paid=str(3 * PRICE)))
    alegra.line.let_go.set()
    blocked = await alegra_shop.settled(name, BLOCKED)
    await alegra.mend()
    await alegra_shop.retry(blocked.name)
    invoice = await alegra_shop.settled(name)
    assert [Decimal(amount) for amount in (invoice.total, invoice.paid_total)] == [3 * PRICE, 3 * PRICE]
    assert [document.total for document in await alegra.documents()] == [3 * PRICE]
