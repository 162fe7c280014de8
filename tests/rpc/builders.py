"""Records and messages with good defaults."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

from erpgate.domain.matching import Matching
from erpgate.domain.order import Order, OrderLine
from erpgate.domain.product import Availability, Product, Refusal
from erpgate.domain.sale import sale_of
from erpgate.plugin.model import Buyer, Company, CompanyId, Item, ItemId, Stage
from erpgate.plugin.reasons import Reason
from erpgate.plugin.settings import OrderState
from erpgate.service.commands import CatalogEntry
from erpgate.service.preview import Preview
from erpgate.store.aliases import AliasRecord
from erpgate.store.records import ChannelRecord, ChannelState, InvoiceRecord, OrderRecord, Overrides
from erpgate.v1 import channel_pb2, order_pb2
from google.protobuf.timestamp_pb2 import Timestamp

SYNCED = dt.datetime(2026, 8, 1, 12, tzinfo=dt.UTC)
CHANGED = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
NOW = dt.datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=dt.UTC)
CHANNEL = "merchants/acme/channels/main"
ORDER = "merchants/acme/orders/shop-co:1001"
INVOICE_ID = "01K2Z7A8B9C0D1E2F3G4H5J6K7"
INVOICE = f"{CHANNEL}/invoices/{INVOICE_ID}"


def a_channel(**changes: Any) -> ChannelRecord:
    values: dict[str, Any] = {
        "merchant": "acme",
        "channel": "main",
        "erp": "toy-books",
        "display_name": "Toy (my shop)",
        "country_code": "CO",
        "account": "toy-books:9",
        "company": Company(
            id=CompanyId("9"), name="Acme SAS", country_code="CO", currency_code="COP", time_zone="America/Bogota"
        ),
        "settings": {"price_list": "1", "warehouse": "2"},
        "state": ChannelState.CONNECTED,
        "version": 3,
        "create_time": NOW,
        "update_time": NOW,
    }
    return ChannelRecord(**values | changes)


def an_order(**changes: Any) -> Order:
    values: dict[str, Any] = {
        "merchant": "acme",
        "sales_channel": "shop-co",
        "external_id": "1001",
        "state": OrderState.COMPLETED,
        "order_time": NOW,
        "currency_code": "COP",
        "lines": (OrderLine(line_id="1", sku="A-1", title="Shirt", quantity=Decimal(2), unit_price=Decimal("595.25")),),
        "total_paid": Decimal("1190.50"),
        "buyer": Buyer(name="Ana"),
    }
    return Order(**values | changes)


def an_order_record(**changes: Any) -> OrderRecord:
    order = changes.pop("order", None) or an_order()
    values: dict[str, Any] = {
        "order": order,
        "order_id": order.order_id,
        "revision": 1,
        "create_time": NOW,
        "update_time": NOW,
    }
    return OrderRecord(**values | changes)


def an_alias(**changes: Any) -> AliasRecord:
    values: dict[str, Any] = {
        "merchant": "acme",
        "account": "toy-books:9",
        "sku": "MELI-1",
        "item": ItemId("1"),
        "item_sku": "A-1",
        "set_time": NOW,
    }
    return AliasRecord(**values | changes)


def a_preview(**changes: Any) -> Preview:
    values: dict[str, Any] = {
        "sale": sale_of([an_order()]),
        "form": Overrides(),
        "matching": Matching(items={}, aliases={}),
        "buyer": Buyer(name="Ana"),
    }
    return Preview(**values | changes)


def an_invoice(**changes: Any) -> InvoiceRecord:
    values: dict[str, Any] = {
        "merchant": "acme",
        "channel": "main",
        "invoice": INVOICE_ID,
        "account": "toy-books:9",
        "order_id": "shop-co:1001",
        "reference": "ABCDEFGHIJKLMNOPQRSTUVWX",
        "stage": Stage.DRAFT,
        "paid_total": Decimal("1190.50"),
        "currency_code": "COP",
        "create_time": NOW,
        "update_time": NOW,
    }
    return InvoiceRecord(**values | changes)


def a_channel_message(**changes: Any) -> channel_pb2.Channel:
    values: dict[str, Any] = {"erp": "erps/toy-books", "display_name": "Toy (my shop)", "country_code": "CO"}
    return channel_pb2.Channel(**values | changes)


def a_line_message(**changes: Any) -> order_pb2.OrderLine:
    return order_pb2.OrderLine(**{"sku": "A-1", "title": "Shirt", "quantity": "2", "unit_price": "595.25"} | changes)


def an_order_message(**changes: Any) -> order_pb2.Order:
    values: dict[str, Any] = {
        "sales_channel": "shop-co",
        "external_id": "1001",
        "state": channel_pb2.ORDER_STATE_COMPLETED,
        "order_time": Timestamp(seconds=1_767_323_045),
        "currency_code": "COP",
        "lines": [a_line_message()],
        "total_paid": "1190.50",
    }
    return order_pb2.Order(**values | changes)


def an_entry(*, refused: Reason | None = None, **changes: Any) -> CatalogEntry:
    """A variant that was read two minutes ago; `changes` are of the product."""
    item = Item(
        id=ItemId("17/b"),
        name="Shirt / M",
        reference="A-1",
        barcode="770",
        kind="variant",
        parent=ItemId("17"),
        unit="unit",
        currency_code="COP",
        tax_rates={"3": Decimal("0.19")},
    )
    product = Product(
        item=item,
        sku="A-1",
        price=Decimal("10000.00"),
        price_includes_taxes=True,
        on_hand=Decimal("4.5"),
        refusal=None if refused is None else Refusal(reason=refused, message="No."),
    )
    return CatalogEntry(
        product=replace(product, **changes),
        version=3,
        sync_time=SYNCED,
        change_time=CHANGED,
        age=dt.timedelta(minutes=2),
        availability=Availability(on_hand=Decimal("4.5"), sold=Decimal(3), unread=Decimal(2)),
    )
