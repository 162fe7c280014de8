"""A shop on Alegra's simulator and one on the toy ledger, on each database."""

from collections.abc import AsyncIterator

import pytest
from fixtures.alegra_world import AlegraWorld
from fixtures.server import open_server
from fixtures.shop import Shop
from fixtures.toy_world import ToyWorld
from fixtures.world import World


@pytest.fixture(params=["toy", "alegra"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """Each ERP."""
    if request.param == "toy":
        yield ToyWorld()
        return
    opened = await AlegraWorld().open()
    yield opened
    await opened.aclose()


@pytest.fixture
async def shop(world: World, database_url: str) -> AsyncIterator[Shop]:
    """Connected; it invoices every order and opens the invoice."""
    async with open_server(database_url, world) as door:
        yield await Shop(door, world).connect()
