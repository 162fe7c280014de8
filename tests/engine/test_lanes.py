"""One account at work: order, wake-ups, back-off as a whole, and what happens when the lease is lost."""

import asyncio
import datetime as dt
from collections import Counter
from dataclasses import replace

import pytest
import sqlalchemy as sa
from erpgate.engine.lane import Lane
from erpgate.engine.work import Held, Postponed
from erpgate.plugin import Misconfigured, RateLimited, Reason, Unavailable
from erpgate.store import schema
from erpgate.store.channels import SetHealth, UpdateChannel, get_channel
from erpgate.store.database import Database
from erpgate.store.records import ChannelState, Health
from erpgate.store.tasks import AddTasks, ClaimLanes, Task
from fixtures.lanes import ACCOUNT, CLOCK, KIND, LONG_LEASE, a_session, a_task, add, complete, connected, working
from fixtures.server import QUICK
from fixtures.waiting import eventually, holds_for

SLOW = dt.timedelta(seconds=60)


async def is_empty(database: Database) -> bool:
    return await count(database) == 0


async def count(database: Database) -> int:
    """Open tasks."""
    query = sa.select(sa.func.count()).select_from(schema.task)
    return int(await database.read_long(lambda c: c.execute(query).scalar_one()))


async def test_tasks_run_by_priority_and_end(database: Database) -> None:
    ran: list[str] = []

    async def run(lane: Lane, task: Task) -> None:
        ran.append(task.subject)
        await complete(lane, task)

    tasks = (a_task("last"), a_task("first", priority=1), a_task("second", priority=2))
    await database.write(AddTasks(tasks))
    async with working(database, {KIND: run}):
        await eventually("all are done", lambda: is_empty(database))
    assert ran == ["first", "second", "last"]


async def test_more_tasks_than_are_read_at_a_time_all_run(database: Database) -> None:
    ran: Counter[str] = Counter()

    async def run(lane: Lane, task: Task) -> None:
        ran[task.subject] += 1
        await complete(lane, task)

    await database.write(AddTasks(tuple(a_task(str(number)) for number in range(150))))
    async with working(database, {KIND: run}, session=a_session(await connected(database))):
        await eventually("all are done", lambda: is_empty(database))
    assert ran == Counter({str(number): 1 for number in range(150)})


async def test_a_task_runs_when_it_is_due(database: Database) -> None:
    ran_at: list[dt.datetime] = []

    async def run(lane: Lane, task: Task) -> None:
        ran_at.append(CLOCK.now())
        await complete(lane, task)

    due = CLOCK.now() + dt.timedelta(seconds=0.15)
    await database.write(AddTasks((a_task(due_time=due),)))
    async with working(database, {KIND: run}):
        await eventually("it is done", lambda: is_empty(database))
    assert [time >= due for time in ran_at] == [True]


async def test_a_wake_up_during_a_run_makes_it_run_again(database: Database) -> None:
    runs = 0

    async def run(lane: Lane, task: Task) -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            await add(lane.database, worker, a_task())
        await complete(lane, task)

    async with working(database, {KIND: run}) as worker:
        await add(database, worker, a_task())
        await eventually("it is done", lambda: is_empty(database))
    assert runs == 2


async def test_no_more_run_at_a_time_than_the_erp_allows(database: Database) -> None:
    running, most = 0, 0

    async def run(lane: Lane, task: Task) -> None:
        nonlocal running, most
        await lane.session()
        running += 1
        most = max(most, running)
        await complete(lane, task)
        running -= 1

    await database.write(AddTasks(tuple(a_task(str(number)) for number in range(20))))
    async with working(database, {KIND: run}, session=a_session(await connected(database), in_flight=3)):
        await eventually("all are done", lambda: is_empty(database))
    assert most == 3


async def test_a_kind_that_is_not_known_is_left(database: Database) -> None:
    """It is a newer process's."""

    async def run(lane: Lane, task: Task) -> None:
        await complete(lane, task)

    await database.write(AddTasks((a_task("new", kind="unknown"), a_task("old"))))
    async with working(database, {KIND: run}):

        async def one_is_left() -> bool:
            return await count(database) == 1

        await eventually("the known one is done", one_is_left)
        assert await holds_for(one_is_left)


@pytest.mark.parametrize(
    ("error", "health"),
    [
        (Unavailable("away"), Health.DEGRADED),
        (Misconfigured("wrong token", field="token", reason=Reason.ERP_CREDENTIALS_INVALID), Health.AUTH_FAILED),
    ],
    ids=["away", "wrong-token"],
)
async def test_an_account_backs_off_as_a_whole_with_one_probe(
    database: Database, error: Exception, health: Health
) -> None:
    channel = await connected(database)
    good = asyncio.Event()
    failed: list[str] = []

    async def run(lane: Lane, task: Task) -> None:
        await lane.session()
        if not good.is_set():
            failed.append(task.subject)
            raise error
        await complete(lane, task)

    async def is_shown() -> bool:
        record = await database.read(lambda c: get_channel(c, channel.merchant, channel.channel))
        return record is not None and (record.health, record.health_message) == (health, str(error))

    engine = replace(QUICK, retry_delays=(SLOW,))
    async with working(database, {KIND: run}, session=a_session(channel), engine=engine) as worker:
        await add(database, worker, a_task("0"))
        await eventually("the channel's health tells", is_shown)
        await add(database, worker, *(a_task(str(number)) for number in range(1, 10)))
        assert await holds_for(lambda: only(failed, ["0"]))

        good.set()
        await add(database, worker, *(a_task(str(number)) for number in range(10)), urgent=True)
        await eventually("all are done", lambda: is_empty(database))
        record = await database.read(lambda c: get_channel(c, channel.merchant, channel.channel))
        assert record is not None
        assert (record.health, record.health_message) == (Health.OK, "")


