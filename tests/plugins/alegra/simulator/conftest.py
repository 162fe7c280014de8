"""A simulator with one company in it, reached through its HTTP door."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from erpgate_alegra.simulator import SimulatorOptions, create_app

OpenSim = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def open_sim() -> AsyncIterator[OpenSim]:
    """Makes a client of a new simulator that holds one company, described by keywords as in a seed."""
    async with AsyncExitStack() as stack:

        async def opened(options: SimulatorOptions | None = None, **tenant: Any) -> httpx.AsyncClient:
            app = create_app(options or SimulatorOptions())
            stack.push_async_callback(app.aclose)
            transport = httpx.ASGITransport(app)
            client = httpx.AsyncClient(
                transport=transport, base_url="http://alegra.test/api/v1", auth=("ana@tienda.co", "secret")
            )
            await stack.enter_async_context(client)
            seed = {"email": "ana@tienda.co", "token": "secret"} | tenant
            answer = await client.post("http://alegra.test/_sim/seed", json={"tenants": [seed]})
            assert answer.status_code == 200, answer.text
            return client

        yield opened


@pytest.fixture
async def shop(open_sim: OpenSim) -> httpx.AsyncClient:
    """A company with one stocked item (10 shirts at 1,000), one service and one client."""
    return await open_sim(
        items=[
            {
                "name": "Camisa",
                "reference": "CAM-1",
                "barcode": "770001",
                "price": 1000,
                "tax_percentage": 19,
                "stock": 10,
            },
            {"name": "Envío", "reference": "ENV", "price": 200, "type": "service"},
        ],
        contacts=[{"name": "Ana Pérez", "identification": "1000000001", "email": "ana@example.com"}],
    )
