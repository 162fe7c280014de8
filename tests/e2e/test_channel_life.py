"""A channel is changed, paused, deleted and connected again, and no order is invoiced twice."""

import asyncio

import grpc
import httpx
import pytest
from erpgate.v1 import channel_pb2, order_pb2
from fixtures.alegra_world import AlegraWorld
from fixtures.catalogue import SHIRT
from fixtures.orders import an_order, revised
from fixtures.server import open_server
from fixtures.shop import OPEN, PENDING, Shop, reason_name, settings, verdict_of
from fixtures.toy_world import ToyWorld
from fixtures.waiting import holds_for
from fixtures.world import World
from rpc.harness import refusal

SKIPPED = order_pb2.VERDICT_OUTCOME_SKIPPED
WAITING = order_pb2.VERDICT_OUTCOME_WAITING


async def test_a_paused_channel_sends_nothing_and_loses_nothing(shop: Shop, world: World) -> None:
    blocked = await shop.blocked(an_order(sku="NOTHING"))
    assert (await shop.pause()).state == channel_pb2.CHANNEL_STATE_PAUSED
    refused = await refusal(shop.retry(blocked.name, line_skus={"1": SHIRT}))
    assert refused.reason == "CHANNEL_PAUSED"
    waiting = await shop.submit(an_order())
    assert await holds_for(lambda: nothing_sent(world))
    assert (await shop.resume()).state == channel_pb2.CHANNEL_STATE_CONNECTED
    await shop.settled(waiting.name)
    assert len(await world.documents()) == 1


async def nothing_sent(world: World) -> bool:
    return await world.sends() == 0


async def test_an_invoice_that_waits_for_the_erp_waits_for_the_pause_too(shop: Shop, world: World) -> None:
    world.unplug()
    order = await shop.submit(an_order())
    await shop.pause()
    world.plug_in()
    assert await holds_for(lambda: nothing_sent(world))
    await shop.resume()
    await shop.settled(order.name)
    assert len(await world.documents()) == 1


async def test_an_invoice_that_is_being_prepared_is_not_sent_after_the_pause(
    alegra_shop: Shop, alegra: AlegraWorld
) -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def hold_customers(request: httpx.Request) -> None:
        if request.method == "GET" and request.url.path.endswith("/contacts"):
            asked.set()
            await go_on.wait()

    alegra.line.before = hold_customers
    order = await alegra_shop.submit(an_order())
    await asked.wait()
    await alegra_shop.pause()
    go_on.set()
    assert await holds_for(lambda: nothing_sent(alegra))
    (invoice,) = await alegra_shop.invoices()
    assert (invoice.state, invoice.HasField("failure")) == (PENDING, False)
    await alegra_shop.resume()
    await alegra_shop.settled(order.name)
    assert await alegra.sends() == 1


async def test_pausing_and_resuming_twice_changes_nothing(shop: Shop) -> None:
    assert await shop.pause() == await shop.pause()
    assert await shop.resume() == await shop.resume()


async def test_a_channel_with_unfinished_invoices_is_deleted_by_force_only(shop: Shop, world: World) -> None:
    await shop.blocked(an_order(sku="NOTHING"))
    refused = await refusal(shop.delete())
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "CHANNEL_HAS_UNFINISHED_INVOICES")
    assert refused.metadata == {"unfinished": "1"}
    assert (await shop.get()).state == channel_pb2.CHANNEL_STATE_CONNECTED
    await shop.delete(force=True)
    assert (await refusal(shop.get())).reason == "RESOURCE_NOT_FOUND"
    assert await world.sends() == 0


async def test_a_deleted_channel_is_gone(shop: Shop) -> None:
    await shop.sold(an_order())
    await shop.delete()
    assert list(await shop.channels()) == []
    assert (await refusal(shop.delete())).reason == "RESOURCE_NOT_FOUND"
    assert list((await shop.submit(an_order())).verdicts) == []


