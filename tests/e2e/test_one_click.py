"""A person invoices an order now, whatever the automation says."""

import asyncio
from typing import Any

import grpc
import pytest
from erpgate.v1 import channel_pb2, order_pb2
from fixtures.catalogue import SHIRT
from fixtures.orders import PRICE, an_order
from fixtures.shop import DRAFT, OPEN, Shop, automation, reason_name, settings, verdict_of
from fixtures.waiting import holds_for
from fixtures.world import World
from rpc.harness import refusal

ID = "0f2b3c4d-0000-4000-8000-000000000001"


@pytest.fixture
async def manual(shop: Shop, world: World) -> Shop:
    """A shop whose automation is off."""
    await shop.update("settings", settings=settings(world, automation=automation(enabled=False)))
    return shop


async def count(world: World) -> int:
    return len(await world.documents())


async def test_an_order_is_invoiced_with_automation_off(manual: Shop, world: World) -> None:
    """As far as the ERP's first stage, which is all that a person did not choose."""
    order = await manual.submit(an_order())
    assert reason_name(verdict_of(order, manual.name).reason) == "AUTOMATION_OFF"
    begun = await manual.create_invoice(order.name)
    invoice = await manual.settled(order.name, DRAFT if world.has_drafts else OPEN)
    assert invoice.name == begun.name
    (document,) = await world.documents()
    state = "draft" if world.has_drafts else "open"
    assert (document.reference, document.state, document.total) == (invoice.reference, state, PRICE)
    verdict = await manual.verdict(order.name)
    assert (verdict.outcome, reason_name(verdict.reason)) == (
        order_pb2.VERDICT_OUTCOME_INVOICE,
        "REQUESTED_BY_PERSON",
    )


async def test_an_invoice_goes_as_far_as_the_person_says(manual: Shop) -> None:
    order = await manual.submit(an_order())
    await manual.create_invoice(order.name, initial_state=channel_pb2.INITIAL_STATE_OPEN)
    assert (await manual.settled(order.name, OPEN)).state == OPEN


async def test_the_right_sku_given_by_a_person_invoices_a_blocked_order(shop: Shop, world: World) -> None:
    blocked = await shop.blocked(an_order(sku="NOTHING"))
    again = await shop.create_invoice(
        blocked.order, line_skus={"1": SHIRT}, initial_state=channel_pb2.INITIAL_STATE_OPEN
    )
    invoice = await shop.settled(blocked.order)
    assert invoice.name == again.name == blocked.name
    assert not invoice.HasField("failure")
    assert await count(world) == 1


async def test_a_correction_of_a_line_that_is_not_there_is_refused(manual: Shop, world: World) -> None:
    order = await manual.submit(an_order())
    refused = await refusal(manual.create_invoice(order.name, line_skus={"9": SHIRT}))
    assert (refused.code, refused.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "FIELD_INVALID")
    assert list(refused.fields) == ["overrides.line_skus[9]"]
    assert list(await manual.invoices()) == []


async def test_a_repeated_request_gives_the_first_invoice(manual: Shop, world: World) -> None:
    order = await manual.submit(an_order())
    first = await manual.create_invoice(order.name, request_id=ID)
    await manual.settled(order.name, DRAFT if world.has_drafts else OPEN)
    again = await manual.create_invoice(order.name, request_id=ID)
    assert again.name == first.name
    assert await count(world) == 1


@pytest.mark.parametrize("other", [{"warehouse": "1"}, {"line_skus": {"1": "X"}}], ids=["warehouse", "sku"])
async def test_a_request_id_with_other_content_is_refused(manual: Shop, world: World, other: dict[str, Any]) -> None:
    order = await manual.submit(an_order())
    await manual.create_invoice(order.name, request_id=ID)
    refused = await refusal(manual.create_invoice(order.name, request_id=ID, **other))
    assert (refused.code, refused.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_ID_REUSED")
    assert (refused.metadata, list(refused.fields)) == ({"request_id": ID}, ["request_id"])
    assert len(await manual.invoices()) == 1


async def test_a_request_id_of_another_order_is_refused(manual: Shop) -> None:
    order, other = await manual.submit(an_order()), await manual.submit(an_order())
    await manual.create_invoice(order.name, request_id=ID)
    refused = await refusal(manual.create_invoice(other.name, request_id=ID))
    assert refused.reason == "REQUEST_ID_REUSED"
    assert [invoice.order for invoice in await manual.invoices()] == [order.name]


async def test_an_invoiced_order_is_not_invoiced_again(shop: Shop, world: World) -> None:
    invoice = await shop.sold(an_order())
    refused = await refusal(shop.create_invoice(invoice.order))
    assert (refused.code, refused.reason) == (grpc.StatusCode.ALREADY_EXISTS, "ALREADY_INVOICED")
    assert refused.metadata == {"invoice": invoice.name}
    assert await holds_for(lambda: is_one(world))


async def is_one(world: World) -> bool:
    return await count(world) == 1


async def test_many_people_who_click_at_once_make_one_invoice(manual: Shop, world: World) -> None:
    order = await manual.submit(an_order())
    answers = await asyncio.gather(*(manual.create_invoice(order.name) for _ in range(10)), return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, BaseException)]
    assert all(isinstance(e, grpc.aio.AioRpcError) and e.code() is grpc.StatusCode.ALREADY_EXISTS for e in refused)
    await manual.settled(order.name, DRAFT if world.has_drafts else OPEN)
    assert await holds_for(lambda: is_one(world))
    assert len(await manual.invoices()) == 1


async def test_an_order_that_does_not_exist_is_refused(manual: Shop) -> None:
    name = f"{manual.parent}/orders/shop-co:nothing"
    refused = await refusal(manual.create_invoice(name))
    assert (refused.reason, refused.metadata) == ("RESOURCE_NOT_FOUND", {"name": name})


async def test_nothing_is_begun_in_a_paused_channel(manual: Shop) -> None:
    order = await manual.submit(an_order())
    await manual.pause()
    refused = await refusal(manual.create_invoice(order.name))
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "CHANNEL_PAUSED")
    assert refused.metadata == {"channel": manual.name}
    assert list(await manual.invoices()) == []


async def test_nothing_is_begun_before_the_wizards_end(door: Any, world: World) -> None:
    shop = Shop(door, world)
    await shop.create()
    order = await shop.submit(an_order())
    refused = await refusal(shop.create_invoice(order.name))
    assert refused.reason == "CHANNEL_NOT_CONNECTED"
    assert refused.metadata == {"channel": shop.name, "state": "configuration_pending"}


@pytest.mark.parametrize(
    ("overrides", "field"),
    [
        ({"initial_state": channel_pb2.INITIAL_STATE_DRAFT}, "overrides.initial_state"),
        ({"initial_state": channel_pb2.INITIAL_STATE_OPEN, "issue": True}, "overrides.issue"),
    ],
    ids=["draft", "issue"],
)
async def test_what_the_erp_cannot_do_is_refused_before_anything_is_queued(
    toy_shop: Shop, overrides: dict[str, Any], field: str
) -> None:
    await toy_shop.pause()
    order = await toy_shop.submit(an_order())
    await toy_shop.update("settings", settings=settings(toy_shop.world, automation=automation(enabled=False)))
    await toy_shop.resume()
    refused = await refusal(toy_shop.create_invoice(order.name, **overrides))
    assert (refused.code, refused.reason) == (grpc.StatusCode.UNIMPLEMENTED, "UNSUPPORTED")
    assert list(refused.fields) == [field]
    assert list(await toy_shop.invoices()) == []
