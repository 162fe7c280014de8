"""A PostgreSQL server of one's own, from the installed binaries: for tests and demos that may stop and kill it."""

import contextlib
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_ADMIN = "erpgate"
_DEBIAN = Path("/usr/lib/postgresql")
_INSTALL = (("apt-get", "update"), ("apt-get", "install", "--yes", "--no-install-recommends", "postgresql"))
_LOOK = 0.02
_PATIENCE = 60.0
_PORT_TRIES = 5
_SERVER_USER = "postgres"
_FAST_BUT_FORGETFUL = ("fsync=off", "full_page_writes=off")


class ClusterUnavailable(Exception):
    """PostgreSQL can't be started here; the message says why."""


@dataclass
class PrivateCluster:
    """A running server that nobody else uses; it listens on a loopback port alone.

    Attributes:
        folder: Its data and its log.
        port: The same after every start.
    """

    folder: Path
    port: int
    _binaries: Path
    _as_user: Mapping[str, Any]
    _options: tuple[str, ...]
    _process: "subprocess.Popen[bytes] | None" = None
    _names: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def url(self) -> str:
        """Of its first database."""
        return self._url("postgres")

    def new_database(self, template: str = "") -> str:
        """Makes a database and gives its URL.

        Args:
            template: URL of a database to copy, which nobody may be connected to; without one it is empty.
        """
        name = f"erpgate_{next(self._names)}"
        self._execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {_name(template)}" if template else ""))
        return self._url(name)

    def drop_database(self, url: str) -> None:
        """Removes a database, and whoever is connected to it from it."""
        self._execute(f"DROP DATABASE {_name(url)} WITH (FORCE)")

    def dump(self, url: str, file: Path) -> None:
        """Writes a database into a file.

        Raises:
            ClusterUnavailable: That failed.
        """
        _run([self._binaries / "pg_dump", "--format=custom", "--file", file, url], "The database can't be dumped")

    def load(self, file: Path) -> str:
        """Makes a database of what `dump` wrote, and gives its URL.

        Raises:
            ClusterUnavailable: That failed.
        """
        url = self.new_database()
        options = ("--no-owner", "--exit-on-error", "--dbname", url)
        _run([self._binaries / "pg_restore", *options, file], f"{file} can't be loaded")
        return url

    def start(self) -> None:
        """Starts it and waits until it can be connected to.

        Raises:
            ClusterUnavailable: It did not come up.
        """
        settings = (f"port={self.port}", *self._options)
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - the binary was found, not given
                [self._binaries / "postgres", "-D", self.folder / "data", *(f"-c{setting}" for setting in settings)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self._as_user,
            )
        until = time.monotonic() + _PATIENCE
        while not self._is_ready(self._process.pid):
            if self._process.poll() is not None or time.monotonic() > until:
                self.kill()
                raise ClusterUnavailable(f"PostgreSQL did not start: {_end_of(self.folder / 'server.log')}")
            time.sleep(_LOOK)

    def stop(self) -> None:
        """Ends every connection and the server; what was committed stays."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """Ends it as a crash would: without a farewell to its clients, and it recovers at the next start."""
        self._end(signal.SIGQUIT)

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)
            self._process.wait(_PATIENCE)
            self._process = None

    def _is_ready(self, pid: int) -> bool:
        """Whether the file in which the server tells its state says so, and is not one of an earlier run."""
        try:
            lines = (self.folder / "data" / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def _execute(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement.encode())

    def _url(self, database: str) -> str:
        return f"postgresql://{_ADMIN}@127.0.0.1:{self.port}/{database}"


@contextlib.contextmanager
def private_cluster(folder: Path, *, durable: bool = True) -> Iterator[PrivateCluster]:
    """Runs a PostgreSQL server until the block ends; Debian's package is installed first if root finds none.

    Args:
        folder: Is made and kept. As root the server runs as its own user, which must be able to reach it.
        durable: Whether commits are flushed to disk; without that it is faster, and a machine's crash ruins it.

    Raises:
        ClusterUnavailable: There are no binaries, or they do not run here.
    """
    binaries = _binaries()
    as_user = _as_server_user()
    folder.mkdir(exist_ok=True, parents=True)
    if as_user:
        shutil.chown(folder, as_user["user"], as_user["group"])
    _run(
        [binaries / "initdb", "-D", folder / "data", "-U", _ADMIN, "-A", "trust", "-E", "UTF8", "--no-locale", "-N"],
        f"The cluster can't be made in {folder}",
        cwd=folder,
        **as_user,
    )
    options = (
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "max_connections=300",
        *(() if durable else _FAST_BUT_FORGETFUL),
    )
    cluster = _started(folder, binaries, {"cwd": folder, **as_user}, options)
    try:
        yield cluster
    finally:
        cluster.stop()


def _started(folder: Path, binaries: Path, as_user: Mapping[str, Any], options: tuple[str, ...]) -> PrivateCluster:
    """Starts it on a free port; between finding one and listening on it somebody else may take it."""
    for tries_left in reversed(range(_PORT_TRIES)):
        cluster = PrivateCluster(folder, _free_port(), binaries, as_user, options)
        try:
            cluster.start()
        except ClusterUnavailable:
            if not tries_left:
                raise
        else:
            return cluster
    raise AssertionError("unreachable")


def _binaries() -> Path:
    """The folder of the newest installed server."""
    found = _installed()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        for command in _INSTALL:
            _run(command, "PostgreSQL is not installed", env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
        found = _installed()
    if found is None:
        raise ClusterUnavailable(
            "PostgreSQL is not installed: there is neither a pg_config with a server beside it nor anything in "
            f'{_DEBIAN}. On Debian, "apt-get install postgresql" brings it.'
        )
    return found


def _installed() -> Path | None:
    debian = sorted(_DEBIAN.glob("[0-9]*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    for folder in (*_configured(), *debian):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    return None


def _configured() -> Sequence[Path]:
    pg_config = shutil.which("pg_config")
    if pg_config is None:
        return ()
    told = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)  # noqa: S603
    return (Path(told.stdout.strip()),) if told.returncode == 0 else ()


def _as_server_user() -> dict[str, Any]:
    """What makes a command run as somebody else than root, whom PostgreSQL refuses to serve."""
    if os.geteuid() != 0:
        return {}
    try:
        user = pwd.getpwnam(_SERVER_USER)
    except KeyError as error:
        raise ClusterUnavailable(
            f"Root may not run PostgreSQL, and there is no user {_SERVER_USER} to run it as."
        ) from error
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": ()}


def _run(command: Sequence[str | Path], failure: str, **how: Any) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, **how)  # noqa: S603
    if done.returncode != 0:
        raise ClusterUnavailable(f"{failure}: {(done.stderr or done.stdout).strip()[-500:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _end_of(log: Path) -> str:
    return log.read_text(errors="replace").strip()[-500:]


def _name(url: str) -> str:
    return url.rsplit("/", 1)[-1]