@pytest.mark.parametrize("channel", ["main", "second"], ids=["same-id", "new-id"])
async def test_a_company_that_is_connected_again_does_not_invoice_an_order_again(
    shop: Shop, world: World, channel: str
) -> None:
    order = an_order()
    await shop.sold(order)
    await shop.delete()
    again = await Shop(shop.door, world, channel=channel).connect()

    answer = await again.submit(revised(order, notes="new"))
    verdict = verdict_of(answer, again.name)
    assert (verdict.outcome, reason_name(verdict.reason)) == (SKIPPED, "ALREADY_INVOICED")
    refused = await refusal(again.create_invoice(answer.name))
    assert refused.reason == "ALREADY_INVOICED"
    await again.sold(an_order())
    assert await world.sends() == 2


async def test_an_unsent_invoice_of_a_deleted_channel_does_not_stand_in_the_way(shop: Shop, world: World) -> None:
    order = an_order(sku="NOTHING")
    await shop.blocked(order)
    await shop.delete(force=True)
    again = await Shop(shop.door, world, channel="second").connect()
    mended = revised(order, lines=an_order().lines)
    await again.settled((await again.submit(mended)).name, seconds=3)
    assert len(await world.documents()) == 1


async def test_what_was_under_way_in_a_channel_deleted_by_force_is_not_sent_twice(shop: Shop, world: World) -> None:
    """The company is connected again under another id while a document of it may be in the ERP."""
    world.unplug()
    order = an_order()
    await shop.submit(order)
    await shop.delete(force=True)
    world.plug_in()
    again = await Shop(shop.door, world, channel="second").connect()
    await again.submit(order)

    async def at_most_one() -> bool:
        return len(await world.documents()) <= 1

    assert await holds_for(at_most_one, 0.3)


async def test_two_channels_that_would_invoice_an_order_wait_for_a_person(
    toy: ToyWorld, alegra: AlegraWorld, database_url: str
) -> None:
    async with open_server(database_url, toy, alegra) as door:
        first = await Shop(door, toy, channel="toy").connect()
        second = await Shop(door, alegra, channel="alegra").connect()
        order = await first.submit(an_order())
        for shop in (first, second):
            verdict = verdict_of(order, shop.name)
            assert (verdict.outcome, reason_name(verdict.reason)) == (WAITING, "SEVERAL_CHANNELS_ELIGIBLE")
            assert list(await shop.invoices()) == []

        await second.create_invoice(order.name, initial_state=channel_pb2.INITIAL_STATE_OPEN)
        await second.settled(order.name)
        assert (await toy.sends(), len(await alegra.documents())) == (0, 1)
        refused = await refusal(first.create_invoice(order.name))
        assert refused.reason == "ALREADY_INVOICED"


async def test_pausing_one_of_two_channels_lets_the_other_one_invoice(
    toy: ToyWorld, alegra: AlegraWorld, database_url: str
) -> None:
    async with open_server(database_url, toy, alegra) as door:
        first = await Shop(door, toy, channel="toy").connect()
        second = await Shop(door, alegra, channel="alegra").connect()
        await second.pause()
        await first.sold(an_order())
        assert (len(await toy.documents()), await alegra.documents()) == (1, [])


async def test_only_masked_fields_are_changed(shop: Shop) -> None:
    before = await shop.get()
    after = await shop.update(
        "display_name", display_name="Renamed", settings=channel_pb2.ChannelSettings(default_email="x@example.com")
    )
    expected = channel_pb2.Channel()
    expected.CopyFrom(before)
    expected.display_name = "Renamed"
    expected.etag = after.etag
    expected.update_time.CopyFrom(after.update_time)
    assert after == expected
    assert after.etag != before.etag


async def test_a_change_of_an_older_version_is_refused(shop: Shop) -> None:
    read = await shop.get()
    await shop.update("display_name", display_name="Theirs")
    refused = await refusal(shop.update("display_name", display_name="Ours", etag=read.etag))
    assert (refused.code, refused.reason) == (grpc.StatusCode.ABORTED, "ETAG_MISMATCH")
    assert (await shop.get()).display_name == "Theirs"
    refused = await refusal(shop.delete(etag=read.etag))
    assert refused.reason == "ETAG_MISMATCH"
    assert (await shop.get()).display_name == "Theirs"


async def test_new_settings_count_for_the_next_invoice(shop: Shop, world: World) -> None:
    await shop.update("settings", settings=settings(world, payment_term_days=30))
    invoice = await shop.sold(an_order())
    assert invoice.due_date > invoice.date
    assert invoice.state == OPEN
