"""Lanes and tasks: who works for which account, and what is due there."""

import datetime as dt
import functools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import sqlalchemy as sa

from erpgate.store.bulk import Bulk
from erpgate.store.clock import DATABASE_NOW, has_own_clock
from erpgate.store.codecs import NEVER, from_micros, micros, to_micros
from erpgate.store.notify import notify
from erpgate.store.point import PointQuery
from erpgate.store.schema import lane, task, worker
from erpgate.store.upsert import insert, least
from erpgate.store.writes import Lease, Write


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """A unit of work of one account; unique by kind and subject while it is open.

    Attributes:
        account: The lane.
        kind: Which process.
        subject: What it is about, such as `acme/main/01K2…`.
        priority: Lower is sooner.
        due_time: Not before.
        attempts: Runs so far that did not finish it.
        generation: Raised by each wake-up; a completion counts only if it has not moved.
        version: Of the process's arguments; a worker leaves versions that it does not know.
        args: Arguments.
    """

    account: str
    kind: str
    subject: str
    priority: int = 100
    due_time: dt.datetime
    attempts: int = 0
    generation: int = 0
    version: int = 1
    args: Mapping[str, Any] = field(default_factory=dict)


SCHEDULED = 200
"""Priority, from which on tasks run by the clock alone: after everything that somebody waits for."""

LOCKED_EPOCHS = (
    sa.select(lane.c.account, lane.c.epoch)
    .where(lane.c.account.in_(sa.bindparam("accounts", expanding=True)))
    .order_by(lane.c.account)
    .with_for_update(read=True)
)
"""Epochs of lanes, which stay as they are until the transaction ends: a claim skips lanes that are locked."""

_GENERATION = ("account", "kind", "subject", "generation")
_COLUMNS: dict[str, sa.types.TypeEngine[Any]] = {name: task.c[name].type for name in _GENERATION}


def _at_generation(at: Callable[[str], sa.ColumnElement[Any]]) -> list[sa.ColumnElement[bool]]:
    return [task.c[name] == at(name) for name in _GENERATION]


_COMPLETE = Bulk(_COLUMNS, lambda at: sa.delete(task).where(*_at_generation(at)))
_POSTPONE = Bulk(
    _COLUMNS | {"due": sa.BigInteger()},
    lambda at: sa.update(task).where(*_at_generation(at)).values(due_time=at("due"), attempts=task.c.attempts + 1),
)


@functools.cache
def _first_due(kinds: tuple[str, ...]) -> sa.Select[Any]:
    place = sa.func.row_number().over(partition_by=task.c.account, order_by=(task.c.priority, task.c.due_time))
    due = (
        sa.select(task, place.label("place"))
        .where(
            task.c.account.in_(sa.bindparam("accounts", expanding=True)),
            task.c.due_time <= sa.bindparam("now"),
            sa.or_(*(task.c.kind == kind for kind in kinds)),
        )
        .subquery()
    )
    return sa.select(due).where(due.c.place <= sa.bindparam("limit")).order_by(due.c.account, due.c.place)


_NEXT_DUE = sa.select(sa.func.min(task.c.due_time)).where(task.c.account == sa.bindparam("account"))


_RELEASE = Bulk(
    {"account": sa.Text()},
    lambda at: (
        sa.update(lane)
        .where(lane.c.account == at("account"))
        .values(
            owner="",
            lease_until=0,
            next_due=sa.func.coalesce(
                sa.select(sa.func.min(task.c.due_time)).where(task.c.account == lane.c.account).scalar_subquery(), NEVER
            ),
        )
    ),
)


def _extending(now: Callable[[Callable[[str], sa.ColumnElement[Any]]], sa.ColumnElement[int]]) -> Bulk:
    return Bulk(
        {"account": sa.Text(), "epoch": sa.BigInteger(), "now": sa.BigInteger(), "reach": sa.BigInteger()},
        lambda at: (
            sa.update(lane)
            .where(
                lane.c.account == at("account"),
                lane.c.epoch == at("epoch"),
                lane.c.lease_until < now(at) + at("reach"),
            )
            .values(lease_until=now(at) + at("reach"))
        ),
    )


_EXTEND = _extending(lambda at: at("now"))
_EXTEND_BY_DATABASE = _extending(lambda _: DATABASE_NOW)


def wake(connection: sa.Connection, tasks: Sequence[Task]) -> None:
    """Adds tasks, or raises the generation of open ones, and wakes their lanes; part of a caller's write."""
    if not tasks:
        return
    adding = insert(connection, task)
    connection.execute(
        adding.on_conflict_do_update(
            index_elements=[task.c.account, task.c.kind, task.c.subject],
            set_={
                "generation": task.c.generation + 1,
                "due_time": least(adding.excluded.due_time, task.c.due_time),
                "args": adding.excluded.args,
            },
        ),
        [_row(entry) for entry in tasks],
    )
    dues: dict[str, int] = {}
    for entry in tasks:
        due = to_micros(entry.due_time)
        dues[entry.account] = min(due, dues.get(entry.account, NEVER))
    waking = insert(connection, lane)
    connection.execute(
        waking.on_conflict_do_update(
            index_elements=[lane.c.account],
            set_={"next_due": waking.excluded.next_due},
            where=lane.c.next_due > waking.excluded.next_due,
        ),
        [{"account": account, "next_due": due} for account, due in sorted(dues.items())],
    )
    notify(connection, dues)


