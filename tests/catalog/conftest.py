"""A shop whose ERP has two warehouses, three price lists and products of every kind."""

from collections.abc import AsyncIterator

import pytest
from fixtures.alegra_world import AlegraWorld
from fixtures.server import Door, open_server
from fixtures.shelf import Shelf
from fixtures.shop import Shop

from .company import COMPANY


@pytest.fixture
async def alegra() -> AsyncIterator[AlegraWorld]:
    world = await AlegraWorld(**COMPANY).open()
    yield world
    await world.aclose()


@pytest.fixture
async def door(alegra: AlegraWorld, sqlite_url: str) -> AsyncIterator[Door]:
    async with open_server(sqlite_url, alegra) as opened:
        yield opened


@pytest.fixture
async def shelf(door: Door, alegra: AlegraWorld) -> Shelf:
    """Connected and read: the SKU is the reference, prices are net, of the General list, stock is of Principal."""
    shelf = Shelf(await Shop(door, alegra).connect())
    await shelf.product("SHIRT")
    return shelf
