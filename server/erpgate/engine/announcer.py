"""Tells listeners what has happened: one process at a time for each, in a channel's order, until it is told."""

import asyncio
import contextlib
import datetime as dt
import logging
from collections.abc import AsyncIterator, Sequence

from erpgate import faultpoints
from erpgate.ears import Ear, ListenerLate, LoadedListener
from erpgate.engine.clock import Clock
from erpgate.engine.settings import EngineSettings, nth
from erpgate.plugin.errors import ErpError, RateLimited, Rejected
from erpgate.store.changes import EVENTS
from erpgate.store.database import Database
from erpgate.store.errors import LeaseLost, StoreUnavailable
from erpgate.store.events import (
    AnnounceHealth,
    ClaimListener,
    ForgetEvent,
    GiveUpEvents,
    NoteListener,
    Queue,
    StoredEvent,
    first_queue,
    next_event,
    next_queue,
)
from erpgate.store.tasks import ReleaseLane, RenewLeases
from erpgate.store.writes import Lease

_log = logging.getLogger(__name__)

_AT_ONCE = 8
"""Channels of which a listener is told at the same time."""

_TURN = 20
"""Events of one channel in a row, if other channels wait."""

_OUTAGE = 8
"""Failures in a row after which a listener is told of one channel a second, until something succeeds."""

_LONGEST_PAUSE = dt.timedelta(hours=1)


class Announcer:
    """Tells every listener of this process.

    Args:
        owner: Names this process in leases.
        listeners: That are loaded.
        database: Where events are.
        clock: Where time comes from.
        settings: Times.
    """

    def __init__(
        self,
        owner: str,
        listeners: Sequence[LoadedListener],
        database: Database,
        clock: Clock,
        settings: EngineSettings,
    ) -> None:
        self._listeners = listeners
        self._database = database
        self._tellers = [Teller(Ear(listener), owner, database, clock, settings) for listener in listeners]

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Announcer"]:
        """Tells in the background; on leaving, calls that are under way may end."""
        if not self._tellers:
            yield self
            return
        await self._database.write(AnnounceHealth())
        tasks = [asyncio.create_task(teller.run(), name=f"teller {teller.name}") for teller in self._tellers]
        try:
            yield self
        finally:
            for teller in self._tellers:
                teller.stop()
            await asyncio.gather(*tasks, return_exceptions=True)
            for teller in self._tellers:
                await teller.aclose()


