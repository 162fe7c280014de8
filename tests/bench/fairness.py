"""Many merchants at once, each with a rate budget of its own: how much of its share the slowest one gets."""

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Iterator

import uvloop
from erpgate.engine.budget import WHOLE, Budget
from erpgate.engine.clock import SystemClock
from erpgate.engine.lane import Lane
from erpgate.engine.session import Session
from erpgate.engine.settings import EngineSettings
from erpgate.engine.worker import Worker
from erpgate.plugin import Limits
from erpgate.store.database import open_database
from erpgate.store.tasks import AddTasks, Claim, CompleteTask, Task

from bench.measure import Row

_MERCHANTS = 2_000
_EVERY = 2
"""Seconds for each merchant's request."""
_SECONDS = 10
_KIND = "request"
_LIMITS = Limits(windows={WHOLE: ((1, dt.timedelta(seconds=_EVERY)),)})
_BAR = 80


def measure(name: str, database_url: str) -> Iterator[Row]:
    """One row for one database."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        served = runner.run(_run(database_url))
    share = min(served[f"lane-{n}"] for n in range(_MERCHANTS)) / (_SECONDS / _EVERY) * 100
    yield Row(
        what=f"{_MERCHANTS:,} merchants with a request every {_EVERY} s each, the slowest one's share, {name}",
        value=f"{sum(served.values()) / _SECONDS:,.0f} requests/s in all",
        limit=f"{_MERCHANTS / _EVERY:,.0f}/s",
        share=share,
        bar=f"≥ {_BAR} %",
        holds=share >= _BAR,
    )


async def _run(database_url: str) -> Counter[str]:
    clock, settings, served = SystemClock(), EngineSettings(), Counter[str]()

    async def handle(lane: Lane, task: Task) -> None:
        await lane.before(WHOLE, write=False)
        served[task.account] += 1
        await lane.database.write(CompleteTask(task, lane.lease))

    async with open_database(database_url) as database:

        def new_lane(claim: Claim) -> Lane:
            lane = Lane(claim, database, {_KIND: handle}, _no_session, clock, settings)
            lane.budget = Budget(_LIMITS)
            return lane

        now = clock.now()
        for number in range(_SECONDS // _EVERY + 4):
            tasks = (
                Task(account=f"lane-{n}", kind=_KIND, subject=f"{number}", due_time=now) for n in range(_MERCHANTS)
            )
            await database.write(AddTasks(tuple(tasks)))
        async with Worker("bench", database, new_lane, [_KIND], clock, settings, alone=True).running():
            while len(served) < _MERCHANTS:
                await asyncio.sleep(0.02)  # from when every merchant is being served
            before = served.copy()
            await asyncio.sleep(_SECONDS)
            return served - before


async def _no_session(_: Lane) -> Session | None:
    return None
