"""Fault points: none is missing, and each does what the environment says."""

import ast
import inspect
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import erpgate
import pytest
from erpgate import faultpoints
from erpgate.plugin.capabilities import Connection, Credits, Discards, Emails, Prints, TakesPayments, Voids
from erpgate.store.tasks import AddTasks
from erpgate.store.writes import Together

SERVER = Path(erpgate.__file__).parent
METHODS = sorted(
    name
    for protocol in (Connection, Credits, Discards, Emails, Prints, TakesPayments, Voids)
    for name, member in vars(protocol).items()
    if inspect.isfunction(member) and not name.startswith("_")
)
STREAMS = ("items", "pdf")
COMMITS = {
    "store/database.py Database._commit",  # the one with fault points
    "store/migrate.py migrate",  # before anything is served
    "store/postgresql.py PostgresqlDialect.prepare",  # of an advisory lock
    "store/postgresql.py PostgresqlDialect.write_engine.configure",  # of a session's setting
}
"""Everything that commits; the writer alone writes what must not be lost."""

_BEGINS = ("store/database.py", "store/beside.py", "store/migrations/env.py")
"""Modules that open transactions, for reading too; an operator's command has one for each thing that it does."""


class AnyConnection:
    """Answers every call with its name; a catalogue and a file have two pieces."""

    def __getattr__(self, name: str) -> Any:
        async def call(*_: object, **__: object) -> str:
            return name

        async def pages(*_: object) -> AsyncIterator[str]:
            yield "first"
            yield "second"

        return pages if name in STREAMS else call


@pytest.fixture
def reached(tmp_path: Path) -> Iterator[Callable[[], list[str]]]:
    """The points that were reached so far."""
    path = tmp_path / "points"
    faultpoints.arm(f"log:{path}")
    yield lambda: path.read_text().split()
    faultpoints.arm("")


@pytest.mark.parametrize("method", [method for method in METHODS if method not in STREAMS])
async def test_each_call_of_a_connection_has_its_points(method: str, reached: Callable[[], list[str]]) -> None:
    assert await getattr(faultpoints.watched(AnyConnection()), method)(1, two=2) == method
    assert reached() == [f"erp.{method}.before", f"erp.{method}.after"]


@pytest.mark.parametrize("method", STREAMS)
async def test_each_piece_of_a_stream_has_its_points(method: str, reached: Callable[[], list[str]]) -> None:
    pieces = getattr(faultpoints.watched(AnyConnection()), method)("")
    assert [piece async for piece in pieces] == ["first", "second"]
    assert reached() == [f"erp.{method}.before", f"erp.{method}.after"] * 3


async def test_a_call_that_fails_has_both_points(reached: Callable[[], list[str]]) -> None:
    class Failing:
        async def probe(self) -> None:
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await faultpoints.watched(Failing()).probe()
    assert reached() == ["erp.probe.before", "erp.probe.after"]


def test_a_commit_reaches_the_points_of_each_of_its_writes(reached: Callable[[], list[str]]) -> None:
    add = AddTasks(())
    faultpoints.reach_commit([add, Together((add, add))], "after")
    assert reached() == ["commit.AddTasks.after", "commit.AddTasks+AddTasks.after"]


def test_nothing_is_watched_unless_armed() -> None:
    connection = AnyConnection()
    faultpoints.reach("commit.AddTasks.before")
    assert faultpoints.watched(connection) is connection


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kill:a", [signal.SIGKILL]),
        ("stop:a#2", [signal.SIGSTOP]),
        ("kill:a#4", []),
        ("stop:b;kill:a#3", [signal.SIGKILL]),
    ],
)
def test_a_signal_is_sent_where_it_is_asked_for(
    text: str, expected: list[signal.Signals], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[signal.Signals] = []
    monkeypatch.setattr(signal, "raise_signal", sent.append)
    faultpoints.arm(text)
    for _ in range(3):
        faultpoints.reach("a")
    faultpoints.arm("")
    assert sent == expected


def test_what_cannot_be_understood_is_refused() -> None:
    with pytest.raises(ValueError, match="log, kill and stop, not 'crash'"):
        faultpoints.arm("crash:a")


def test_only_the_writer_commits() -> None:
    """A commit elsewhere would have no fault points, and nobody would test what a crash makes of it."""
    assert set(_places("commit")) == COMMITS


@pytest.mark.parametrize("opening", ["begin", "begin_nested", "begin_transaction"])
def test_transactions_are_opened_in_one_place(opening: str) -> None:
    assert {place.split()[0] for place in _places(opening)} <= set(_BEGINS)


def _places(attribute: str) -> Iterator[str]:
    """Where an attribute of this name is used: the module, and the function in it."""
    for path in SERVER.rglob("*.py"):
        if path.parts[-2] not in ("v1", "testing"):
            yield from _uses(attribute, ast.parse(path.read_text()), path.relative_to(SERVER).as_posix())


def _uses(attribute: str, tree: ast.AST, place: str) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            separator = " " if place.endswith(".py") else "."
            yield from _uses(attribute, node, f"{place}{separator}{node.name}")
            continue
        if isinstance(node, ast.Attribute) and node.attr == attribute:
            yield place
        yield from _uses(attribute, node, place)
