"""Processes and numbers that all measurements share."""

import contextlib
import json
import os
import pickle
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.load import Load

ROOT = Path(__file__).parent.parent
CALLERS = 64


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table.

    Attributes:
        what: Was measured.
        value: Result with its unit.
        limit: What it can be at most, measured in the same run; empty without one.
        share: Value of the limit in percent; None without one.
        bar: What is asked for; empty without one.
        holds: Whether it holds; None without a bar.
    """

    what: str
    value: str
    limit: str = ""
    share: float | None = None
    bar: str = ""
    holds: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What a load came to.

    Attributes:
        per_second: Calls.
        p50_ms: Half of the calls were faster.
        p99_ms: Nearly all were.
        cpu_us: Of the server, per call.
    """

    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_us: float


@contextlib.contextmanager
def echo_server() -> Iterator[tuple[str, int]]:
    """A bare echo in a process of its own: its address and pid."""
    with subprocess.Popen([sys.executable, "-m", "bench.echo"], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[-1], process.pid
        finally:
            process.kill()


def load(target: str, pid: int, method: str, bodies: Sequence[bytes]) -> Loaded:
    """Sends the bodies from a client process; one run, as it was."""
    before = cpu_seconds(pid)
    with tempfile.NamedTemporaryFile() as file:
        file.write(pickle.dumps(Load(target=target, method=method, bodies=bodies, callers=CALLERS)))
        file.flush()
        done = subprocess.run(
            [sys.executable, "-m", "bench.load", file.name], cwd=ROOT, capture_output=True, text=True, check=True
        )
    result = json.loads(done.stdout)
    return Loaded(
        per_second=result["calls_per_second"],
        p50_ms=result["p50_ms"],
        p99_ms=result["p99_ms"],
        cpu_us=(cpu_seconds(pid) - before) / len(bodies) * 1e6,
    )


def median(runs: Sequence[Loaded]) -> Loaded:
    """The run in the middle, number by number."""
    return Loaded(
        per_second=statistics.median(run.per_second for run in runs),
        p50_ms=statistics.median(run.p50_ms for run in runs),
        p99_ms=statistics.median(run.p99_ms for run in runs),
        cpu_us=statistics.median(run.cpu_us for run in runs),
    )


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> float:
    """Resident memory of a process."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def percentile(values: Sequence[float], percent: int) -> float:
    """The value below which so many percent of the values are."""
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]
