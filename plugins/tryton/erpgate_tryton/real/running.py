"""A running Tryton, which ends with whoever started it."""

import contextlib
import os
import select
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from erpgate_tryton.real.environment import SCRIPTS, TrytonUnavailable, environment
from erpgate_tryton.real.site import Site

_START = 60.0


@dataclass(frozen=True)
class Running:
    """A server.

    Attributes:
        site: That it serves.
        url: Where.
        process: Its process.
    """

    site: Site
    url: str
    process: "subprocess.Popen[str]"

    def stop(self) -> None:
        """Ends it."""
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


def start(site: Site, host: str = "127.0.0.1", port: int = 0) -> Running:
    """Starts a server and waits until it listens.

    Raises:
        TrytonUnavailable: It did not come up.
    """
    bin_ = environment(site.release, lambda _: None)
    log = site.folder / "trytond.log"
    arguments = [str(site.configuration), site.database, host, str(port)]
    with log.open("a") as sink:
        process = subprocess.Popen(  # noqa: S603 - our own script
            [str(bin_ / "python"), str(SCRIPTS / "serve.py"), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=sink,
            text=True,
            start_new_session=True,
            env=dict(os.environ),
        )
    line = _first_line(process)
    if not line.startswith("listening on "):
        process.kill()
        process.communicate()
        raise TrytonUnavailable(f"Tryton did not start: {_end_of(log)}")
    return Running(site, f"http://{line.removeprefix('listening on ').strip()}", process)


@contextlib.contextmanager
def running(site: Site, host: str = "127.0.0.1", port: int = 0) -> Iterator[Running]:
    """A server that ends with the block."""
    server = start(site, host, port)
    try:
        yield server
    finally:
        server.stop()


def _first_line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    until = time.monotonic() + _START
    while (left := until - time.monotonic()) > 0:
        ready, _, _ = select.select([process.stdout], [], [], left)
        if ready:
            return process.stdout.readline()
    return ""


def _end_of(log: Path) -> str:
    return log.read_text(errors="replace").strip()[-1500:]
