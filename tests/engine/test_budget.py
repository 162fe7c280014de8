"""Requests wait for their budget instead of being refused by the ERP."""

import asyncio
import datetime as dt
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from erpgate.engine.budget import Budget
from erpgate.plugin import Limits, RateReading

WINDOW = dt.timedelta(seconds=0.06)
LONG = dt.timedelta(seconds=60)


def a_budget(**windows: tuple[int, dt.timedelta]) -> Budget:
    """One window for each resource; `whole` is for all of them."""
    return Budget(Limits(windows={name.replace("whole", "*"): (window,) for name, window in windows.items()}))


async def seconds_of(work: Callable[[], Coroutine[Any, Any, None]]) -> float:
    loop = asyncio.get_running_loop()
    start = loop.time()
    await work()
    return loop.time() - start


async def take(budget: Budget, count: int, resource: str = "*") -> float:
    """How long so many requests wait, sent at once."""

    async def all_of_them() -> None:
        await asyncio.gather(*(budget.take(resource) for _ in range(count)))

    return await seconds_of(all_of_them)


def waits(budget: Budget, resource: str = "*") -> bool:
    """Whether one more request would wait."""
    return budget.wait(resource) > 0


async def test_without_limits_nothing_waits() -> None:
    budget = Budget(Limits())
    await take(budget, 1000)
    assert not waits(budget)


@pytest.mark.parametrize(("count", "windows"), [(3, 0), (4, 1), (6, 1), (7, 2)])
async def test_a_window_lets_its_number_through(count: int, windows: int) -> None:
    waited = await take(a_budget(whole=(3, WINDOW)), count)
    assert windows * WINDOW.total_seconds() <= waited + 0.001


async def test_a_resource_has_a_window_of_its_own_beside_the_whole() -> None:
    budget = a_budget(whole=(3, LONG), contacts=(1, LONG))
    await budget.take("contacts")
    assert waits(budget, "contacts")
    assert not waits(budget)
    await budget.take("*")
    await budget.take("invoices")
    assert waits(budget)
    assert waits(budget, "invoices")


async def test_several_windows_apply_at_once() -> None:
    budget = Budget(Limits(windows={"*": ((10, dt.timedelta(0)), (2, LONG))}))
    await take(budget, 2)
    assert waits(budget)


async def test_the_erps_own_count_corrects_the_budget() -> None:
    budget = a_budget(whole=(100, LONG))
    await budget.take("*")
    budget.correct(RateReading(remaining=1, reset=LONG, limit=100))
    assert not waits(budget)
    await budget.take("*")
    assert waits(budget)


async def test_a_count_that_allows_more_than_was_sent_does_not_refill_the_budget() -> None:
    """Other requests are still under way."""
    budget = a_budget(whole=(3, LONG))
    await take(budget, 3)
    budget.correct(RateReading(remaining=2, reset=LONG, limit=3))
    assert waits(budget)


async def test_another_limit_of_the_erp_replaces_the_declared_one() -> None:
    budget = a_budget(whole=(3, LONG))
    await take(budget, 3)
    budget.correct(RateReading(remaining=2, reset=dt.timedelta(0), limit=5))
    assert not waits(budget)


async def test_a_refusal_blocks_its_resource_for_as_long_as_it_says() -> None:
    budget = a_budget(whole=(100, LONG))
    budget.block("contacts", WINDOW)
    budget.block("contacts", dt.timedelta(0))
    assert not waits(budget)
    assert await take(budget, 2, "contacts") >= WINDOW.total_seconds() - 0.001


async def test_a_refusal_of_the_whole_account_blocks_every_resource() -> None:
    budget = Budget(Limits())
    budget.block("*", LONG)
    assert waits(budget, "contacts")
    assert waits(budget)
