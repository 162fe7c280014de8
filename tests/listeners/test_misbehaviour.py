"""Listeners that raise, hang or never take anything: invoicing and other listeners go on."""

import contextlib
import datetime as dt
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest
from erpgate.ears import MOST_THREADS
from erpgate.engine.settings import EngineSettings
from erpgate.plugin import InvoiceState, RateLimited, Rejected, Unavailable, hookimpl
from erpgate.store.events import ListenerRecord, list_listeners
from fixtures.command import command
from fixtures.listening import Blocking, Hanging, Recorder, Waiting
from fixtures.orders import an_order
from fixtures.server import QUICK, Door, open_server
from fixtures.shop import Shop
from fixtures.toy_world import ToyWorld
from fixtures.waiting import eventually

LIMIT = dt.timedelta(milliseconds=50)
IMPATIENT = replace(QUICK, event_patience=dt.timedelta(0))


async def noted(door: Door, name: str) -> ListenerRecord:
    found = await door.app.database.read(list_listeners)
    return next((record for record in found if record.name == name), ListenerRecord(name=name))


async def eventually_noted(door: Door, name: str, holds: Callable[[ListenerRecord], bool]) -> ListenerRecord:
    async def look() -> ListenerRecord | None:
        record = await noted(door, name)
        return record if holds(record) else None

    return await eventually(f"{name} is noted so", look)


def raising(error: BaseException) -> Callable[[Any], None]:
    def raises(event: Any) -> None:
        raise error

    return raises


async def no_thread_is_left() -> bool:
    return not any("listener bad" in thread.name for thread in threading.enumerate())


class Dying:
    """Ends its event loop, as far as it can."""

    @hookimpl
    async def erpgate_invoice_changed(self) -> None:
        sys.exit(3)


@pytest.fixture
def good() -> Recorder:
    return Recorder()


@contextlib.asynccontextmanager
async def sold(database_url: str, bad: object, good: Recorder, engine: EngineSettings = QUICK) -> AsyncIterator[Door]:
    """Three sales with a bad listener: all are open, and the good one is told all of them."""
    toy = ToyWorld()
    async with open_server(database_url, toy, plugins={"bad": bad, "good": good}, engine=engine) as door:
        shop = await Shop(door, toy).connect()
        for _ in range(3):
            await shop.sold(an_order())
        told = await good.has(3)
        assert [event.state for event in told] == [InvoiceState.OPEN] * 3
        yield door


@pytest.mark.parametrize(
    "error",
    [ValueError("the buyer's secret"), SystemExit(1), Unavailable("Nobody is there.")],
    ids=["defect", "exit", "unavailable"],
)
async def test_one_that_raises_harms_nobody(database_url: str, good: Recorder, error: BaseException) -> None:
    async with sold(database_url, Recorder(raising(error)), good) as door:
        record = await eventually_noted(door, "bad", lambda record: record.failure != "")
        assert record.waiting == 3
        assert "secret" not in record.failure
        await eventually_noted(door, "good", lambda record: record.waiting == 0)


async def test_one_that_ends_its_loop_harms_nobody(sqlite_url: str, good: Recorder) -> None:
    async with sold(sqlite_url, Dying(), good) as door:
        record = await eventually_noted(door, "bad", lambda record: record.failure != "")
        assert (record.waiting, record.failure) == (3, "It raised RuntimeError.")


@pytest.mark.parametrize("kind", [Hanging, Blocking, Waiting])
async def test_one_that_hangs_harms_nobody(sqlite_url: str, good: Recorder, kind: type[Hanging]) -> None:
    bad = kind(LIMIT)
    try:
        async with sold(sqlite_url, bad, good) as door:
            record = await eventually_noted(door, "bad", lambda record: record.failure != "")
            assert record.failure == "The listener has not answered within 0.05 s."
            assert record.waiting == 3
            if isinstance(bad, Waiting):
                assert bad.cancelled >= 1
    finally:
        bad.go.set()
        await eventually("the listener's threads have ended", no_thread_is_left)


async def test_one_that_never_ends_is_not_called_without_end(sqlite_url: str, good: Recorder) -> None:
    bad = Hanging(LIMIT)
    try:
        async with sold(sqlite_url, bad, good) as door:
            full = f"{MOST_THREADS} calls of the listener have not ended yet."
            await eventually_noted(door, "bad", lambda record: record.failure == full)
        assert bad.asked == MOST_THREADS
    finally:
        bad.go.set()
        await eventually("the listener's threads have ended", no_thread_is_left)


