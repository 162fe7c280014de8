"""A full reading: what it costs, how far it is, and that nothing is gone before it is proved."""

import asyncio
from typing import Any

import grpc
import httpx
from erpgate.plugin import Ability
from erpgate.v1 import catalog_pb2
from erpgate.v1 import catalog_service_pb2 as pb
from fixtures.alegra_world import AlegraWorld
from fixtures.catalogue import an_item
from fixtures.server import Door, open_server
from fixtures.shelf import Shelf
from fixtures.shop import Shop
from fixtures.toy_world import ToyWorld
from fixtures.waiting import eventually, holds_for
from rpc.harness import refusal

RUNNING = catalog_pb2.SYNC_STATE_RUNNING
LIST = {"method": "GET", "path": "/items$"}
NOT_FOUND = pb.SKU_STATUS_NOT_FOUND


def many(count: int) -> list[dict[str, Any]]:
    return [{"name": f"Item {n}", "reference": f"SKU-{n:04}", "price": n + 1} for n in range(count)]


async def test_a_reading_costs_a_call_a_page_and_two_more(shelf: Shelf, alegra: AlegraWorld) -> None:
    """Beside the pages: how many there are, and the price lists."""
    await alegra.seed(items=many(105))
    before = await alegra.counts()
    progress = await shelf.sync()
    after = await alegra.counts()
    calls = {name: count - before.get(name, 0) for name, count in after.items() if count != before.get(name, 0)}
    assert calls == {"GET /items": 5, "GET /price-lists": 1}
    assert (progress.pages_done, progress.items_done, progress.items_total) == (4, 115, 115)
    assert progress.calls_used == 6


async def test_progress_is_seen_while_it_is_made(shelf: Shelf, alegra: AlegraWorld) -> None:
    await alegra.seed(items=many(75))
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def hold_the_third_page(request: httpx.Request) -> None:
        if request.url.params.get("start") == "60":
            asked.set()
            await go_on.wait()

    alegra.line.before = hold_the_third_page
    await shelf.ask()
    await asked.wait()
    progress = await shelf.progress()
    assert (progress.state, progress.pages_done, progress.items_done, progress.items_total) == (RUNNING, 2, 60, 85)
    assert (await shelf.ask()).start_time == progress.start_time
    go_on.set()
    await shelf.sync()
    assert (await shelf.product("SKU-0074")).sku == "SKU-0074"


async def test_a_page_that_fails_looks_like_no_deletion(shelf: Shelf, alegra: AlegraWorld) -> None:
    """What the failed page had stays, and the reading goes on with that page."""
    await alegra.seed(items=many(75))
    await shelf.sync()
    known = await shelf.skus(active=True)
    await alegra.break_({**LIST, "skip": 2, "action": {"kind": "status", "status": 500}})
    before = (await alegra.counts())["GET /items"]
    await shelf.ask()

    async def broken() -> bool:
        return (await alegra.counts())["GET /items"] >= before + 5

    await eventually("the page is tried again and again", broken)
    assert (await shelf.progress()).state == RUNNING
    assert await shelf.skus(active=True) == known
    await alegra.mend()
    progress = await shelf.sync()
    assert (progress.pages_done, progress.items_done) == (3, 85)
    assert await shelf.skus(active=True) == known


async def test_what_the_erp_has_no_more_is_gone(shelf: Shelf, alegra: AlegraWorld) -> None:
    await alegra.call("DELETE", "/items/2")
    before = await alegra.counts()
    await shelf.sync()
    assert (await shelf.look("BOOK")).status == NOT_FOUND
    assert (await alegra.counts())["GET /items/{id}"] - before.get("GET /items/{id}", 0) == 1