def wake_account(connection: sa.Connection, account: str, now: dt.datetime) -> None:
    """Makes every task of an account due, because a person changed something; part of a caller's write.

    One that runs just now runs once more: it may have seen things as they were. What runs by the clock alone goes on
    doing so.
    """
    due = to_micros(now)
    woken = (
        sa.update(task)
        .where(task.c.account == account, task.c.priority < SCHEDULED)
        .values(generation=task.c.generation + 1, due_time=least(task.c.due_time, sa.literal(due, sa.BigInteger)))
    )
    if connection.execute(woken).rowcount:
        connection.execute(sa.update(lane).where(lane.c.account == account, lane.c.next_due > due).values(next_due=due))
    notify(connection, [account], urgent=True)


def due_tasks(
    connection: sa.Connection, account: str, now: dt.datetime, *, limit: int, kinds: tuple[str, ...]
) -> Sequence[Task]:
    """Due tasks of a lane by priority; of the kinds that this process knows."""
    values = {"account": account, "now": to_micros(now), "limit": limit}
    return [_task(row) for row in _due(kinds).all(connection, values)]


def next_due(connection: sa.Connection, account: str) -> dt.datetime | None:
    """When the lane's next task is due; None without any."""
    due = connection.execute(_NEXT_DUE, {"account": account}).scalar_one()
    return None if due is None else from_micros(due)


def is_open(connection: sa.Connection, entry: Task) -> bool:
    """Whether a task of this kind and subject is still to be done."""
    key = (task.c.account == entry.account, task.c.kind == entry.kind, task.c.subject == entry.subject)
    return connection.execute(sa.select(task.c.generation).where(*key)).one_or_none() is not None


@functools.cache
def _due(kinds: tuple[str, ...]) -> PointQuery:
    return PointQuery(
        sa.select(task)
        .where(
            task.c.account == sa.bindparam("account"),
            task.c.due_time <= sa.bindparam("now"),
            sa.or_(*(task.c.kind == kind for kind in kinds)),
        )
        .order_by(task.c.priority, task.c.due_time)
        .limit(sa.bindparam("limit"))
    )


@dataclass(frozen=True)
class AddTasks(Write[None]):
    """Adds tasks or wakes open ones."""

    tasks: tuple[Task, ...]

    def apply(self, connection: sa.Connection) -> None:
        """Adds them."""
        wake(connection, self.tasks)


