"""The schema is this program's, or the start is refused with a sentence that says what to do."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from erpgate.store import migrate, schema
from erpgate.store.database import open_database
from erpgate.store.dialects import dialect_of
from erpgate.store.errors import StoreUnusable


@pytest.fixture
def connection(database_url: str) -> Iterator[sa.Connection]:
    dialect = dialect_of(database_url)
    engine = dialect.write_engine()
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def test_the_programs_version_is_the_newest_migration() -> None:
    folder = Path(migrate.__file__).with_name("migrations")
    assert ScriptDirectory(str(folder)).get_heads() == [migrate.HEAD]


def test_the_migrations_make_just_the_tables_of_the_program(connection: sa.Connection) -> None:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    assert compare_metadata(context, schema.metadata) == []


def test_a_new_file_is_migrated_and_an_old_one_left_alone(tmp_path: Path) -> None:
    dialect = dialect_of(f"sqlite:///{tmp_path / 'new.sqlite3'}")
    for _ in range(2):
        dialect.prepare()
        dialect.close()
    with dialect.read_engine().connect() as connection:
        assert connection.scalar(sa.text("SELECT version_num FROM alembic_version")) == migrate.HEAD


async def refusal(url: str) -> str:
    with pytest.raises(StoreUnusable) as refused:
        async with open_database(url):
            raise AssertionError("it was opened")
    return str(refused.value)


async def test_a_newer_schema_is_refused(connection: sa.Connection, database_url: str) -> None:
    connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    connection.commit()
    message = await refusal(database_url)
    assert "schema 9999" in message
    assert f"newer than this program's {migrate.HEAD}" in message
    assert "start the newer erpgate" in message


async def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("These are my notes, and no database. " * 50)
    before = path.read_bytes()
    assert f"{path} is not a usable erpgate database" in await refusal(f"sqlite:///{path}")
    assert path.read_bytes() == before


async def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite3"
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE lane (colour TEXT)"))
    engine.dispose()
    assert str(path) in await refusal(f"sqlite:///{path}")
    engine = sa.create_engine(f"sqlite:///{path}")
    assert sa.inspect(engine).get_table_names() == ["lane"]
    engine.dispose()


async def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "erpgate.sqlite3"
    assert await refusal(f"sqlite:///{path}") == (
        f"{path} can't be opened: No such file or directory. Check folder and rights."
    )


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("nonsense", "can't be read; write for instance sqlite:///erpgate.sqlite3"),
        ("mysql://localhost/erpgate", "does not store in 'mysql'"),
        ("sqlite://", "write sqlite:///PATH with a file's path"),
        ("sqlite:///:memory:", "write sqlite:///PATH with a file's path"),
    ],
    ids=["no-url", "unknown", "no-file", "memory"],
)
async def test_a_url_that_names_no_database_is_refused(url: str, sentence: str) -> None:
    assert sentence in await refusal(url)


async def test_a_file_has_one_process_at_a_time(sqlite_url: str) -> None:
    async with open_database(sqlite_url):
        assert "Another erpgate process uses" in await refusal(sqlite_url)
    async with open_database(sqlite_url) as database:
        assert database.alone