async def test_what_moved_from_page_to_page_is_not_gone(shelf: Shelf, alegra: AlegraWorld) -> None:
    """While the first page is read an item of it is removed: the first one of the second page is on no page then."""
    await alegra.seed(items=many(75))
    await shelf.sync()
    missed = (await shelf.get("31")).sku

    async def remove(request: httpx.Request) -> None:
        if request.url.params.get("start") == "30":
            alegra.line.before = None
            await alegra.call("DELETE", "/items/2")

    alegra.line.before = remove
    await shelf.sync()
    assert (await shelf.product(missed)).sku == missed
    await shelf.sync()
    assert (await shelf.look("BOOK")).status == NOT_FOUND


async def test_many_are_gone_only_after_two_readings(shelf: Shelf, alegra: AlegraWorld) -> None:
    """Too many to ask for one by one."""
    made = await alegra.seed(items=many(40))
    await shelf.sync()
    for item_id in made["items"]["ids"]:
        await alegra.call("DELETE", f"/items/{item_id}")
    await shelf.sync()
    assert len(await shelf.list(text="SKU-")) == 40
    await shelf.sync()
    assert await shelf.list(text="SKU-") == []


async def test_an_item_that_cannot_be_read_is_not_gone(shelf: Shelf, alegra: AlegraWorld) -> None:
    unreadable = {"id": 1, "name": "Shirt", "reference": "SHIRT", "price": [{"idPriceList": 1, "price": "a lot"}]}
    await alegra.break_(
        {**LIST, "skip": 1, "times": 1, "action": {"kind": "status", "status": 200, "body": [unreadable]}},
        {"path": "/items/1$", "action": {"kind": "status", "status": 200, "body": unreadable}},
    )
    await shelf.sync()
    assert (await shelf.product("SHIRT")).price == "10000.0000"


async def test_a_paused_channel_reads_nothing(shelf: Shelf, alegra: AlegraWorld) -> None:
    await shelf.shop.pause()
    before = await alegra.counts()
    assert (await refusal(shelf.ask())).reason == "CHANNEL_PAUSED"

    async def unchanged() -> bool:
        return await alegra.counts() == before

    assert await holds_for(unchanged)
    assert (await shelf.product("SHIRT")).stock == "8"


async def test_look_ups_cost_no_call(shelf: Shelf, alegra: AlegraWorld) -> None:
    before = await alegra.counts()
    await shelf.shop.lookup(*(f"SKU-{n}" for n in range(498)), "SHIRT", "BOOK")
    await shelf.list()
    assert await alegra.counts() == before


async def test_the_catalogue_is_read_again_by_itself(sqlite_url: str) -> None:
    """At most a tenth of the time, which is nothing here: the shortest rest counts."""
    toy = ToyWorld()
    async with open_server(sqlite_url, toy, settings={"catalog_refresh_seconds": 5}) as door:
        shelf = Shelf(await Shop(door, toy).connect())
        await shelf.product("SHIRT")
        toy.ledger.items[0] = an_item(1, "SHIRT", name="Blouse")

        async def renamed() -> bool:
            return (await shelf.product("SHIRT")).title == "Blouse"

        await eventually("it is read again", renamed, 12)


async def test_changes_are_read_where_the_erp_lists_them(sqlite_url: str) -> None:
    """A whole reading once a day, and in between only what changed."""
    toy = ToyWorld(abilities=frozenset({Ability.ITEM_CHANGES}))
    async with open_server(sqlite_url, toy, settings={"catalog_refresh_seconds": 5}) as door:
        shelf = Shelf(await Shop(door, toy).connect())
        await shelf.product("SHIRT")
        whole = toy.ledger.calls["items"]
        toy.ledger.change(an_item(1, "SHIRT", name="Blouse"))

        async def renamed() -> bool:
            return (await shelf.product("SHIRT")).title == "Blouse"

        await eventually("the change is read", renamed, 12)
        assert toy.ledger.calls["items"] == whole


async def test_a_channel_that_does_not_exist(door: Door, alegra: AlegraWorld) -> None:
    told = await refusal(Shelf(Shop(door, alegra)).progress())
    assert (told.code, told.reason) == (grpc.StatusCode.NOT_FOUND, "RESOURCE_NOT_FOUND")
