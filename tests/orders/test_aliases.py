"""A correction that is remembered: what a sales channel's SKU means in the ERP."""

import grpc
import pytest
from erpgate.v1 import catalog_service_pb2
from fixtures.catalogue import BOOK, OLD, SHIRT, SHOE, TWIN, an_item
from fixtures.orders import an_order
from fixtures.server import open_server
from fixtures.shop import BLOCKED, Shop, reason_name
from fixtures.toy_world import ToyWorld
from fixtures.waiting import eventually
from rpc.harness import refusal


async def test_a_correction_is_remembered_when_asked_for(shop: Shop, toy: ToyWorld) -> None:
    blocked = await shop.blocked(an_order(sku="MELI-1"))
    await shop.retry(blocked.name, line_skus={"1": SHIRT}, remember_line_skus=True)
    await shop.settled(blocked.order)
    (alias,) = (await shop.aliases()).aliases
    assert (alias.sku, alias.item_sku, alias.item, alias.learned_from) == ("MELI-1", SHIRT, "1", blocked.name)
    assert alias.HasField("set_time")
    invoice = await shop.sold(an_order(sku=" MELI-1 "))
    assert dict(invoice.aliases_used) == {"1": SHIRT}
    assert [line.item for voucher in toy.ledger.vouchers for line in voucher.lines] == ["1", "1"]


async def test_a_correction_is_for_one_invoice_otherwise(toy_shop: Shop) -> None:
    blocked = await toy_shop.blocked(an_order(sku="MELI-1"))
    await toy_shop.retry(blocked.name, line_skus={"1": SHIRT})
    await toy_shop.settled(blocked.order)
    assert list((await toy_shop.aliases()).aliases) == []


async def test_a_correction_that_does_not_match_is_not_learned(toy_shop: Shop) -> None:
    blocked = await toy_shop.blocked(an_order(sku="MELI-1"))
    await toy_shop.retry(blocked.name, line_skus={"1": "NEITHER"}, remember_line_skus=True)
    await toy_shop.settled(blocked.order, BLOCKED)
    assert list((await toy_shop.aliases()).aliases) == []


async def test_aliases_are_set_listed_replaced_and_deleted(shop: Shop, toy: ToyWorld) -> None:
    for sku in ("C", "A", "B"):
        await shop.set_alias(sku, SHIRT)
    await shop.set_alias("B", BOOK)
    first = await shop.aliases(page_size=2)
    second = await shop.aliases(page_size=2, page_token=first.next_page_token)
    found = [(alias.sku, alias.item_sku) for page in (first, second) for alias in page.aliases]
    assert (found, second.next_page_token) == ([("A", SHIRT), ("B", BOOK), ("C", SHIRT)], "")
    for _ in range(2):
        await shop.delete_alias("A")
    assert [alias.sku for alias in (await shop.aliases()).aliases] == ["B", "C"]
    await shop.blocked(an_order(sku="A"))
    await shop.sold(an_order(sku="B"))
    assert toy.ledger.vouchers[0].lines[0].item == "2"


@pytest.mark.parametrize(
    ("item_sku", "reason"),
    [
        ("SHIRTS", "SKU_NOT_FOUND"),
        (TWIN, "SKU_AMBIGUOUS"),
        (OLD, "ITEM_INACTIVE"),
        (SHOE, "VARIANT_NOT_INVOICEABLE"),
    ],
)
async def test_what_cannot_be_invoiced_is_no_aliases_item(toy_shop: Shop, item_sku: str, reason: str) -> None:
    refused = await refusal(toy_shop.set_alias("X", item_sku))
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, reason)
    assert list(refused.fields) == ["alias.item_sku"]
    assert refused.metadata["suggestions"] == (SHIRT if reason == "SKU_NOT_FOUND" else "")
    assert list((await toy_shop.aliases()).aliases) == []


async def test_an_item_that_the_catalogue_lacks_is_asked_for(toy_shop: Shop, toy: ToyWorld) -> None:
    await toy_shop.lookup(SHIRT)
    await toy.add_item(an_item(50, "NEW"))
    assert (await toy_shop.set_alias("X", "NEW")).item == "50"


async def test_an_alias_comes_before_the_item_that_has_the_sku(toy_shop: Shop, toy: ToyWorld) -> None:
    await toy_shop.set_alias(BOOK, SHIRT)
    await toy_shop.sold(an_order(sku=BOOK))
    assert toy.ledger.vouchers[0].lines[0].item == "1"


async def test_an_alias_whose_item_is_gone_is_told(toy: ToyWorld, sqlite_url: str) -> None:
    await toy.add_item(an_item(60, "PASSING"))
    async with open_server(sqlite_url, toy) as door:
        shop = await Shop(door, toy).connect()
        await shop.lookup("PASSING")
        await shop.set_alias("X", "PASSING")
        toy.ledger.items.pop()

        async def is_gone() -> bool:
            """Only what several readings miss is gone."""
            await door.catalog.SyncCatalog(catalog_service_pb2.SyncCatalogRequest(parent=shop.name))
            (found,) = await shop.lookup("PASSING")
            return found.status == catalog_service_pb2.SKU_STATUS_NOT_FOUND

        await eventually("the catalogue was read without it", is_gone)
        blocked = await shop.blocked(an_order(sku="X"))
        assert reason_name(blocked.failure.reason) == "SKU_NOT_FOUND"
        (problem,) = (await shop.verdict(blocked.order)).line_problems
        assert "has an alias to the item 60, SKU 'PASSING', which is not in the ERP any more" in problem.message
        (previewed,) = (await shop.preview(blocked.order)).lines
        assert previewed.problem.message == problem.message


async def test_an_item_keeps_its_alias_under_a_new_sku(toy_shop: Shop, toy: ToyWorld) -> None:
    await toy_shop.set_alias("X", SHIRT)
    toy.ledger.items[0] = an_item(1, "SHIRT-2")
    await toy_shop.sold(an_order(sku="X"))
    assert toy.ledger.vouchers[0].lines[0].item == "1"