class Teller:
    """Tells one listener.

    Args:
        ear: That calls it.
        owner: Names this process in leases.
        database: Where events are.
        clock: Where time comes from.
        settings: Times.
    """

    def __init__(self, ear: Ear, owner: str, database: Database, clock: Clock, settings: EngineSettings) -> None:
        self._ear = ear
        self._owner = owner
        self._database = database
        self._clock = clock
        self._settings = settings
        self._leaving = asyncio.Event()
        self._woken = asyncio.Event()  # by the bell, by a call that has ended, and to leave
        self._running: dict[Queue, asyncio.Task[None]] = {}
        self._tries: dict[Queue, int] = {}
        self._parked: dict[Queue, float] = {}
        self._paused_until = 0.0
        self._streak = 0
        self._last: Queue = ("", "")
        self._noted: str | None = None
        self._lease: Lease | None = None
        self._valid_until = 0.0

    @property
    def name(self) -> str:
        """Of the listener."""
        return self._ear.name

    def stop(self) -> None:
        """Begins no more calls."""
        self._leaving.set()
        self._woken.set()

    async def aclose(self) -> None:
        """Closes what the listener uses."""
        await self._ear.aclose()

    async def run(self) -> None:
        """Tells until it is stopped."""
        self._ear.start()
        with self._database.bell.heard(EVENTS) as self._woken:
            while not self._leaving.is_set():
                self._woken.clear()
                try:
                    if await self._database.read(lambda c: first_queue(c, self.name)):
                        await self._tell_all()
                except (StoreUnavailable, LeaseLost):
                    _log.warning("The listener %s is told as soon as the database can be reached again.", self.name)
                except Exception:
                    _log.exception("Telling the listener %s failed; it goes on.", self.name)
                if not self._leaving.is_set():
                    await self._wait(self._woken, self._pace)

    async def _tell_all(self) -> None:
        """Tells everything, if this process may."""
        asked_at, now, lease_time = self._clock.boot(), self._clock.now(), self._settings.lease
        claim = ClaimListener(self.name, self._owner, now, lease_time, self._database.alone)
        self._lease = await self._database.write(claim)
        if self._lease is None:
            return
        self._valid_until = asked_at + lease_time.total_seconds()
        try:
            while not self._leaving.is_set() and await self._renewed():
                self._woken.clear()
                if not await self._start() and not self._running:
                    linger = min(self._settings.linger, self._settings.lease / 3)
                    await self._wait(self._woken, linger.total_seconds())
                    if not self._woken.is_set():
                        break
                elif self._streak >= _OUTAGE:
                    await self._wait(self._leaving, self._pace)
                else:
                    await self._wait(self._woken, self._until_something())
        finally:
            await self._finish()

    async def _start(self) -> bool:
        """Begins with as many channels as there is room for; whether one is waiting at all."""
        if self._now() < self._paused_until:
            return True
        room = (1 if self._streak >= _OUTAGE else _AT_ONCE) - len(self._running)
        seen: set[Queue] = set()
        while queue := await self._database.read(lambda c: next_queue(c, self.name, self._last)):
            if queue in seen or room <= 0:
                return True
            seen.add(queue)
            self._last = queue
            if queue not in self._running and self._parked.get(queue, 0.0) <= self._now():
                self._running[queue] = asyncio.create_task(self._tell(queue))
                room -= 1
            await asyncio.sleep(0)  # others have their turn, however many channels wait
        return False

    async def _tell(self, queue: Queue) -> None:
        """Tells what there is of one channel, in order, as far as it can be told."""
        try:
            for _ in range(_TURN):
                told = await self._database.read(lambda c: next_event(c, self.name, queue))
                if told is None or self._lease is None or self._leaving.is_set():
                    return
                if self._clock.boot() >= self._valid_until:
                    return  # somebody else may tell by now
                if not await self._try(told, self._lease):
                    return
        except (LeaseLost, StoreUnavailable):
            self._valid_until = 0.0
        except Exception:
            _log.exception("Telling the listener %s of %s/%s failed.", self.name, *queue)
            self._park(queue)
        finally:
            del self._running[queue]
            self._woken.set()

    async def _try(self, told: StoredEvent, lease: Lease) -> bool:
        """Whether the listener has been told, or shall not be."""
        try:
            faultpoints.reach("listener.before")
            await self._ear.tell(told.kind, told.read())
            faultpoints.reach("listener.after")
        except Exception as error:
            return await self._failed(told, lease, error)
        await self._database.write(ForgetEvent(self.name, told, lease))
        if self._streak >= _OUTAGE:
            self._parked.clear()
        self._streak = 0
        self._tries.pop(told.queue, None)
        self._parked.pop(told.queue, None)
        await self._note("")
        return True

    async def _failed(self, told: StoredEvent, lease: Lease, error: Exception) -> bool:
        """Whether it is not told again."""
        failure = _sentence(error)
        since = self._clock.now() - self._settings.event_patience
        is_refused = isinstance(error, Rejected)
        if is_refused or told.time < since:
            count = await self._database.write(GiveUpEvents(self.name, told, since, failure, self._clock.now(), lease))
            _log.error("The listener %s is never told %d events of %s/%s: %s", self.name, count, *told.queue, failure)
            self._noted = failure
        if is_refused:
            self._streak = 0
            self._tries.pop(told.queue, None)
            return True
        if isinstance(error, RateLimited):
            self._paused_until = self._now() + min(error.retry_after, _LONGEST_PAUSE).total_seconds()
            return False
        self._streak += 1
        self._park(told.queue)
        if not isinstance(error, ErpError | ListenerLate) and failure != self._noted:
            _log.error("The listener %s failed.", self.name, exc_info=error)
        await self._note(failure)
        return False

    def _park(self, queue: Queue) -> None:
        tries = self._tries.get(queue, 0)
        self._tries[queue] = tries + 1
        self._parked[queue] = self._now() + nth(self._settings.event_delays, tries).total_seconds()

    async def _note(self, failure: str) -> None:
        """Notes what is wrong, once."""
        if failure == self._noted:
            return
        self._noted = failure
        await self._database.write(NoteListener(self.name, failure, self._clock.now()))
        if failure:
            _log.warning("The listener %s is told again later: %s", self.name, failure)

    async def _renewed(self) -> bool:
        """Whether the right to tell lasts for a while."""
        lease_time = self._settings.lease
        if self._lease is None or self._valid_until == 0.0:
            return False
        if self._valid_until - self._clock.boot() > lease_time.total_seconds() / 2:
            return True
        asked_at = self._clock.boot()
        held = await self._database.write(RenewLeases((self._lease,), self._clock.now(), lease_time))
        self._valid_until = asked_at + lease_time.total_seconds() if held else 0.0
        return bool(held)

    async def _finish(self) -> None:
        if self._running:
            await asyncio.wait(self._running.values())
        lease, self._lease = self._lease, None
        if lease is not None:
            with contextlib.suppress(LeaseLost, StoreUnavailable):
                await self._database.write(ReleaseLane(lease))

    def _until_something(self) -> float:
        """Seconds until there may be something to do without being woken."""
        times = [time for queue, time in self._parked.items() if queue not in self._running]
        next_time = max(min(times, default=float("inf")), self._paused_until)
        return min(max(next_time - self._now(), 0.0), self._pace)

    @property
    def _pace(self) -> float:
        """Seconds between two looks beneath wake-ups."""
        return min(self._settings.poll, self._settings.lease / 3).total_seconds()

    async def _wait(self, event: asyncio.Event, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await event.wait()

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


def _sentence(error: Exception) -> str:
    """What went wrong, without what an unforeseen error may show."""
    if isinstance(error, ErpError):
        return error.message
    return str(error) if isinstance(error, ListenerLate) else f"It raised {type(error).__name__}."
