"""A backup restored over newer documents: what was invoiced meanwhile is found, and nothing is invoiced twice."""

import contextlib
import datetime as dt
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from erpgate.plugin import DocumentId
from erpgate.v1 import channel_pb2, invoice_pb2, order_pb2
from fixtures.alegra_world import AlegraWorld
from fixtures.command import command
from fixtures.orders import an_order
from fixtures.server import open_server
from fixtures.shop import BLOCKED, Shop, automation, reason_name
from fixtures.toy_world import ToyWorld
from fixtures.waiting import holds_for
from fixtures.world import World
from google.protobuf.timestamp_pb2 import Timestamp
from verbs.clerk import Clerk

PAUSED = channel_pb2.CHANNEL_STATE_PAUSED
Backup = Callable[[], str]
"""Copies the database as it is now, and gives the URL of the copy; nobody uses it then."""


@pytest.fixture
def backup(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Backup:
    def sqlite() -> str:
        path = tmp_path / "backup" / "erpgate.sqlite3"
        path.parent.mkdir()
        source = sqlite3.connect(database_url.removeprefix("sqlite:///"))
        with contextlib.closing(source), contextlib.closing(sqlite3.connect(path)) as target:
            source.backup(target)
        return f"sqlite:///{path}"

    def postgresql() -> str:
        url: str = request.getfixturevalue("postgresql").new_database(database_url)
        return url

    return sqlite if database_url.startswith("sqlite") else postgresql


def restored(url: str) -> str:
    """Marks it, and gives what the command says."""
    done = command("restored", database_url=url)
    assert (done.code, done.complained) == (0, "")
    return done.told


def a_new_order() -> order_pb2.Order:
    """Placed after the restore."""
    now = Timestamp()
    now.FromDatetime(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1))
    return an_order(order_time=now)


async def test_what_was_invoiced_after_the_backup_is_found_and_not_sent_again(
    world: World, database_url: str, backup: Backup
) -> None:
    """One order is lost with its invoice, one invoice had not been begun, one was finished; each has one document."""
    lost, waiting, known = an_order(), an_order(), an_order()
    async with open_server(database_url, world) as door:
        shop = await Shop(door, world).connect()
        await shop.sold(known)
        await shop.pause()
        await shop.submit(waiting)
    copy = backup()
    async with open_server(database_url, world) as door:
        shop = Shop(door, world)
        await shop.resume()
        await shop.settled((await shop.submit(waiting)).name)
        await shop.sold(lost)
    documents = await world.documents()
    assert (len(documents), await world.sends()) == (3, 3)

    assert "Marked: nothing is known of the time since " in restored(copy)
    async with open_server(copy, world) as door:
        shop = Shop(door, world)
        assert (await shop.get()).state == PAUSED
        names = [(await shop.submit(order)).name for order in (lost, waiting, known)]
        assert await holds_for(lambda: nothing_more(world, 3))
        await shop.resume()
        for name in names:
            invoice = await shop.settled(name)
            assert {attempt.outcome for attempt in invoice.attempts} == {invoice_pb2.ATTEMPT_OUTCOME_DONE}
    assert sorted(await world.documents(), key=str) == sorted(documents, key=str)
    assert await world.sends() == 3


async def nothing_more(world: World, sends: int) -> bool:
    return await world.sends() == sends


async def test_an_invoice_that_was_under_way_is_looked_up(world: World, database_url: str, backup: Backup) -> None:
    """Nothing had left when the backup was taken: later it was, and then it was finished."""
    order = an_order()
    async with open_server(database_url, world) as door:
        shop = await Shop(door, world).connect()
        await shop.sold(an_order())
        world.unplug()
        await shop.submit(order)
    copy = backup()
    world.plug_in()
    async with open_server(database_url, world) as door:
        await Shop(door, world).settled((await Shop(door, world).submit(order)).name)
    assert await world.sends() >= 2
    sends = await world.sends()
    told = restored(copy)
    assert "1 channels are paused, and 1 unfinished invoices will be looked for" in told
    async with open_server(copy, world) as door:
        shop = Shop(door, world)
        await shop.resume()
        await shop.settled((await shop.submit(order)).name)
    assert (len(await world.documents()), await world.sends()) == (2, sends)


