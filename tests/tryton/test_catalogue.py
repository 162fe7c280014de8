"""Products, prices and stock as a real Tryton has them."""

from dataclasses import replace
from decimal import Decimal

import pytest
from erpgate.plugin import Item, ItemId
from erpgate.v1 import catalog_service_pb2
from fixtures.catalogue import OLD, SHIRT, an_item
from fixtures.shop import Shop
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


async def test_price_and_stock_are_of_the_chosen_list_and_warehouse(shop: Shop, world: TrytonWorld) -> None:
    await world.add_item(MUG)
    await read(shop, "MUG", ("20000", "12"))
    other = {**world.settings, "price_list": str(world.books.price_lists["wholesale"])}
    other["warehouse"] = str(world.books.warehouses["north"])
    shop.world.settings = other  # type: ignore[misc] # what the wizard is filled in with
    await shop.update("settings.price_list", "settings.warehouse", settings=_settings(other))
    await read(shop, "MUG", ("17500.5", "3"))


async def read(shop: Shop, sku: str, expected: tuple[str, str]) -> None:
    (answer,) = await shop.lookup(sku)
    assert answer.status == catalog_service_pb2.SKU_STATUS_FOUND
    assert (Decimal(answer.product.price), Decimal(answer.product.stock)) == tuple(map(Decimal, expected))
    assert [tax.rate for tax in answer.product.taxes] == ["0.19"]


def _settings(values: dict[str, str]):  # type: ignore[no-untyped-def]
    from erpgate.v1 import channel_pb2

    return channel_pb2.ChannelSettings(price_list=values["price_list"], warehouse=values["warehouse"])


async def test_an_inactive_product_is_inactive(shop: Shop) -> None:
    found, inactive = await shop.lookup(SHIRT, OLD)
    assert found.status == catalog_service_pb2.SKU_STATUS_FOUND
    assert inactive.status == catalog_service_pb2.SKU_STATUS_INACTIVE


async def test_variants_are_told_apart_by_their_barcodes(shop: Shop, world: TrytonWorld) -> None:
    parent = an_item(60, "HAT", kind="variant_parent", barcode=None)
    await world.books.add([parent, *(_variant(number, parent) for number in (61, 62))])
    (by_reference,) = await shop.lookup("HAT-1")
    assert by_reference.status == catalog_service_pb2.SKU_STATUS_NOT_INVOICEABLE


def _variant(number: int, parent: Item) -> Item:
    return an_item(number, "HAT", kind="variant", parent=ItemId(parent.id))
