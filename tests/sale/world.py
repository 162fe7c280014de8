"""A real server in this process, a merchant, and an ERP that can be broken on purpose."""

import asyncio
import contextlib
import datetime as dt
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

import grpc
import httpx
import pydantic
import pytest
from erpgate.engine.settings import EngineSettings
from erpgate.plugin import Item, ItemId
from erpgate.rpc.app import App, Parts, open_app
from erpgate.settings import Settings
from erpgate.testing import Fault, ToyLedger, toy_plugin
from erpgate.v1 import (
    catalog_service_pb2_grpc,
    channel_pb2,
    channel_service_pb2,
    channel_service_pb2_grpc,
    invoice_pb2,
    invoicing_service_pb2,
    invoicing_service_pb2_grpc,
    order_pb2,
)
from erpgate.vault import generate_key
from erpgate_alegra.simulator import SimulatorOptions, create_app
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp

MERCHANT = "merchants/acme"
CHANNEL = f"{MERCHANT}/channels/main"
_DEADLINE = 15.0
_LOOK = 0.01
_MS = dt.timedelta(milliseconds=1)
_ENGINE = EngineSettings(
    poll=20 * _MS, linger=200 * _MS, look_up_delays=(20 * _MS,), retry_delays=(20 * _MS,), renew=1000 * _MS
)


@dataclass(frozen=True, kw_only=True)
class Held:
    """A document as the ERP holds it."""

    reference: str
    state: str
    total: Decimal


class Books(Protocol):
    """An ERP under test."""

    erp: str
    country: str
    currency: str
    drafts: bool

    def parts(self) -> Parts:
        """What the server is opened with."""
        ...

    def credentials(self) -> dict[str, str]:
        """That open it."""
        ...

    def settings(self) -> channel_pb2.ChannelSettings:
        """That complete it."""
        ...

    async def prepare(self) -> None:
        """Puts the items in: `SHIRT` taxed at 19 %, `BOOK` untaxed, `OLD` inactive, `TWIN` twice."""
        ...

    async def held(self) -> list[Held]:
        """Every document."""
        ...

    async def break_create(self, how: str) -> None:
        """The next create is `lost`, has its `answer lost`, or is `refused`."""
        ...

    async def aclose(self) -> None:
        """Ends it."""
        ...


class ToyBooks:
    """The toy ledger: no HTTP, no drafts."""

    erp, country, currency, drafts = "toy", "GB", "GBP", False

    def __init__(self) -> None:
        self.ledger = ToyLedger()

    def parts(self) -> Parts:
        return Parts(plugins={"toy": toy_plugin(self.ledger)}, engine=_ENGINE)

    def credentials(self) -> dict[str, str]:
        return {"workspace": "acme", "passphrase": "open sesame"}

    def settings(self) -> channel_pb2.ChannelSettings:
        return channel_pb2.ChannelSettings(default_document="1000000009")

    async def prepare(self) -> None:
        vat = {"vat": Decimal("0.19")}
        self.ledger.items = [
            Item(id=ItemId("1"), name="Shirt", reference="SHIRT", tax_rates=vat),
            Item(id=ItemId("2"), name="Book", reference="BOOK"),
            Item(id=ItemId("3"), name="Old", reference="OLD", active=False),
            Item(id=ItemId("4"), name="Twin", reference="TWIN"),
            Item(id=ItemId("5"), name="Twin", reference="TWIN"),
        ]

    async def held(self) -> list[Held]:
        return [Held(reference=str(v.reference), state=v.stage.value, total=v.total) for v in self.ledger.vouchers]

    async def break_create(self, how: str) -> None:
        self.ledger.party("1000000001")
        self.ledger.faults.append(Fault(how))

    async def aclose(self) -> None:
        """There is nothing to end."""


