"""What counts as an outage of PostgreSQL: whoever wrote is told to try again, and the process lives on."""

import time
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from erpgate.store.database import open_database
from erpgate.store.errors import StoreUnavailable
from erpgate.store.writes import Write
from fixtures.writes import Note, notes


@dataclass(frozen=True)
class Freezes(Write[None]):
    """Stops in the middle of a transaction for longer than the server allows, as a process that is stopped does."""

    def apply(self, connection: sa.Connection) -> None:
        connection.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = '20ms'"))
        time.sleep(0.3)
        connection.execute(sa.text("SELECT 1"))


async def test_a_transaction_that_the_server_ended_is_an_outage(postgresql_url: str) -> None:
    async with open_database(postgresql_url) as database:
        with pytest.raises(StoreUnavailable):
            await database.write(Freezes())
        await database.write(Note("a"))
        assert await database.read(notes) == ["a"]
