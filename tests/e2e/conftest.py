"""The worlds, and a shop connected in each."""

from collections.abc import AsyncIterator

import pytest
from fixtures.alegra_world import AlegraWorld
from fixtures.server import Door, open_server
from fixtures.shop import Shop
from fixtures.toy_world import ToyWorld
from fixtures.world import World


@pytest.fixture
async def alegra() -> AsyncIterator[AlegraWorld]:
    world = await AlegraWorld().open()
    yield world
    await world.aclose()


@pytest.fixture
def toy() -> ToyWorld:
    return ToyWorld()


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
async def door(world: World, database_url: str) -> AsyncIterator[Door]:
    async with open_server(database_url, world) as opened:
        yield opened


@pytest.fixture
async def shop(door: Door, world: World) -> Shop:
    """Connected; it invoices every order and opens the invoice."""
    return await Shop(door, world).connect()


@pytest.fixture
async def toy_shop(toy: ToyWorld, database_url: str) -> AsyncIterator[Shop]:
    """Connected to the toy ledger."""
    async with open_server(database_url, toy) as opened:
        yield await Shop(opened, toy).connect()


@pytest.fixture
async def alegra_shop(alegra: AlegraWorld, database_url: str) -> AsyncIterator[Shop]:
    """Connected to Alegra's simulator."""
    async with open_server(database_url, alegra) as opened:
        yield await Shop(opened, alegra).connect()
