"""From nothing to the first served call."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from erpgate.client import Client
from erpgate.demo.processes import start
from erpgate.vault import generate_key

from bench.measure import Row

_RUNS = 5
_BAR = 1.5


def measure() -> Iterator[Row]:
    """One row."""
    seconds = statistics.median(_once() for _ in range(_RUNS))
    yield Row(what="start to first served call", value=f"{seconds:.2f} s", bar=f"≤ {_BAR} s", holds=seconds <= _BAR)


def _once() -> float:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        arguments = ["serve", "--listen", "127.0.0.1:0", "--database-url", f"sqlite:///{folder}/bench.sqlite3"]
        begun = time.perf_counter()
        server = start("server", arguments, folder, {"ERPGATE_KEY": generate_key()})
        try:
            with Client(server.address) as client:
                client.list_erps()
            return time.perf_counter() - begun
        finally:
            server.stop()
