"""Starts that cannot succeed: exit code 1, a sentence that says what to do, and nothing damaged."""

import contextlib
import re
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from erpgate.client import Client
from erpgate.vault import generate_key

from .sale import Sale
from .stage import Prepared, Stage

_NOBODY = "postgresql://erpgate@127.0.0.1:1/erpgate"


def test_postgresql_out_of_reach(prepared_sqlite: Prepared, tmp_path: Path) -> None:
    told = refused(Stage(erp=prepared_sqlite.erp, folder=tmp_path, database_url=_NOBODY))
    assert re.search(f"{_NOBODY} can't be used: .* Connection refused. Check that the server runs", told)


def test_postgresql_without_that_database(prepared_postgresql: Prepared, tmp_path: Path) -> None:
    stage = prepared_postgresql.stage(tmp_path)
    elsewhere = Stage(erp=stage.erp, folder=tmp_path, database_url=stage.database_url.rpartition("/")[0] + "/nowhere")
    assert 'database "nowhere" does not exist' in refused(elsewhere)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("nonsense", "The database URL can't be read; write for instance sqlite:///erpgate.sqlite3."),
        ("sqlite://", "write sqlite:///PATH with a file's path, or postgresql://USER@HOST/DATABASE."),
        ("mysql://localhost/erpgate", "erpgate does not store in 'mysql' at this URL"),
        ("sqlite:////nowhere/erpgate.sqlite3", "/nowhere/erpgate.sqlite3 can't be opened: No such file or directory."),
    ],
)
def test_a_wrong_url(url: str, sentence: str, prepared_sqlite: Prepared, tmp_path: Path) -> None:
    assert sentence in refused(Stage(erp=prepared_sqlite.erp, folder=tmp_path, database_url=url))


def test_a_newer_schema(prepared: Prepared, tmp_path: Path) -> None:
    """It is left as it is, so that the newer program finds it unharmed."""
    stage = prepared.stage(tmp_path / "stage")
    before = _schema(stage, "UPDATE alembic_version SET version_num = '9999'")
    told = refused(stage)
    assert "The database has schema 9999, which is newer than this program's" in told
    assert "start the newer erpgate that wrote it" in told
    assert _schema(stage) == before


def test_a_file_that_is_no_database(prepared_sqlite: Prepared, tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Sir or Madam, " * 1000)
    told = refused(Stage(erp=prepared_sqlite.erp, folder=tmp_path, database_url=f"sqlite:///{path}"))
    assert f"{path} is not a usable erpgate database: file is not a database. Give another path" in told
    assert path.read_text() == "Dear Sir or Madam, " * 1000


def test_two_processes_on_one_file(prepared_sqlite: Prepared, tmp_path: Path) -> None:
    """The first one goes on serving."""
    sale = Sale(prepared_sqlite.stage(tmp_path / "stage"), "two-processes")
    with sale.stage.running() as server:
        told = refused(sale.stage)
        assert "Another erpgate process uses" in told
        assert "Stop it, or use PostgreSQL for several processes." in told
        sale.submit(server)
        sale.wait_until_open(server)
        sale.check(server)


def test_a_worker_on_a_file(prepared_sqlite: Prepared, tmp_path: Path) -> None:
    told = refused(prepared_sqlite.stage(tmp_path / "stage"), "worker")
    assert "SQLite serves one process only, so it must both serve and work" in told


def test_a_full_disk_at_the_first_start(prepared_sqlite: Prepared, tmp_path: Path) -> None:
    """The file that could not be made whole is made when there is room."""
    path = tmp_path / "erpgate.sqlite3"
    stage = Stage(erp=prepared_sqlite.erp, folder=tmp_path, database_url=f"sqlite:///{path}")
    told = refused(stage, before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192)))
    assert f"{path} can't be read and written: " in told
    assert "Check that the disk has room" in told
    with stage.running() as server, Client(server.address) as client:
        assert client.list_erps().erps


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_another_master_key(command: str, prepared_postgresql: Prepared, tmp_path: Path) -> None:
    """The database is left as it is, so that the right key opens it."""
    stage = prepared_postgresql.stage(tmp_path / "stage")
    told = refused(replace(stage, settings={"ERPGATE_KEY": generate_key()}), command)
    assert "Credentials in this database are sealed with the master key" in told
    assert "start with that key" in told
    sale = Sale(stage, f"right-key-{command}")
    with stage.running() as server:
        sale.submit(server)
        sale.wait_until_open(server)
        sale.check(server)


def test_another_address_without_callers(prepared: Prepared, tmp_path: Path) -> None:
    stage = prepared.stage(tmp_path / "stage")
    told = refused(stage, "serve", listen="0.0.0.0:0")
    assert "Whoever reaches 0.0.0.0:0 could act for every merchant" in told
    assert "run `erpgate callers add ID --all-merchants` first, or listen on 127.0.0.1." in told


def refused(
    stage: Stage, command: str = "serve", before: Callable[[], None] | None = None, listen: str = "127.0.0.1:0"
) -> str:
    """What a start that must be refused says on stderr."""
    done = subprocess.run(
        [sys.executable, "-m", "erpgate.cli", command, "--listen", listen],
        env={"PATH": "", **stage.environ},
        cwd=stage.folder,
        preexec_fn=before,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    assert "erpgate: " in done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def _schema(stage: Stage, change: str = "") -> list[tuple[object, ...]]:
    """The version and every table's name, after a change."""
    if stage.database_url.startswith("sqlite"):
        tables = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        connection: Any = sqlite3.connect(stage.database_url.removeprefix("sqlite:///"))
    else:
        tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY table_name"
        connection = psycopg.connect(stage.database_url)
    with contextlib.closing(connection), connection:
        if change:
            connection.execute(change)
        found = connection.execute(tables).fetchall()
        return [*connection.execute("SELECT version_num FROM alembic_version").fetchall(), *found]
