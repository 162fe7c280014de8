"""An open, empty database of each kind."""

from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa
from erpgate.store import migrate, schema
from erpgate.store.database import Database, open_database
from erpgate.store.dialects import dialect_of
from erpgate.testing import PrivateCluster


@pytest.fixture(scope="session")
def emptied_postgresql_url(postgresql: PrivateCluster, postgresql_template: str) -> str:
    """One for all tests, which empty it instead of making one anew: that costs a second."""
    return postgresql.new_database(postgresql_template)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A database of each kind, as it is after its migration."""
    if request.param == "sqlite":
        url: str = request.getfixturevalue("sqlite_url")
        return url
    shared: str = request.getfixturevalue("emptied_postgresql_url")
    engine = dialect_of(shared).write_engine()
    with engine.begin() as connection:
        for table in schema.metadata.sorted_tables:
            connection.execute(sa.delete(table))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :head"), {"head": migrate.HEAD})
    engine.dispose()
    return shared


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with open_database(database_url) as opened:
        yield opened
