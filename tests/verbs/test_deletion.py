"""A channel is deleted while something is under way in it: it is refused, or what was not begun is stopped."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import grpc
import httpx
import pytest
from fixtures.alegra_world import AlegraWorld
from fixtures.orders import a_buyer, an_order
from fixtures.server import open_server
from fixtures.shop import OPEN, Shop, reason_name
from fixtures.waiting import eventually, holds_for
from rpc.harness import refusal

from .clerk import DONE, FAILED, Clerk, outcomes


@pytest.fixture
async def alegra_shop(alegra: AlegraWorld, database_url: str) -> AsyncIterator[Shop]:
    """On each database."""
    async with open_server(database_url, alegra) as door:
        yield await Shop(door, alegra).connect()


@dataclass
class Held:
    """Calls to the ERP that wait."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event = field(default_factory=asyncio.Event)


@asynccontextmanager
async def holding(alegra: AlegraWorld, method: str, path: str) -> AsyncIterator[Held]:
    """Holds calls like that until they may go, at the latest when the block ends."""
    held = Held()

    async def hold(request: httpx.Request) -> None:
        if request.method == method and re.search(path, request.url.path):
            held.reached.set()
            await held.go.wait()

    alegra.line.before = hold
    try:
        yield held
    finally:
        alegra.line.before = None
        held.go.set()


@pytest.mark.parametrize("verb", ["void", "credit", "pay"])
async def test_what_is_under_way_stands_against_it(alegra_shop: Shop, alegra: AlegraWorld, verb: str) -> None:
    clerk, invoice = Clerk(alegra_shop), await alegra_shop.sold(an_order())
    async with holding(alegra, "GET", r"/invoices/\d+$") as held:
        await clerk.pay(invoice.name, "1000") if verb == "pay" else await getattr(clerk, verb)(invoice.name)
        await asyncio.wait_for(held.reached.wait(), 10)
        refused = await refusal(alegra_shop.delete())
        assert (refused.code, refused.reason) == (
            grpc.StatusCode.FAILED_PRECONDITION,
            "CHANNEL_HAS_UNFINISHED_INVOICES",
        )
        assert refused.metadata == {"unfinished": "1"}
    await clerk.ended(await alegra_shop.invoice(invoice.name))
    await alegra_shop.delete()


async def test_an_operation_that_was_not_begun_is_stopped_by_force(alegra_shop: Shop, alegra: AlegraWorld) -> None:
    """Its process has read the document already and is about to send."""
    clerk, invoice = Clerk(alegra_shop), await alegra_shop.sold(an_order())
    async with holding(alegra, "GET", r"/invoices/\d+$") as held:
        await clerk.void(invoice.name)
        await asyncio.wait_for(held.reached.wait(), 10)
        await alegra_shop.delete(force=True)
    stopped = await alegra_shop.invoice(invoice.name)
    operation = stopped.pending_operation
    assert (operation.state, reason_name(operation.failure.reason)) == (FAILED, "CHANNEL_NOT_CONNECTED")

    async def nothing_left() -> bool:
        return "POST /invoices/{id}/void" not in await alegra.counts()

    assert await holds_for(nothing_left)
    again = await Shop(alegra_shop.door, alegra).connect()
    assert (await again.invoice(invoice.name)).state == OPEN
    assert await holds_for(nothing_left)
    voided = await clerk.ended(await clerk.void(invoice.name))
    assert outcomes(voided, "void-2") != []
    assert (await alegra.counts())["POST /invoices/{id}/void"] == 1


async def test_an_invoice_that_is_being_prepared_is_stopped_by_force(alegra_shop: Shop, alegra: AlegraWorld) -> None:
    """Its process has asked for the customer already and is about to create one."""
    order = an_order(buyer=a_buyer(document="1020304051", name="New"))
    async with holding(alegra, "GET", "/contacts$") as held:
        stored = await alegra_shop.submit(order)
        await asyncio.wait_for(held.reached.wait(), 10)
        await alegra_shop.delete(force=True)
        assert (await refusal(alegra_shop.get())).reason == "RESOURCE_NOT_FOUND"
    customers = await alegra.customers()

    async def nothing_left() -> bool:
        return (await alegra.customers(), await alegra.sends()) == (customers, 0)

    assert await holds_for(nothing_left)
    assert reason_name((await alegra_shop.explain(stored.name)).reason) == "CHANNEL_NOT_CONNECTED"
    again = await Shop(alegra_shop.door, alegra, channel="again").connect()
    await again.sold(order)
    assert len(await alegra.documents()) == 1


async def test_what_was_sent_is_settled_when_the_company_is_connected_again(
    alegra_shop: Shop, alegra: AlegraWorld
) -> None:
    clerk, invoice = Clerk(alegra_shop), await alegra_shop.sold(an_order())
    async with holding(alegra, "POST", "/payments$") as held:
        await clerk.pay(invoice.name, "1000")
        await asyncio.wait_for(held.reached.wait(), 10)
        await alegra_shop.delete(force=True)
    await Shop(alegra_shop.door, alegra, channel="again").connect()

    async def recorded() -> bool:
        (payment,) = (await alegra_shop.invoice(invoice.name)).payments
        return payment.state == DONE

    await eventually("the payment is recorded", recorded)
    assert (await alegra.counts())["POST /payments"] == 1
