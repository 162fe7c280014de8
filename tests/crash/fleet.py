"""Two servers and two workers on one PostgreSQL, which are killed and started again."""

import datetime as dt
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from erpgate.demo.processes import Process

from .stage import Stage, end
from .waiting import eventually


@dataclass(frozen=True, kw_only=True)
class TakeOver:
    """What a death cost.

    Attributes:
        process: That died.
        seconds: From its death to the next call for each merchant that it worked for.
        restart: Seconds from its death until it served again.
    """

    process: str
    seconds: Mapping[str, float]
    restart: float

    def __str__(self) -> str:
        waits = ", ".join(f"{seconds:.2f}" for seconds in self.seconds.values()) or "nobody's lane"
        return f"{self.process}: back after {self.restart:.2f} s; work went on after {waits} s"


class Fleet:
    """The processes.

    Args:
        stage: That they share.
        merchants: Lane to the merchant whose company it is.
    """

    def __init__(self, stage: Stage, merchants: Mapping[str, str]) -> None:
        self._stage = stage
        self._merchants = merchants
        self._processes: dict[str, Process] = {}

    def start(self) -> None:
        """Starts them."""
        for name in ("server-1", "server-2", "worker-1", "worker-2"):
            self._processes[name] = self._stage.start(*_command(name), name=name)

    @property
    def names(self) -> list[str]:
        """Of all processes."""
        return list(self._processes)

    @property
    def addresses(self) -> list[str]:
        """Of the servers; they stay the same."""
        return [process.address for name, process in self._processes.items() if name.startswith("server")]

    def kill(self, name: str) -> TakeOver:
        """Kills a process in the middle of what it does, starts it again, and waits until its work goes on."""
        process = self._processes[name]
        process.stop(signal.SIGKILL)
        died = dt.datetime.now(dt.UTC)
        last = self._stage.erp.calls()[-1].number
        orphans = self._lanes_of(process)
        self._processes[name] = self._stage.start(*_command(name), name=name, listen=process.address)
        restart = (dt.datetime.now(dt.UTC) - died).total_seconds()
        seconds = {merchant: self._seconds_until_a_call(merchant, died, last) for merchant in orphans}
        return TakeOver(process=name, seconds=seconds, restart=restart)

    def stop(self) -> None:
        """Ends all of them, in good order."""
        for process in self._processes.values():
            process.stop()

    def end(self) -> None:
        """Makes sure that none is left."""
        for process in self._processes.values():
            end(process)

    def _lanes_of(self, process: Process) -> list[str]:
        """Merchants whose lanes a process held."""
        with psycopg.connect(self._stage.database_url) as connection:
            rows = connection.execute(
                "SELECT account FROM lane WHERE owner LIKE %s", [f"%:{process.popen.pid}:%"]
            ).fetchall()
        return [self._merchants[account] for (account,) in rows]

    def _seconds_until_a_call(self, merchant: str, died: dt.datetime, last: int) -> float:
        def next_call() -> dt.datetime | None:
            calls = (call for call in self._stage.erp.calls(last) if call.merchant == merchant)
            return next((call.time for call in calls if call.time > died), None)

        return (eventually(f"{merchant}'s work goes on", next_call) - died).total_seconds()


@contextmanager
def running_fleet(stage: Stage, merchants: Mapping[str, str]) -> Iterator[Fleet]:
    """A fleet of which nothing is left when the block ends."""
    fleet = Fleet(stage, merchants)
    try:
        fleet.start()
        yield fleet
    finally:
        fleet.end()


def _command(name: str) -> tuple[str, ...]:
    return ("serve", "--no-worker") if name.startswith("server") else ("worker",)
