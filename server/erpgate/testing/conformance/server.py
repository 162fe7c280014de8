"""The real server in this process, with the ERP under test as its only plugin."""

import asyncio
import contextlib
import datetime as dt
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import pydantic
from google.protobuf.struct_pb2 import Struct

from erpgate.client import Client
from erpgate.engine.session import NO_LIMITS, RATE_LIMITS
from erpgate.engine.settings import EngineSettings
from erpgate.plugin.erp import Erp
from erpgate.plugin.hookspecs import hookimpl
from erpgate.plugin.settings import ChannelSettings
from erpgate.rpc.app import Parts, open_app
from erpgate.settings import Settings
from erpgate.testing.conformance.bench import LOOPBACK, Basket, Bench
from erpgate.testing.conformance.check import Fault
from erpgate.v1 import channel_pb2, invoice_pb2, order_pb2, party_pb2
from erpgate.vault import generate_key

MERCHANT = "merchants/suite"
CHANNEL = f"{MERCHANT}/channels/main"

T = TypeVar("T")

_MS = dt.timedelta(milliseconds=1)
_QUICK = EngineSettings(
    poll=50 * _MS, linger=200 * _MS, look_up_delays=(30 * _MS, 100 * _MS), retry_delays=(30 * _MS, 100 * _MS)
)
_PATIENCE = 20.0
_LOOK = 0.03


@dataclass(frozen=True)
class Shop:
    """A merchant who uses the server."""

    bench: Bench
    client: Client

    async def call(self, method: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Calls the server; the client is synchronous."""
        return await asyncio.to_thread(method, *args, **kwargs)

    async def create_channel(self, credentials: Mapping[str, str] | None = None) -> channel_pb2.Channel:
        """The wizard up to its last button; automation opens every invoice."""
        automation = channel_pb2.Automation(enabled=True, initial_state=channel_pb2.INITIAL_STATE_OPEN)
        automation.start_time.FromJsonString("2020-01-01T00:00:00Z")
        settings = channel_pb2.ChannelSettings(automation=automation)
        own = Struct()
        for name, value in self.bench.seeded.settings.items():
            if name in ChannelSettings.model_fields:
                setattr(settings, name, value)
            else:
                own[name] = value  # type: ignore[assignment] # JSON
        settings.erp_options.CopyFrom(own)
        channel = channel_pb2.Channel(
            erp=f"erps/{self.bench.erp.name}",
            display_name="Suite",
            country_code=self.bench.company.country_code,
            settings=settings,
        )
        given = credentials or self.bench.seeded.credentials
        return await self.call(self.client.create_channel, MERCHANT, channel, given, channel_id="main")

    async def connect(self) -> channel_pb2.Channel:
        """The whole wizard."""
        await self.create_channel()
        return await self.call(self.client.connect_channel, CHANNEL)

    async def submit(self, basket: Basket, external_id: str = "1") -> order_pb2.Order:
        """A completed sale."""
        order = order_pb2.Order(
            sales_channel="suite",
            external_id=external_id,
            state=channel_pb2.ORDER_STATE_COMPLETED,
            currency_code=self.bench.company.currency_code,
            price_includes_tax=True,
            lines=[
                order_pb2.OrderLine(sku=sku, quantity=quantity, unit_price=price)
                for sku, (quantity, price) in basket.items()
            ],
            total_paid=str(sum((Decimal(n) * Decimal(price) for n, price in basket.values()), Decimal(0))),
            buyer=party_pb2.Party(
                name=self.bench.buyer.name,
                document_type=self.bench.buyer.document_type,
                document=self.bench.buyer.document,
            ),
        )
        order.order_time.GetCurrentTime()
        return await self.call(self.client.submit_order, MERCHANT, order)

    async def invoice(self, order: order_pb2.Order) -> invoice_pb2.Invoice:
        """The order's invoice once it is open or blocked.

        Raises:
            Fault: It stays in between.
        """
        name = order.verdicts[0].invoice
        if not name:
            raise Fault(f"the order was not invoiced: {order.verdicts[0].message}")
        until = asyncio.get_running_loop().time() + _PATIENCE
        while True:
            seen = await self.call(self.client.get_invoice, name)
            if seen.state in (invoice_pb2.INVOICE_STATE_OPEN, invoice_pb2.INVOICE_STATE_BLOCKED):
                return seen
            if asyncio.get_running_loop().time() > until:
                state = invoice_pb2.InvoiceState.Name(seen.state)
                raise Fault(f"the invoice stays in {state}: {seen.failure.message or 'nothing is said why'}")
            await asyncio.sleep(_LOOK)


@contextlib.asynccontextmanager
async def open_shop(bench: Bench) -> AsyncIterator[Shop]:
    """Serves on a free port and a database of its own."""
    operator = {**bench.simulator.operator(bench.url), RATE_LIMITS: NO_LIMITS}
    parts = Parts(
        plugins={"under-test": _Offering(bench.erp)},
        installed=False,
        operator={bench.erp.name: operator},
        engine=_QUICK,
    )
    with tempfile.TemporaryDirectory(prefix="erpgate-suite-") as folder:
        settings = Settings(
            listen="127.0.0.1:0",
            database_url=f"sqlite:///{Path(folder) / 'suite.sqlite3'}",
            key=pydantic.SecretStr(generate_key()),
            unproven_erps="*",
            allowed_networks=",".join(map(str, LOOPBACK)),
        )
        async with open_app(settings, parts) as app:
            client = Client(f"127.0.0.1:{app.port}", timeout=20)
            try:
                yield Shop(bench, client)
            finally:
                client.close()


class _Offering:
    def __init__(self, erp: Erp[Any, Any]) -> None:
        self._erp = erp

    @hookimpl
    def erpgate_erps(self) -> list[Erp[Any, Any]]:
        return [self._erp]
