"""A sale becomes one invoice, whatever happens to the order afterwards."""

import asyncio
import datetime as dt
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from erpgate.v1 import channel_pb2, order_pb2
from fixtures.alegra_world import AlegraWorld
from fixtures.orders import PRICE, a_line, a_time, an_order, revised
from fixtures.shop import OPEN, WITHDRAWN, Shop, reason_name, verdict_of
from fixtures.waiting import eventually, holds_for
from fixtures.world import ErpDocument, World

CANCELLED = channel_pb2.ORDER_STATE_CANCELLED


async def one_document(world: World) -> bool:
    return len(await world.documents()) == 1


async def test_an_order_becomes_an_invoice_of_what_was_paid(shop: Shop, world: World) -> None:
    order = await shop.submit(an_order(lines=2))
    verdict = verdict_of(order, shop.name)
    assert (verdict.outcome, reason_name(verdict.reason)) == (order_pb2.VERDICT_OUTCOME_INVOICE, "ELIGIBLE")

    invoice = await shop.settled(order.name)

    assert await world.documents() == [ErpDocument(reference=invoice.reference, state="open", total=2 * PRICE)]
    assert (Decimal(invoice.paid_total), Decimal(invoice.total)) == (2 * PRICE, 2 * PRICE)
    assert [Decimal(amount) for amount in (invoice.tax_base, invoice.tax)] == [200_000, 38_000]
    assert not invoice.HasField("failure")
    assert (await shop.verdict(order.name)).invoice == invoice.name


async def test_a_known_buyer_and_known_items_cost_two_calls(alegra_shop: Shop, alegra: AlegraWorld) -> None:
    """The draft and its opening: nothing is looked up again, and nothing is read back."""
    lines = [a_line(), a_line("BOOK")]
    await alegra_shop.sold(an_order(order_lines=lines, total_paid=str(2 * PRICE)))
    before = Counter(await alegra.counts())
    await alegra_shop.sold(an_order(order_lines=lines, total_paid=str(2 * PRICE)))
    calls = Counter(await alegra.counts()) - before
    assert calls == {"POST /invoices": 1, "POST /invoices/{id}/open": 1}


async def test_untaxed_and_taxed_lines_are_invoiced_together(shop: Shop, world: World) -> None:
    lines = [a_line(), a_line("BOOK", unit_price="12345.67", quantity="3")]
    invoice = await shop.sold(an_order(order_lines=lines, total_paid="156037.01"))
    assert Decimal(invoice.total) == Decimal("156037.01")
    assert [document.total for document in await world.documents()] == [Decimal("156037.01")]


async def test_shipping_is_left_out_of_the_invoice_visibly(shop: Shop) -> None:
    invoice = await shop.sold(an_order(shipping_amount="9900", total_paid="128900"))
    assert [Decimal(amount) for amount in (invoice.total, invoice.shipping_left_out)] == [PRICE, 9900]


async def test_the_same_order_again_changes_nothing(shop: Shop, world: World) -> None:
    order = an_order()
    invoice = await shop.sold(order)
    again = await shop.submit(order)
    assert again.revision == 1
    assert verdict_of(again, shop.name).invoice == invoice.name
    assert await holds_for(lambda: one_document(world))
    assert await world.sends() == 1


async def test_twenty_submits_at_once_make_one_document(shop: Shop, world: World) -> None:
    order = an_order()
    answers = await asyncio.gather(*(shop.submit(order) for _ in range(20)))
    await shop.settled(answers[0].name)
    assert {answer.revision for answer in answers} == {1}
    assert await holds_for(lambda: one_document(world))
    assert (await world.sends(), len(await shop.invoices())) == (1, 1)


async def test_a_new_revision_of_an_invoiced_order_is_not_invoiced_again(shop: Shop, world: World) -> None:
    order = an_order()
    invoice = await shop.sold(order)
    newer = await shop.submit(revised(order, notes="Ring twice"))
    verdict = verdict_of(newer, shop.name)
    assert newer.revision == 2
    assert (verdict.outcome, reason_name(verdict.reason)) == (order_pb2.VERDICT_OUTCOME_SKIPPED, "ALREADY_INVOICED")
    assert verdict.details["invoice"] == invoice.name
    assert await holds_for(lambda: one_document(world))