async def test_one_that_is_slow_is_told_everything_in_order(sqlite_url: str, good: Recorder) -> None:
    def takes_its_time(event: Any) -> None:
        time.sleep(0.2)

    toy, slow = ToyWorld(), Recorder(takes_its_time)
    async with open_server(sqlite_url, toy, plugins={"slow": slow, "good": good}) as door:
        shop = await Shop(door, toy).connect()
        invoices = [(await shop.sold(an_order())).name for _ in range(3)]
        assert [event.invoice for event in await slow.has(3)] == invoices
        assert [event.invoice for event in await good.has(3)] == invoices


async def test_what_is_raised_once_is_told_again_with_the_same_id(database_url: str) -> None:
    tries: list[str] = []

    def fails_twice(event: Any) -> None:
        tries.append(event.event_id)
        if len(tries) < 3:
            raise ConnectionError

    toy, recorder = ToyWorld(), Recorder(fails_twice)
    async with open_server(database_url, toy, plugins={"recorder": recorder}) as door:
        shop = await Shop(door, toy).connect()
        first = await shop.sold(an_order())
        second = await shop.sold(an_order())
        told = await recorder.has(2)
        assert [event.invoice for event in told] == [first.name, second.name]
        assert tries == [told[0].event_id] * 3 + [told[1].event_id]
        await eventually_noted(door, "recorder", lambda record: (record.failure, record.waiting) == ("", 0))


async def test_what_a_listener_refuses_is_given_up_and_the_next_is_told(database_url: str) -> None:
    refused: list[str] = []

    def refuses_the_first(event: Any) -> None:
        if not refused:
            refused.append(event.invoice)
            raise Rejected("Not this one.")

    toy, recorder = ToyWorld(), Recorder(refuses_the_first)
    async with open_server(database_url, toy, plugins={"recorder": recorder}) as door:
        shop = await Shop(door, toy).connect()
        first = await shop.sold(an_order())
        await eventually_noted(door, "recorder", lambda record: record.given_up == 1)
        second = await shop.sold(an_order())
        (event,) = await recorder.has(1)
    assert (refused, event.invoice) == ([first.name], second.name)


async def test_who_asks_to_wait_is_told_afterwards(sqlite_url: str) -> None:
    tries: list[str] = []

    def is_busy(event: Any) -> None:
        tries.append(event.event_id)
        if len(tries) == 1:
            raise RateLimited(dt.timedelta(milliseconds=100))

    toy, recorder = ToyWorld(), Recorder(is_busy)
    async with open_server(sqlite_url, toy, plugins={"recorder": recorder}) as door:
        shop = await Shop(door, toy).connect()
        await shop.sold(an_order())
        await recorder.has(1)
        assert len(tries) == 2
        assert (await noted(door, "recorder")).failure == ""


async def test_one_that_fails_for_too_long_is_given_up_and_an_operator_can_see_it(
    database_url: str, good: Recorder
) -> None:
    bad = Recorder(raising(Unavailable("Nobody is there.")))
    async with sold(database_url, bad, good, IMPATIENT) as door:
        record = await eventually_noted(door, "bad", lambda record: (record.given_up, record.waiting) == (3, 0))
        assert record.failure == "Nobody is there."
    ran = command("listeners", database_url=database_url)
    row = next(line for line in ran.told.splitlines() if "bad" in line)
    assert [cell.strip() for cell in row.strip("│").split("│")][:4] == ["bad", "0", "", "3"]
    assert "Nobody is there." in row


async def test_after_an_outage_everything_is_told_at_once(sqlite_url: str) -> None:
    """The first success shows that the listener is back, and ends the delays of all channels."""
    tries: list[str] = []
    there: list[bool] = []

    def is_there(event: Any) -> None:
        tries.append(event.channel)
        if not there:
            raise Unavailable("Nobody is there.")

    async def everything_was_tried() -> bool:
        return len(tries) == 10

    toy, recorder = ToyWorld(), Recorder(is_there)
    patient = replace(QUICK, event_delays=(dt.timedelta(hours=1),))
    async with open_server(sqlite_url, toy, plugins={"recorder": recorder}, engine=patient) as door:

        async def sell(merchant: str) -> str:
            shop = Shop(door, toy, merchant=merchant)
            await shop.connect(credentials=toy.credentials | {"workspace": merchant})
            return (await shop.sold(an_order())).name

        invoices = {await sell(f"m{n}") for n in range(10)}
        await eventually("everything was tried", everything_was_tried)
        assert (await noted(door, "recorder")).waiting == 10
        there.append(True)
        invoices.add(await sell("last"))
        told = await recorder.has(11)
    assert {event.invoice for event in told} == invoices
