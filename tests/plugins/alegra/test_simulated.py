"""The simulator as erpgate offers it, over a real port."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from erpgate.plugin import (
    Buyer,
    Draft,
    Http,
    Item,
    ItemId,
    SimulatedCompany,
    SimulatedDocument,
    Stage,
    Unguarded,
    Wiring,
    open_http,
)
from erpgate_alegra.connection import AlegraConnection
from erpgate_alegra.erp import ALEGRA
from erpgate_alegra.settings import AlegraCredentials, AlegraSettings
from erpgate_alegra.simulated import SIMULATOR, tenant_of

SHOP = SimulatedCompany(
    name="Tienda de Ana",
    country_code="CO",
    currency_code="COP",
    amount_places=2,
    items=(
        Item(
            id=ItemId("shirt"),
            name="Camisa",
            reference="CAM-1",
            barcode="770001",
            prices={"1": Decimal(1000), "retail": Decimal("1200.5")},
            tax_rates={"any": Decimal("0.19")},
            stock={"1": Decimal(10), "north": Decimal("2.5")},
        ),
        Item(id=ItemId("shoe"), name="Zapato", reference="ZAP", kind="variant_parent"),
        Item(id=ItemId("shoe-40"), name="Zapato / 40", barcode="770040", kind="variant", parent=ItemId("shoe")),
        Item(id=ItemId("old"), name="Vieja", active=False, kind="service"),
    ),
)


@pytest.fixture
async def url() -> AsyncIterator[str]:
    started: asyncio.Queue[int] = asyncio.Queue()
    serving = asyncio.create_task(SIMULATOR.serve("127.0.0.1", 0, "", False, started.put_nowait))
    try:
        yield f"http://127.0.0.1:{await started.get()}"
    finally:
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving


async def test_a_seeded_company_can_be_sold_to(url: str, draft: Draft) -> None:
    seeded = await SIMULATOR.seed(url, SHOP)
    settings = AlegraSettings.model_validate(dict(seeded.settings))
    connection = AlegraConnection(
        Wiring(
            credentials=AlegraCredentials.model_validate(dict(seeded.credentials)),
            settings=settings,
            country_code="CO",
            save_credentials=_never_saved,
            http=_http,
            operator=SIMULATOR.operator(url),
        )
    )
    try:
        company = await connection.probe()
        items = [item async for page, _ in connection.items("") for item in page]
        buyer, _ = ALEGRA.defaults.complete(Buyer(name="Ana"), settings, company)
        customer = await connection.create_customer(ALEGRA.mapper.customer(buyer, settings, company), key="k")
        payload = ALEGRA.mapper.invoice(_for(draft, customer, items[0]), settings, company)
        document = await connection.create(payload, Stage.OPEN, key="k")
    finally:
        await connection.aclose()

    assert company.name == "Tienda de Ana"
    assert ALEGRA.policy(company, settings).settle_time.total_seconds() == 1
    assert [(item.name, item.kind, item.active, item.barcode) for item in items] == [
        ("Camisa", "product", True, "770001"),
        ("Zapato", "variant_parent", True, None),
        ("Zapato / 40", "variant", True, "770040"),
        ("Vieja", "service", False, None),
    ]
    assert items[0].prices == SHOP.items[0].prices
    assert items[0].stock == SHOP.items[0].stock
    assert list(items[0].tax_rates.values()) == [Decimal("0.19")]
    assert await SIMULATOR.documents(url) == (
        SimulatedDocument(
            id=document.id, number="FE1", reference=draft.reference, state="open", total=str(document.total)
        ),
    )
    assert (await SIMULATOR.calls(url))["POST /invoices"] == 1


def test_every_country_can_be_simulated() -> None:
    for country in ALEGRA.countries:
        other = SimulatedCompany(name="x", country_code=country, currency_code="USD", amount_places=0, items=())
        assert tenant_of(other)["country"]


def _for(draft: Draft, customer: Any, item: Item) -> Draft:
    lines = tuple(replace(line, item=item.id, tax_ids=tuple(item.tax_rates)) for line in draft.lines)
    return replace(draft, customer=customer, lines=lines)


def _http(base_url: str, **given: Any) -> Http:
    return open_http(base_url, Unguarded(), **given)


async def _never_saved(_: AlegraCredentials) -> None:
    raise AssertionError("a token never changes by itself")
