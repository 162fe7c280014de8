"""Products, prices and stock as a real Tryton has them."""

from dataclasses import replace
from decimal import Decimal

import pytest
from erpgate.plugin import Item, ItemId
from erpgate.v1 import catalog_service_pb2, channel_pb2
from fixtures.catalogue import OLD, SHIRT, an_item
from fixtures.server import Door
from fixtures.shop import Shop, settings
from fixtures.tryton_world import TrytonWorld

MUG = replace(
    an_item(50, "MUG"),
    kind="product",
    prices={"1": Decimal(20_000), "wholesale": Decimal("17500.5")},
    stock={"main": Decimal(12), "north": Decimal(3)},
)


@pytest.fixture(params=["8.2", "7.0"])
def release(request: pytest.FixtureRequest) -> str:
    """Both of them."""
    found: str = request.param
    return found


async def test_price_and_stock_are_of_the_chosen_list_and_warehouse(door: Door, world: TrytonWorld) -> None:
    await world.add_item(MUG)
    shop = await Shop(door, world).connect()
    await read(shop, "MUG", ("20000", "12"))
    chosen = {
        "price_list": str(world.books.price_lists["wholesale"]),
        "warehouse": str(world.books.warehouses["north"]),
    }
    await shop.update("settings", settings=settings(world, **chosen))
    await read(shop, "MUG", ("17500.5", "3"))


async def read(shop: Shop, sku: str, expected: tuple[str, str]) -> None:
    (answer,) = await shop.lookup(sku)
    assert answer.status == catalog_service_pb2.SKU_STATUS_FOUND
    assert (Decimal(answer.product.price), Decimal(answer.product.stock)) == tuple(map(Decimal, expected))
    assert [tax.rate for tax in answer.product.taxes] == ["0.19"]


async def test_an_inactive_product_is_inactive(shop: Shop) -> None:
    found, inactive = await shop.lookup(SHIRT, OLD)
    assert found.status == catalog_service_pb2.SKU_STATUS_FOUND
    assert inactive.status == catalog_service_pb2.SKU_STATUS_INACTIVE


async def test_variants_are_told_apart_by_their_barcodes(door: Door, world: TrytonWorld) -> None:
    parent = an_item(60, "HAT", kind="variant_parent", barcode=None)
    await world.books.add([parent, *(_variant(number, parent) for number in (61, 62))])
    shop = await Shop(door, world).connect()
    (by_reference,) = await shop.lookup("HAT-1")
    assert by_reference.status == catalog_service_pb2.SKU_STATUS_NOT_INVOICEABLE
    await shop.update("settings", settings=settings(world, sku_source=channel_pb2.SKU_SOURCE_BARCODE))
    (by_barcode,) = await shop.lookup("770062")
    assert by_barcode.status == catalog_service_pb2.SKU_STATUS_FOUND


def _variant(number: int, parent: Item) -> Item:
    return an_item(number, "HAT", kind="variant", parent=ItemId(parent.id))
