"""An open SQLite database."""

from collections.abc import AsyncIterator

import pytest
from erpgate.store.database import Database, open_database


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    async with open_database(sqlite_url) as opened:
        yield opened
