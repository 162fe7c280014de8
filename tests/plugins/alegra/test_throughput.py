"""Under Alegra's own rate limit an account gets nearly everything that the limit allows, and is never refused."""

import asyncio
import datetime as dt
from dataclasses import dataclass, field

import pytest
from erpgate.engine.budget import WHOLE, Budget
from erpgate.plugin import RateReading
from erpgate_alegra.policy import LIMITS
from erpgate_alegra.simulator.options import RateLimits
from erpgate_alegra.simulator.rates import Rates
from fixtures.virtual_time import run_in_virtual_time

_MINUTES = 20
_EPOCH = dt.datetime(2026, 8, 1, tzinfo=dt.UTC)


@dataclass
class Account:
    """Sends requests for as long as there is time.

    Args:
        latency: Seconds that a request takes.
        limits: Of the simulated Alegra.
    """

    latency: float
    limits: RateLimits
    budget: Budget = field(default_factory=lambda: Budget(LIMITS))
    served: int = 0
    refused: int = 0

    async def work(self) -> None:
        """As many requests at a time as the plugin allows."""
        rates = Rates(self.limits)
        async with asyncio.TaskGroup() as group:
            for _ in range(LIMITS.in_flight):
                group.create_task(self._send(rates))

    async def _send(self, rates: Rates) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self.budget.take(WHOLE)
            if loop.time() >= _MINUTES * 60:
                return
            await asyncio.sleep(self.latency / 2)
            allowance = rates.take("a@example.com", _EPOCH + dt.timedelta(seconds=loop.time()))
            await asyncio.sleep(self.latency / 2)
            self.served += allowance.allowed
            self.refused += not allowance.allowed
            self.budget.correct(
                RateReading(
                    remaining=allowance.remaining,
                    reset=dt.timedelta(seconds=max(allowance.reset, 0)),
                    limit=allowance.limit,
                )
            )


@pytest.mark.parametrize("latency", [0.05, 0.4, 1.5], ids="{}s".format)
def test_the_limit_is_used(latency: float) -> None:
    """At least 95 % of what Alegra allows, or of what so many requests at a time can do."""
    account = Account(latency=latency, limits=RateLimits(requests=150, seconds=60))
    run_in_virtual_time(account.work())
    possible = min(150 * _MINUTES, LIMITS.in_flight * _MINUTES * 60 / latency)
    assert account.refused == 0
    assert account.served >= 0.95 * possible


def test_a_lower_limit_than_declared_is_learnt() -> None:
    """From the headers: only requests that were on their way when it was first reached are refused."""
    account = Account(latency=0.4, limits=RateLimits(requests=90, seconds=60))
    run_in_virtual_time(account.work())
    assert account.refused <= LIMITS.in_flight
    assert account.served >= 0.95 * 90 * _MINUTES
