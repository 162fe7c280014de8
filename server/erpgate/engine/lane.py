"""One ERP account at work: its due tasks, its rate budget and its connection, owned by this process alone."""

import asyncio
import datetime as dt
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence

from erpgate.engine.budget import WHOLE, Budget
from erpgate.engine.clock import Clock
from erpgate.engine.errand import current_errand
from erpgate.engine.health import health_of
from erpgate.engine.journal import Journal
from erpgate.engine.session import Session
from erpgate.engine.settings import EngineSettings, nth
from erpgate.engine.work import Handler, Held, Postponed
from erpgate.plugin.capabilities import Connection
from erpgate.plugin.errors import Misconfigured, RateLimited, Unavailable
from erpgate.plugin.http import RateReading
from erpgate.plugin.policy import Limits
from erpgate.store.channels import Recover, SetHealth, halted_accounts
from erpgate.store.database import Database
from erpgate.store.errors import LeaseLost, StoreUnavailable
from erpgate.store.records import Health
from erpgate.store.restorations import Restoration, lost_time
from erpgate.store.tasks import Claim, PostponeTask, ReleaseLane, Task, due_tasks, next_due

_log = logging.getLogger(__name__)

PREFETCH = 32
"""Tasks that are read at a time."""

_Key = tuple[str, str]

SessionOpener = Callable[["Lane"], Awaitable[Session | None]]
"""Opens the account's connection; None while no channel has the account or its plugin is missing."""


