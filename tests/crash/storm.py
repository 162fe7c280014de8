"""Everything at once: callers that repeat each other, processes that die anywhere, and an ERP on a bad day."""

import contextlib
import itertools
import random
import subprocess
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import grpc
from erpgate.client import Client
from erpgate.demo.processes import Process
from erpgate.v1 import order_pb2

from .points import ISSUING, Point
from .sale import unless_dead
from .stage import Place, Stage, an_order, end
from .waiting import eventually
from .weather import some_weather

_CALLERS = 8
_LONGEST_LIFE = 4.0
"""Seconds after which a process dies in any case."""
_PATIENCE = 60.0
"""Seconds in which an order is acknowledged in the end."""
_WEATHER = 0.3
"""Seconds between two changes of the weather."""
_HOUSEKEEPING = ("commit.ClaimLanes", "commit.ReleaseLane", "commit.RenewLeases", "commit.PostponeTask")
_POINTS = sorted({*ISSUING, *(f"{name}.{when}" for name in _HOUSEKEEPING for when in ("before", "after"))})


@dataclass(frozen=True, kw_only=True)
class Sold:
    """One order of one merchant.

    Attributes:
        merchant: Who sold it.
        number: Its external id.
        pieces: How many.
        fulfilled: Whether the marketplace ships it, which the automation leaves out.
    """

    merchant: str
    number: str
    pieces: int
    fulfilled: bool

    def order(self) -> order_pb2.Order:
        """As it is submitted, always the same."""
        order = an_order(self.number, pieces=self.pieces)
        order.fulfillment = self.fulfilled
        return order


def some_sales(merchants: Sequence[str], count: int, chance: random.Random) -> list[Sold]:
    """Of each merchant in turn; one in ten is left out."""
    return [
        Sold(
            merchant=merchants[n % len(merchants)],
            number=f"s{n}",
            pieces=chance.randint(1, 4),
            fulfilled=chance.random() < 0.1,
        )
        for n in range(count)
    ]


class Mortal:
    """A server that dies and is started again at the same address.

    Args:
        stage: Where it lives.
        name: Of its log.
        chance: Decides where it dies.
        lives: How often it dies at most.
    """

    def __init__(self, stage: Place, name: str, chance: random.Random, lives: int) -> None:
        self.deaths = 0
        self._lives = lives
        self._stage = stage
        self._chance = chance
        self.process: Process = stage.start(name=name)

    def live(self, calm: threading.Event) -> None:
        """Dies again and again until it is calm or has died often enough; then it lives."""
        while not calm.is_set() and self.deaths < self._lives:
            self._start_again(f"kill:{Point(self._chance.choice(_POINTS), self._chance.randint(2, 60))}")
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.popen.wait(self._chance.uniform(1.0, _LONGEST_LIFE))
        if self.deaths:
            self._start_again("")

    def _start_again(self, points: str) -> None:
        end(self.process)
        self.deaths += 1
        self.process = self._stage.start(name=self.process.name, listen=self.process.address, points=points)


class Storm:
    """A run of it.

    Args:
        stage: Database and ERP.
        servers: How many there are.
        chance: Decides who dies where, and the weather.
        lives: How often each of them dies at most.
    """

    def __init__(self, stage: Stage, servers: int, chance: random.Random, lives: int) -> None:
        self._erp = stage.erp
        self._chance = chance
        self._calm = threading.Event()
        self._mortals = [Mortal(stage, f"server-{n}", _another(chance), lives) for n in range(servers)]

    @property
    def deaths(self) -> int:
        """How often a process died."""
        return sum(mortal.deaths for mortal in self._mortals)

    @property
    def servers(self) -> list[Process]:
        """They serve, once it is calm."""
        return [mortal.process for mortal in self._mortals]

    def rage(self, sold: Sequence[Sold]) -> None:
        """Every caller submits every order until it has an answer, whoever dies meanwhile; then it is calm."""
        addresses = [server.address for server in self.servers]
        with ThreadPoolExecutor(_CALLERS + len(addresses) + 1) as pool:
            nature = [pool.submit(mortal.live, self._calm) for mortal in self._mortals]
            nature.append(pool.submit(self._change_weather, _another(self._chance)))
            try:
                for caller in [pool.submit(submit_all, addresses, sold, n) for n in range(_CALLERS)]:
                    caller.result()
            finally:
                self._calm.set()
            for ends in nature:
                ends.result()

    def end(self) -> None:
        """Makes sure that no process is left."""
        for server in self.servers:
            end(server)

    def _change_weather(self, chance: random.Random) -> None:
        while not self._calm.wait(_WEATHER):
            self._erp.set_faults(some_weather(chance))
        self._erp.set_faults([])


def submit_all(addresses: Sequence[str], sold: Sequence[Sold], caller: int) -> None:
    """Submits every order until it has an answer, to whichever server gives one."""
    clients = [Client(address, timeout=5, channel=_impatient(address)) for address in addresses]
    turns = itertools.cycle(clients[caller % len(clients) :] + clients[: caller % len(clients)])
    for one in sold:
        parent, order = f"merchants/{one.merchant}", one.order()

        def acknowledged(parent: str = parent, order: order_pb2.Order = order) -> order_pb2.Order | None:
            return unless_dead(lambda: next(turns).submit_order(parent, order))

        eventually("it is acknowledged", acknowledged, seconds=_PATIENCE)
    for client in clients:
        client.close()


def _impatient(address: str) -> grpc.Channel:
    """Servers live shorter here than a client usually waits before it looks for one again."""
    options = [(f"grpc.{which}_reconnect_backoff_ms", 200) for which in ("initial", "min", "max")]
    return grpc.insecure_channel(address, options=options)


def _another(chance: random.Random) -> random.Random:
    return random.Random(chance.random())  # noqa: S311 - not a secret
