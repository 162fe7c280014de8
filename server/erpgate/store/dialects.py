"""What differs between databases: opening, locking, and what an error means."""

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa

from erpgate.store.errors import StoreBusy, StoreUnusable
from erpgate.store.migrate import migrate


class Dialect(Protocol):
    """One kind of database."""

    one_process: bool
    """Whether no other process can use the database."""
    reads_inline: bool
    """Whether short reads run in the event loop's own thread."""
    reader_threads: int
    """Threads for reads that do not."""

    def prepare(self) -> None:
        """Checks that the database can be used and brings its schema up to date."""
        ...

    def write_engine(self) -> sa.Engine:
        """For the writer thread."""
        ...

    def read_engine(self) -> sa.Engine:
        """For readers."""
        ...

    def is_outage(self, error: Exception) -> bool:
        """Whether the database itself can't serve, so that the same would fail again right now."""
        ...

    def is_conflict(self, error: Exception) -> bool:
        """Whether another process changed the same at the same time, so that redoing it sees what that one did."""
        ...

    def listen(self, woken: Callable[[str], None], grown: Callable[[Sequence[str]], None]) -> None:
        """Tells accounts that other processes woke, and merchants whose feeds they made grow.

        It does so from a thread of its own, and does nothing where no other process can be.
        """
        ...

    def close(self) -> None:
        """Gives back what `prepare` took."""
        ...


class SqliteDialect:
    """An SQLite file: one process at a time, shown by an exclusive lock on a file beside it.

    Args:
        path: Of the database file.
    """

    one_process = True
    reads_inline = True
    reader_threads = 2

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock: int | None = None

    def prepare(self) -> None:
        """Locks the file, switches WAL on and migrates.

        Raises:
            StoreUnusable: Another process has it, or the file can't be used.
        """
        try:
            self._lock = os.open(self._path.with_name(self._path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreBusy(
                f"Another erpgate process uses {self._path}. Stop it, or use PostgreSQL for several processes."
            ) from error
        except OSError as error:
            raise StoreUnusable(f"{self._path} can't be opened: {error.strerror}. Check folder and rights.") from error
        engine = self.write_engine()
        try:
            migrate(engine)
        except sa.exc.OperationalError as error:
            raise StoreUnusable(
                f"{self._path} can't be read and written: {error.orig}. Check that the disk has room, and that the "
                "file and its folder may be written."
            ) from error
        except sa.exc.DatabaseError as error:
            raise StoreUnusable(
                f"{self._path} is not a usable erpgate database: {error.orig}. Give another path, or restore a backup."
            ) from error
        finally:
            engine.dispose()

    def write_engine(self) -> sa.Engine:
        """Begins IMMEDIATE and commits with a flush to disk."""
        return self._engine("BEGIN IMMEDIATE")

    def read_engine(self) -> sa.Engine:
        """Every statement is a snapshot of its own, so that a point read costs no BEGIN and COMMIT."""
        return self._engine("")

    def is_outage(self, error: Exception) -> bool:
        """A full or unreadable disk is one; the rest is a defect."""
        return isinstance(error, sa.exc.OperationalError)

    def is_conflict(self, error: Exception) -> bool:  # noqa: ARG002
        """Nobody else changes anything."""
        return False

    def listen(self, woken: Callable[[str], None], grown: Callable[[Sequence[str]], None]) -> None:
        """Nobody else can wake anything."""

    def close(self) -> None:
        """Releases the lock."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _engine(self, begin: str) -> sa.Engine:
        engine = sa.create_engine(
            sa.URL.create("sqlite", database=str(self._path)),
            connect_args={"check_same_thread": False},
            poolclass=sa.pool.QueuePool,
            pool_size=4,
        )

        @sa.event.listens_for(engine, "connect")
        def configure(connection: sqlite3.Connection, _: Any) -> None:
            connection.isolation_level = None
            with contextlib.closing(connection.cursor()) as cursor:
                for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "cache_size=-32768"):
                    cursor.execute(f"PRAGMA {pragma}")

        if begin:

            @sa.event.listens_for(engine, "begin")
            def start(connection: sa.Connection) -> None:
                connection.exec_driver_sql(begin)

        return engine


def dialect_of(url: str) -> Dialect:
    """The dialect that a database URL names.

    Raises:
        StoreUnusable: It names none that is known.
    """
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise StoreUnusable("The database URL can't be read; write for instance sqlite:///erpgate.sqlite3.") from error
    if parsed.get_backend_name() == "sqlite" and parsed.database and parsed.database != ":memory:":
        return SqliteDialect(Path(parsed.database))
    if parsed.get_backend_name() == "postgresql":
        # Its driver is not loaded where it is not used.
        from erpgate.store.postgresql import PostgresqlDialect

        return PostgresqlDialect(parsed)
    raise StoreUnusable(
        f"erpgate does not store in {parsed.get_backend_name()!r} at this URL; "
        "write sqlite:///PATH with a file's path, or postgresql://USER@HOST/DATABASE."
    )