class AlegraBooks:
    """Alegra's simulator behind HTTP."""

    erp, country, currency, drafts = "alegra", "CO", "COP", True

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._app = create_app(SimulatorOptions())
        self._transport = httpx.ASGITransport(self._app)
        self._control = httpx.AsyncClient(transport=self._transport, base_url="http://books")
        for name, value in {"BASE_URL": "http://books/api/v1/", "SETTLE_SECONDS": "0.1", "RATE_LIMITS": "none"}.items():
            monkeypatch.setenv(f"ERPGATE_ERP_ALEGRA_{name}", value)

    def parts(self) -> Parts:
        return Parts(transports={"alegra": self._transport}, engine=_ENGINE)

    def credentials(self) -> dict[str, str]:
        return {"email": "ana@example.com", "token": "s3cr3t-t0k3n"}

    def settings(self) -> channel_pb2.ChannelSettings:
        own = Struct()
        own["identification_type"] = "CC"
        return channel_pb2.ChannelSettings(
            default_document="222222222222", warehouse="1", price_list="1", erp_options=own
        )

    async def prepare(self) -> None:
        await self.seed(
            items=[
                {"name": "Shirt", "reference": "SHIRT", "price": 100, "tax_percentage": 19, "type": "service"},
                {"name": "Book", "reference": "BOOK", "price": 100, "tax_percentage": 0, "type": "service"},
                {"name": "Old", "reference": "OLD", "price": 100, "type": "service", "status": "inactive"},
                {"name": "Twin", "reference": "TWIN", "price": 100, "type": "service"},
                {"name": "Twin", "reference": "TWIN", "price": 100, "type": "service"},
            ]
        )

    async def seed(self, **lists: Any) -> None:
        tenant = self.credentials() | {"country": "colombia", "decimalPrecision": "2", "identification": "900123456-8"}
        await self._post("seed", {"tenants": [tenant | lists]})

    async def held(self) -> list[Held]:
        answer = await self._control.get("/_sim/documents", params={"tenant": "ana@example.com"})
        return [
            Held(
                reference=str(row["observations"]).split()[0].removeprefix("ref:"),
                state=row["status"],
                total=Decimal(str(row["total"])),
            )
            for row in json.loads(answer.content, parse_float=Decimal)
        ]

    async def break_create(self, how: str) -> None:
        kinds: dict[str, dict[str, object]] = {
            "lost": {"kind": "drop_before"},
            "answer lost": {"kind": "drop_after"},
            "refused": {"kind": "status", "status": 400, "body": {"code": 3051, "message": "No."}},
        }
        await self.break_calls("POST", "/invoices$", kinds[how])

    async def break_calls(self, method: str, path: str, action: dict[str, object], times: int = 1) -> None:
        rules = [{"method": method, "path": path, "times": times, "action": action}]
        answer = await self._control.put("/_sim/faults", json=rules)
        assert answer.is_success, answer.text

    async def calls(self) -> dict[str, int]:
        counts: dict[str, int] = (await self._control.get("/_sim/counts")).json()
        return counts

    async def _post(self, name: str, body: object) -> None:
        answer = await self._control.post(f"/_sim/{name}", json=body)
        assert answer.is_success, answer.text

    async def aclose(self) -> None:
        await self._control.aclose()
        await self._app.aclose()


