"""A shop on the toy ledger, over each database where storage matters."""

from collections.abc import AsyncIterator

import pytest
from fixtures.alegra_world import AlegraWorld
from fixtures.server import open_server
from fixtures.shop import Shop
from fixtures.toy_world import ToyWorld


@pytest.fixture
def toy() -> ToyWorld:
    return ToyWorld()


@pytest.fixture
async def shop(toy: ToyWorld, database_url: str) -> AsyncIterator[Shop]:
    """On each database."""
    async with open_server(database_url, toy) as door:
        yield await Shop(door, toy).connect()


@pytest.fixture
async def toy_shop(toy: ToyWorld, sqlite_url: str) -> AsyncIterator[Shop]:
    """On SQLite."""
    async with open_server(sqlite_url, toy) as door:
        yield await Shop(door, toy).connect()


@pytest.fixture
async def alegra() -> AsyncIterator[AlegraWorld]:
    world = await AlegraWorld().open()
    yield world
    await world.aclose()


@pytest.fixture
async def alegra_shop(alegra: AlegraWorld, sqlite_url: str) -> AsyncIterator[Shop]:
    """Connected to Alegra's simulator, on SQLite."""
    async with open_server(sqlite_url, alegra) as door:
        yield await Shop(door, alegra).connect()
