"""Many writes are one commit, and none of them suffers from another."""

import asyncio

import pytest
import sqlalchemy as sa
from erpgate.store.database import Database, open_database
from erpgate.store.desk import GROUP
from erpgate.store.errors import StoreUnavailable, WriteRefused
from erpgate.store.writes import Together
from fixtures.writes import Breaks, Counted, Held, Note, Refuses, in_one_commit, notes


async def test_what_waits_is_committed_together(database: Database) -> None:
    assert await in_one_commit(database, *(Counted() for _ in range(40))) == [40] * 40


async def test_a_commit_has_a_limit(database: Database) -> None:
    sizes = await in_one_commit(database, *(Counted() for _ in range(GROUP + 7)))
    assert sizes == [GROUP] * GROUP + [7] * 7


async def test_a_bad_write_does_not_fail_its_neighbours(database: Database) -> None:
    first, bad, last = await in_one_commit(database, Note("a"), Breaks("half"), Note("b"))
    assert (first, last) == ("a", "b")
    assert isinstance(bad, RuntimeError)
    assert await database.read(notes) == ["a", "b"]


async def test_a_key_that_is_taken_fails_its_own_write_only(database: Database) -> None:
    first, second, third = await in_one_commit(database, Note("a"), Note("a"), Note("b"))
    assert (first, third) == ("a", "b")
    assert isinstance(second, sa.exc.IntegrityError)
    assert await database.read(notes) == ["a", "b"]


async def test_a_refused_write_is_told_so_and_the_rest_goes_on(database: Database) -> None:
    first, refused, last = await in_one_commit(database, Note("a"), Refuses(), Note("b"))
    assert (first, last) == ("a", "b")
    assert isinstance(refused, WriteRefused)
    assert await database.read(notes) == ["a", "b"]


async def test_writes_together_are_all_or_none(database: Database) -> None:
    refused, bad, good = await in_one_commit(
        database,
        Together((Refuses(), Note("after refusal"))),
        Together((Note("before failure"), Breaks("half"))),
        Together((Note("a"), Note("b"))),
    )
    assert isinstance(refused, WriteRefused)
    assert isinstance(bad, RuntimeError)
    assert good == ("a", "b")
    assert await database.read(notes) == ["a", "b"]


async def test_a_caller_who_has_gone_does_not_take_his_write_along(database: Database) -> None:
    held = Held()
    holding = asyncio.create_task(database.write(held))
    gone = asyncio.create_task(database.write(Note("a")))
    await asyncio.sleep(0)
    gone.cancel()
    held.let_go.set()
    await holding
    await database.write(Note("b"))
    assert await database.read(notes) == ["a", "b"]


async def test_what_was_accepted_is_committed_before_it_closes(database_url: str) -> None:
    async with open_database(database_url) as database:
        held = Held()
        pending = [asyncio.create_task(database.write(write)) for write in (held, Note("a"), Note("b"))]
        await asyncio.sleep(0)
        held.let_go.set()
    assert await asyncio.gather(*pending) == [None, "a", "b"]
    async with open_database(database_url) as database:
        assert await database.read(notes) == ["a", "b"]


async def test_a_closed_database_takes_no_writes(database_url: str) -> None:
    async with open_database(database_url) as database:
        pass
    with pytest.raises(StoreUnavailable, match="closed"):
        await database.write(Note("a"))


@pytest.mark.timeout(5)
async def test_a_closed_database_answers_no_reads(database_url: str) -> None:
    """It says so, instead of leaving whoever asks without an answer."""
    async with open_database(database_url) as database:
        pass
    with pytest.raises(StoreUnavailable, match="closed"):
        async with asyncio.timeout(1):
            await database.read(notes)


async def test_long_reads_see_what_was_committed(database: Database) -> None:
    await database.write(Note("a"))
    assert await database.read_long(notes) == ["a"]


async def test_what_follows_a_refusal_is_not_asked(database: Database) -> None:
    """Even where all of the same shape are refused, and nothing is left to be applied."""
    (refused,) = await in_one_commit(database, Together((Refuses(), Breaks("half"))))
    assert isinstance(refused, WriteRefused)
