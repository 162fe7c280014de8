"""The worker of one process: takes lanes that have work, runs them, and renews their leases."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence

from erpgate.engine.clock import Clock
from erpgate.engine.lane import PREFETCH, Lane
from erpgate.engine.settings import EngineSettings
from erpgate.store.database import Database
from erpgate.store.errors import StoreUnavailable
from erpgate.store.tasks import Claim, ClaimLanes, Leave, RenewLeases, TellAlive

_log = logging.getLogger(__name__)


class Worker:
    """Owns lanes.

    Args:
        owner: Names this process in leases; unique among living ones.
        database: Where lanes and tasks are.
        new_lane: Makes the lane of a claim.
        kinds: Of tasks that this process knows.
        clock: Where time comes from.
        settings: Times and sizes.
        alone: Whether no other process can hold a lease.
    """

    def __init__(
        self,
        owner: str,
        database: Database,
        new_lane: Callable[[Claim], Lane],
        kinds: Sequence[str],
        clock: Clock,
        settings: EngineSettings,
        *,
        alone: bool,
    ) -> None:
        self._owner = owner
        self._database = database
        self._new_lane = new_lane
        self._kinds = tuple(kinds)
        self._clock = clock
        self._settings = settings
        self._alone = alone
        self._lanes: dict[str, Lane] = {}
        self._runs: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._leaving = asyncio.Event()
        self._share = settings.lanes if alone else 1
        self._counted_at = 0.0

    def wake(self, account: str, *, urgent: bool = False) -> None:
        """A task was added for this account; `urgent` is what a person asks for."""
        lane = self._lanes.get(account)
        if lane is not None:
            lane.wake(urgent=urgent)
        else:
            self._wake.set()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Worker"]:
        """Works in the background; on leaving, what runs may end, then lanes are handed over."""
        failure: Exception | None = None
        async with asyncio.TaskGroup() as group:
            claiming = group.create_task(self._claim_forever())
            renewing = group.create_task(self._renew_forever())
            try:
                yield self
            except Exception as error:
                failure = error  # raised as it is below: the group would wrap it
            finally:
                self._leaving.set()
                self._wake.set()
                await asyncio.wait((claiming,))  # a claim that is cut off would hold lanes that nobody works for
                await self._drain()
                renewing.cancel()
        if failure is not None:
            raise failure

    async def _claim_forever(self) -> None:
        while not self._leaving.is_set():
            self._wake.clear()
            try:
                await self._claim()
            except StoreUnavailable:
                _log.warning("The database can't be reached; lanes are claimed as soon as it can.")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._settings.poll.total_seconds()):
                    await self._wake.wait()

    async def _claim(self) -> None:
        if self._room() <= 0 and self._may_count():
            await self._count()
        room = self._room()
        if room <= 0:
            for lane in self._lanes.values():
                if lane.idle:
                    lane.stop()
            return
        now = self._clock.now()
        wanted = ClaimLanes(
            self._owner, now, self._settings.lease, room, self._kinds, tasks=PREFETCH, alone=self._alone
        )
        asked_at = self._clock.boot()
        for claim in await self._database.write(wanted):
            account = claim.lease.account
            if account in self._lanes:
                self._lanes[account].lose()
            lane = self._new_lane(claim)
            lane.claimed(asked_at)
            self._lanes[account] = lane
            run = asyncio.create_task(self._run(lane), name=f"lane {account}")
            self._runs.add(run)
            run.add_done_callback(self._runs.discard)

    def _room(self) -> int:
        return min(self._share, self._settings.lanes) - len(self._lanes)

    def _may_count(self) -> bool:
        """Whether the share may be another one by now: a death is noticed as soon as its lanes are free."""
        return not self._alone and self._clock.boot() - self._counted_at >= self._settings.poll.total_seconds()

    async def _run(self, lane: Lane) -> None:
        try:
            await lane.run()
        except Exception:
            _log.exception("The lane %s ended with a defect.", lane.lease.account)
        finally:
            if self._lanes.get(lane.lease.account) is lane:
                del self._lanes[lane.lease.account]
            self._wake.set()

    async def _renew_forever(self) -> None:
        while True:
            try:
                await self._renew()
                if not self._alone:
                    await self._keep_to_share()
            except StoreUnavailable:
                _log.warning("The database can't be reached; leases are renewed as soon as it can.")
            await asyncio.sleep(self._settings.renew.total_seconds())

    async def _renew(self) -> None:
        lanes = dict(self._lanes)
        if not lanes:
            return
        asked_at = self._clock.boot()
        leases = tuple(lane.lease for lane in lanes.values())
        held = await self._database.write(RenewLeases(leases, self._clock.now(), self._settings.lease))
        for lane in lanes.values():
            if lane.lease in held:
                lane.renewed(asked_at)
            else:
                lane.lose()

    async def _keep_to_share(self) -> None:
        """Hands lanes over that are more than this process's share."""
        share = self._share
        await self._count()
        if self._share > share:
            self._wake.set()
        for lane in list(self._lanes.values())[self._share :]:
            lane.stop()

    async def _count(self) -> None:
        """Tells that this process lives, and learns its share."""
        self._counted_at = self._clock.boot()
        self._share = await self._database.write(TellAlive(self._owner, self._clock.now(), self._settings.lease))

    async def _drain(self) -> None:
        for lane in self._lanes.values():
            lane.stop()
        if self._runs:
            _, late = await asyncio.wait(self._runs, timeout=self._settings.grace.total_seconds())
            for run in late:
                run.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if not self._alone:
            with contextlib.suppress(StoreUnavailable):
                await self._database.write(Leave(self._owner))
