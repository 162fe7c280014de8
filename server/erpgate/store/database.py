"""The database: one writer thread that commits in groups, and readers beside it.

SQLite is the default; another dialect brings its own `Dialect` and nothing else.
"""

import asyncio
import contextlib
import functools
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa

from erpgate import faultpoints
from erpgate.store.announce import EARS, Ears
from erpgate.store.bell import Bell
from erpgate.store.changes import forget_changes, number_changes
from erpgate.store.channels import halted_accounts
from erpgate.store.desk import Desk
from erpgate.store.dialects import Dialect, dialect_of
from erpgate.store.errors import ChannelPaused, LeaseLost, StoreError, StoreUnavailable
from erpgate.store.notify import heard
from erpgate.store.reads import Read
from erpgate.store.tasks import LOCKED_EPOCHS
from erpgate.store.writes import Write

T = TypeVar("T")

_TRIES = 5
"""How often a write is tried that meets commits of other processes."""

_Query = Callable[[sa.Connection], Any]


class Woken(Protocol):
    """Is told accounts that got work."""

    def __call__(self, account: str, *, urgent: bool = False) -> None:
        """Urgent is what a person asks for."""
        ...


class _RolledBackError(Exception):
    """Nothing was written."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


class Database:
    """Reads and writes, from one event loop.

    Args:
        dialect: How to open connections and what is special about them.

    Attributes:
        bell: Rings when a commit of this process, or of another one that is listened to, has grown a feed.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._loop = asyncio.get_running_loop()
        self.bell = Bell(self._loop)
        self._write_engine = dialect.write_engine()
        self._read_engine = dialect.read_engine()
        self._writer = Desk[Write[Any]]("erpgate-writer", self._serve)
        self._reader = Desk[_Query]("erpgate-reader", self._ask)
        self._long_readers = ThreadPoolExecutor(dialect.reader_threads, thread_name_prefix="erpgate-long-reader")
        self._inline = self._read_engine.connect() if dialect.reads_inline else None
        self._closed = False
        self._ears: Ears | None = None

    @property
    def alone(self) -> bool:
        """Whether no other process can use this database."""
        return self._dialect.one_process

    def start(self) -> None:
        """Starts the threads."""
        self._writer.start()
        self._reader.start()

    def announce(self, ears: Ears) -> None:
        """From now on commits store events for those who listen; without anybody they cost nothing."""
        self._ears = ears

    async def aclose(self) -> None:
        """Commits what was accepted, then closes everything."""
        self._closed = True
        await self._writer.aclose()
        await self._reader.aclose()
        self._long_readers.shutdown()
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
        answer: T = await self._writer.hand_in(write)
        return answer

    def listen(self, woken: Woken) -> None:
        """Tells `woken` each account that another process woke, and the bell whose feeds it made grow.

        It lasts until the database is closed.
        """

        def tell(payload: str) -> None:
            account, urgent = heard(payload)
            self._loop.call_soon_threadsafe(functools.partial(woken, account, urgent=urgent))

        self._dialect.listen(tell, self.bell.ring)

    async def read(self, query: Callable[[sa.Connection], T]) -> T:
        """Runs a short query: on SQLite in this thread, which is cheaper than any hop; else beside others that wait."""
        if self._closed:
            raise StoreUnavailable("the database is closed")
        if self._inline is None:
            found: T = await self._reader.hand_in(query)
            return found
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

        return await self._loop.run_in_executor(self._long_readers, run)

    def _ask(self, queries: Sequence[_Query]) -> Sequence[Any]:
        """One answer or exception per query, all over one connection."""
        kinds: dict[object, list[int]] = defaultdict(list)
        for place, query in enumerate(queries):
            kinds[type(query) if isinstance(query, Read) else place].append(place)
        answers: list[Any] = [None] * len(queries)
        left = list(kinds.values())
        try:
            with self._read_engine.connect() as connection:
                while left:
                    same = left[-1]
                    found = _answered(connection, [queries[place] for place in same])
                    for place, answer in zip(same, found, strict=True):
                        answers[place] = self._translated(answer) if isinstance(answer, Exception) else answer
                    left.pop()
        except Exception as error:
            for place in [place for same in left for place in same]:
                answers[place] = self._translated(error)
        return answers

    def _serve(self, writes: Sequence[Write[Any]]) -> Sequence[Any]:
        """One answer or exception per write.

        What failed before the COMMIT was rolled back, so that its neighbours can be redone one by one, and so can a
        write that met a commit of another process: it sees then what that one did. A COMMIT whose answer is lost may
        have been carried out: its writes count as not written, and nothing is redone.
        """
        for left in reversed(range(_TRIES)):
            try:
                return self._commit(writes)
            except _RolledBackError as rolled_back:
                error = rolled_back.cause
                if len(writes) > 1 and not self._dialect.is_outage(error):
                    return [self._serve([write])[0] for write in writes]
                if not left or not self._dialect.is_conflict(error):
                    break
            except Exception as lost:
                error = lost
                break
        return [self._translated(error)] * len(writes)

    def _commit(self, writes: Sequence[Write[Any]]) -> Sequence[Any]:
        """Raises _RolledBackError where it is proven that nothing was written."""
        with self._write_engine.connect() as connection:
            transaction = connection.begin()
            if self._ears is not None:
                connection.info[EARS] = self._ears
            try:
                answers = self._apply(connection, writes)
                grown = number_changes(connection)
            except Exception as error:
                with contextlib.suppress(sa.exc.DBAPIError):  # no COMMIT was sent: what can't be rolled back has ended
                    transaction.rollback()
                if not connection.invalidated:
                    forget_changes(connection)
                raise _RolledBackError(error) from error
            faultpoints.reach_commit(writes, "before")
            transaction.commit()
            self.bell.ring(grown)
            faultpoints.reach_commit(writes, "after")
            return answers

    def _translated(self, error: Exception) -> Exception:
        if self._dialect.is_outage(error):
            return StoreUnavailable("the database can't be reached or refuses to write")
        return error

    def _apply(self, connection: sa.Connection, writes: Sequence[Write[Any]]) -> list[Any]:
        answers: list[Any] = [None] * len(writes)
        lost = self._lost_leases(connection, writes)
        sending: dict[int, str] = {}
        others: list[int] = []
        for place, write in enumerate(writes):
            if write.lease is not None and write.lease in lost:
                answers[place] = LeaseLost(f"the lane {write.lease.account} has moved on")
            elif write.lease is not None and write.sends:
                sending[place] = write.lease.account
            else:
                others.append(place)
        self._apply_by_kind(connection, writes, others, answers)
        # Asked after the others: a pause or a deletion in the same commit counts.
        halted = halted_accounts(connection, set(sending.values())) if sending else ()
        for place in [place for place, account in sending.items() if account in halted]:
            answers[place] = ChannelPaused(f"the channel of {sending.pop(place)} is paused or deleted")
        self._apply_by_kind(connection, writes, list(sending), answers)
        return answers

    def _apply_by_kind(
        self, connection: sa.Connection, writes: Sequence[Write[Any]], places: Sequence[int], answers: list[Any]
    ) -> None:
        kinds: dict[type[Write[Any]], list[int]] = defaultdict(list)
        for place in places:
            kinds[type(writes[place])].append(place)
        for kind, same in kinds.items():
            for place, answer in zip(same, kind.apply_all(connection, [writes[p] for p in same]), strict=True):
                answers[place] = answer

    def _lost_leases(self, connection: sa.Connection, writes: Sequence[Write[Any]]) -> set[Any]:
        leases = {write.lease for write in writes if write.lease is not None}
        if not leases:
            return set()
        accounts = sorted({lease.account for lease in leases})
        rows = connection.execute(LOCKED_EPOCHS, {"accounts": accounts})
        epochs = {row.account: row.epoch for row in rows}
        return {lease for lease in leases if epochs.get(lease.account) != lease.epoch}


def _answered(connection: sa.Connection, queries: Sequence[Any]) -> Sequence[Any]:
    """One answer or exception for each of some queries of one kind."""
    first = queries[0]
    try:
        return type(first).answer_all(connection, queries) if isinstance(first, Read) else [first(connection)]
    except Exception as error:
        return [error] * len(queries)


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
