"""The change feed: every change once, in the order of the commits, for as long as it is kept."""

import asyncio
import datetime as dt
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
from erpgate.engine.clock import SystemClock
from erpgate.jobs.cut_feeds import CUT_FEEDS, cut_feeds_task, cutting_feeds
from erpgate.plugin.reasons import Reason
from erpgate.service.changes import follow_changes
from erpgate.service.errors import Refused
from erpgate.service.orders import Rules, automatic_stage
from erpgate.store.changes import Change, ChangeKind, CutFeed, FeedPage, feed_head, next_changes
from erpgate.store.channels import CreateChannel
from erpgate.store.database import Database, open_database
from erpgate.store.submit_order import SubmitOrder
from fixtures.lanes import add, working
from fixtures.toucher import SUBJECTS, TOUCHES, WRITERS, touch_all
from fixtures.writes import Breaks, Touch, in_one_commit
from rpc.builders import NOW, a_channel, an_order

TESTS = Path(__file__).parents[1]
DAY = dt.timedelta(days=1)


async def page(database: Database, after: int = 0, limit: int = 100, kind: ChangeKind = ChangeKind.PRODUCT) -> FeedPage:
    return await database.read(lambda c: next_changes(c, "acme", "main", kind, after=after, limit=limit))


def follow(database: Database, after: int | None = None) -> AsyncIterator[FeedPage]:
    return follow_changes(database, "acme", "main", ChangeKind.PRODUCT, after)


async def take(database: Database, count: int, after: int) -> list[Change]:
    """So many changes, by a reader that comes back for every page."""
    taken: list[Change] = []
    async with asyncio.timeout(60):
        while len(taken) < count:
            async with aclosing(follow(database, after)) as pages:  # type: ignore[type-var]
                async for read in pages:
                    taken += read.changes
                    after = read.position
                    if read.changes:
                        break
    return taken


def no_lanes(account: str, *, urgent: bool = False) -> None:
    """Nobody works here."""


async def test_changes_are_numbered_merchant_by_merchant_in_the_order_of_the_commit(database: Database) -> None:
    await in_one_commit(database, Touch("a"), Touch("z", merchant="other"), Touch("b"), Touch("a"))
    assert await page(database) == FeedPage(
        changes=(Touch("a").change(1, 1), Touch("b").change(1, 2), Touch("a").change(2, 3)), position=3
    )


async def test_a_commit_that_fails_leaves_no_gap(database: Database) -> None:
    answers = await in_one_commit(database, Touch("a"), Breaks("x"), Touch("b"))
    assert isinstance(answers[1], RuntimeError)
    found = await page(database)
    assert [(change.subject, change.number) for change in found.changes] == [("a", 1), ("b", 2)]


async def test_other_channels_and_kinds_only_move_the_position(database: Database) -> None:
    await in_one_commit(database, Touch("a"), Touch("b", channel="second"))
    assert [change.subject for change in (await page(database)).changes] == ["a"]
    assert await page(database, kind=ChangeKind.INVOICE) == FeedPage(changes=(), position=2)


async def test_an_invoice_comes_with_the_commit_that_begins_it(database: Database) -> None:
    on = {"automation": {"enabled": True, "initial_state": "open"}}
    await database.write(CreateChannel(a_channel(settings=on), b"sealed", None))
    submitted = await database.write(SubmitOrder(an_order(), Rules(SystemClock()), automatic_stage, NOW))
    (change,) = (await page(database, kind=ChangeKind.INVOICE)).changes
    (verdict,) = submitted.record.verdicts
    assert (change.subject, change.version, change.channel) == (verdict.invoice, 1, "main")


async def test_every_change_of_many_writers_is_seen_once_and_in_order(database: Database) -> None:
    reading = asyncio.create_task(take(database, WRITERS * TOUCHES, after=0))
    await touch_all(database)
    _assert_in_order(await reading, WRITERS * TOUCHES)


async def test_eight_writers_in_two_processes_lose_nothing_to_the_order_of_their_commits(postgresql_url: str) -> None:
    count = 2 * WRITERS * TOUCHES
    processes = [_toucher(postgresql_url) for _ in range(2)]
    try:
        for process in processes:
            assert process.stdout is not None
            assert await asyncio.to_thread(process.stdout.readline) == "ready\n"
        async with open_database(postgresql_url) as database:
            database.listen(no_lanes)
            reading = asyncio.create_task(take(database, count, after=0))
            for process in processes:
                assert process.stdin is not None
                process.stdin.write("go\n")
                process.stdin.flush()
            _assert_in_order(await reading, count)
            assert await database.read(lambda c: feed_head(c, "acme")) == count
    finally:
        for process in processes:
            process.communicate(timeout=30)


