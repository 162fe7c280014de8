"""A shop on the toy ledger."""

from collections.abc import AsyncIterator

import pytest
from fixtures.server import open_server
from fixtures.shop import Shop
from fixtures.toy_world import ToyWorld


@pytest.fixture
def toy() -> ToyWorld:
    return ToyWorld()


@pytest.fixture
async def shop(toy: ToyWorld, database_url: str) -> AsyncIterator[Shop]:
    async with open_server(database_url, toy) as door:
        yield await Shop(door, toy).connect()