@dataclass(frozen=True)
class ClaimLanes(Write[tuple["Claim", ...]]):
    """Takes lanes that have work and no living owner, with the first of that work.

    Args:
        owner: This process.
        now: Current time; where several processes share the database, its own clock counts for leases.
        lease: How long the leases last unless they are renewed.
        limit: Lanes at most.
        kinds: Of tasks that this process knows.
        tasks: Due tasks at most that come with each lane.
        alone: Whether leases of other owners are void, because no other process can live.
    """

    owner: str
    now: dt.datetime
    lease_time: dt.timedelta
    limit: int
    kinds: tuple[str, ...]
    tasks: int
    alone: bool = False

    def apply(self, connection: sa.Connection) -> tuple["Claim", ...]:
        """Claims them, those that wait longest first."""
        now = DATABASE_NOW if has_own_clock(connection) else sa.literal(to_micros(self.now), sa.BigInteger)
        expired = lane.c.lease_until < now
        free = sa.or_(expired, lane.c.owner != self.owner) if self.alone else expired
        waiting = (
            sa.select(lane.c.account)
            .where(lane.c.next_due <= to_micros(self.now), free)
            .order_by(lane.c.next_due)
            .limit(self.limit)
            .with_for_update(skip_locked=True)
        )
        rows = connection.execute(
            sa.update(lane)
            .where(lane.c.account.in_(waiting))
            .values(owner=self.owner, lease_until=now + micros(self.lease_time), epoch=lane.c.epoch + 1)
            .returning(lane.c.account, lane.c.epoch)
        )
        leases = [Lease(account=account, epoch=epoch) for account, epoch in rows]
        due = self._due(connection, [lease.account for lease in leases]) if leases else {}
        return tuple(Claim(lease=lease, tasks=tuple(due.get(lease.account, ()))) for lease in leases)

    def _due(self, connection: sa.Connection, accounts: list[str]) -> dict[str, list[Task]]:
        """The first due tasks of every account, in one query."""
        values = {"accounts": accounts, "now": to_micros(self.now), "limit": self.tasks}
        due: dict[str, list[Task]] = {}
        for row in connection.execute(_first_due(self.kinds), values):
            due.setdefault(row.account, []).append(_task(row))
        return due


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A lane that was taken.

    Attributes:
        lease: The right to work for it.
        tasks: The first of what is due there.
    """

    lease: Lease
    tasks: tuple[Task, ...]


@dataclass(frozen=True)
class RenewLeases(Write[tuple[Lease, ...]]):
    """Extends leases; gives those that are still held."""

    leases: tuple[Lease, ...]
    now: dt.datetime
    lease_time: dt.timedelta

    def apply(self, connection: sa.Connection) -> tuple[Lease, ...]:
        """Extends those that have not been taken over."""
        if not self.leases:
            return ()
        accounts = sorted(lease.account for lease in self.leases)
        epochs = {row.account: row.epoch for row in connection.execute(LOCKED_EPOCHS, {"accounts": accounts})}
        held = tuple(lease for lease in self.leases if epochs.get(lease.account) == lease.epoch)
        if held:
            extend_leases(connection, [(lease, self.now, self.lease_time) for lease in held])
        return held


@dataclass(frozen=True)
class TellAlive(Write[int]):
    """Tells that a worker lives, and gives its fair share: lanes awake for each living worker, rounded up."""

    owner: str
    now: dt.datetime
    lease_time: dt.timedelta

    def apply(self, connection: sa.Connection) -> int:
        """Counts the living."""
        now = to_micros(self.now)
        adding = insert(connection, worker)
        connection.execute(
            adding.on_conflict_do_update(
                index_elements=[worker.c.owner], set_={"seen_until": adding.excluded.seen_until}
            ),
            {"owner": self.owner, "seen_until": now + micros(self.lease_time)},
        )
        connection.execute(sa.delete(worker).where(worker.c.seen_until < now))
        living = connection.execute(sa.select(sa.func.count()).select_from(worker)).scalar_one()
        awake = connection.execute(
            sa.select(sa.func.count()).select_from(lane).where(sa.or_(lane.c.next_due <= now, lane.c.owner != ""))
        ).scalar_one()
        return max(1, -(-awake // living))


@dataclass(frozen=True)
class Leave(Write[None]):
    """Tells that a worker ended."""

    owner: str

    def apply(self, connection: sa.Connection) -> None:
        """Forgets it."""
        connection.execute(sa.delete(worker).where(worker.c.owner == self.owner))


@dataclass(frozen=True)
class ReleaseLane(Write[None]):
    """Gives a lane back; it sleeps until its next task is due."""

    lease: Lease

    @classmethod
    def apply_all(cls, connection: sa.Connection, writes: Sequence[Self]) -> Sequence[None]:
        """Frees them."""
        _RELEASE.run(connection, [{"account": account} for account in sorted({w.lease.account for w in writes})])
        return [None] * len(writes)


@dataclass(frozen=True)
class CompleteTask(Write[None]):
    """Ends a task, unless a wake-up came meanwhile: then it runs once more."""

    task: Task
    lease: Lease

    @classmethod
    def apply_all(cls, connection: sa.Connection, writes: Sequence[Self]) -> Sequence[None]:
        """Removes them at their generations."""
        _COMPLETE.run(connection, [_generation(write.task) for write in writes])
        return [None] * len(writes)


@dataclass(frozen=True)
class PostponeTask(Write[None]):
    """Sets when an unfinished task runs again, unless a wake-up came meanwhile."""

    task: Task
    due_time: dt.datetime
    lease: Lease

    @classmethod
    def apply_all(cls, connection: sa.Connection, writes: Sequence[Self]) -> Sequence[None]:
        """Moves their due times and counts the runs."""
        values = [_generation(write.task) | {"due": to_micros(write.due_time)} for write in writes]
        _POSTPONE.run(connection, values)
        return [None] * len(writes)


def extend_leases(connection: sa.Connection, leases: Sequence[tuple[Lease, dt.datetime, dt.timedelta]]) -> None:
    """Makes leases last at least so long from then; part of a write that holds their lanes locked at their epochs."""
    longest: dict[Lease, tuple[dt.datetime, dt.timedelta]] = {}
    for lease, now, reach in leases:
        known = longest.get(lease)
        if known is None or now + reach > known[0] + known[1]:
            longest[lease] = (now, reach)
    rows = [
        {"account": lease.account, "epoch": lease.epoch, "now": to_micros(now), "reach": micros(reach)}
        for lease, (now, reach) in sorted(longest.items(), key=lambda entry: entry[0].account)
    ]
    (_EXTEND_BY_DATABASE if has_own_clock(connection) else _EXTEND).run(connection, rows)


def _generation(entry: Task) -> dict[str, object]:
    return {name: getattr(entry, name) for name in _GENERATION}


def _row(entry: Task) -> dict[str, object]:
    return {
        "account": entry.account,
        "kind": entry.kind,
        "subject": entry.subject,
        "priority": entry.priority,
        "due_time": to_micros(entry.due_time),
        "attempts": 0,
        "generation": 0,
        "version": entry.version,
        "args": json.dumps(dict(entry.args), sort_keys=True),
    }


def _task(row: sa.Row[Any]) -> Task:
    return Task(
        account=row.account,
        kind=row.kind,
        subject=row.subject,
        priority=row.priority,
        due_time=from_micros(row.due_time),
        attempts=row.attempts,
        generation=row.generation,
        version=row.version,
        args=json.loads(row.args),
    )
