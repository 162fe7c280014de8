"""Items as they were recorded over the years, read as neutral items."""

from decimal import Decimal
from typing import Any

import pytest
from erpgate.plugin import Item, ItemId
from erpgate_alegra.body import Unreadable
from erpgate_alegra.items import PriceLists, item_of, price_lists_of

NONE = PriceLists(percentages={})


def test_an_item_of_2016() -> None:
    recorded = {
        "id": 1,
        "name": "item1",
        "description": "item de venta 1",
        "reference": "ref1",
        "status": "active",
        "category": {"id": "3", "name": "Ventas"},
        "price": [{"idPriceList": "1", "name": "General", "price": "40.0000"}],
        "tax": [{"id": "3", "name": "IVA", "percentage": "16.00", "description": ""}],
    }

    assert item_of(recorded, NONE, "COP") == Item(
        id=ItemId("1"),
        name="item1",
        reference="ref1",
        currency_code="COP",
        prices={"1": Decimal(40)},
        tax_rates={"3": Decimal("0.16")},
    )


def test_a_variant_as_a_webhook_tells_it() -> None:
    sent = {
        "id": "865",
        "name": "Un Ítem / S",
        "reference": "423424134213",
        "price": [{"id": "123", "price": 1}, {"id": "124", "price": 2}],
        "inventory": {"unit": "unit", "availableQuantity": 1, "warehouses": [{"id": "10"}]},
        "tax": [],
        "status": "active",
        "customFields": [{"id": "6"}],
        "type": "variant",
        "variantAttributes": None,
        "itemVariants": None,
    }

    assert item_of(sent, NONE, "COP") == Item(
        id=ItemId("865"),
        name="Un Ítem / S",
        reference="423424134213",
        kind="variant",
        unit="unit",
        currency_code="COP",
        prices={"123": Decimal(1), "124": Decimal(2)},
        stock={"1": Decimal(1)},
    )


@pytest.mark.parametrize(
    ("body", "barcode"),
    [
        pytest.param({"barcode": "77", "customFields": [{"name": "Código de barras", "value": "88"}]}, "77", id="own"),
        pytest.param({"barcode": None, "customFields": [{"name": "Código de barras", "value": 88}]}, "88", id="name"),
        pytest.param({"customFields": [{"key": "barcode", "value": "99"}]}, "99", id="key"),
        pytest.param({"reference": "7701234567890", "customFields": [{"name": "Color", "value": "1"}]}, None, id="no"),
    ],
)
def test_a_barcode_is_never_the_reference(body: dict[str, Any], barcode: str | None) -> None:
    assert item_of({"id": 1, **body}, NONE, "COP").barcode == barcode


def test_a_price_names_its_currency() -> None:
    body = {"id": 1, "price": [{"idPriceList": 1, "price": 5, "currency": {"code": "USD"}}]}

    assert item_of(body, NONE, "COP").currency_code == "USD"


def test_percentage_lists_derive_from_the_main_one() -> None:
    price_lists = price_lists_of(
        [
            {"id": 3, "name": "General", "type": "amount", "main": True},
            {"id": "2", "name": "Mayorista", "type": "percentage", "percentage": "10.00"},
            {"id": "4", "name": "Distribuidor", "type": "percentage", "percentage": "20.00"},
        ]
    )
    body = {"id": 1, "price": [{"idPriceList": "3", "price": "40.0000"}, {"idPriceList": "4", "price": "31"}]}

    assert item_of(body, price_lists, "COP").prices == {"3": Decimal(40), "2": Decimal(36), "4": Decimal(31)}


def test_an_item_without_a_main_price_has_no_derived_one() -> None:
    price_lists = PriceLists(percentages={"2": Decimal(10)})

    assert item_of({"id": 1, "price": None}, price_lists, "COP").prices == {}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({}, id="no-id"),
        pytest.param({"id": 1, "price": "x"}, id="price"),
        pytest.param({"id": 1, "tax": [{"id": 1}]}, id="tax-without-percentage"),
        pytest.param({"id": 1, "inventory": {"availableQuantity": "many"}}, id="quantity"),
    ],
)
def test_what_decides_must_be_readable(body: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        item_of(body, NONE, "COP")
