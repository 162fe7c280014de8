"""A connected channel on a simulated ERP without limits, and the requests that measurements send."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from erpgate.client import Client
from erpgate.demo.company import shop
from erpgate.demo.stack import CHANNEL, PARENT, Stack, connect, stack
from erpgate.plugin import Seeded
from erpgate.v1 import channel_pb2, invoicing_service_pb2, order_pb2, party_pb2
from google.protobuf.timestamp_pb2 import Timestamp

ERP = "alegra"
_PLACED = 1_750_000_000


@contextlib.contextmanager
def connected(database_url: str) -> Iterator[tuple[Stack, Client, Seeded]]:
    """A running stack with a connected channel whose automation is off, and what its merchant typed."""
    with (
        tempfile.TemporaryDirectory(prefix="erpgate-bench-") as folder,
        stack(ERP, Path(folder), database_url) as running,
    ):
        try:
            with Client(running.server.address, timeout=60) as client:
                settings = channel_pb2.ChannelSettings(sku_source=channel_pb2.SKU_SOURCE_BARCODE)
                seeded = running.seed(shop())
                connect(client, running, seeded, settings, shop().country_code)
                yield running, client, seeded
        finally:
            running.stop()


def switch_automation_on(client: Client) -> None:
    """From now on orders are invoiced, and the invoices opened."""
    channel = client.get_channel(CHANNEL)
    channel.settings.automation.CopyFrom(
        channel_pb2.Automation(
            enabled=True, start_time=Timestamp(seconds=_PLACED), initial_state=channel_pb2.INITIAL_STATE_OPEN
        )
    )
    client.update_channel(channel, ["settings.automation"])


def submit_bodies(prefix: str, count: int) -> list[bytes]:
    """SubmitOrder requests, one order each, of three lines."""
    return [
        invoicing_service_pb2.SubmitOrderRequest(parent=PARENT, order=an_order(f"{prefix}{n}")).SerializeToString()
        for n in range(count)
    ]


def an_order(external_id: str) -> order_pb2.Order:
    """An order of three lines by one buyer."""
    return order_pb2.Order(
        sales_channel="shop-co",
        external_id=external_id,
        state=channel_pb2.ORDER_STATE_COMPLETED,
        order_time=Timestamp(seconds=_PLACED),
        currency_code="COP",
        price_includes_tax=True,
        lines=[
            order_pb2.OrderLine(sku="7701004000013", title="Termo", quantity="2", unit_price="119000.00"),
            order_pb2.OrderLine(sku="7701002000015", title="Café", quantity="1", unit_price="21000.00"),
            order_pb2.OrderLine(sku="7701003000014", title="Libro", quantity="1", unit_price="45000.00"),
        ],
        total_paid="304000.00",
        buyer=party_pb2.Party(
            name="Ana Pérez", document_type="CC", document="1000000001", email="ana@example.com", phone="3001234567"
        ),
    )