class Lane:
    """Runs the tasks of one account until there are none or the lease is lost.

    Args:
        claim: The right to work for it, and the first of its tasks.
        database: Where tasks are.
        handlers: Process by kind.
        open_session: Connects the account when the first task needs it.
        clock: Where time comes from.
        settings: Times and sizes.
        restores: Of older backups; what began before one is looked for before it is sent.
    """

    def __init__(
        self,
        claim: Claim,
        database: Database,
        handlers: Mapping[str, Handler],
        open_session: SessionOpener,
        clock: Clock,
        settings: EngineSettings,
        restores: Sequence[Restoration] = (),
    ) -> None:
        self.lease = claim.lease
        self.database = database
        self.clock = clock
        self.settings = settings
        self.budget = Budget(Limits())
        self.skew: dt.timedelta | None = None
        self.locks: dict[str, asyncio.Lock] = {}
        self._restores = restores
        self._in_flight = 1
        self._handlers = handlers
        self._open_session = open_session
        self._session: Session | None = None
        self._session_lock = asyncio.Lock()
        self._ready: deque[Task] = deque(claim.tasks)
        self._running: dict[_Key, asyncio.Task[None]] = {}
        self._wake = asyncio.Event()
        self._leaving = asyncio.Event()
        self._retiring: set[asyncio.Task[None]] = set()
        self._wakes = 0
        self._urges = 0
        self._more = not 0 < len(claim.tasks) < PREFETCH
        self._stopping = False
        self._lost = False
        self._failures = 0
        self._setbacks = 0
        self._noted = (Health.OK, "")
        self._paused_until = 0.0
        self._valid_until = clock.boot() + settings.lease.total_seconds()

    async def session(self) -> Session | None:
        """The account's open connection under its newest settings."""
        async with self._session_lock:
            session = await self._open_session(self)
            if session is not self._session:
                if session is not None and self._session is None:
                    self._remember(session)
                    self.budget = Budget(session.limits)
                    self._in_flight = session.limits.in_flight
                    self._wake.set()
                elif session is not None and self._session is not None:
                    self._renew(self._session, session)
                self._session = session
            return session

    def _remember(self, session: Session) -> None:
        """What another owner of the account has noted is over once the ERP serves us."""
        health = session.channel.health
        if health in (Health.AUTH_FAILED, Health.DEGRADED) and not self._failures:
            self._failures = 1
            self._noted = (health, session.channel.health_message)

    def _renew(self, old: Session, new: Session) -> None:
        """What the account was slowed down for may be over with the credentials that it had."""
        if new.connection is not old.connection:
            self._failures = 0
            self._paused_until = 0.0

    def retire(self, connection: Connection) -> None:
        """Closes a connection that was replaced as soon as nothing that runs can use it any more."""
        task = asyncio.create_task(self._close_after(connection, set(self._running.values())))
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)

    async def _close_after(self, connection: Connection, users: set[asyncio.Task[None]]) -> None:
        if users:
            await asyncio.wait(users)
        await connection.aclose()

    @property
    def open(self) -> Session | None:
        """The connection that is open, if one is."""
        return self._session

    def journal(self, subject: str, began: dt.datetime | None = None) -> Journal:
        """The attempts for a subject.

        Args:
            subject: What the steps are for.
            began: When what it is about began; None where a step is always looked for before it is sent.
        """
        lost = None if began is None else lost_time(self._restores, began)
        return Journal(self.database, self.lease, subject, self.clock, self.settings, self.renewed, lost)

    @property
    def idle(self) -> bool:
        """Whether it only keeps its connection warm."""
        waiting = self._running or self._ready or self._more
        return not waiting and self._paused_until <= asyncio.get_running_loop().time()

    @property
    def crowded(self) -> bool:
        """Whether something else than the task that asks waits or runs."""
        return len(self._running) > 1 or bool(self._ready)

    def wake(self, *, urgent: bool = False) -> None:
        """A task was added, or an open one was woken; a person's wish ends a pause of the whole account."""
        if urgent:
            self._paused_until = 0.0
            self._urges += 1
        self._wakes += 1
        self._more = True
        self._wake.set()

    def stop(self) -> None:
        """Starts nothing more; `run` ends when what runs has ended."""
        self._stopping = True
        self._leaving.set()
        self._wake.set()

    def lose(self) -> None:
        """Another process owns the account: what runs is cancelled, and its writes are refused anyway."""
        if not self._lost:
            _log.warning("The lane %s has moved on: what was begun here writes nothing more.", self.lease.account)
        self._lost = True
        for running in self._running.values():
            running.cancel()
        self._wake.set()

    def claimed(self, asked_at: float) -> None:
        """The lease counts from when the claim left, at `asked_at` on the boot clock."""
        self._valid_until = asked_at + self.settings.lease.total_seconds()

    def renewed(self, asked_at: float) -> None:
        """The lease was renewed at the request that left at `asked_at` on the boot clock."""
        self._valid_until = max(self._valid_until, asked_at + self.settings.lease.total_seconds())

    async def before(self, resource: str, *, write: bool) -> None:
        """Guards one request: waits for the budget, and lets a write leave only while the lease is certain."""
        errand = current_errand()
        share = errand.share if errand else 1.0
        waits = self.budget.wait(resource, share) > 0
        if not await self.budget.take(resource, self._leaving, share=share):
            raise Unavailable("This process stops; nothing was sent.")
        if errand is not None:
            errand.calls += 1
        if write and self.clock.boot() >= self._valid_until:
            raise Unavailable("This process no longer owns the account; nothing was sent.")
        if write and waits and await self._is_halted():
            raise Held("The channel is paused or deleted; nothing was sent.")

    async def _is_halted(self) -> bool:
        account = self.lease.account
        return bool(await self.database.read(lambda c: halted_accounts(c, (account,))))

    def after(self, reading: RateReading | None, time: dt.datetime | None = None) -> None:
        """Takes note of what the ERP said about its rate limit and the time."""
        if time is not None:
            self.skew = time - self.clock.now()
        if reading is not None:
            self.budget.correct(reading)

    async def run(self) -> None:
        """Works until the lane is idle, lost or stopped, and gives it back."""
        try:
            while not self._lost and not (self._stopping and not self._running):
                try:
                    await self._start_due()
                    if not await self._wait():
                        break
                except StoreUnavailable:
                    self._pause(nth(self.settings.retry_delays, 0))
                    self._more = True
        finally:
            await self._finish()

    async def _start_due(self) -> None:
        self._wake.clear()
        while not self._stopping and not self._lost and self._free() > 0:
            if not self._ready and not await self._fetch():
                return
            task = self._ready.popleft()
            key = (task.kind, task.subject)
            if key not in self._running:
                self._running[key] = asyncio.create_task(self._run_one(task), name=f"{task.kind} {task.subject}")

    def _free(self) -> int:
        if self._paused_until > asyncio.get_running_loop().time():
            return 0
        return (1 if self._failures else self._in_flight) - len(self._running)

    async def _fetch(self) -> bool:
        """Reads due tasks, unless the last reading saw them all and nothing was added since."""
        if not self._more:
            return False
        self._more = False
        kinds = tuple(self._handlers)
        limit = PREFETCH + len(self._running)
        now = self.clock.now()
        due = await self.database.read(lambda c: due_tasks(c, self.lease.account, now, limit=limit, kinds=kinds))
        self._more = self._more or len(due) >= limit
        self._ready.extend(task for task in due if (task.kind, task.subject) not in self._running)
        return bool(self._ready)

    async def _wait(self) -> bool:
        """Waits for a reason to look again; False when the lane has been idle long enough."""
        pause = self._paused_until - asyncio.get_running_loop().time()
        if pause > 0:
            return await self._woken_within(pause) or self._look_again()
        if self._running:
            return await self._woken_within(None)
        if self._session is None and not self._wake.is_set():
            return False  # there is no connection worth keeping
        linger = self.settings.linger.total_seconds()
        due = await self.database.read(lambda c: next_due(c, self.lease.account))
        soon = linger if due is None else (due - self.clock.now()).total_seconds()
        return await self._woken_within(min(linger, max(soon, 0.0))) or (soon < linger and self._look_again())

    async def _woken_within(self, seconds: float | None) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return False
        return True

    def _look_again(self) -> bool:
        self._more = True
        return True

    async def _run_one(self, task: Task) -> None:
        key = (task.kind, task.subject)
        wakes = self._wakes
        try:
            postponed = await self._handle(task)
            if postponed is not None:
                due = self.clock.now() + postponed.delay
                await self.database.write(PostponeTask(task, due, self.lease))
        except LeaseLost:
            self.lose()
        except StoreUnavailable:
            _log.warning("The database can't be reached; %s %s is run again.", *key)
            self._pause(nth(self.settings.retry_delays, 0))
        except Exception:
            _log.exception("%s %s could not be noted.", *key)
            self._pause(nth(self.settings.retry_delays, 1))
        finally:
            del self._running[key]
            self._more = self._more or self._wakes != wakes
            self._wake.set()

    async def _handle(self, task: Task) -> Postponed | None:
        """Runs the process; what concerns the whole account slows the whole account down."""
        urges, setbacks = self._urges, self._setbacks
        try:
            postponed = await self._handlers[task.kind](self, task)
        except RateLimited as error:
            self.budget.block(error.resource, error.retry_after)
            if error.resource == WHOLE:
                self._pause(error.retry_after)
            return Postponed(delay=error.retry_after)
        except (Unavailable, Misconfigured) as error:
            if self._urges != urges:
                return Postponed(delay=dt.timedelta(0))  # a person has mended meanwhile what it failed with
            return await self._back_off(health_of(error), error.message)
        except (LeaseLost, StoreUnavailable):
            raise
        except Exception:
            _log.exception("%s %s failed; it is run again.", task.kind, task.subject)
            return Postponed(delay=nth(self.settings.retry_delays, task.attempts))
        served = postponed is None or postponed.served
        if served and self._failures and self._setbacks == setbacks:  # not one that began before something failed
            await self.database.write(Recover(self.lease.account, *self._noted))
            if self._setbacks == setbacks:
                self._failures = 0  # only now: what could not be noted is noted by the next one
        return postponed

    async def _back_off(self, health: Health, message: str) -> Postponed:
        delay = nth(self.settings.retry_delays, self._failures)
        self._failures += 1
        self._setbacks += 1
        self._pause(delay)
        self._noted = (health, message)
        await self.database.write(SetHealth(self.lease.account, health, message))
        return Postponed(delay=delay)

    def _pause(self, delay: dt.timedelta) -> None:
        until = asyncio.get_running_loop().time() + delay.total_seconds()
        self._paused_until = max(self._paused_until, until)

    async def _finish(self) -> None:
        for running in self._running.values():
            running.cancel()
        await asyncio.gather(*self._running.values(), *self._retiring, return_exceptions=True)
        if self._session is not None:
            await self._session.connection.aclose()
        if not self._lost:
            try:
                await self.database.write(ReleaseLane(self.lease))
            except (LeaseLost, StoreUnavailable):
                _log.info("The lane %s was taken over or can't be released now.", self.lease.account)
