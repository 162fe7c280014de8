"""One document for one sale in both worlds, whatever becomes of the call that creates it."""

import asyncio

import pytest
from erpgate.v1 import invoice_pb2
from fixtures.orders import PRICE, a_buyer, an_order
from fixtures.server import open_server
from fixtures.shop import BLOCKED, UNKNOWN, Shop, reason_name
from fixtures.toy_world import ToyWorld
from fixtures.waiting import holds_for
from fixtures.world import ErpDocument, Fault, World

DONE = invoice_pb2.ATTEMPT_OUTCOME_DONE
NOT_DONE = invoice_pb2.ATTEMPT_OUTCOME_NOT_DONE
UNCERTAIN = invoice_pb2.ATTEMPT_OUTCOME_UNCERTAIN
LEFT = invoice_pb2.BYTES_LEFT_YES
NOT_LEFT = invoice_pb2.BYTES_LEFT_NO


def attempts(invoice: invoice_pb2.Invoice, step: str = "document") -> list[tuple[int, int, int]]:
    """Number, whether bytes left, and outcome of each attempt of a step."""
    return [(a.number, a.bytes_left, a.outcome) for a in invoice.attempts if a.step == step]


async def test_a_document_whose_answer_was_lost_is_found_and_adopted(shop: Shop, world: World) -> None:
    await world.fail(Fault.ANSWER_LOST)
    invoice = await shop.sold(an_order())
    assert await world.documents() == [ErpDocument(reference=invoice.reference, state="open", total=PRICE)]
    assert attempts(invoice) == [(1, LEFT, DONE)]
    assert await world.sends() == 1
    assert not invoice.HasField("failure")


async def test_an_unknown_outcome_is_shown_until_it_is_known(shop: Shop, world: World) -> None:
    """The ERP carries it out, the answer is lost, and then the ERP cannot be asked."""
    await shop.sold(an_order())
    await world.fail(Fault.GONE)
    order = await shop.submit(an_order())
    invoice = await shop.settled(order.name, UNKNOWN)
    assert invoice.failure.retryable
    assert attempts(invoice) == [(1, invoice_pb2.BYTES_LEFT_MAYBE, UNCERTAIN)]
    world.plug_in()
    await shop.settled(order.name)
    assert (len(await world.documents()), await world.sends()) == (2, 2)


async def test_an_erp_that_cannot_be_reached_is_tried_again_by_itself(shop: Shop, world: World) -> None:
    await world.fail(Fault.UNREACHABLE, times=2)
    invoice = await shop.sold(an_order())
    assert attempts(invoice) == [(1, NOT_LEFT, NOT_DONE), (2, NOT_LEFT, NOT_DONE), (3, LEFT, DONE)]
    assert len(await world.documents()) == 1


async def test_a_refusal_waits_for_a_person(shop: Shop, world: World) -> None:
    await world.refuse()
    invoice = await shop.blocked(an_order())
    assert (reason_name(invoice.failure.reason), invoice.failure.retryable) == ("DOCUMENT_REJECTED", False)
    assert attempts(invoice) == [(1, LEFT, NOT_DONE)]

    async def is_one() -> bool:
        return await world.sends() == 1

    assert await holds_for(is_one)
    assert await world.documents() == []


async def test_many_lost_answers_at_once_are_all_found(shop: Shop, world: World) -> None:
    await world.fail(Fault.ANSWER_LOST, times=8)
    answers = await asyncio.gather(*(shop.submit(an_order()) for _ in range(8)))
    references = {(await shop.settled(answer.name)).reference for answer in answers}
    assert {document.reference for document in await world.documents()} == references
    assert (len(references), await world.sends()) == (8, 8)


async def test_a_new_buyer_of_ten_orders_becomes_one_customer(shop: Shop, world: World) -> None:
    before = await world.customers()
    buyer = a_buyer(name="Luis Gil", document="79123456")
    answers = await asyncio.gather(*(shop.submit(an_order(buyer=buyer)) for _ in range(10)))
    customers = {(await shop.settled(answer.name)).customer_id for answer in answers}
    assert (len(customers), await world.customers() - before) == (1, 1)
    assert len(await world.documents()) == 10


async def test_an_invoice_in_doubt_survives_a_restart(world: World, database_url: str) -> None:
    """The process ends before it could look the document up."""
    async with open_server(database_url, world) as door:
        shop = await Shop(door, world).connect()
        await shop.sold(an_order())
        await world.fail(Fault.GONE)
        order = await shop.submit(an_order())
        await shop.settled(order.name, UNKNOWN)
    world.plug_in()
    async with open_server(database_url, world) as door:
        await Shop(door, world).settled(order.name)
    assert (len(await world.documents()), await world.sends()) == (2, 2)


async def test_without_drafts_and_keys_a_lost_document_is_not_sent_again(toy_shop: Shop) -> None:
    await toy_shop.world.fail(Fault.LOST)
    invoice = await toy_shop.blocked(an_order())
    assert reason_name(invoice.failure.reason) == "DOCUMENT_NOT_FOUND"
    assert attempts(invoice) == [(1, invoice_pb2.BYTES_LEFT_MAYBE, UNCERTAIN)]
    assert (await toy_shop.world.documents(), await toy_shop.world.sends()) == ([], 1)


async def test_a_retry_of_a_lost_document_looks_again_and_never_sends(toy_shop: Shop) -> None:
    await toy_shop.world.fail(Fault.LOST)
    blocked = await toy_shop.blocked(an_order())
    await toy_shop.retry(blocked.name)
    await toy_shop.settled(blocked.order, BLOCKED)
    assert (await toy_shop.world.documents(), await toy_shop.world.sends()) == ([], 1)


async def test_an_erp_that_remembers_keys_is_sent_a_lost_document_again(database_url: str) -> None:
    toy = ToyWorld(keys_remembered=True)
    async with open_server(database_url, toy) as door:
        shop = await Shop(door, toy).connect()
        await toy.fail(Fault.LOST)
        invoice = await shop.sold(an_order())
        assert [(number, outcome) for number, _, outcome in attempts(invoice)] == [(1, NOT_DONE), (2, DONE)]
        assert (len(await toy.documents()), await toy.sends()) == (1, 2)


@pytest.mark.parametrize("fault", [Fault.ANSWER_LOST, Fault.LOST, Fault.UNREACHABLE], ids=lambda fault: fault.value)
async def test_a_customer_whose_creation_went_wrong_is_created_once(toy_shop: Shop, fault: Fault) -> None:
    before = await toy_shop.world.customers()
    await toy_shop.world.fail(fault)
    await toy_shop.sold(an_order(buyer=a_buyer(document="79123456")))
    assert await toy_shop.world.customers() - before == 1
    assert len(await toy_shop.world.documents()) == 1