async def test_what_another_owner_noted_is_over_with_the_first_task_that_is_served(database: Database) -> None:
    """There may be no second one for hours."""
    channel = await connected(database)
    await database.write(SetHealth(channel.account, Health.DEGRADED, "away"))
    noted = replace(channel, health=Health.DEGRADED, health_message="away")

    async def is_well() -> bool:
        record = await database.read(lambda c: get_channel(c, channel.merchant, channel.channel))
        return record is not None and (record.health, record.health_message) == (Health.OK, "")

    async with working(database, {"open": _opens}, session=a_session(noted)) as worker:
        await add(database, worker, a_task(kind="open"))
        await eventually("the channel is well again", is_well)


async def only(seen: list[str], expected: list[str]) -> bool:
    return seen == expected


async def test_a_rate_limit_of_one_resource_stops_its_own_task_only(database: Database) -> None:
    done: list[str] = []

    async def run(lane: Lane, task: Task) -> None:
        await lane.session()
        if task.subject == "contact":
            raise RateLimited(SLOW, resource="contacts")
        done.append(task.subject)
        await complete(lane, task)

    await database.write(AddTasks((a_task("contact", priority=1), a_task("a"), a_task("b"))))
    async with working(database, {KIND: run}, session=a_session(await connected(database))):

        async def others_are_done() -> bool:
            return sorted(done) == ["a", "b"]

        await eventually("the others are done", others_are_done)
    assert await count(database) == 1


async def test_a_rate_limit_of_the_account_stops_all_of_it(database: Database) -> None:
    ran: list[str] = []

    async def run(lane: Lane, task: Task) -> None:
        await lane.session()
        ran.append(task.subject)
        raise RateLimited(SLOW)

    session = a_session(await connected(database), in_flight=1)
    await database.write(AddTasks(tuple(a_task(str(number)) for number in range(5))))
    async with working(database, {KIND: run}, session=session):

        async def one_ran() -> bool:
            return len(ran) == 1

        await eventually("one ran", one_ran)
        assert await holds_for(one_ran)
    assert await count(database) == 5


async def test_a_defect_is_logged_and_tried_again_alone(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    ran: list[str] = []

    async def run(lane: Lane, task: Task) -> None:
        ran.append(task.subject)
        if ran.count("bad") < 3 and task.subject == "bad":
            raise ZeroDivisionError
        await complete(lane, task)

    await database.write(AddTasks((a_task("bad", priority=1), a_task("good"))))
    async with working(database, {KIND: run}):
        await eventually("both are done", lambda: is_empty(database))
    assert (ran[:2], ran.count("bad"), ran.count("good")) == (["bad", "good"], 3, 1)
    assert caplog.text.count("k bad failed; it is run again.") == 2


async def test_who_loses_the_lane_stops_at_once(database: Database) -> None:
    begun, cancelled = asyncio.Event(), asyncio.Event()

    async def run(lane: Lane, task: Task) -> Postponed | None:
        if task.subject == "writes":
            return Postponed(delay=SLOW)
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise
        return None

    session = a_session(await connected(database))
    async with working(database, {KIND: run, "open": _opens}, session=session) as worker:
        await add(database, worker, a_task("session", kind="open"))
        await eventually("the connection is open", lambda: is_empty(database))
        await add(database, worker, a_task("waits"))
        await begun.wait()
        steal = ClaimLanes("other", CLOCK.now(), LONG_LEASE, 1, (KIND,), 1, alone=True)
        await database.write(AddTasks((a_task("writes"),)))
        (claim,) = await database.write(steal)
        worker.wake(ACCOUNT)
        await asyncio.wait_for(cancelled.wait(), 5)
        assert claim.lease.epoch == 2


async def _opens(lane: Lane, task: Task) -> None:
    await lane.session()
    await complete(lane, task)


async def test_a_lane_lets_a_write_leave_only_while_its_lease_is_certain(database: Database) -> None:
    """Reads may go on; a lease that ran out while the process slept is no right to write."""
    await database.write(AddTasks((a_task(),)))
    (claim,) = await database.write(ClaimLanes("me", CLOCK.now(), LONG_LEASE, 1, (KIND,), 1))
    lane = Lane(claim, database, {}, _no_session, CLOCK, QUICK)
    lane.claimed(CLOCK.boot())
    await lane.before("*", write=True)
    lane.claimed(CLOCK.boot() - QUICK.lease.total_seconds())
    await lane.before("*", write=False)
    with pytest.raises(Unavailable, match="no longer owns the account; nothing was sent"):
        await lane.before("*", write=True)
    lane.renewed(CLOCK.boot())
    await lane.before("*", write=True)


async def test_a_write_that_waits_for_the_budget_does_not_leave_after_a_pause(database: Database) -> None:
    channel = await connected(database)
    await database.write(AddTasks((a_task(),)))
    (claim,) = await database.write(ClaimLanes("me", CLOCK.now(), LONG_LEASE, 1, (KIND,), 1))
    lane = Lane(claim, database, {}, _no_session, CLOCK, QUICK)
    lane.claimed(CLOCK.boot())
    lane.budget.block("*", dt.timedelta(seconds=0.3))
    waiting = asyncio.create_task(lane.before("*", write=True))
    await asyncio.sleep(0)
    await database.write(UpdateChannel(replace(channel, state=ChannelState.PAUSED), CLOCK.now()))
    with pytest.raises(Held, match="The channel is paused or deleted; nothing was sent"):
        await waiting


async def _no_session(_: Lane) -> None:
    return None
