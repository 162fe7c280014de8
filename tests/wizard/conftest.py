"""Servers with one ERP each, and a shop that begins the wizard."""

from collections.abc import AsyncIterator

import pytest
from fixtures.alegra_world import AlegraWorld
from fixtures.server import open_server
from fixtures.shop import Shop
from fixtures.toy_world import ToyWorld


@pytest.fixture
async def alegra() -> AsyncIterator[AlegraWorld]:
    world = await AlegraWorld().open()
    yield world
    await world.aclose()


@pytest.fixture
def toy() -> ToyWorld:
    return ToyWorld()


@pytest.fixture
async def shop(alegra: AlegraWorld, sqlite_url: str) -> AsyncIterator[Shop]:
    """Of Alegra's simulator; nothing is connected yet."""
    async with open_server(sqlite_url, alegra) as door:
        yield Shop(door, alegra)


@pytest.fixture
async def toy_shop(toy: ToyWorld, database_url: str) -> AsyncIterator[Shop]:
    """Of the toy ledger, on each database; nothing is connected yet."""
    async with open_server(database_url, toy) as door:
        yield Shop(door, toy)
