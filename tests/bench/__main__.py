"""`python -m bench`: every measurement, as a table."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from erpgate.testing.postgresql import ClusterUnavailable, private_cluster

from bench import catalogue, drain, engine, fairness, rpcs, startup
from bench.measure import Row

_Measure = Callable[[str, str], Iterator[Row]]
_MEASURES: tuple[_Measure, ...] = (rpcs.measure, engine.measure, fairness.measure, drain.measure)


def main() -> int:
    """Measures and prints; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sqlite-only", action="store_true")
    only_sqlite = parser.parse_args().sqlite_only
    rows = list(startup.measure())
    for each in (*_MEASURES, catalogue.measure):
        with tempfile.TemporaryDirectory(prefix="erpgate-bench-") as folder:
            rows += each("SQLite", f"sqlite:///{folder}/bench.sqlite3")
    if not only_sqlite:
        rows += _on_postgresql()
    print(_table(rows))
    return any(row.holds is False for row in rows)


def _on_postgresql() -> list[Row]:
    try:
        with tempfile.TemporaryDirectory(prefix="erpgate-bench-") as folder, private_cluster(Path(folder)) as cluster:
            return [row for each in _MEASURES for row in each("PostgreSQL", cluster.new_database())]
    except ClusterUnavailable as error:
        return [Row(what="PostgreSQL", value=f"not measured: {error}")]


def _table(rows: list[Row]) -> str:
    lines = ["| what | measured | limit in the same run | share | bar | |", "|---|---|---|---|---|---|"]
    for row in rows:
        share = "" if row.share is None else f"{row.share:.0f} %"
        holds = {None: "", True: "holds", False: "**missed**"}[row.holds]
        lines.append(f"| {row.what} | {row.value} | {row.limit} | {share} | {row.bar} | {holds} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
