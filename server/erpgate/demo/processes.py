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
from typing import IO, Protocol

_START = 30.0


class StartError(Exception):
    """A process did not come up; the message holds the end of its log."""


class Child(Protocol):
    """A process that somebody started; `subprocess.Popen` is one."""

    pid: int
    stdout: IO[str] | None

    def poll(self) -> int | None:
        """How it ended; None while it lives."""
        ...

    def wait(self, timeout: float | None = None) -> int:
        """Waits until it has ended."""
        ...

    def send_signal(self, sig: int) -> None:
        """Sends a signal, unless it has ended."""
        ...

    def terminate(self) -> None:
        """Tells it to end."""
        ...

    def kill(self) -> None:
        """Ends it."""
        ...


class Spawn(Protocol):
    """Starts `erpgate ARGUMENTS`, whose errors are appended to a file."""

    def __call__(self, arguments: Sequence[str], log: Path, environ: Mapping[str, str]) -> Child:
        """Gives the process, which has just begun."""
        ...


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
    popen: Child
    log: Path

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Ends it and waits until it is gone."""
        with contextlib.suppress(ProcessLookupError):
            self.popen.send_signal(number)
        self.popen.wait(timeout=_START)
        if self.popen.stdout is not None:
            self.popen.stdout.close()


def spawn(arguments: Sequence[str], log: Path, environ: Mapping[str, str]) -> "subprocess.Popen[str]":
    """Starts `erpgate ARGUMENTS`, whose errors are appended to a file."""
    with log.open("a") as sink:
        return subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "erpgate.cli", *arguments],
            stdout=subprocess.PIPE,
            stderr=sink,
            stdin=subprocess.DEVNULL,
            env=environ,
            text=True,
            start_new_session=True,
        )


def start(
    name: str,
    arguments: Sequence[str],
    folder: Path,
    environ: Mapping[str, str] | None = None,
    spawn: Spawn = spawn,
) -> Process:
    """Starts `erpgate ARGUMENTS` and waits until it says where it listens.

    Raises:
        StartError: It ended or said nothing in time.
    """
    log = folder / f"{name}.log"
    popen = spawn(arguments, log, {**os.environ, **(environ or {})})
    line = _first_line(popen)
    if not line.startswith("listening on "):
        popen.kill()
        popen.wait()
        if popen.stdout is not None:
            popen.stdout.close()
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


def _first_line(popen: Child) -> str:
    assert popen.stdout is not None  # noqa: S101 - it is a pipe
    until = time.monotonic() + _START
    while (left := until - time.monotonic()) > 0:
        ready, _, _ = select.select([popen.stdout], [], [], left)
        if ready:
            return popen.stdout.readline()
    return ""
