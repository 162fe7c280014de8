"""Retention: changes are kept for a while, then the oldest go."""

import datetime as dt

from erpgate.engine.lane import Lane
from erpgate.engine.work import Handler, Postponed
from erpgate.store.changes import CutFeed, cut_of, merchants_with_feeds
from erpgate.store.tasks import Task

CUT_FEEDS = "cut_feeds"
"""Kind of the task that drops old changes of all merchants."""

HOUSEKEEPING = "erpgate"
"""Lane of what belongs to no ERP account."""

_MERCHANTS = 200
_AT_ONCE = 5_000
"""Changes per commit: a longer one would hold up the writers beside it."""


def cutting_feeds(retention: dt.timedelta) -> Handler:
    """The process that drops what is older; it comes back ever so often."""
    rest = min(retention / 10, dt.timedelta(hours=1))

    async def cut_feeds(lane: Lane, task: Task) -> Postponed:  # noqa: ARG001
        since = lane.clock.now() - retention
        after = ""
        while merchants := await _merchants(lane, after):
            for merchant in merchants:
                await _cut(lane, merchant, since)
            after = merchants[-1]
        return Postponed(delay=rest, served=False)

    return cut_feeds


def cut_feeds_task(now: dt.datetime) -> Task:
    """The task; there is one in a database, whoever adds it."""
    return Task(account=HOUSEKEEPING, kind=CUT_FEEDS, subject="changes", due_time=now)


async def _merchants(lane: Lane, after: str) -> list[str]:
    return list(await lane.database.read(lambda c: merchants_with_feeds(c, after=after, limit=_MERCHANTS)))


async def _cut(lane: Lane, merchant: str, since: dt.datetime) -> None:
    done, until = await lane.database.read(lambda c: cut_of(c, merchant, since))
    while done < until:
        done = min(done + _AT_ONCE, until)
        await lane.database.write(CutFeed(merchant, done))
