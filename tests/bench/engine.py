"""The engine alone: no-op tasks of three checkpoints over many lanes."""

import asyncio
import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import replace

import uvloop
from erpgate.engine.clock import SystemClock
from erpgate.engine.lane import Lane
from erpgate.engine.session import Session
from erpgate.engine.settings import EngineSettings
from erpgate.engine.worker import Worker
from erpgate.store.attempts import BeginAttempt, EndAttempt
from erpgate.store.channels import CreateChannel
from erpgate.store.database import Database, open_database
from erpgate.store.records import AttemptOutcome, AttemptRecord
from erpgate.store.tasks import AddTasks, Claim, CompleteTask, Task
from rpc.builders import a_channel

from bench.measure import Row

_LANES = 10_000
_BATCH = 500
_KIND = "noop"
_REACH = dt.timedelta(seconds=30)
_BAR = 5_000


def measure(name: str, database_url: str) -> Iterator[Row]:
    """One row for one database."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        per_second = runner.run(_run(database_url))
    yield Row(
        what=f"engine alone, {_LANES:,} lanes, 3 checkpoints, {name}",
        value=f"{per_second:,.0f} tasks/s",
        bar=f"≥ {_BAR:,}/s",
        holds=per_second >= _BAR,
    )


async def _run(database_url: str) -> float:
    clock, settings, noop = SystemClock(), EngineSettings(), _Noop()
    async with open_database(database_url) as database:

        def new_lane(claim: Claim) -> Lane:
            return Lane(claim, database, {_KIND: noop.handle}, _no_session, clock, settings)

        worker = Worker("bench", database, new_lane, [_KIND], clock, settings, alone=True)
        await _add(database, clock.now())
        start = time.perf_counter()
        async with worker.running():
            await noop.done.wait()
            return _LANES / (time.perf_counter() - start)


class _Noop:
    """A process that does nothing, durably."""

    def __init__(self) -> None:
        self.done = asyncio.Event()
        self._left = _LANES

    async def handle(self, lane: Lane, task: Task) -> None:
        """Begins an attempt, ends it, ends the task."""
        attempt = AttemptRecord(
            account=task.account,
            subject=task.subject,
            step=_KIND,
            number=1,
            epoch=lane.lease.epoch,
            start_time=lane.clock.now(),
        )
        await lane.database.write(BeginAttempt(attempt, _REACH, lane.lease))
        await lane.database.write(EndAttempt(replace(attempt, outcome=AttemptOutcome.DONE), lane.lease))
        await lane.database.write(CompleteTask(task, lane.lease))
        self._left -= 1
        if not self._left:
            self.done.set()


async def _add(database: Database, now: dt.datetime) -> None:
    channels = [a_channel(merchant=f"merchant-{n}", account=f"lane-{n}") for n in range(_LANES)]
    await asyncio.gather(*(database.write(CreateChannel(channel, b"", None)) for channel in channels))
    tasks = [Task(account=f"lane-{n}", kind=_KIND, subject="bench", due_time=now) for n in range(_LANES)]
    batches = (tuple(tasks[start : start + _BATCH]) for start in range(0, _LANES, _BATCH))
    await asyncio.gather(*(database.write(AddTasks(batch)) for batch in batches))


async def _no_session(_: Lane) -> Session | None:
    return None
