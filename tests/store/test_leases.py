"""Lanes have one owner at a time, and nobody else's writes count."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest
from erpgate.store.database import Database
from erpgate.store.errors import LeaseLost
from erpgate.store.tasks import (
    AddTasks,
    Claim,
    ClaimLanes,
    CompleteTask,
    Leave,
    PostponeTask,
    ReleaseLane,
    RenewLeases,
    Task,
    TellAlive,
    due_tasks,
    next_due,
)
from erpgate.store.writes import Lease
from fixtures.writes import Note, notes

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
LATER = NOW + dt.timedelta(hours=1)
LONG = dt.timedelta(seconds=30)
OVER = dt.timedelta(seconds=-1)
"""A lease that has ended."""


def a_task(subject: str = "one", **changes: Any) -> Task:
    values: dict[str, Any] = {"account": "a", "kind": "k", "due_time": NOW}
    return Task(subject=subject, **values | changes)


async def claim(
    database: Database,
    owner: str = "me",
    *,
    now: dt.datetime = NOW,
    lease: dt.timedelta = LONG,
    limit: int = 10,
    kinds: tuple[str, ...] = ("k",),
    tasks: int = 10,
    alone: bool = False,
) -> Sequence[Claim]:
    return await database.write(ClaimLanes(owner, now, lease, limit, kinds, tasks, alone))


async def due(database: Database, now: dt.datetime = NOW) -> list[str]:
    found = await database.read(lambda c: due_tasks(c, "a", now, limit=10, kinds=("k",)))
    return [task.subject for task in found]


async def test_a_lane_comes_with_its_first_tasks_by_priority(database: Database) -> None:
    late, soon, urgent = a_task("late", due_time=LATER), a_task("soon"), a_task("urgent", priority=1)
    await database.write(AddTasks((late, soon, urgent, a_task("other", kind="unknown"))))
    (claimed,) = await claim(database)
    assert claimed.lease == Lease(account="a", epoch=1)
    assert [task.subject for task in claimed.tasks] == ["urgent", "soon"]


async def test_a_lane_without_due_tasks_is_left_asleep(database: Database) -> None:
    await database.write(AddTasks((a_task(due_time=LATER),)))
    assert await claim(database) == ()
    (claimed,) = await claim(database, now=LATER)
    assert claimed.lease.account == "a"


async def test_lanes_that_wait_longest_come_first(database: Database) -> None:
    early = NOW - dt.timedelta(minutes=1)
    await database.write(AddTasks((a_task(account="new"), a_task(account="old", due_time=early))))
    assert [claimed.lease.account for claimed in await claim(database, limit=1)] == ["old"]
    assert [claimed.lease.account for claimed in await claim(database, limit=1)] == ["new"]


async def test_a_lane_is_not_claimed_twice(database: Database) -> None:
    await database.write(AddTasks((a_task(),)))
    assert len(await claim(database)) == 1
    assert await claim(database, "other") == ()
    assert await claim(database) == ()


async def test_a_lane_whose_lease_has_ended_is_taken_over(database: Database) -> None:
    await database.write(AddTasks((a_task(),)))
    (mine,) = await claim(database, lease=OVER)
    (theirs,) = await claim(database, "other")
    assert (mine.lease.epoch, theirs.lease.epoch) == (1, 2)


async def test_who_is_alone_takes_every_lane_of_others(database: Database) -> None:
    await database.write(AddTasks((a_task(),)))
    await claim(database, "dead")
    (mine,) = await claim(database, "alive", alone=True)
    assert mine.lease.epoch == 2
    assert await claim(database, "alive", alone=True) == ()


async def test_writes_of_a_former_owner_are_refused(database: Database) -> None:
    await database.write(AddTasks((a_task(),)))
    (mine,) = await claim(database, lease=OVER)
    await database.write(Note("before", mine.lease))
    await claim(database, "other")
    with pytest.raises(LeaseLost):
        await database.write(Note("after", mine.lease))
    assert await database.read(notes) == ["before"]


async def test_writes_for_a_lane_that_never_was_are_refused(database: Database) -> None:
    with pytest.raises(LeaseLost):
        await database.write(Note("x", Lease(account="nobody", epoch=0)))


async def test_only_leases_that_are_held_are_renewed(database: Database) -> None:
    early = NOW - dt.timedelta(minutes=1)
    await database.write(AddTasks((a_task(account="kept"), a_task(account="lost", due_time=early))))
    mine = {claimed.lease.account: claimed.lease for claimed in await claim(database, lease=OVER)}
    (theirs,) = await claim(database, "other", limit=1)
    assert theirs.lease == Lease(account="lost", epoch=2)
    renewed = await database.write(RenewLeases((mine["kept"], mine["lost"]), NOW, LONG))
    assert renewed == (mine["kept"],)
    assert await claim(database, "other") == ()


async def test_a_released_lane_is_free_and_sleeps_until_its_next_task(database: Database) -> None:
    task = a_task(due_time=NOW)
    await database.write(AddTasks((task, a_task("later", due_time=LATER))))
    (mine,) = await claim(database)
    await database.write(CompleteTask(mine.tasks[0], mine.lease))
    await database.write(ReleaseLane(mine.lease))
    assert await claim(database, "other") == ()
    (theirs,) = await claim(database, "other", now=LATER)
    assert [one.subject for one in theirs.tasks] == ["later"]


async def test_a_wake_up_during_a_run_is_not_lost(database: Database) -> None:
    await database.write(AddTasks((a_task(),)))
    (mine,) = await claim(database)
    await database.write(AddTasks((a_task(),)))
    await database.write(CompleteTask(mine.tasks[0], mine.lease))
    assert await due(database) == ["one"]
    (again,) = await database.read(lambda c: due_tasks(c, "a", NOW, limit=10, kinds=("k",)))
    await database.write(CompleteTask(again, mine.lease))
    assert await due(database) == []


async def test_a_wake_up_during_a_run_is_not_postponed(database: Database) -> None:
    await database.write(AddTasks((a_task(),)))
    (mine,) = await claim(database)
    await database.write(AddTasks((a_task(),)))
    await database.write(PostponeTask(mine.tasks[0], LATER, mine.lease))
    assert await due(database) == ["one"]


async def test_a_postponed_task_counts_its_runs(database: Database) -> None:
    await database.write(AddTasks((a_task(),)))
    (mine,) = await claim(database)
    await database.write(PostponeTask(mine.tasks[0], LATER, mine.lease))
    assert await due(database) == []
    assert await database.read(lambda c: next_due(c, "a")) == LATER
    (postponed,) = await database.read(lambda c: due_tasks(c, "a", LATER, limit=10, kinds=("k",)))
    assert postponed.attempts == 1


async def test_a_wake_up_keeps_the_earlier_time(database: Database) -> None:
    await database.write(AddTasks((a_task(due_time=NOW),)))
    await database.write(AddTasks((a_task(due_time=LATER),)))
    assert await due(database) == ["one"]
    await database.write(AddTasks((a_task("two", due_time=LATER),)))
    await database.write(AddTasks((a_task("two", due_time=NOW),)))
    assert sorted(await due(database)) == ["one", "two"]


async def test_lanes_are_shared_among_living_workers(database: Database) -> None:
    await database.write(AddTasks(tuple(a_task(account=str(n)) for n in range(5))))
    assert await database.write(TellAlive("one", NOW, LONG)) == 5
    assert await database.write(TellAlive("two", NOW, LONG)) == 3
    assert await database.write(TellAlive("one", NOW + 2 * LONG, LONG)) == 5
    await database.write(Leave("one"))
    assert await database.write(TellAlive("three", NOW + 2 * LONG, LONG)) == 5
