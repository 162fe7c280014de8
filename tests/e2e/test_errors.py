"""What stops an order: the reason is on verdict and invoice, and nothing is sent to the ERP."""

from typing import Any

import pytest
from erpgate.plugin import RoundingPolicy
from erpgate.v1 import channel_pb2, order_pb2
from fixtures.catalogue import BOOK, OLD, SHIPPING, SHIRT, SHOE, TWIN
from fixtures.orders import a_buyer, a_line, an_order
from fixtures.server import open_server
from fixtures.shop import Shop, reason_name, settings
from fixtures.toy_world import ToyWorld
from fixtures.waiting import eventually
from fixtures.world import World

ERROR = order_pb2.VERDICT_OUTCOME_ERROR

STOPS: list[Any] = [
    pytest.param({"sku": "NOTHING"}, "SKU_NOT_FOUND", {"line_id": "1", "sku": "NOTHING"}, id="sku-not-found"),
    pytest.param({"sku": SHIRT.lower()}, "SKU_NOT_FOUND", {"line_id": "1", "sku": "shirt"}, id="sku-in-lower-case"),
    pytest.param({"sku": ""}, "SKU_NOT_FOUND", {"line_id": "1", "sku": ""}, id="no-sku"),
    pytest.param({"sku": TWIN}, "SKU_AMBIGUOUS", {"line_id": "1", "sku": TWIN}, id="sku-ambiguous"),
    pytest.param({"sku": OLD}, "ITEM_INACTIVE", {"line_id": "1", "sku": OLD}, id="item-inactive"),
    pytest.param({"sku": SHOE}, "VARIANT_NOT_INVOICEABLE", {"line_id": "1", "sku": SHOE}, id="variant"),
    pytest.param({"price_includes_tax": None}, "TAX_BASIS_UNKNOWN", {"line_id": "1"}, id="tax-basis-unknown"),
    pytest.param(
        {"price_includes_tax": False},
        "DOUBLE_TAX_SUSPECTED",
        {"lines_total": "141610.00", "total_paid": "119000.00", "rate": "0.19"},
        id="double-tax",
    ),
    pytest.param(
        {"total_paid": "119000.01"},
        "ORDER_TOTAL_INCONSISTENT",
        {"computed": "119000.00", "total_paid": "119000.01", "difference": "-0.01"},
        id="total-inconsistent",
    ),
    pytest.param({"currency_code": "USD"}, "CURRENCY_NOT_SUPPORTED", {"currency_code": "USD"}, id="currency"),
    pytest.param({"buyer": a_buyer(document="")}, "CUSTOMER_DOCUMENT_INVALID", {}, id="no-document"),
    pytest.param(
        {"order_lines": [a_line(BOOK, quantity="0.12345", unit_price="100")], "total_paid": "12.35"},
        "FIELD_INVALID",
        {},
        id="too-fine-a-quantity",
    ),
]


@pytest.mark.parametrize(("changes", "reason", "details"), STOPS)
async def test_an_order_that_a_person_must_mend_is_in_error(
    shop: Shop, world: World, changes: dict[str, Any], reason: str, details: dict[str, str]
) -> None:
    invoice = await shop.blocked(an_order(**changes))
    assert (reason_name(invoice.failure.reason), invoice.failure.retryable) == (reason, False)
    assert invoice.failure.message
    assert {name: invoice.failure.details.get(name) for name in details} == details
    verdict = await shop.verdict(invoice.order)
    assert (verdict.outcome, reason_name(verdict.reason), verdict.message) == (ERROR, reason, invoice.failure.message)
    assert verdict.invoice == invoice.name
    assert [order.name for order in (await shop.orders(outcome=ERROR)).orders] == [invoice.order]
    assert list(invoice.attempts) == []
    assert (await world.sends(), await world.documents()) == (0, [])


async def test_every_line_that_does_not_match_is_named_with_suggestions(shop: Shop, world: World) -> None:
    lines = [a_line(), a_line("SHIRTS"), a_line(TWIN)]
    invoice = await shop.blocked(an_order(order_lines=lines, total_paid="357000"))
    verdict = await shop.verdict(invoice.order)
    assert [(p.line_id, p.sku, reason_name(p.reason)) for p in verdict.line_problems] == [
        ("2", "SHIRTS", "SKU_NOT_FOUND"),
        ("3", TWIN, "SKU_AMBIGUOUS"),
    ]
    assert list(verdict.line_problems[0].suggestions) == [SHIRT]
    assert await world.sends() == 0


async def test_a_total_that_the_erp_cannot_reach_shows_the_nearest_ones(database_url: str) -> None:
    """Base and tax are rounded apart: 2 + 0.38 comes to 2 cents, 3 + 0.57 to 4, and nothing to 3."""
    rounding = RoundingPolicy(unit_price_places=2, quantity_places=0, amount_places=2, rounds="base_and_tax")
    toy = ToyWorld(rounding=rounding)
    async with open_server(database_url, toy) as door:
        shop = await Shop(door, toy).connect()
        invoice = await shop.blocked(an_order(order_lines=[a_line(unit_price="0.03")], total_paid="0.03"))
        assert reason_name(invoice.failure.reason) == "TOTAL_UNREACHABLE"
        near = {name: invoice.failure.details[name] for name in ("target", "below", "above")}
        assert near == {"target": "0.03", "below": "0.02", "above": "0.04"}
        assert await toy.sends() == 0


async def test_a_shipping_item_that_is_gone_stops_the_invoice(shop: Shop, world: World) -> None:
    """The choice of another item has made erpgate read the catalogue again."""
    shipping, book = (found.product.name.split("/")[-1] for found in await shop.lookup(SHIPPING, BOOK))
    policy = {"shipping_policy": channel_pb2.SHIPPING_POLICY_LINE, "shipping_item": shipping}
    await shop.update("settings", settings=settings(world, **policy))
    await world.retire_item(SHIPPING)
    rounding = {"remainder_policy": channel_pb2.REMAINDER_POLICY_ROUNDING_LINE, "remainder_item": book}
    await shop.update("settings", settings=settings(world, **policy, **rounding))

    async def is_seen() -> bool:
        (found,) = await shop.lookup(SHIPPING)
        return not found.product.active

    await eventually("the catalogue shows that the item is switched off", is_seen)
    invoice = await shop.blocked(an_order(shipping_amount="9900", total_paid="128900"))
    assert reason_name(invoice.failure.reason) == "OPTION_NO_LONGER_EXISTS"
    assert dict(invoice.failure.details) == {"field": "shipping_item", "value": shipping}
    assert await world.sends() == 0


async def test_shipping_is_a_line_where_the_channel_says_so(shop: Shop) -> None:
    (shipping,) = await shop.lookup(SHIPPING)
    line = {"shipping_policy": channel_pb2.SHIPPING_POLICY_LINE, "shipping_item": shipping.product.name.split("/")[-1]}
    await shop.update("settings", settings=settings(shop.world, **line))
    invoice = await shop.sold(an_order(shipping_amount="9900", total_paid="128900"))
    assert (invoice.total, invoice.shipping_left_out) == ("128900.00", "0.00")


async def test_an_order_that_its_sales_channel_mends_is_invoiced(shop: Shop, world: World) -> None:
    order = an_order(total_paid="1")
    await shop.blocked(order)
    order.total_paid = "119000"
    invoice = await shop.sold(order)
    verdict = await shop.verdict(invoice.order)
    assert (verdict.outcome, reason_name(verdict.reason)) == (order_pb2.VERDICT_OUTCOME_INVOICE, "ELIGIBLE")
    assert len(await world.documents()) == 1
    assert len(await shop.invoices()) == 1
