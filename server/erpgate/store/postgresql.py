"""PostgreSQL: any number of servers and workers on one database."""

import contextlib
import logging
import threading
from collections.abc import Callable, Sequence

import psycopg
import sqlalchemy as sa

from erpgate.store.errors import StoreUnusable
from erpgate.store.migrate import migrate
from erpgate.store.notify import CHANGES, CHANNEL

_log = logging.getLogger(__name__)

_CONNECT_SECONDS = 5
_IDLE_SECONDS = 5
"""A process that stops in the middle of a transaction keeps its locks, and lanes from other processes, no longer."""
_LISTEN_SECONDS = 1.0
_MIGRATION_LOCK = 7_276_433_820_101
_RETRY_SECONDS = 1.0
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
        self._closing = threading.Event()
        self._listener: threading.Thread | None = None

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

        self._listener = threading.Thread(
            target=self._listen_forever, args=(hear,), name="erpgate-listener", daemon=True
        )
        self._listener.start()

    def close(self) -> None:
        """Ends the listener."""
        self._closing.set()
        if self._listener is not None:
            self._listener.join()

    def _engine(self, *, pool_size: int) -> sa.Engine:
        return sa.create_engine(
            self._url,
            pool_size=pool_size,
            max_overflow=0,
            connect_args={"connect_timeout": _CONNECT_SECONDS, "application_name": "erpgate"},
        )

    def _listen_forever(self, hear: Callable[[str, str], None]) -> None:
        conninfo = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        while not self._closing.is_set():
            try:
                with psycopg.connect(conninfo, autocommit=True, connect_timeout=_CONNECT_SECONDS) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    connection.execute(f"LISTEN {CHANGES}")
                    self._hear(connection, hear)
            except psycopg.Error as error:
                _log.warning("Wake-ups of other processes are not heard (%s); lanes are polled.", type(error).__name__)
                self._closing.wait(_RETRY_SECONDS)

    def _hear(self, connection: "psycopg.Connection[tuple[object, ...]]", hear: Callable[[str, str], None]) -> None:
        while not self._closing.is_set():
            for notification in connection.notifies(timeout=_LISTEN_SECONDS):
                with contextlib.suppress(RuntimeError):  # the event loop has ended
                    hear(notification.channel, notification.payload)
                if self._closing.is_set():
                    return
