"""What a channel's settings make of an item."""

from decimal import Decimal
from typing import Any

import pytest
from erpgate.domain.product import Availability, product_of
from erpgate.plugin.model import Item, ItemId
from erpgate.plugin.reasons import Reason
from erpgate.plugin.settings import ChannelSettings


class Strategy:
    """The reference or the barcode, by the setting."""

    def normalise(self, sku: str) -> str:
        return sku.strip()

    def sku_of(self, item: Item, settings: ChannelSettings) -> str | None:
        return item.barcode if settings.sku_source == "barcode" else item.reference

    def refusal(self, item: Item, settings: ChannelSettings) -> str | None:
        shared = item.kind == "variant" and settings.sku_source == "reference"
        return "Variants share a reference." if shared else None


def an_item(**changes: Any) -> Item:
    values: dict[str, Any] = {
        "id": ItemId("17"),
        "name": "Shirt",
        "reference": " A-1 ",
        "barcode": "770",
        "currency_code": "COP",
        "prices": {"1": Decimal("8403.36"), "2": Decimal(9000)},
        "tax_rates": {"3": Decimal("0.19")},
        "stock": {"2": Decimal("4.5"), "5": Decimal(1)},
    }
    return Item(**values | changes)


def settings(**changes: Any) -> ChannelSettings:
    return ChannelSettings(**{"price_list": "1", "warehouse": "2"} | changes)


@pytest.mark.parametrize(("source", "sku"), [("reference", "A-1"), ("barcode", "770")])
def test_the_sku_is_one_code_and_never_the_other(source: str, sku: str) -> None:
    assert product_of(an_item(), Strategy(), settings(sku_source=source)).sku == sku


def test_a_price_with_taxes_is_rounded_as_money_is() -> None:
    product = product_of(an_item(), Strategy(), settings(catalog_prices_with_taxes=True))
    assert (product.price, product.price_includes_taxes) == (Decimal("10000.00"), True)


def test_a_net_price_is_as_the_erp_has_it() -> None:
    product = product_of(an_item(), Strategy(), settings())
    assert (product.price, product.price_includes_taxes) == (Decimal("8403.36"), False)


@pytest.mark.parametrize(
    ("item", "price_list", "price"),
    [
        (an_item(), "9", None),
        (an_item(), "", None),
        (an_item(prices={"8": Decimal(5)}), "", Decimal(5)),
    ],
    ids=["a list without the item", "no list of several", "the only list while none is chosen"],
)
def test_the_price_is_of_the_channels_list(item: Item, price_list: str, price: Decimal | None) -> None:
    assert product_of(item, Strategy(), settings(price_list=price_list)).price == price


@pytest.mark.parametrize(
    ("warehouse", "on_hand"),
    [("2", Decimal("4.5")), ("9", Decimal(0)), ("", Decimal("5.5"))],
    ids=["in the channel's", "in one that never had it", "in all while none is chosen"],
)
def test_stock(warehouse: str, on_hand: Decimal) -> None:
    assert product_of(an_item(), Strategy(), settings(warehouse=warehouse)).on_hand == on_hand


def test_a_service_keeps_no_stock() -> None:
    assert product_of(an_item(stock={}), Strategy(), settings()).on_hand is None


@pytest.mark.parametrize(
    ("item", "rivals", "reason"),
    [
        (an_item(active=False, kind="variant"), 1, Reason.ITEM_INACTIVE),
        (an_item(kind="variant"), 1, Reason.VARIANT_NOT_INVOICEABLE),
        (an_item(kind="variant_parent"), 0, Reason.VARIANT_NOT_INVOICEABLE),
        (an_item(reference=" "), 0, Reason.SKU_NOT_FOUND),
        (an_item(), 1, Reason.SKU_AMBIGUOUS),
    ],
    ids=["inactive", "variant", "parent", "no SKU", "ambiguous"],
)
def test_what_cannot_be_invoiced_says_why(item: Item, rivals: int, reason: Reason) -> None:
    refusal = product_of(item, Strategy(), settings(), rivals=rivals).refusal
    assert refusal is not None
    assert refusal.reason is reason
    assert refusal.message.endswith(".")


def test_what_can_be_invoiced() -> None:
    assert product_of(an_item(), Strategy(), settings()).refusal is None


def test_available_is_what_is_left_of_what_is_on_hand() -> None:
    availability = Availability(on_hand=Decimal(5), sold=Decimal("3.5"), unread=Decimal(2))
    assert availability.available == Decimal("-0.5")