async def test_an_order_that_was_never_invoiced_is_invoiced_once(world: World, database_url: str) -> None:
    """It is looked for, is not there, and is sent; also where the ERP has neither drafts nor keys."""
    async with open_server(database_url, world) as door:
        await Shop(door, world).connect()
    restored(database_url)
    async with open_server(database_url, world) as door:
        shop = Shop(door, world)
        await shop.resume()
        await shop.sold(an_order())
    assert (len(await world.documents()), await world.sends()) == (1, 1)


async def test_an_order_placed_later_is_not_looked_for(alegra: AlegraWorld, database_url: str) -> None:
    """It costs its two calls, as ever."""
    async with open_server(database_url, alegra) as door:
        await (await Shop(door, alegra).connect()).sold(an_order())
    restored(database_url)
    async with open_server(database_url, alegra) as door:
        shop = Shop(door, alegra)
        await shop.resume()
        await shop.sold(a_new_order())
        assert "GET /invoices" not in await alegra.counts()
        await shop.sold(an_order())
        assert (await alegra.counts())["GET /invoices"] >= 1
    assert len(await alegra.documents()) == 3


async def test_a_draft_that_was_opened_after_the_backup_is_not_opened_again(
    alegra: AlegraWorld, database_url: str, backup: Backup
) -> None:
    """A person who asks for it a second time finds it open."""
    drafts = automation(initial_state=channel_pb2.INITIAL_STATE_DRAFT)
    async with open_server(database_url, alegra) as door:
        shop = await Shop(door, alegra).connect(automation=drafts)
        draft = await shop.settled((await shop.submit(an_order())).name, invoice_pb2.INVOICE_STATE_DRAFT)
    copy = backup()
    async with open_server(database_url, alegra) as door:
        clerk = Clerk(Shop(door, alegra))
        await clerk.ended(await clerk.open(draft.name))
    restored(copy)
    async with open_server(copy, alegra) as door:
        shop = Shop(door, alegra)
        await shop.resume()
        clerk = Clerk(shop)
        opened = await clerk.ended(await clerk.open(draft.name))
        assert opened.state == invoice_pb2.INVOICE_STATE_OPEN
    counts = await alegra.counts()
    assert (counts["POST /invoices"], counts["POST /invoices/{id}/open"]) == (1, 1)


async def test_two_documents_from_the_lost_time_are_left_to_a_person(
    toy: ToyWorld, database_url: str, backup: Backup
) -> None:
    order = an_order()
    async with open_server(database_url, toy) as door:
        await Shop(door, toy).connect()
    copy = backup()
    async with open_server(database_url, toy) as door:
        await Shop(door, toy).sold(order)
    (voucher,) = toy.ledger.vouchers
    toy.ledger.vouchers.append(replace(voucher, id=DocumentId("V-by-hand")))
    restored(copy)
    async with open_server(copy, toy) as door:
        shop = Shop(door, toy)
        await shop.resume()
        invoice = await shop.settled((await shop.submit(order)).name, BLOCKED)
        assert reason_name(invoice.failure.reason) == "DUPLICATE_DOCUMENT"
    assert await toy.sends() == 1


async def test_what_cannot_be_looked_for_waits(world: World, database_url: str, backup: Backup) -> None:
    """An ERP that is away is no proof that there is nothing."""
    order = an_order()
    async with open_server(database_url, world) as door:
        await Shop(door, world).connect()
    copy = backup()
    async with open_server(database_url, world) as door:
        await Shop(door, world).sold(order)
    restored(copy)
    world.unplug()
    async with open_server(copy, world) as door:
        shop = Shop(door, world)
        await shop.resume()
        name = (await shop.submit(order)).name
        assert await holds_for(lambda: nothing_more(world, 1), 0.3)
        world.plug_in()
        await shop.settled(name)
    assert (len(await world.documents()), await world.sends()) == (1, 1)


async def test_a_restore_is_refused_while_a_server_runs(toy: ToyWorld, database_url: str) -> None:
    async with open_server(database_url, toy) as door:
        shop = await Shop(door, toy).connect()
        done = command("restored", database_url=database_url)
        assert (done.code, done.told) == (1, "")
        assert "uses" in done.complained or "use this database" in done.complained
        assert (await shop.get()).state == channel_pb2.CHANNEL_STATE_CONNECTED
