"""`LookupSkus` through the door."""

from decimal import Decimal
from typing import Any

import pytest
from erpgate.plugin.model import Item, ItemId
from erpgate.service.commands import SkuAnswer
from erpgate.v1 import catalog_service_pb2 as pb
from erpgate.v1 import error_reason_pb2, product_pb2

from .builders import CHANNEL, a_channel
from .harness import Door


def an_item(**changes: Any) -> Item:
    values: dict[str, Any] = {
        "id": ItemId("17/b"),
        "name": "Shirt",
        "currency_code": "COP",
        "prices": {"1": Decimal("8403.36"), "2": Decimal(9000)},
        "tax_rates": {"3": Decimal("0.19")},
        "stock": {"2": Decimal("4.5"), "5": Decimal(1)},
    }
    return Item(**values | changes)


async def looked_up(door: Door, answer: SkuAnswer, **settings: object) -> pb.SkuLookup:
    channel = a_channel(settings={"price_list": "1", "warehouse": "2"} | settings)
    door.service.answer = (channel, (answer,))
    response = await door.catalog.LookupSkus(pb.LookupSkusRequest(parent=CHANNEL, skus=[answer.sku]))
    assert door.service.calls == [("lookup", ("acme", "main", [answer.sku]), {})]
    return response.lookups[0]


async def product(door: Door, item: Item, **settings: object) -> product_pb2.Product:
    return (await looked_up(door, SkuAnswer(sku="A-1", items=(item,)), **settings)).product


async def test_found(door: Door) -> None:
    found = await looked_up(door, SkuAnswer(sku=" A-1", items=(an_item(),)))
    assert found == pb.SkuLookup(
        sku=" A-1",
        status=pb.SKU_STATUS_FOUND,
        product=product_pb2.Product(
            name=f"{CHANNEL}/products/17%2Fb",
            sku="A-1",
            title="Shirt",
            price="8403.36",
            currency_code="COP",
            taxes=[product_pb2.Tax(id="3", rate="0.19")],
            stock="4.5",
            active=True,
        ),
    )


@pytest.mark.parametrize(
    ("answer", "status", "reason", "has_product"),
    [
        pytest.param(
            SkuAnswer(sku="A", items=(), suggestions=("B",)),
            pb.SKU_STATUS_NOT_FOUND,
            error_reason_pb2.ERROR_REASON_SKU_NOT_FOUND,
            False,
            id="not found",
        ),
        pytest.param(
            SkuAnswer(sku="A", items=(an_item(), an_item())),
            pb.SKU_STATUS_AMBIGUOUS,
            error_reason_pb2.ERROR_REASON_SKU_AMBIGUOUS,
            False,
            id="ambiguous",
        ),
        pytest.param(
            SkuAnswer(sku="A", items=(an_item(active=False),), refusal="a variant"),
            pb.SKU_STATUS_INACTIVE,
            error_reason_pb2.ERROR_REASON_ITEM_INACTIVE,
            True,
            id="inactive",
        ),
        pytest.param(
            SkuAnswer(sku="A", items=(an_item(),), refusal="a variant"),
            pb.SKU_STATUS_NOT_INVOICEABLE,
            error_reason_pb2.ERROR_REASON_VARIANT_NOT_INVOICEABLE,
            True,
            id="not invoiceable",
        ),
    ],
)
async def test_not_found(door: Door, answer: SkuAnswer, status: int, reason: int, has_product: bool) -> None:
    found = await looked_up(door, answer)
    assert (found.status, found.reason) == (status, reason)
    assert found.HasField("product") is has_product
    assert tuple(found.suggestions) == answer.suggestions


async def test_price_with_taxes_is_rounded_as_money_is(door: Door) -> None:
    assert (await product(door, an_item(), catalog_prices_with_taxes=True)).price == "10000.00"


async def test_price_list_without_the_item(door: Door) -> None:
    assert (await product(door, an_item(), price_list="9")).price == ""


async def test_only_price_while_no_list_is_chosen(door: Door) -> None:
    assert (await product(door, an_item(prices={"8": Decimal(5)}), price_list="")).price == "5"
    door.service.calls.clear()
    assert (await product(door, an_item(), price_list="")).price == ""


@pytest.mark.parametrize(
    ("warehouse", "stock"),
    [("2", "4.5"), ("9", "0"), ("", "5.5")],
    ids=["in the channel's", "in one that never had it", "in all while none is chosen"],
)
async def test_stock(door: Door, warehouse: str, stock: str) -> None:
    assert (await product(door, an_item(), warehouse=warehouse)).stock == stock


async def test_service_keeps_no_stock(door: Door) -> None:
    assert (await product(door, an_item(stock={}))).stock == ""
