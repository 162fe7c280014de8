"""Two servers and two workers on one PostgreSQL, killed at random while they work."""

import random
import signal
import threading
import time
from collections.abc import Callable

from rich.console import Console

from erpgate.demo.processes import Process
from erpgate.demo.stack import Stack

LEASE_SECONDS = 2
"""What a death costs its accounts; short, so that a run with many deaths stays short."""

_COMMANDS = {"server": "serve", "server-2": "serve", "worker-1": "worker", "worker-2": "worker"}
_PAUSE = 5.0
_LOOK = 0.1
_SEED = 7


class Fleet:
    """Four processes of one stack, of which one after the other is killed (-9) and started again.

    Args:
        stack: Its server is the first of them.
        console: Told of each death, and how soon work went on.
    """

    def __init__(self, stack: Stack, console: Console) -> None:
        self._stack = stack
        self._console = console
        self._processes: dict[str, Process] = {"server": stack.server}
        self._over = threading.Event()
        for name, command in _COMMANDS.items():
            if name not in self._processes:
                self._processes[name] = stack.start(name, command)

    @property
    def addresses(self) -> list[str]:
        """Of the servers; they stay the same."""
        return [process.address for name, process in self._processes.items() if name.startswith("server")]

    def kill_at_random(self, progress: Callable[[], int]) -> None:
        """Kills and restarts, a process at a time, until the run is over; `progress` counts what is done."""
        chance = random.Random(_SEED)  # noqa: S311 - not a secret
        while not self._over.wait(_PAUSE):
            name = chance.choice(sorted(self._processes))
            done = progress()
            process = self._processes[name]
            process.stop(signal.SIGKILL)
            died = time.monotonic()
            self._processes[name] = self._stack.start(name, _COMMANDS[name], listen=process.address)
            back = time.monotonic() - died
            while progress() == done and not self._over.wait(_LOOK):
                pass
            went_on = time.monotonic() - died
            self._console.print(
                f"killed {name} (-9): it was back after {back:.1f} s, work went on after {went_on:.1f} s"
            )
        self._stack.server = self._processes["server"]

    def end_killing(self) -> None:
        """Everything is done."""
        self._over.set()

    def stop(self) -> None:
        """Ends all but the stack's own server."""
        for name, process in self._processes.items():
            if name != "server":
                process.stop()
