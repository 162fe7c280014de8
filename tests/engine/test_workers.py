"""Workers hand lanes over, share them, and end what they began."""

import asyncio
import datetime as dt
from collections import Counter
from dataclasses import replace

import sqlalchemy as sa
from erpgate.engine.lane import Lane
from erpgate.engine.work import Handler
from erpgate.store import schema
from erpgate.store.database import Database, open_database
from erpgate.store.tasks import AddTasks, Task
from fixtures.lanes import KIND, a_session, a_task, add, complete, connected, working
from fixtures.server import QUICK
from fixtures.waiting import eventually

SHARED = replace(QUICK, renew=dt.timedelta(seconds=0.05))


async def both_live(database: Database) -> bool:
    query = sa.select(sa.func.count()).select_from(schema.worker)
    return await database.read_long(lambda c: c.execute(query).scalar_one()) == 2


async def left(database: Database) -> int:
    query = sa.select(sa.func.count()).select_from(schema.task)
    return int(await database.read_long(lambda c: c.execute(query).scalar_one()))


async def all_done(database: Database) -> bool:
    return await left(database) == 0


async def test_what_runs_may_end_when_the_worker_stops(database: Database) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def run(lane: Lane, task: Task) -> None:
        begun.set()
        await may_end.wait()
        await complete(lane, task)

    async def stops() -> None:
        async with working(database, {KIND: run}) as worker:
            await add(database, worker, a_task())
            await begun.wait()

    stopping = asyncio.create_task(stops())
    await begun.wait()
    may_end.set()
    await stopping
    assert await left(database) == 0


async def test_what_does_not_end_in_time_is_cancelled_and_run_again_later(database: Database) -> None:
    begun = asyncio.Event()

    async def hang(lane: Lane, task: Task) -> None:
        begun.set()
        await asyncio.Event().wait()

    impatient = replace(QUICK, grace=dt.timedelta(seconds=0.05))
    async with working(database, {KIND: hang}, engine=impatient) as worker:
        await add(database, worker, a_task())
        await begun.wait()
    assert await left(database) == 1
    async with working(database, {KIND: complete}):
        await eventually("it is done", lambda: all_done(database))


async def test_a_stopped_worker_starts_nothing_more(database: Database) -> None:
    ran: list[str] = []

    async def run(lane: Lane, task: Task) -> None:
        ran.append(task.subject)
        await asyncio.sleep(0)
        await complete(lane, task)

    async with working(database, {KIND: run}, engine=replace(QUICK, poll=dt.timedelta(seconds=60))):
        pass
    await database.write(AddTasks((a_task(),)))
    assert (ran, await left(database)) == ([], 1)


async def test_a_worker_that_stops_while_it_claims_leaves_no_lane_behind(database: Database) -> None:
    """Another one would have to wait until its lease ends."""
    await database.write(AddTasks((a_task(),)))
    async with working(database, {KIND: complete}, alone=False):
        await asyncio.sleep(0)  # the claim is handed in, its answer is not there
    owners = await database.read_long(lambda c: c.execute(sa.select(schema.lane.c.owner)).scalars().all())
    assert owners == [""]


async def test_a_released_lane_is_taken_by_the_next_worker_at_once(database: Database) -> None:
    """Although its lease would have lasted."""
    session = a_session(await connected(database))

    async def opens(lane: Lane, task: Task) -> None:
        await lane.session()
        await complete(lane, task)

    async with working(database, {KIND: opens}, owner="first", session=session, alone=False) as worker:
        await add(database, worker, a_task("one"))
        await eventually("it is done", lambda: all_done(database))
    async with working(database, {KIND: opens}, owner="second", session=session, alone=False) as worker:
        await add(database, worker, a_task("two"))
        await eventually("it is done", lambda: all_done(database), seconds=QUICK.lease.total_seconds() / 2)


async def test_two_workers_share_the_lanes_of_one_database(postgresql_url: str) -> None:
    """No task ends before both of them have one, so that nobody can take everything."""
    owners: set[str] = set()
    accounts: list[str] = []
    both = asyncio.Event()

    def noting(owner: str) -> dict[str, Handler]:
        async def run(lane: Lane, task: Task) -> None:
            owners.add(owner)
            accounts.append(lane.lease.account)
            if len(owners) == 2:
                both.set()
            await both.wait()
            await complete(lane, task)

        return {KIND: run}

    async with (
        open_database(postgresql_url) as first,
        open_database(postgresql_url) as second,
        working(first, noting("one"), owner="one", engine=SHARED, alone=False),
        working(second, noting("two"), owner="two", engine=SHARED, alone=False),
    ):
        await eventually("both are known to live", lambda: both_live(first))
        await first.write(AddTasks(tuple(a_task(str(n), account=f"account-{n % 12}") for n in range(120))))
        await eventually("all are done", lambda: all_done(first))
    assert Counter(accounts) == Counter({f"account-{number}": 10 for number in range(12)})


async def test_a_task_that_another_process_adds_wakes_the_lane(postgresql_url: str) -> None:
    """Long before the next poll."""
    patient = replace(QUICK, poll=dt.timedelta(seconds=60))
    async with (
        open_database(postgresql_url) as its_own,
        open_database(postgresql_url) as of_another,
        working(its_own, {KIND: complete}, engine=patient, alone=False) as worker,
    ):
        its_own.listen(worker.wake)
        await eventually("it listens", lambda: _is_listened_to(of_another))
        await of_another.write(AddTasks((a_task(),)))
        await eventually("it is done", lambda: all_done(of_another))


async def _is_listened_to(database: Database) -> bool:
    query = sa.text("SELECT count(*) FROM pg_stat_activity WHERE query ILIKE 'listen %'")
    return bool(await database.read_long(lambda c: c.execute(query).scalar_one()))
