"""Whatever is submitted, goes wrong, is tried again or killed, in whatever order: one sale, one invoice."""

import asyncio
import contextlib
import datetime as dt
import shutil
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

import grpc
import pytest
from erpgate.v1 import order_pb2
from fixtures.alegra_world import CREATE, OPEN, AlegraWorld
from fixtures.clock import JumpingClock
from fixtures.orders import PRICE, a_line, an_order, revised
from fixtures.server import QUICK, open_server
from fixtures.shop import BLOCKED, Shop
from fixtures.shop import OPEN as IS_OPEN
from fixtures.toy_world import ToyWorld
from fixtures.waiting import eventually, holds_for
from fixtures.world import Fault, World
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ORDERS = 3
SETTLE = 0.05

SUBMITS = st.builds(lambda order, pieces: ("submit", order, pieces), st.integers(0, ORDERS - 1), st.integers(1, 3))
FAULTS = st.builds(lambda fault, times: ("fault", fault, times), st.sampled_from(Fault), st.integers(1, 2))
OTHERS = st.sampled_from([("unplug",), ("plug in",), ("mend",), ("retry",), ("work",), ("restart",), ("kill",)])
LATE = st.sampled_from([("late",), ("lose the opening",)])

TOY_STEPS = st.lists(SUBMITS | FAULTS | OTHERS, min_size=3, max_size=14)
ALEGRA_STEPS = st.lists(SUBMITS | FAULTS | OTHERS | LATE, min_size=3, max_size=14)
KILLED = replace(QUICK, grace=dt.timedelta(0))
"""Whatever runs is cancelled in the middle of what it does."""

QUICKLY = settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@dataclass
class Play:
    """One world and one database, with a server that comes and goes."""

    world: World
    url: str
    orders: list[order_pb2.Order] = field(default_factory=lambda: [an_order() for _ in range(ORDERS)])
    submitted: set[int] = field(default_factory=set)
    clock: JumpingClock = field(default_factory=JumpingClock)

    async def run(self, steps: list[tuple[object, ...]]) -> None:
        """Plays the steps, and then whatever it takes to end well."""
        connected = False
        left = list(enumerate(steps))
        while left or not connected:
            kills = next((step[0] for _, step in left if step[0] in ("restart", "kill")), "restart") == "kill"
            async with open_server(self.url, self.world, engine=KILLED if kills else QUICK, clock=self.clock) as door:
                shop = Shop(door, self.world)
                if not connected:
                    await shop.connect()
                    connected = True
                while left:
                    minute, step = left.pop(0)
                    if step[0] in ("restart", "kill"):
                        break
                    await self._do(shop, minute, step)
                    await self._check()
        await self._end()

    async def _do(self, shop: Shop, minute: int, step: tuple[object, ...]) -> None:
        match step:
            case ("submit", int(number), int(pieces)):
                self.submitted.add(number)
                lines = [a_line(quantity=str(pieces))]
                changes = {"lines": lines, "total_paid": str(pieces * PRICE)}
                self.orders[number] = revised(self.orders[number], minutes=minute, **changes)
                await shop.submit(self.orders[number])
            case ("fault", Fault() as fault, int(times)):
                await self.world.fail(fault, times)
            case ("late",):
                assert isinstance(self.world, AlegraWorld)
                late = {"kind": "late_commit", "seconds": 3 * SETTLE}
                await self.world.break_({**CREATE, "times": 1, "action": late})
            case ("lose the opening",):
                assert isinstance(self.world, AlegraWorld)
                await self.world.break_({**OPEN, "times": 1, "action": {"kind": "drop_after"}})
            case ("unplug",):
                self.world.unplug()
            case ("plug in",):
                self.world.plug_in()
            case ("mend",):
                await self.world.mend()
            case ("retry",):
                await self._retry(shop)
            case ("work",):
                await holds_for(self._check, 0.03)

    async def _check(self) -> bool:
        """No order has two documents that count."""
        counts = Counter(d.reference for d in await self.world.documents() if d.state == "open")
        assert all(count == 1 for count in counts.values()), counts
        return True

    async def _retry(self, shop: Shop) -> None:
        for invoice in await shop.invoices():
            if invoice.state == BLOCKED:
                with contextlib.suppress(grpc.aio.AioRpcError):  # it may have gone on by itself meanwhile
                    await shop.retry(invoice.name)

    async def _end(self) -> None:
        await self.world.mend()
        self.world.plug_in()
        self.clock.jump(60)  # a call that was under way when its process died has ended by now
        async with open_server(self.url, self.world, clock=self.clock) as door:
            shop = Shop(door, self.world)

            async def all_open() -> bool:
                await self._retry(shop)
                return [i.state for i in await shop.invoices()] == [IS_OPEN] * len(self.submitted)

            await eventually(f"{len(self.submitted)} invoices are open", all_open, seconds=45)
            invoices = {invoice.reference: invoice for invoice in await shop.invoices()}
        await self._check()
        opened = {d.reference: d.total for d in await self.world.documents() if d.state == "open"}
        assert opened == {reference: Decimal(invoice.total) for reference, invoice in invoices.items()}
        assert all(invoice.total == invoice.paid_total for invoice in invoices.values())


@contextlib.asynccontextmanager
async def a_play(template: Path, world: World) -> AsyncIterator[Play]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "erpgate.sqlite3"
        shutil.copyfile(template, path)
        try:
            yield Play(world, f"sqlite:///{path}")
        finally:
            await world.aclose()


def play(template: Path, make: Callable[[], World], steps: list[tuple[object, ...]]) -> None:
    async def run() -> None:
        world = make()
        if isinstance(world, AlegraWorld):
            await world.open()
        async with a_play(template, world) as opened:
            await opened.run(steps)

    asyncio.run(run())


@pytest.mark.timeout(90)
@given(steps=TOY_STEPS)
@QUICKLY
def test_an_erp_that_remembers_keys(sqlite_template: Path, steps: list[tuple[object, ...]]) -> None:
    play(sqlite_template, lambda: ToyWorld(keys_remembered=True), steps)


@pytest.mark.timeout(90)
@given(steps=ALEGRA_STEPS)
@QUICKLY
def test_an_erp_with_drafts(sqlite_template: Path, steps: list[tuple[object, ...]]) -> None:
    play(sqlite_template, lambda: AlegraWorld(settle=SETTLE), steps)
