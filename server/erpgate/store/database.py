"""The database: one writer thread that commits in groups, and readers beside it.

SQLite is the default; another dialect brings its own `Dialect` and nothing else.
"""

import asyncio
import contextlib
import logging
import queue
import threading
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import sqlalchemy as sa

from erpgate import faultpoints
from erpgate.store.dialects import Dialect, dialect_of
from erpgate.store.errors import LeaseLost, StoreError, StoreUnavailable
from erpgate.store.tasks import LOCKED_EPOCHS
from erpgate.store.writes import Write

T = TypeVar("T")

GROUP = 500
"""Writes per commit at most."""

_log = logging.getLogger(__name__)
_Job = tuple[Write[Any], "asyncio.Future[Any]"]


class Database:
    """Reads and writes, from one event loop.

    Args:
        dialect: How to open connections and what is special about them.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write_forever, name="erpgate-writer", daemon=True)
        self._readers = ThreadPoolExecutor(dialect.reader_threads, thread_name_prefix="erpgate-reader")
        self._write_engine = dialect.write_engine()
        self._read_engine = dialect.read_engine()
        self._inline = self._read_engine.connect() if dialect.reads_inline else None
        self._closed = False

    @property
    def alone(self) -> bool:
        """Whether no other process can use this database."""
        return self._dialect.one_process

    def start(self) -> None:
        """Starts the writer."""
        self._writer.start()

    async def aclose(self) -> None:
        """Commits what was accepted, then closes everything."""
        self._closed = True
        self._queue.put(None)
        await asyncio.to_thread(self._writer.join)
        self._readers.shutdown()
        if self._inline is not None:
            self._inline.close()
        self._read_engine.dispose()
        self._write_engine.dispose()
        self._dialect.close()

    async def write(self, write: Write[T]) -> T:
        """Commits a write, together with what else is waiting; durable when it returns.

        Raises:
            WriteRefused: It was refused before it changed anything.
            StoreUnavailable: The database can't be reached; it counts as not written.
        """
        if self._closed:
            raise StoreUnavailable("the database is closed")
        future: asyncio.Future[T] = self._loop.create_future()
        self._queue.put((write, future))
        return await future

    def listen(self, woken: Callable[[str], None]) -> None:
        """Tells `woken` each account that another process woke, from now on until the database is closed."""

        def tell(account: str) -> None:
            self._loop.call_soon_threadsafe(woken, account)

        self._dialect.listen(tell)

    async def read(self, query: Callable[[sa.Connection], T]) -> T:
        """Runs a short query; on SQLite in this thread, which is cheaper than any hop."""
        if self._inline is None:
            return await self.read_long(query)
        try:
            return query(self._inline)
        except sa.exc.DBAPIError as error:
            raise self._translated(error) from error

    async def read_long(self, query: Callable[[sa.Connection], T]) -> T:
        """Runs a query that may take a while, in a thread of its own."""

        def run() -> T:
            try:
                with self._read_engine.begin() as connection:
                    return query(connection)
            except sa.exc.DBAPIError as error:
                raise self._translated(error) from error

        return await self._loop.run_in_executor(self._readers, run)

    def _write_forever(self) -> None:
        while (first := self._queue.get()) is not None:
            group, last = self._collect(first)
            self._answer(group, self._commit([write for write, _ in group]))
            if last:
                return

    def _collect(self, first: _Job) -> tuple[list[_Job], bool]:
        group = [first]
        while len(group) < GROUP:
            try:
                job = self._queue.get_nowait()
            except queue.Empty:
                break
            if job is None:
                return group, True
            group.append(job)
        return group, False

    def _commit(self, writes: Sequence[Write[Any]]) -> Sequence[Any]:
        """One answer or exception per write.

        What failed before the COMMIT was rolled back, so that its neighbours can be redone one by one. A COMMIT whose
        answer is lost may have been carried out: its writes count as not written, and nothing is redone.
        """
        try:
            with self._write_engine.connect() as connection:
                transaction = connection.begin()
                try:
                    answers = self._apply(connection, writes)
                except Exception as error:
                    transaction.rollback()
                    if len(writes) == 1 or self._dialect.is_outage(error):
                        return [self._translated(error)] * len(writes)
                    return [self._commit([write])[0] for write in writes]
                faultpoints.reach_commit(writes, "before")
                transaction.commit()
                faultpoints.reach_commit(writes, "after")
                return answers
        except Exception as error:
            return [self._translated(error)] * len(writes)

    def _translated(self, error: Exception) -> Exception:
        if self._dialect.is_outage(error):
            return StoreUnavailable("the database can't be reached or refuses to write")
        return error

    def _apply(self, connection: sa.Connection, writes: Sequence[Write[Any]]) -> list[Any]:
        answers: list[Any] = [None] * len(writes)
        lost = self._lost_leases(connection, writes)
        kinds: dict[type[Write[Any]], list[int]] = defaultdict(list)
        for place, write in enumerate(writes):
            if write.lease is not None and write.lease in lost:
                answers[place] = LeaseLost(f"the lane {write.lease.account} has moved on")
            else:
                kinds[type(write)].append(place)
        for kind, places in kinds.items():
            for place, answer in zip(places, kind.apply_all(connection, [writes[p] for p in places]), strict=True):
                answers[place] = answer
        return answers

    def _lost_leases(self, connection: sa.Connection, writes: Sequence[Write[Any]]) -> set[Any]:
        leases = {write.lease for write in writes if write.lease is not None}
        if not leases:
            return set()
        accounts = sorted({lease.account for lease in leases})
        rows = connection.execute(LOCKED_EPOCHS, {"accounts": accounts})
        epochs = {row.account: row.epoch for row in rows}
        return {lease for lease in leases if epochs.get(lease.account) != lease.epoch}

    def _answer(self, group: Sequence[_Job], answers: Sequence[Any]) -> None:
        def deliver() -> None:
            for (_, future), answer in zip(group, answers, strict=True):
                if future.done():
                    continue
                if isinstance(answer, Exception):
                    future.set_exception(answer)
                else:
                    future.set_result(answer)

        try:
            self._loop.call_soon_threadsafe(deliver)
        except RuntimeError:
            _log.warning("The event loop ended before %d commits could be reported.", len(group))


@contextlib.asynccontextmanager
async def open_database(url: str) -> AsyncIterator[Database]:
    """Opens, migrates and finally closes the database at `url`.

    Raises:
        StoreUnusable: The URL, the schema or another process stands against it; the message says what to do.
    """
    dialect = dialect_of(url)
    try:
        await asyncio.to_thread(dialect.prepare)
        database = Database(dialect)
    except BaseException:
        dialect.close()
        raise
    database.start()
    try:
        yield database
    finally:
        await database.aclose()


__all__ = ["Database", "StoreError", "open_database"]
