"""Starts erpgate's own commands as processes of their own, and ends just those."""

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_START = 30.0


class StartError(Exception):
    """A process did not come up; the message holds the end of its log."""


@dataclass(frozen=True)
class Process:
    """A running command.

    Attributes:
        name: For messages.
        address: HOST:PORT that it listens on.
        popen: The process.
        log: What it writes.
    """

    name: str
    address: str
    popen: "subprocess.Popen[str]"
    log: Path

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Ends it and waits until it is gone."""
        with contextlib.suppress(ProcessLookupError):
            self.popen.send_signal(number)
        self.popen.wait(timeout=_START)
        if self.popen.stdout is not None:
            self.popen.stdout.close()


def start(name: str, arguments: Sequence[str], folder: Path, environ: Mapping[str, str] | None = None) -> Process:
    """Starts `erpgate ARGUMENTS` and waits until it says where it listens.

    Raises:
        StartError: It ended or said nothing in time.
    """
    log = folder / f"{name}.log"
    with log.open("a") as sink:
        popen = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "erpgate.cli", *arguments],
            stdout=subprocess.PIPE,
            stderr=sink,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **(environ or {})},
            text=True,
            start_new_session=True,
        )
    line = _first_line(popen)
    if not line.startswith("listening on "):
        popen.kill()
        popen.communicate()
        raise StartError(f"{name} did not start:\n{log.read_text()[-2000:]}")
    return Process(name, line.removeprefix("listening on ").strip(), popen, log)


@contextlib.contextmanager
def running(
    name: str, arguments: Sequence[str], folder: Path, environ: Mapping[str, str] | None = None
) -> Iterator[Process]:
    """A process that ends with the block."""
    process = start(name, arguments, folder, environ)
    try:
        yield process
    finally:
        process.stop()


def _first_line(popen: "subprocess.Popen[str]") -> str:
    assert popen.stdout is not None  # noqa: S101 - it is a pipe
    until = time.monotonic() + _START
    while (left := until - time.monotonic()) > 0:
        ready, _, _ = select.select([popen.stdout], [], [], left)
        if ready:
            return popen.stdout.readline()
    return ""
