"""A worker keeps to its share of the lanes, and takes the others as soon as the worker that had them is dead."""

import asyncio
import datetime as dt
from typing import cast

from erpgate.engine.clock import SystemClock
from erpgate.engine.lane import Lane
from erpgate.engine.settings import EngineSettings
from erpgate.engine.worker import Worker
from erpgate.store.database import open_database
from erpgate.store.tasks import AddTasks, Claim, Task, TellAlive
from fixtures.waiting import eventually

_KIND = "toil"
_RARELY = dt.timedelta(seconds=60)


class BusyLane:
    """A lane that always has something to do."""

    idle = False

    def __init__(self, claim: Claim) -> None:
        self.lease = claim.lease
        self._end = asyncio.Event()

    async def run(self) -> None:
        await self._end.wait()

    def stop(self) -> None:
        self._end.set()

    def claimed(self, asked_at: float) -> None:
        """It writes nothing."""

    renewed = claimed


async def test_a_death_is_noticed_before_leases_are_renewed(database_url: str) -> None:
    clock = SystemClock()
    tasks = tuple(
        Task(account=f"toy:{number}", kind=_KIND, subject="work", due_time=clock.now()) for number in range(4)
    )
    taken: list[str] = []

    def new_lane(claim: Claim) -> Lane:
        taken.append(claim.lease.account)
        return cast("Lane", BusyLane(claim))

    async def count(lanes: int) -> bool:
        return len(taken) == lanes

    settings = EngineSettings(lease=_RARELY, renew=_RARELY, poll=dt.timedelta(seconds=0.02))
    async with open_database(database_url) as database:
        await database.write(AddTasks(tasks))
        await database.write(TellAlive("dying", clock.now(), _RARELY))
        worker = Worker("living", database, new_lane, [_KIND], clock, settings, alone=False)
        async with worker.running():
            await eventually("its share, one half", lambda: count(2))
            await database.write(TellAlive("dying", clock.now(), dt.timedelta(0)))
            await eventually("all, when it is alone", lambda: count(4), seconds=30)
