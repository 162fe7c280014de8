"""Invoices are found by state, reason, order, sales channel and time."""

import datetime as dt
from typing import Any

from erpgate.v1 import error_reason_pb2
from erpgate.v1 import invoicing_service_pb2 as pb
from fixtures.orders import an_order
from fixtures.shop import Shop
from google.protobuf.timestamp_pb2 import Timestamp

from .clerk import Clerk


async def names(shop: Shop, **filters: Any) -> list[str]:
    request = pb.ListInvoicesRequest(parent=shop.name, **filters)
    return [invoice.order for invoice in (await shop.door.invoicing.ListInvoices(request, timeout=20)).invoices]


async def test_invoices_are_filtered(toy_shop: Shop) -> None:
    first = await toy_shop.sold(an_order(external_id="1", sales_channel="shop-co"))
    second = await toy_shop.blocked(an_order(external_id="2", sales_channel="shop", total_paid="1"))
    both = [first.order, second.order]
    assert await names(toy_shop) == both
    assert await names(toy_shop, sales_channel="shop") == [second.order]
    assert await names(toy_shop, sales_channel="shop-co") == [first.order]
    assert await names(toy_shop, order=first.order) == [first.order]
    assert await names(toy_shop, reason=error_reason_pb2.ERROR_REASON_ORDER_TOTAL_INCONSISTENT) == [second.order]
    assert await names(toy_shop, reason=error_reason_pb2.ERROR_REASON_SKU_NOT_FOUND) == []
    between = Timestamp()
    between.FromDatetime(second.create_time.ToDatetime(tzinfo=dt.UTC))
    assert await names(toy_shop, start_time=between) == [second.order]
    assert await names(toy_shop, end_time=between) == [first.order]


async def test_an_order_of_another_merchant_is_refused(toy_shop: Shop) -> None:
    told = await Clerk(toy_shop).refused(names(toy_shop, order="merchants/other/orders/shop-co:1"))
    assert (told.reason, list(told.fields)) == ("FIELD_INVALID", ["order"])
