"""A company in the simulator and a connection of the plugin to it, over HTTP as in production."""

import datetime as dt
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from erpgate.plugin import (
    Address,
    Buyer,
    Company,
    CompanyId,
    CustomerId,
    Draft,
    DraftLine,
    Http,
    ItemId,
    RateReading,
    Unguarded,
    Wiring,
    open_http,
)
from erpgate_alegra.connection import AlegraConnection
from erpgate_alegra.settings import AlegraCredentials, AlegraSettings
from erpgate_alegra.simulator import SimulatorOptions, create_app

HOST = "http://alegra.test"
EMAIL = "ana@tienda.co"
TOKEN = "s3cr3t-t0k3n"
GOLDEN = Path(__file__).parent / "golden"
SHIRT = {
    "name": "Camisa",
    "reference": "CAM-1",
    "barcode": "770001",
    "price": 1000,
    "tax_percentage": 19,
    "stock": 10,
}


class Noted(Unguarded):
    """A guard that allows everything and notes it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, bool]] = []
        self.readings: list[RateReading | None] = []
        self.times: list[dt.datetime | None] = []

    async def before(self, resource: str, *, write: bool) -> None:
        """Allows it."""
        self.asked.append((resource, write))

    def after(self, reading: RateReading | None, time: dt.datetime | None = None) -> None:
        """Keeps it."""
        self.readings.append(reading)
        self.times.append(time)


@dataclass
class Shop:
    """A company, a connection to it and a view behind the scenes."""

    connection: AlegraConnection
    guard: Noted
    control: Http
    merchant: Http
    seeded: Mapping[str, Any]

    async def break_(self, *rules: Mapping[str, Any]) -> None:
        """Makes the calls that the rules name go wrong; without rules everything is well again."""
        answer = await self.control.write("PUT", "/_sim/faults", json=list(rules))
        assert answer.status_code == 200, answer.text

    async def counts(self) -> dict[str, int]:
        """Calls so far by method and path."""
        answer: dict[str, int] = (await self.control.read("/_sim/counts")).json()
        return answer

    async def documents(self) -> list[dict[str, Any]]:
        """The invoices that the simulator keeps."""
        answer: list[dict[str, Any]] = (await self.control.read("/_sim/documents", params={"tenant": EMAIL})).json()
        return answer

    async def requests(self, method: str) -> list[dict[str, Any]]:
        """The calls with a method, in order."""
        entries: list[dict[str, Any]] = (await self.control.read("/_sim/requests")).json()
        return [entry for entry in entries if entry["method"] == method]

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """A call as somebody else in the company makes it."""
        answer = await self.merchant.write(method, path, json=body)
        assert answer.is_success, answer.text
        return answer.json()


OpenShop = Callable[..., Awaitable[Shop]]
Connect = Callable[..., AlegraConnection]


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Connects the plugin over a transport."""
    async with AsyncExitStack() as stack:

        def connected(
            transport: httpx.AsyncBaseTransport,
            *,
            guard: Unguarded | None = None,
            settings: AlegraSettings | None = None,
            country_code: str = "CO",
            company: Company | None = None,
            token: str = TOKEN,
        ) -> AlegraConnection:
            def http(base_url: str, **given: Any) -> Http:
                return open_http(base_url, guard or Unguarded(), transport=transport, **given)

            connection = AlegraConnection(
                Wiring(
                    credentials=AlegraCredentials.model_validate({"email": EMAIL, "token": token}),
                    settings=settings,
                    country_code=country_code,
                    company=company,
                    save_credentials=_never_saved,
                    http=http,
                    operator={"base_url": f"{HOST}/api/v1/", "settle_seconds": "0.5"},
                )
            )
            stack.push_async_callback(connection.aclose)
            return connection

        yield connected


@pytest.fixture
async def open_shop(connect: Connect) -> AsyncIterator[OpenShop]:
    """Makes a simulator with one company, described by keywords as in a seed, and a connection to it."""
    async with AsyncExitStack() as stack:

        async def opened(
            *,
            settings: AlegraSettings | None = None,
            country_code: str = "CO",
            company: Company | None = None,
            token: str = TOKEN,
            **tenant: Any,
        ) -> Shop:
            app = create_app(SimulatorOptions())
            stack.push_async_callback(app.aclose)
            transport = httpx.ASGITransport(app)
            control = open_http(HOST, Unguarded(), transport=transport)
            merchant = open_http(f"{HOST}/api/v1/", Unguarded(), auth=(EMAIL, TOKEN), transport=transport)
            stack.push_async_callback(control.aclose)
            stack.push_async_callback(merchant.aclose)
            seed = {"email": EMAIL, "token": TOKEN, "identification": "900123456-8", "items": [SHIRT], **tenant}
            answer = await control.write("POST", "/_sim/seed", json={"tenants": [seed]})
            assert answer.status_code == 200, answer.text
            guard = Noted()
            connection = connect(
                transport, guard=guard, settings=settings, country_code=country_code, company=company, token=token
            )
            return Shop(
                connection=connection,
                guard=guard,
                control=control,
                merchant=merchant,
                seeded=answer.json()["tenants"][0],
            )

        yield opened


@pytest.fixture
def company() -> Company:
    """A Colombian company that counts in pesos and cents."""
    return Company(
        id=CompanyId("colombia:900123456"),
        name="Tienda de Ana",
        country_code="CO",
        currency_code="COP",
        time_zone="America/Bogota",
        facts={"amount_places": 2, "can_stamp": True, "electronic_invoicing": True},
    )


@pytest.fixture
def buyer() -> Buyer:
    """A person from Bogotá."""
    return Buyer(
        name="Ana María Pérez Gómez",
        document_type="CC",
        document="1.020.304.050",
        email="ana@example.com",
        phone="3001234567",
        address=Address(street="Calle 1 # 2-3", city="Bogotá", region="Cundinamarca", country_code="CO"),
    )


@pytest.fixture
def draft() -> Draft:
    """Two shirts for customer 1."""
    return Draft(
        reference="ABCDEFGHIJKLMNOPQRSTUVWX",
        date=dt.date(2026, 9, 1),
        due_date=dt.date(2026, 9, 1),
        customer=CustomerId("1"),
        currency_code="COP",
        lines=(
            DraftLine(
                item=ItemId("1"),
                description="Camisa azul",
                quantity=Decimal(2),
                unit_price=Decimal("1000.5"),
                tax_ids=("3",),
            ),
        ),
        total=Decimal("2381.19"),
        tax_base=Decimal("2001.00"),
        tax=Decimal("380.19"),
        order_number="MKT-1001",
        note="Entregar en la mañana",
    )


@pytest.fixture
def drafts(draft: Draft) -> Callable[[str], Draft]:
    """The draft with another reference."""
    return lambda reference: replace(draft, reference=reference)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, object], None]:
    """Compares JSON with a file in `golden/`; with ``--rewrite-golden`` it writes the file instead."""
    rewrite = request.config.getoption("--rewrite-golden")

    def compared(name: str, value: object) -> None:
        path = GOLDEN / f"{name}.json"
        if rewrite:
            path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        text = path.read_text(encoding="utf-8")
        assert json.dumps(value, ensure_ascii=False, indent=2) + "\n" == text

    return compared


async def _never_saved(_: AlegraCredentials) -> None:
    raise AssertionError("a token never changes by itself")
