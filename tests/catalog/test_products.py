"""Products with SKU, price, stock and taxes under every setting of the channel."""

from typing import Any

import grpc
import pytest
from erpgate.v1 import catalog_service_pb2 as pb
from erpgate.v1 import channel_pb2, product_pb2
from fixtures.alegra_world import AlegraWorld
from fixtures.server import Door
from fixtures.shelf import Shelf
from fixtures.shop import Shop, reason_name
from rpc.harness import refusal

BARCODE = channel_pb2.SKU_SOURCE_BARCODE


async def connected(door: Door, alegra: AlegraWorld, **settings: Any) -> Shelf:
    return Shelf(await Shop(door, alegra).connect(**settings))


async def test_a_product_has_everything(shelf: Shelf) -> None:
    shirt = await shelf.product("SHIRT")
    assert shirt.sync_time.ToDatetime() >= shirt.change_time.ToDatetime()
    assert 0 <= shirt.age.ToTimedelta().total_seconds() < 60
    for own in ("sync_time", "change_time", "age"):
        shirt.ClearField(own)
    assert shirt == product_pb2.Product(
        name=f"{shelf.shop.name}/products/1",
        sku="SHIRT",
        title="Shirt",
        price="10000.0000",
        currency_code="COP",
        taxes=[product_pb2.Tax(id="1", rate="0.19")],
        stock="8",
        active=True,
        kind=product_pb2.PRODUCT_KIND_PRODUCT,
        reference="SHIRT",
        barcode="7701",
        unit="unit",
        invoiceable=True,
        availability=product_pb2.Availability(on_hand="8", sold="0", unread="0", available="8"),
        version=1,
    )


async def test_with_references_a_barcode_finds_nothing(shelf: Shelf) -> None:
    assert (await shelf.look("7701")).status == pb.SKU_STATUS_NOT_FOUND
    assert (await shelf.product("SHIRT")).title == "Shirt"


async def test_with_barcodes_a_reference_finds_nothing(door: Door, alegra: AlegraWorld) -> None:
    """The gift box has the barcode SHIRT, which is another item's reference."""
    shelf = await connected(door, alegra, sku_source=BARCODE)
    assert (await shelf.look("BOOK")).status == pb.SKU_STATUS_NOT_FOUND
    assert (await shelf.product("7701")).title == "Shirt"
    assert (await shelf.product("SHIRT")).title == "Gift box"
    assert [product.title for product in await shelf.list(sku="SHIRT")] == ["Gift box"]


async def test_kinds(shelf: Shelf) -> None:
    kinds = {product.title: product.kind for product in await shelf.list()}
    assert kinds == {
        "Shirt": product_pb2.PRODUCT_KIND_PRODUCT,
        "Book": product_pb2.PRODUCT_KIND_PRODUCT,
        "Repair": product_pb2.PRODUCT_KIND_SERVICE,
        "Gift box": product_pb2.PRODUCT_KIND_KIT,
        "Shoe": product_pb2.PRODUCT_KIND_VARIANT_PARENT,
        "Shoe / 40": product_pb2.PRODUCT_KIND_VARIANT,
        "Shoe / 41": product_pb2.PRODUCT_KIND_VARIANT,
        "Twin": product_pb2.PRODUCT_KIND_PRODUCT,
        "Other twin": product_pb2.PRODUCT_KIND_PRODUCT,
        "Old": product_pb2.PRODUCT_KIND_PRODUCT,
    }


async def test_with_references_variants_cannot_be_invoiced(shelf: Shelf) -> None:
    assert (await shelf.look("SHOE")).status == pb.SKU_STATUS_NOT_INVOICEABLE
    (variant,) = await shelf.list(text="shoe / 40")
    assert (variant.sku, variant.invoiceable) == ("SHOE", False)
    assert reason_name(variant.refusal_reason) == "VARIANT_NOT_INVOICEABLE"
    assert "barcode" in variant.refusal_message


async def test_with_barcodes_each_variant_is_found(door: Door, alegra: AlegraWorld) -> None:
    shelf = await connected(door, alegra, sku_source=BARCODE)
    variant = await shelf.product("7741")
    assert (variant.title, variant.invoiceable) == ("Shoe / 41", True)
    (parent,) = [product for product in await shelf.list(text="shoe") if not product.barcode]
    assert (parent.sku, parent.invoiceable) == ("", False)


async def test_a_sku_that_two_products_have_is_ambiguous(shelf: Shelf) -> None:
    assert (await shelf.look("TWIN")).status == pb.SKU_STATUS_AMBIGUOUS
    twins = await shelf.list(sku="TWIN")
    assert [(twin.title, reason_name(twin.refusal_reason)) for twin in twins] == [
        ("Twin", "SKU_AMBIGUOUS"),
        ("Other twin", "SKU_AMBIGUOUS"),
    ]


async def test_a_twin_that_is_switched_off_does_not_count(shelf: Shelf, alegra: AlegraWorld) -> None:
    (twin, other) = await shelf.list(sku="TWIN")
    await alegra.call("PUT", f"/items/{other.name.rpartition('/')[2]}", {"status": "inactive"})
    await shelf.sync()
    assert (await shelf.product("TWIN")).name == twin.name


