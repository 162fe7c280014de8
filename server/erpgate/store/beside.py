"""The database for an operator's command, which may run while servers do."""

import contextlib
from collections.abc import Callable, Iterator
from typing import TypeVar

import sqlalchemy as sa

from erpgate.store.dialects import dialect_of
from erpgate.store.errors import StoreBusy, StoreUnusable
from erpgate.store.writes import Write

T = TypeVar("T")


class Beside:
    """Short transactions of one command.

    Args:
        engine: That begins transactions for writing.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def write(self, write: Write[T]) -> T:
        """Commits one write.

        Raises:
            WriteRefused: It was refused before it changed anything.
        """
        with self._engine.begin() as connection:
            return write.apply(connection)

    def read(self, query: Callable[[sa.Connection], T]) -> T:
        """Runs a query."""
        with self._engine.begin() as connection:
            return query(connection)


@contextlib.contextmanager
def beside(url: str, *, alone: bool = False) -> Iterator[Beside]:
    """Opens the database at `url`, migrated.

    Args:
        url: Of the database.
        alone: Whether no server may use it meanwhile, as far as the database can tell.

    Raises:
        StoreUnusable: The database can't be used; the message says what to do.
    """
    dialect = dialect_of(url)
    try:
        try:
            dialect.prepare()
        except StoreBusy:
            if alone:
                raise
            # The server that has the file has migrated it, and SQLite lets us write between its commits.
        if not alone:
            dialect.close()
        engine = dialect.write_engine()
        try:
            yield Beside(engine)
        except sa.exc.DBAPIError as error:
            if not dialect.is_outage(error):
                raise
            raise StoreUnusable(f"The database can't be used now: {error.orig}. Try again.") from error
        finally:
            engine.dispose()
    finally:
        dialect.close()
