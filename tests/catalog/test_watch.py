"""A watcher sees every change once and in order, however long it was away."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal

import grpc
import pytest
from erpgate.store.changes import CutFeed
from fixtures.catalogue import an_item
from fixtures.server import Door, open_server
from fixtures.shelf import REMOVED, UPDATED, Shelf
from fixtures.shop import Shop
from fixtures.toy_world import ToyWorld
from rpc.harness import refusal

COUNT = 500


@pytest.fixture
def toy() -> ToyWorld:
    toy = ToyWorld()
    toy.ledger.items = [an_item(n, f"SKU-{n:04}") for n in range(COUNT)]
    return toy


@pytest.fixture
async def door(toy: ToyWorld, database_url: str) -> AsyncIterator[Door]:
    async with open_server(database_url, toy) as opened:
        yield opened


@pytest.fixture
async def shelf(door: Door, toy: ToyWorld) -> Shelf:
    shelf = Shelf(await Shop(door, toy).connect())
    await shelf.product("SKU-0001")
    return shelf


def reprice(toy: ToyWorld, price: int) -> None:
    toy.ledger.items = [replace(item, prices={"1": Decimal(price)}) for item in toy.ledger.items]


async def test_after_a_thousand_changes_each_is_seen_once_and_in_order(shelf: Shelf, toy: ToyWorld) -> None:
    async with shelf.watching() as watching:
        first = await watching.next()
    assert not first.HasField("change")
    for price in (1, 2):
        reprice(toy, price)
        await shelf.sync()

    seen: list[tuple[str, int]] = []
    cursor = first.cursor
    while len(seen) < 2 * COUNT:  # a watcher that disconnects again and again
        async with shelf.watching(cursor) as watching:
            taken = await watching.take(min(300, 2 * COUNT - len(seen)))
        cursor = taken[-1].cursor
        seen += [(response.change.name, response.change.version) for response in taken]
    ids = [item.id for item in toy.ledger.items]
    assert seen == [(f"{shelf.shop.name}/products/{item_id}", version) for version in (2, 3) for item_id in ids]


async def test_a_watcher_is_told_as_it_happens(shelf: Shelf, toy: ToyWorld) -> None:
    async with shelf.watching() as watching:
        await watching.next()
        toy.ledger.items[7] = an_item(7, "SKU-0007", name="Blouse")
        await shelf.sync()
        (told,) = await watching.take(1)
    assert (told.change.kind, told.change.product.title, told.change.version) == (UPDATED, "Blouse", 2)


async def test_what_is_gone_is_told_without_a_product(shelf: Shelf, toy: ToyWorld) -> None:
    async with shelf.watching() as watching:
        await watching.next()
        del toy.ledger.items[7]
        await shelf.sync()
        await shelf.sync()
        (told,) = await watching.take(1)
    assert (told.change.name, told.change.kind) == (f"{shelf.shop.name}/products/7", REMOVED)
    assert not told.change.HasField("product")


async def test_a_reading_in_which_nothing_changed_tells_nothing(shelf: Shelf, toy: ToyWorld) -> None:
    async with shelf.watching() as watching:
        await watching.next()
        await shelf.sync()
        toy.ledger.items[7] = an_item(7, "SKU-0007", name="Blouse")
        await shelf.sync()
        assert (await watching.next()).change.product.title == "Blouse"


async def test_a_cursor_that_is_too_old_has_expired(shelf: Shelf, door: Door, toy: ToyWorld) -> None:
    async with shelf.watching() as watching:
        old = (await watching.next()).cursor
    reprice(toy, 1)
    await shelf.sync()
    await door.app.database.write(CutFeed("acme", COUNT + 10))
    async with shelf.watching(old) as watching:
        told = await refusal(watching.call.read())
    assert (told.code, told.reason) == (grpc.StatusCode.OUT_OF_RANGE, "CURSOR_EXPIRED")
    assert told.metadata == {"channel": shelf.shop.name}


async def test_there_is_no_such_channel(door: Door, toy: ToyWorld) -> None:
    async with Shelf(Shop(door, toy, channel="none")).watching() as watching:
        assert (await refusal(watching.call.read())).reason == "RESOURCE_NOT_FOUND"


async def test_the_stream_ends_when_the_server_stops(shelf: Shelf, door: Door) -> None:
    async with shelf.watching() as watching:
        await watching.next()
        door.app.database.bell.close()
        assert await watching.call.read() is grpc.aio.EOF
        assert await watching.call.code() is grpc.StatusCode.OK
