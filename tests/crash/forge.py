"""Forks processes of erpgate that would all begin with the same half second of imports.

Each is a process of its own, with its own memory, files and death; only what it imports was read before it was born.
"""

import array
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

_IMPORTED = (
    "erpgate.cli",
    "erpgate.rpc.app",
    "erpgate.store.postgresql",
    "erpgate_alegra.plugin",
    "psycopg",
    "sqlalchemy.dialects.postgresql.psycopg",
    "uvloop",
)


class Forged:
    """A forked process, as `subprocess.Popen` would show it.

    Args:
        forge: Its parent, which knows how it ended.
        pid: Of the process.
        stdout: What it says.
    """

    def __init__(self, forge: "Forge", pid: int, stdout: IO[str]) -> None:
        self.pid = pid
        self.stdout: IO[str] | None = stdout
        self.returncode: int | None = None
        self._forge = forge
        self._ended = os.pidfd_open(pid)
        self._lock = threading.Lock()

    def poll(self) -> int | None:
        """How it ended; None while it lives."""
        with self._lock:
            if self.returncode is None and select.select([self._ended], [], [], 0)[0]:
                self.returncode = self._forge.bury(self.pid)
                os.close(self._ended)
            return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Waits until it has ended.

        Raises:
            subprocess.TimeoutExpired: It lives on.
        """
        until = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            left = None if until is None else until - time.monotonic()
            if left is not None and left <= 0:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            with contextlib.suppress(OSError, ValueError):  # somebody else saw its end
                select.select([self._ended], [], [], left)
        return code

    def send_signal(self, sig: int) -> None:
        """Sends a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, sig)

    def terminate(self) -> None:
        """Tells it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it."""
        self.send_signal(signal.SIGKILL)


class Forge:
    """The parent of forked processes; a process itself, which does nothing else and has one thread."""

    def __init__(self) -> None:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._lock = threading.Lock()

    def spawn(self, arguments: Sequence[str], log: Path, environ: Mapping[str, str]) -> Forged:
        """Starts `erpgate ARGUMENTS`, whose errors go to a file."""
        reading, writing = os.pipe()
        try:
            pid = self._ask({"arguments": list(arguments), "log": str(log), "environ": dict(environ)}, writing)
        finally:
            os.close(writing)
        return Forged(self, pid, open(reading, encoding="utf-8"))

    def bury(self, pid: int) -> int:
        """How a process that has ended did so; negative for a signal."""
        return self._ask({"bury": pid})

    def close(self) -> None:
        """Ends the parent, and whoever is left with it."""
        self._line.close()
        self._process.wait()

    def _ask(self, request: Mapping[str, Any], *files: int) -> int:
        with self._lock:
            rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", files))] if files else []
            self._line.sendmsg([json.dumps(request).encode()], rights)
            return int(self._line.recv(100))


def _serve(line: socket.socket) -> None:
    living: set[int] = set()
    while True:
        text, files, _, _ = socket.recv_fds(line, 1 << 20, 1)
        if not text:
            break
        request = json.loads(text)
        if "bury" in request:
            _, status = os.waitpid(request["bury"], 0)
            living.discard(request["bury"])
            answer = os.waitstatus_to_exitcode(status)
        else:
            answer = os.fork()
            if answer == 0:
                line.close()
                _become(request, *files)
            living.add(answer)
            os.close(*files)
        line.send(str(answer).encode())
    for pid in living:
        os.kill(pid, signal.SIGKILL)


def _become(request: Mapping[str, Any], stdout: int) -> None:
    """Never returns."""
    code = 1
    try:
        os.setsid()
        os.dup2(stdout, 1)
        log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(log, 2)
        os.environ.clear()
        os.environ.update(request["environ"])
        sys.path[:0] = request["environ"].get("PYTHONPATH", "").split(os.pathsep)
        sys.argv = ["erpgate", *request["arguments"]]
        from erpgate.cli import app

        app()
    except SystemExit as ending:
        code = ending.code if isinstance(ending.code, int) else 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _main() -> None:
    import gc
    import importlib

    for name in _IMPORTED:
        importlib.import_module(name)
    gc.freeze()
    with socket.socket(fileno=int(sys.argv[1])) as line:
        _serve(line)


if __name__ == "__main__":
    _main()