@dataclass
class World:
    """A merchant's door and books.

    Attributes:
        books: The ERP.
        app: The running server.
        channels: Stub.
        invoicing: Stub.
        catalog: Stub.
    """

    books: Books
    app: App
    channels: Any
    invoicing: Any
    catalog: Any

    async def connect(self, **automation: Any) -> channel_pb2.Channel:
        """Walks the wizard; automation invoices and opens everything unless told otherwise."""
        settings = self.books.settings()
        values: dict[str, Any] = {
            "enabled": True,
            "initial_state": channel_pb2.INITIAL_STATE_OPEN,
            "start_time": Timestamp(seconds=10**9),
        }
        settings.automation.CopyFrom(channel_pb2.Automation(**values | automation))
        await self.create(settings)
        connected = await self.channels.ConnectChannel(channel_service_pb2.ConnectChannelRequest(name=CHANNEL))
        return connected.channel  # type: ignore[no-any-return]

    async def create(self, settings: channel_pb2.ChannelSettings, **changes: Any) -> channel_pb2.Channel:
        """Step 2 of the wizard."""
        values: dict[str, Any] = {
            "parent": MERCHANT,
            "channel_id": "main",
            "credentials": self.books.credentials(),
            "channel": channel_pb2.Channel(
                erp=f"erps/{self.books.erp}", display_name="Main", country_code=self.books.country, settings=settings
            ),
        }
        answer = await self.channels.CreateChannel(channel_service_pb2.CreateChannelRequest(**values | changes))
        return answer.channel  # type: ignore[no-any-return]

    def an_order(self, external_id: str = "1", **changes: Any) -> order_pb2.Order:
        """A completed order of two shirts, 119.00 paid each, tax included."""
        values: dict[str, Any] = {
            "sales_channel": "shop",
            "external_id": external_id,
            "state": channel_pb2.ORDER_STATE_COMPLETED,
            "order_time": Timestamp(seconds=1_780_000_000),
            "currency_code": self.books.currency,
            "price_includes_tax": True,
            "lines": [a_line("SHIRT")],
            "total_paid": "238.00",
            "buyer": {"name": "Ana Pérez", "document_type": "CC", "document": "1000000001", "email": "ana@example.com"},
        }
        return order_pb2.Order(**values | changes)

    async def submit(self, order: order_pb2.Order) -> order_pb2.Order:
        """Submits it and gives it back with its verdicts."""
        request = invoicing_service_pb2.SubmitOrderRequest(parent=MERCHANT, order=order)
        return (await self.invoicing.SubmitOrder(request)).order  # type: ignore[no-any-return]

    async def order(self, external_id: str = "1") -> order_pb2.Order:
        """An order with its verdicts."""
        request = invoicing_service_pb2.GetOrderRequest(name=f"{MERCHANT}/orders/shop:{external_id}")
        return (await self.invoicing.GetOrder(request)).order  # type: ignore[no-any-return]

    async def invoice(self, name: str) -> invoice_pb2.Invoice:
        """An invoice with its attempts."""
        request = invoicing_service_pb2.GetInvoiceRequest(name=name)
        return (await self.invoicing.GetInvoice(request)).invoice  # type: ignore[no-any-return]

    async def invoiced(
        self, order: order_pb2.Order, state: int = invoice_pb2.INVOICE_STATE_OPEN
    ) -> invoice_pb2.Invoice:
        """The order's invoice as soon as it is in this state."""
        name = order.verdicts[0].invoice
        assert name, order.verdicts[0]
        return await self.becomes(name, lambda invoice: invoice.state == state)

    async def becomes(self, name: str, wanted: Callable[[invoice_pb2.Invoice], bool]) -> invoice_pb2.Invoice:
        """The invoice as soon as it is what is wanted."""
        async with asyncio.timeout(_DEADLINE):
            while not wanted(invoice := await self.invoice(name)):
                await asyncio.sleep(_LOOK)
        return invoice


def a_line(sku: str) -> order_pb2.OrderLine:
    """Two pieces at 119.00."""
    return order_pb2.OrderLine(sku=sku, title=sku, quantity="2", unit_price="119.00")


@contextlib.asynccontextmanager
async def open_world(books: Books, database_url: str, key: str = "") -> AsyncIterator[World]:
    """Opens the server on a database; opening it again on the same one is a restart."""
    settings = Settings(listen="127.0.0.1:0", database_url=database_url, key=pydantic.SecretStr(key or generate_key()))
    async with (
        open_app(settings, books.parts()) as app,
        grpc.aio.insecure_channel(f"127.0.0.1:{app.port}") as channel,
    ):
        yield World(
            books=books,
            app=app,
            channels=channel_service_pb2_grpc.ChannelServiceStub(channel),
            invoicing=invoicing_service_pb2_grpc.InvoicingServiceStub(channel),
            catalog=catalog_service_pb2_grpc.CatalogServiceStub(channel),
        )