@pytest.mark.parametrize("change", [{"state": CANCELLED}, {"refunded": True}], ids=["cancelled", "refunded"])
async def test_an_invoiced_order_that_is_undone_suggests_a_credit_note(
    shop: Shop, world: World, change: dict[str, Any]
) -> None:
    order = an_order()
    await shop.sold(order)
    verdict = verdict_of(await shop.submit(revised(order, **change)), shop.name)
    assert (verdict.outcome, reason_name(verdict.reason)) == (
        order_pb2.VERDICT_OUTCOME_SKIPPED,
        "CREDIT_NOTE_SUGGESTED",
    )
    assert await holds_for(lambda: one_document(world))


async def test_an_older_revision_that_comes_late_is_ignored(shop: Shop) -> None:
    order = an_order()
    await shop.submit(revised(order, minutes=5, notes="new"))
    answer = await shop.submit(revised(order, minutes=1, notes="old"))
    assert (answer.revision, answer.notes) == (1, "new")


async def test_an_order_of_before_the_automation_is_not_invoiced(shop: Shop, world: World) -> None:
    order = await shop.submit(an_order(order_time=a_time(dt.timedelta(days=-3000))))
    assert reason_name(verdict_of(order, shop.name).reason) == "BEFORE_START"
    assert await holds_for(lambda: nothing_sent(world))


async def nothing_sent(world: World) -> bool:
    return await world.sends() == 0


async def test_a_revision_before_sending_is_what_is_invoiced(shop: Shop, world: World) -> None:
    """The ERP is away, so that the first revision waits."""
    world.unplug()
    order = an_order()
    await shop.submit(order)
    await shop.submit(revised(order, lines=[a_line(), a_line()], total_paid=str(2 * PRICE)))
    world.plug_in()
    invoice = await shop.settled((await shop.submit(order)).name)
    assert Decimal(invoice.total) == 2 * PRICE
    assert [document.total for document in await world.documents()] == [2 * PRICE]


async def test_a_revision_while_paused_is_what_is_invoiced(shop: Shop, world: World) -> None:
    await shop.pause()
    order = an_order()
    first = await shop.submit(order)
    assert reason_name(verdict_of(first, shop.name).reason) == "CHANNEL_PAUSED"
    await shop.submit(revised(order, lines=[a_line(quantity="3")], total_paid=str(3 * PRICE)))
    await shop.resume()
    invoice = await shop.settled(first.name)
    assert [document.total for document in await world.documents()] == [3 * PRICE]
    assert Decimal(invoice.paid_total) == 3 * PRICE


async def test_a_cancellation_before_sending_withdraws_the_invoice(door_states: Shop, world: World) -> None:
    world.unplug()
    order = an_order()
    name = (await door_states.submit(order)).name
    cancelled = await door_states.submit(revised(order, state=CANCELLED))
    assert reason_name(verdict_of(cancelled, door_states.name).reason) == "ORDER_STATE_NOT_SELECTED"
    (invoice,) = await door_states.invoices()
    assert (invoice.order, invoice.state) == (name, WITHDRAWN)
    world.plug_in()
    assert await holds_for(lambda: nothing_sent(world))


async def test_a_withdrawn_order_that_is_eligible_again_gets_an_invoice(door_states: Shop, world: World) -> None:
    world.unplug()
    order = an_order()
    await door_states.submit(order)
    await door_states.submit(revised(order, minutes=1, state=CANCELLED))
    name = (await door_states.submit(revised(order, minutes=2))).name
    world.plug_in()
    await door_states.settled(name)
    assert sorted(invoice.state for invoice in await door_states.invoices()) == sorted([OPEN, WITHDRAWN])
    assert await one_document(world)


@pytest.fixture
async def door_states(shop: Shop) -> Shop:
    """Invoices completed orders only."""
    await shop.update(
        "settings.automation.order_states",
        settings=channel_pb2.ChannelSettings(
            automation=channel_pb2.Automation(order_states=[channel_pb2.ORDER_STATE_COMPLETED])
        ),
    )
    return shop


async def test_every_order_of_a_burst_gets_its_own_document(shop: Shop, world: World) -> None:
    orders = [an_order(lines=count % 3 + 1) for count in range(30)]
    await asyncio.gather(*(shop.submit(order) for order in orders))

    async def all_there() -> bool:
        return len(await world.documents()) == 30 and {i.state for i in await shop.invoices()} == {OPEN}

    await eventually("thirty invoices are open", all_there)
    documents = await world.documents()
    assert len({document.reference for document in documents}) == 30
    assert sorted(d.total for d in documents) == sorted(Decimal(order.total_paid) for order in orders)


async def test_an_order_with_a_strange_id_has_a_name_that_works(shop: Shop) -> None:
    invoice = await shop.sold(an_order(external_id="MKT/1:2 ñ%?#"))
    assert (await shop.order(invoice.order)).external_id == "MKT/1:2 ñ%?#"