async def test_an_inactive_product_says_so(shelf: Shelf) -> None:
    found = await shelf.look("OLD")
    assert (found.status, found.product.active) == (pb.SKU_STATUS_INACTIVE, False)
    assert reason_name(found.product.refusal_reason) == "ITEM_INACTIVE"


async def test_what_is_renamed_or_switched_off_in_the_erp_is_so_after_the_next_reading(
    shelf: Shelf, alegra: AlegraWorld
) -> None:
    await alegra.call("PUT", "/items/1", {"name": "Blouse", "reference": "BLOUSE"})
    await alegra.call("PUT", "/items/2", {"status": "inactive"})
    await shelf.sync()
    assert (await shelf.look("SHIRT")).status == pb.SKU_STATUS_NOT_FOUND
    blouse = await shelf.product("BLOUSE")
    assert (blouse.title, blouse.version) == ("Blouse", 2)
    assert (await shelf.look("BOOK")).status == pb.SKU_STATUS_INACTIVE


async def test_prices_come_with_taxes_where_the_channel_says_so(door: Door, alegra: AlegraWorld) -> None:
    shelf = await connected(door, alegra, catalog_prices_with_taxes=True)
    shirt, book = await shelf.product("SHIRT"), await shelf.product("BOOK")
    assert (shirt.price, shirt.price_includes_taxes) == ("11900.00", True)
    assert (book.price, book.price_includes_taxes) == ("5000.00", True)


@pytest.mark.parametrize(
    ("price_list", "shirt", "book"),
    [("2", "12500.0000", ""), ("3", "9000.0000", "4500.0000")],
    ids=["of its own, without some", "a percentage off"],
)
async def test_prices_are_of_the_channels_list(
    door: Door, alegra: AlegraWorld, price_list: str, shirt: str, book: str
) -> None:
    shelf = await connected(door, alegra, price_list=price_list)
    assert [(await shelf.product(sku)).price for sku in ("SHIRT", "BOOK")] == [shirt, book]


async def test_stock_is_of_the_channels_warehouse(door: Door, alegra: AlegraWorld) -> None:
    shelf = await connected(door, alegra, warehouse="2")
    stock = [(await shelf.product(sku)).stock for sku in ("SHIRT", "BOOK", "REPAIR")]
    assert stock == ["3", "0", ""]


async def test_a_change_of_settings_shows_at_once(shelf: Shelf) -> None:
    await shelf.shop.update("settings.warehouse", settings=channel_pb2.ChannelSettings(warehouse="2"))
    assert (await shelf.product("SHIRT")).stock == "3"


@pytest.mark.parametrize(
    ("filters", "titles"),
    [
        ({"text": "SHO"}, {"Shoe", "Shoe / 40", "Shoe / 41"}),
        ({"text": "771"}, {"Twin", "Other twin"}),
        ({"active": False}, {"Old"}),
        ({"active": True, "text": "o"}, {"Book", "Gift box", "Shoe", "Shoe / 40", "Shoe / 41", "Other twin"}),
        ({"stock_below": "4"}, {"Book", "Shoe / 41"}),
        ({"stock_below": "4.5"}, {"Book", "Shoe / 40", "Shoe / 41"}),
        ({"text": "100%"}, set()),
    ],
    ids=["title", "barcode", "inactive", "active", "stock below", "stock below a fraction", "no wildcard"],
)
async def test_filters(shelf: Shelf, filters: dict[str, Any], titles: set[str]) -> None:
    assert {product.title for product in await shelf.list(**filters)} == titles


async def test_what_changed_since(shelf: Shelf, alegra: AlegraWorld) -> None:
    before = (await shelf.progress()).complete_time
    await alegra.call("PUT", "/items/2", {"price": 6000})
    await shelf.sync()
    (book,) = await shelf.list(changed_since=before)
    assert (book.title, book.price) == ("Book", "6000.0000")


async def test_pages_have_every_product_once(shelf: Shelf) -> None:
    titles = [product.title for product in await shelf.list(page_size=3)]
    assert len(titles) == len(set(titles)) == 10


async def test_suggestions_are_skus(shelf: Shelf) -> None:
    """The reference that looks alike is suggested, and no barcode."""
    assert list((await shelf.look("shirt")).suggestions) == ["SHIRT"]
    assert list((await shelf.look("770")).suggestions) == []


async def test_there_is_no_such_product(shelf: Shelf) -> None:
    told = await refusal(shelf.get("999"))
    assert (told.code, told.reason) == (grpc.StatusCode.NOT_FOUND, "RESOURCE_NOT_FOUND")
    assert (await shelf.get("2")).title == "Book"


async def test_before_the_channel_is_connected_there_are_none(door: Door, alegra: AlegraWorld) -> None:
    shop = Shop(door, alegra)
    await shop.create()
    told = await refusal(Shelf(shop).list())
    assert told.reason == "CHANNEL_NOT_CONNECTED"
