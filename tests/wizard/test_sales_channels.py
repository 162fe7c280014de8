"""Where a merchant sells: seen on orders, or declared before the first one."""

from typing import Any

import grpc
import pytest
from erpgate.v1 import channel_pb2, field_options_pb2, sales_channel_pb2
from fixtures.orders import an_order
from fixtures.shop import Shop
from rpc.harness import refusal

FIELD = "settings.automation.sales_channels"


def ids(found: object) -> list[str]:
    return [each.name.rpartition("/")[2] for each in found]  # type: ignore[attr-defined]


async def test_a_sales_channel_is_known_from_its_first_order_on(toy_shop: Shop) -> None:
    assert list(await toy_shop.sales_channels()) == []
    await toy_shop.submit(an_order(sales_channel="shop-co"))
    (first,) = await toy_shop.sales_channels()
    assert (first.name, first.declared) == ("merchants/acme/salesChannels/shop-co", False)
    assert first.seen_time.seconds > 0
    await toy_shop.submit(an_order(sales_channel="shop-co"))
    await toy_shop.submit(an_order(sales_channel="amazon-mx"))
    assert ids(await toy_shop.sales_channels()) == ["amazon-mx", "shop-co"]
    assert (await toy_shop.sales_channels())[1] == first


async def test_a_sales_channel_can_be_declared_before_it_sells(toy_shop: Shop) -> None:
    declared = await toy_shop.declare(shop_co="My shop", mercadolibre_co="Mercado Libre")
    assert list(declared) == list(await toy_shop.sales_channels())
    assert [(each.display_name, each.declared, each.HasField("seen_time")) for each in declared] == [
        ("Mercado Libre", True, False),
        ("My shop", True, False),
    ]
    await toy_shop.submit(an_order(sales_channel="shop-co"))
    sold = (await toy_shop.sales_channels())[1]
    assert (sold.display_name, sold.declared, sold.HasField("seen_time")) == ("My shop", True, True)


async def test_declaring_again_names_anew_and_removes_nothing(toy_shop: Shop) -> None:
    await toy_shop.submit(an_order(sales_channel="shop-co"))
    seen = (await toy_shop.sales_channels())[0].seen_time
    await toy_shop.declare(shop_co="Old", other="Other")
    (named,) = await toy_shop.declare(shop_co="New")
    assert (named.display_name, named.declared, named.seen_time) == ("New", True, seen)
    assert ids(await toy_shop.sales_channels()) == ["other", "shop-co"]


async def test_sales_channels_are_listed_in_pages(toy_shop: Shop) -> None:
    await toy_shop.declare(a="A", b="B", c="C")
    list_page = toy_shop.door.channels.ListSalesChannels
    first = await list_page(sales_channel_pb2.ListSalesChannelsRequest(parent=toy_shop.parent, page_size=2))
    second = await list_page(
        sales_channel_pb2.ListSalesChannelsRequest(
            parent=toy_shop.parent, page_size=2, page_token=first.next_page_token
        )
    )
    assert (ids(first.sales_channels), ids(second.sales_channels), second.next_page_token) == (["a", "b"], ["c"], "")


async def test_a_declared_one_is_taken_back(toy_shop: Shop) -> None:
    """Another merchant's of the same name stays; doing it again changes nothing."""
    other = Shop(toy_shop.door, toy_shop.world, merchant="other")
    for shop in (toy_shop, other):
        await shop.declare(shop_co="My shop")
    for _ in range(2):
        await toy_shop.withdraw("shop-co")
    assert (ids(await toy_shop.sales_channels()), ids(await other.sales_channels())) == ([], ["shop-co"])


async def test_one_with_orders_stays(toy_shop: Shop) -> None:
    await toy_shop.declare(shop_co="My shop")
    await toy_shop.submit(an_order(sales_channel="shop-co"))
    told = await refusal(toy_shop.withdraw("shop-co"))
    assert (told.code, told.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "SALES_CHANNEL_IN_USE")
    assert told.metadata == {"sales_channel": "shop-co", "used_by": ""}
    assert ids(await toy_shop.sales_channels()) == ["shop-co"]


@pytest.mark.parametrize(
    "used",
    [
        {"automation": channel_pb2.Automation(sales_channels=["shop-co"])},
        {"shipping_by_sales_channel": {"shop-co": channel_pb2.ShippingRule()}},
    ],
    ids=["automation", "shipping"],
)
async def test_one_that_settings_name_stays_until_they_do_not(toy_shop: Shop, used: dict[str, Any]) -> None:
    await toy_shop.declare(shop_co="My shop")
    await toy_shop.create(**used)
    told = await refusal(toy_shop.withdraw("shop-co"))
    assert (told.reason, told.metadata["used_by"]) == ("SALES_CHANNEL_IN_USE", toy_shop.name)
    await toy_shop.update("settings", settings=channel_pb2.ChannelSettings())
    await toy_shop.withdraw("shop-co")
    assert ids(await toy_shop.sales_channels()) == []


async def test_another_merchants_sales_channels_are_not_seen(toy_shop: Shop) -> None:
    await toy_shop.declare(shop_co="Mine")
    other = Shop(toy_shop.door, toy_shop.world, merchant="other")
    assert list(await other.sales_channels()) == []


async def test_they_are_the_options_of_the_source_channels(toy_shop: Shop) -> None:
    await toy_shop.create()
    assert (await toy_shop.options(FIELD)).status == field_options_pb2.FIELD_OPTIONS_STATUS_EMPTY
    await toy_shop.declare(mercadolibre_co="Mercado Libre", tienda="Mi tienda 100%")
    await toy_shop.submit(an_order(sales_channel="amazon-mx"))
    answer = await toy_shop.options(FIELD)
    assert [(option.value, option.label) for option in answer.options] == [
        ("amazon-mx", "amazon-mx"),
        ("mercadolibre-co", "Mercado Libre"),
        ("tienda", "Mi tienda 100%"),
    ]
    for query, found in (("LIBRE", ["mercadolibre-co"]), ("mx", ["amazon-mx"]), ("0%", ["tienda"]), ("%", ["tienda"])):
        assert [option.value for option in (await toy_shop.options(FIELD, query=query)).options] == [*found]
    keys = await toy_shop.options("settings.shipping_by_sales_channel", page_size=2)
    assert [option.value for option in keys.options] == ["amazon-mx", "mercadolibre-co"]
    rest = await toy_shop.options("settings.shipping_by_sales_channel", page_size=2, page_token=keys.next_page_token)
    assert ([option.value for option in rest.options], rest.next_page_token) == (["tienda"], "")


async def test_a_declared_id_must_be_one(toy_shop: Shop) -> None:
    told = await refusal(toy_shop.declare(Shop="x"))
    assert list(told.fields) == ["sales_channels[0].name"]
