"""What was chosen is held against the ERP's lists when it is saved and when the wizard ends."""

import datetime as dt
from typing import Any

import grpc
import pytest
from erpgate.plugin import Misconfigured, RateLimited, Reason
from erpgate.v1 import channel_pb2
from fixtures.alegra_world import AlegraWorld
from fixtures.catalogue import SHIPPING, an_item
from fixtures.orders import an_order
from fixtures.shop import Shop, automation, settings
from fixtures.toy_world import ToyWorld
from google.protobuf.struct_pb2 import Struct
from rpc.harness import refusal

LINE = channel_pb2.SHIPPING_POLICY_LINE
CONFIGURATION_PENDING = channel_pb2.CHANNEL_STATE_CONFIGURATION_PENDING
CONNECTED = channel_pb2.CHANNEL_STATE_CONNECTED


def own(**values: Any) -> Struct:
    options = Struct()
    options.update({"identification_type": "CC"} | values)
    return options


GONE: list[Any] = [
    pytest.param({"price_list": "99"}, ["price_list"], id="price-list"),
    pytest.param({"warehouse": "99"}, ["warehouse"], id="warehouse"),
    pytest.param({"shipping_policy": LINE, "shipping_item": "99"}, ["shipping_item"], id="shipping-item"),
    pytest.param({"automation": automation(warehouse="99")}, ["automation.warehouse"], id="automatic-warehouse"),
    pytest.param({"automation": automation(price_list="99")}, ["automation.price_list"], id="automatic-price-list"),
    pytest.param({"erp_options": own(seller="99")}, ["erp_options.seller"], id="seller"),
    pytest.param({"erp_options": own(payment_method="BARTER")}, ["erp_options.payment_method"], id="payment-method"),
    pytest.param(
        {"shipping_by_sales_channel": {"shop-co": channel_pb2.ShippingRule(policy=LINE, item="99")}},
        ["shipping_by_sales_channel.shop-co.item"],
        id="shipping-of-a-sales-channel",
    ),
    pytest.param({"warehouse": "98", "price_list": "99"}, ["price_list", "warehouse"], id="two"),
]


@pytest.mark.parametrize(("chosen", "fields"), GONE)
async def test_the_wizard_does_not_end_with_what_the_erp_does_not_have(
    shop: Shop, chosen: dict[str, Any], fields: list[str]
) -> None:
    await shop.create(**chosen)
    told = await refusal(shop.finish())
    assert (told.code, told.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "OPTION_NO_LONGER_EXISTS")
    assert list(told.fields) == [f"channel.settings.{field}" for field in fields]
    assert told.metadata["field"] == f"channel.settings.{fields[0]}"
    assert told.metadata["value"] in ("98", "99", "BARTER")
    assert (await shop.get()).state == CONFIGURATION_PENDING


@pytest.mark.parametrize(("chosen", "fields"), GONE)
async def test_an_edit_does_not_choose_what_the_erp_does_not_have(
    shop: Shop, chosen: dict[str, Any], fields: list[str]
) -> None:
    await shop.connect()
    before = await shop.get()
    told = await refusal(shop.update("settings", settings=settings(shop.world, **chosen)))
    assert (told.reason, list(told.fields)) == (
        "OPTION_NO_LONGER_EXISTS",
        [f"channel.settings.{field}" for field in fields],
    )
    assert await shop.get() == before


async def test_what_was_chosen_before_is_not_asked_for_again(shop: Shop, alegra: AlegraWorld) -> None:
    """An edit of something else goes through although the ERP is away."""
    await shop.connect()
    alegra.unplug()
    changed = await shop.update(
        "settings.print_notes", settings=channel_pb2.ChannelSettings(print_notes=True, warehouse="99")
    )
    assert (changed.settings.print_notes, changed.settings.warehouse) == (True, "1")


async def test_what_is_hidden_is_not_asked_for(shop: Shop) -> None:
    """The item of a policy that is not chosen may be anything."""
    await shop.create(shipping_policy=channel_pb2.SHIPPING_POLICY_NOT_INVOICED, shipping_item="99")
    assert (await shop.finish()).state == CONNECTED


async def test_an_option_beyond_the_first_page_exists(shop: Shop, alegra: AlegraWorld) -> None:
    await alegra.seed(warehouses=[{"name": f"Bodega {number}"} for number in range(40)])
    await shop.create(warehouse="35")
    assert (await shop.finish()).state == CONNECTED


async def test_an_option_that_the_erp_switched_off_is_gone(shop: Shop, alegra: AlegraWorld) -> None:
    await alegra.seed(warehouses=[{"name": "Old", "status": "inactive"}])
    await shop.create(warehouse="2")
    assert list((await refusal(shop.finish())).fields) == ["channel.settings.warehouse"]


async def test_an_erp_that_is_away_is_told_apart(shop: Shop, alegra: AlegraWorld) -> None:
    """Nothing is wrong with what was chosen, and the same call succeeds later."""
    await shop.create()
    alegra.unplug()
    told = await refusal(shop.finish())
    assert (told.code, told.reason) == (grpc.StatusCode.UNAVAILABLE, "ERP_UNREACHABLE")
    assert told.retry_after is not None
    assert (await shop.get()).state == CONFIGURATION_PENDING
    alegra.plug_in()
    assert (await shop.finish()).state == CONNECTED


@pytest.mark.parametrize(
    ("error", "code", "reason"),
    [
        (RateLimited(dt.timedelta(seconds=30)), grpc.StatusCode.RESOURCE_EXHAUSTED, "ERP_RATE_LIMITED"),
        (
            Misconfigured("You may not.", field="price_list", reason=Reason.ERP_PERMISSION_MISSING),
            grpc.StatusCode.FAILED_PRECONDITION,
            "ERP_PERMISSION_MISSING",
        ),
    ],
    ids=["rate", "permission"],
)
async def test_why_the_erp_could_not_be_asked_is_told(
    toy_shop: Shop, toy: ToyWorld, error: Any, code: grpc.StatusCode, reason: str
) -> None:
    toy.ledger.lists["price_list"] = {"1": "General"}
    await toy_shop.create(price_list="1")
    toy.ledger.options_fail = error
    told = await refusal(toy_shop.finish())
    assert (told.code, told.reason, list(told.fields)) == (code, reason, ["channel.settings.price_list"])
    assert (await toy_shop.get()).state == CONFIGURATION_PENDING
    toy.ledger.options_fail = None


async def test_an_item_that_is_younger_than_the_catalogue_can_be_chosen(toy_shop: Shop, toy: ToyWorld) -> None:
    """The catalogue is read again, so that the next invoice finds it."""
    await toy_shop.connect()
    await toy_shop.lookup(SHIPPING)
    await toy.add_item(an_item(77, "COURIER"))
    chosen = settings(toy, shipping_policy=LINE, shipping_item="77")
    await toy_shop.update("settings", settings=chosen)
    invoice = await toy_shop.sold(an_order(shipping_amount="11900", total_paid="130900"))
    assert (invoice.total, invoice.shipping_left_out) == ("130900.00", "0.00")
