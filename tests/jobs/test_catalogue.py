"""The catalogue is read once, and asked again only about what it lacks."""

import asyncio

from erpgate.v1 import catalog_service_pb2
from fixtures.catalogue import SHIRT, an_item
from fixtures.orders import an_order
from fixtures.shop import Shop
from fixtures.toy_world import ToyWorld
from fixtures.waiting import eventually

FOUND = catalog_service_pb2.SKU_STATUS_FOUND


async def test_invoices_do_not_read_the_catalogue_again(shop: Shop, toy: ToyWorld) -> None:
    await shop.lookup(SHIRT)
    before = toy.ledger.calls["items"]
    for _ in range(5):
        await shop.sold(an_order())
    assert (toy.ledger.calls["items"], toy.ledger.calls["items_by_sku"]) == (before, 0)


async def test_many_lookups_at_once_read_it_once(shop: Shop, toy: ToyWorld) -> None:
    answers = await asyncio.gather(*(shop.lookup(SHIRT) for _ in range(20)))
    assert {lookups[0].status for lookups in answers} == {FOUND}
    assert toy.ledger.calls["items"] == 1


async def test_a_catalogue_of_many_pages_is_read_whole(shop: Shop, toy: ToyWorld) -> None:
    await shop.delete()
    toy.ledger.items.extend(an_item(number, f"SKU-{number}") for number in range(100, 455))
    again = await Shop(shop.door, toy, channel="again").connect()

    async def all_found() -> bool:
        lookups = await again.lookup("SKU-100", "SKU-300", "SKU-454")
        return [lookup.status for lookup in lookups] == [FOUND] * 3

    await eventually("the items that came meanwhile are read", all_found)


async def test_an_item_that_was_mended_in_the_erp_is_seen(shop: Shop, toy: ToyWorld) -> None:
    """The index still has it as it was: inactive."""
    blocked = await shop.blocked(an_order(sku="OLD"))
    toy.ledger.items[2] = an_item(3, "OLD")
    await shop.retry(blocked.name)
    await shop.settled(blocked.order)
    assert len(await toy.documents()) == 1
