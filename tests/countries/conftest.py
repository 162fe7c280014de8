"""A server in front of a strict simulator, and one company of each country in it."""

import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any

import pytest
from erpgate.v1 import fiscal_state_pb2, invoice_pb2, order_pb2
from fixtures.alegra_world import AlegraWorld
from fixtures.server import QUICK, open_server
from fixtures.shop import Shop, automation
from fixtures.waiting import eventually

from .cases import Case

STRICT = {"strict": True}
ENGINE = replace(QUICK, fiscal_delays=(dt.timedelta(milliseconds=50),))

OpenCompany = Callable[..., Awaitable["Company"]]


@dataclass(frozen=True)
class Company:
    """A company of one country, and its channel."""

    case: Case
    world: AlegraWorld
    shop: Shop

    async def connect(self, **changes: Any) -> Shop:
        """The whole wizard; `changes` are those of the automation."""
        return await self.shop.connect(country_code=self.case.code, automation=automation(**changes))

    async def settled(
        self, order: order_pb2.Order, fiscal: "fiscal_state_pb2.FiscalState.ValueType"
    ) -> invoice_pb2.Invoice:
        """Submits an order and waits until its invoice has come so far with the tax authority."""
        name = (await self.shop.submit(order)).name

        async def look() -> invoice_pb2.Invoice | None:
            found = [invoice for invoice in await self.shop.invoices() if invoice.order == name]
            return next((invoice for invoice in found if invoice.fiscal_state == fiscal), None)

        return await eventually(f"{name} is {fiscal_state_pb2.FiscalState.Name(fiscal)}", look)

    async def contacts(self) -> list[dict[str, Any]]:
        """Everybody whom the company knows."""
        found: list[dict[str, Any]] = await self.world.call("GET", "/contacts")
        return found

    async def invoices(self) -> list[dict[str, Any]]:
        """Its invoices as Alegra shows them."""
        found: list[dict[str, Any]] = await self.world.call("GET", "/invoices")
        return found


@pytest.fixture
async def open_company(sqlite_url: str) -> AsyncIterator[OpenCompany]:
    """Opens a company by its case; keywords are fields of its seed, and `switches` are added to strictness."""
    async with AsyncExitStack() as stack:

        async def opened(case: Case, *, switches: dict[str, Any] | None = None, **tenant: Any) -> Company:
            world = AlegraWorld(
                company=case.company,
                own=case.own,
                **{"contacts": [], "switches": STRICT | (switches or {}), **tenant},
            )
            await stack.enter_async_context(contextlib.aclosing(world))
            await world.open()
            door = await stack.enter_async_context(open_server(sqlite_url, world, engine=ENGINE))
            return Company(case=case, world=world, shop=Shop(door, world))

        yield opened
