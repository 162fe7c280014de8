"""An open database of each kind."""

from collections.abc import AsyncIterator

import pytest
from erpgate.store.database import Database, open_database


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with open_database(database_url) as opened:
        yield opened