def _toucher(url: str) -> "subprocess.Popen[str]":
    """A process of writers that wait for a line."""
    command = [sys.executable, "-m", "fixtures.toucher", url]
    environ = os.environ | {"PYTHONPATH": str(TESTS)}
    return subprocess.Popen(command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _assert_in_order(changes: list[Change], count: int) -> None:
    assert [change.number for change in changes] == list(range(1, count + 1))
    versions = defaultdict(list)
    for change in changes:
        versions[change.subject].append(change.version)
    assert versions == {subject: list(range(1, count // len(SUBJECTS) + 1)) for subject in SUBJECTS}


async def test_a_follower_begins_now_and_is_woken_by_the_next_commit(database: Database) -> None:
    await database.write(Touch("a"))
    async with aclosing(follow(database)) as pages, asyncio.timeout(4):  # type: ignore[type-var]
        assert await anext(pages) == FeedPage(changes=(), position=1)
        waiting = asyncio.ensure_future(anext(pages))
        await database.write(Touch("b"))
        assert await waiting == FeedPage(changes=(Touch("b").change(1, 2),), position=2)


async def test_a_follower_is_woken_by_another_process(postgresql_url: str) -> None:
    async with open_database(postgresql_url) as ours, open_database(postgresql_url) as theirs:
        ours.listen(no_lanes)
        async with aclosing(follow(ours)) as pages:  # type: ignore[type-var]
            await anext(pages)
            waiting = asyncio.ensure_future(anext(pages))
            async with asyncio.timeout(4):
                while not waiting.done():  # until it listens, a notification may come too early for it
                    await theirs.write(Touch("a"))
                    await asyncio.wait([waiting], timeout=0.1)
            assert (await waiting).changes[0].subject == "a"


async def test_a_slow_follower_holds_up_no_writer(database: Database) -> None:
    async with aclosing(follow(database, 0)) as pages:  # type: ignore[type-var]
        await anext(pages)
        async with asyncio.timeout(30):
            await asyncio.gather(*(database.write(Touch(f"s{n}")) for n in range(500)))
        seen = [change.subject for _ in range(3) for change in (await anext(pages)).changes]
    assert sorted(seen) == sorted(f"s{n}" for n in range(500))


async def test_followers_end_when_the_server_stops(database: Database) -> None:
    async with aclosing(follow(database)) as pages, asyncio.timeout(4):  # type: ignore[type-var]
        await anext(pages)
        waiting = asyncio.ensure_future(anext(pages))
        await asyncio.sleep(0)
        database.bell.close()
        with pytest.raises(StopAsyncIteration):
            await waiting


async def test_a_cursor_from_before_what_is_kept_has_expired(database: Database) -> None:
    await in_one_commit(database, *(Touch(subject) for subject in "abcd"))
    await database.write(CutFeed("acme", 2))
    with pytest.raises(Refused) as refused:
        await anext(follow(database, 1))
    assert refused.value.reason is Reason.CURSOR_EXPIRED
    assert refused.value.details == {"channel": "merchants/acme/channels/main"}
    assert [change.subject for change in (await page(database, after=2)).changes] == ["c", "d"]


async def test_a_cursor_of_a_newer_database_has_expired(database: Database) -> None:
    await database.write(Touch("a"))
    assert (await page(database, after=2)).expired
    assert (await database.read(lambda c: next_changes(c, "new", "main", ChangeKind.PRODUCT, after=1, limit=1))).expired


async def test_retention_drops_what_is_older_and_keeps_the_rest(database: Database) -> None:
    now = SystemClock().now()
    ages = {"old": 9, "older": 8, "young": 6, "new": 0}
    for subject, days in ages.items():
        await database.write(Touch(subject, time=now - days * DAY))
    async with working(database, {CUT_FEEDS: cutting_feeds(7 * DAY)}) as worker:
        await add(database, worker, cut_feeds_task(now))
        async with asyncio.timeout(10):
            while not (await page(database, after=1)).expired:
                await asyncio.sleep(0.01)
    assert [change.subject for change in (await page(database, after=2)).changes] == ["young", "new"]
