"""PostgreSQL: any number of servers and workers on one database."""

import functools
from collections.abc import Callable, Sequence

import psycopg
import sqlalchemy as sa

from erpgate.store.errors import StoreUnusable
from erpgate.store.listener import Listener
from erpgate.store.migrate import migrate
from erpgate.store.notify import CHANGES

_CONNECT_SECONDS = 5
_IDLE_SECONDS = 5
"""A process that stops in the middle of a transaction keeps its locks, and lanes from other processes, no longer."""
_MIGRATION_LOCK = 7_276_433_820_101
_UNIQUE = "23505"
_CONFLICTS = frozenset({"40001", "40P01", "55P03"})
"""Serialisation failure, deadlock, lock not available: the same may well succeed on its own."""


class PostgresqlDialect:
    """A PostgreSQL database.

    Args:
        url: Of the database; its driver is chosen here.
    """

    one_process = False
    reads_inline = False
    reader_threads = 4

    def __init__(self, url: sa.URL) -> None:
        self._url = url.set(drivername="postgresql+psycopg")
        self._listener: Listener | None = None

    def prepare(self) -> None:
        """Connects and migrates, one process at a time.

        Raises:
            StoreUnusable: The server can't be reached or the database can't be used.
        """
        engine = self.write_engine()
        try:
            with engine.connect() as connection:
                connection.execute(sa.text("SELECT pg_advisory_lock(:key)"), {"key": _MIGRATION_LOCK})
                connection.commit()
                try:
                    migrate(engine)
                finally:
                    connection.execute(sa.text("SELECT pg_advisory_unlock(:key)"), {"key": _MIGRATION_LOCK})
                    connection.commit()
        except sa.exc.DBAPIError as error:
            where = self._url.set(drivername="postgresql").render_as_string(hide_password=True)
            cause = str(error.orig).strip().partition("\n")[0].rstrip(".")
            raise StoreUnusable(
                f"{where} can't be used: {cause}. Check that the server runs, that the database exists, and that the "
                "user may create tables in it."
            ) from error
        finally:
            engine.dispose()

    def write_engine(self) -> sa.Engine:
        """For the writer thread; a second connection serves the migration lock."""
        engine = self._engine(pool_size=2)

        @sa.event.listens_for(engine, "connect")
        def configure(connection: "psycopg.Connection[tuple[object, ...]]", _: object) -> None:
            connection.execute(f"SET idle_in_transaction_session_timeout = '{_IDLE_SECONDS}s'")
            connection.commit()

        return engine

    def read_engine(self) -> sa.Engine:
        """Every statement is a snapshot of its own; one connection is for short reads."""
        return self._engine(pool_size=self.reader_threads + 1).execution_options(isolation_level="AUTOCOMMIT")

    def is_outage(self, error: Exception) -> bool:
        """Whatever ends or refuses the connection is one; conflicts between transactions are not."""
        if not isinstance(error, sa.exc.DBAPIError):
            return False
        state = getattr(error.orig, "sqlstate", None)
        refused = isinstance(error, sa.exc.OperationalError) and state not in _CONFLICTS
        return refused or error.connection_invalidated

    def is_conflict(self, error: Exception) -> bool:
        """A key that somebody else has just taken, a deadlock, or a snapshot that is too old."""
        taken = isinstance(error, sa.exc.IntegrityError)
        state = getattr(getattr(error, "orig", None), "sqlstate", None)
        return state == _UNIQUE if taken else state in _CONFLICTS

    def listen(self, woken: Callable[[str], None], grown: Callable[[Sequence[str]], None]) -> None:
        """Listens for wake-ups; a poll beneath covers what is missed while there is no connection."""

        def hear(channel: str, payload: str) -> None:
            if channel == CHANGES:
                grown(payload.split(" "))
            else:
                woken(payload)

        conninfo = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        connect = functools.partial(psycopg.connect, conninfo, autocommit=True, connect_timeout=_CONNECT_SECONDS)
        self._listener = Listener(connect, hear)

    def close(self) -> None:
        """Ends the listener."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def _engine(self, *, pool_size: int) -> sa.Engine:
        return sa.create_engine(
            self._url,
            pool_size=pool_size,
            max_overflow=0,
            connect_args={"connect_timeout": _CONNECT_SECONDS, "application_name": "erpgate"},
        )
