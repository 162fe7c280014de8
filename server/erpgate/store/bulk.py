"""One statement for many rows: row by row on SQLite, where that costs least, and by arrays on PostgreSQL."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from erpgate.store.point import PointQuery

_PREFIX = "at_"
_At = Callable[[str], sa.ColumnElement[Any]]


class Bulk:
    """A statement that is built once and run for many rows.

    Args:
        columns: Names of the rows' values with their types.
        build: Makes the statement out of `at(name)`, the row's value of that name.
    """

    def __init__(self, columns: Mapping[str, sa.types.TypeEngine[Any]], build: Callable[[_At], sa.Executable]) -> None:
        self._names = tuple(columns)
        self._by_row = build(lambda name: sa.bindparam(_PREFIX + name, type_=columns[name]))
        rows = rows_by_arrays(columns)
        self._by_arrays = build(lambda name: rows.c[name])

    def run(self, connection: sa.Connection, rows: Sequence[Mapping[str, object]]) -> None:
        """Runs it for every row; no two rows may change the same one of the table."""
        if connection.dialect.name == "postgresql":
            connection.execute(self._by_arrays, arrays_of(self._names, rows))
        else:
            connection.execute(self._by_row, [{_PREFIX + name: row[name] for name in self._names} for row in rows])


class BulkInsert:
    """Inserts many rows of a table.

    Args:
        table: Every column of it is given.
    """

    def __init__(self, table: sa.Table) -> None:
        self._names = tuple(table.c.keys())
        self._by_row = sa.insert(table)
        rows = rows_by_arrays({column.name: column.type for column in table.c})
        self._by_arrays = sa.insert(table).from_select(list(self._names), sa.select(rows))

    def run(self, connection: sa.Connection, rows: Sequence[Mapping[str, object]]) -> None:
        """Inserts them."""
        if connection.dialect.name == "postgresql":
            connection.execute(self._by_arrays, arrays_of(self._names, rows))
        else:
            connection.execute(self._by_row, list(rows))


class BulkSelect:
    """Looks many keys up by an index.

    A list of row values is no way to do it: SQLite scans the whole table for one.

    Args:
        columns: Names of a key's values with their types.
        build: Makes the query out of `at(name)`, the key's value of that name.
    """

    def __init__(self, columns: Mapping[str, sa.types.TypeEngine[Any]], build: Callable[[_At], sa.Select[Any]]) -> None:
        self._names = tuple(columns)
        self._by_key = PointQuery(build(lambda name: sa.bindparam(name, type_=columns[name])))
        rows = rows_by_arrays(columns)
        self._by_arrays = build(lambda name: rows.c[name])

    def all(self, connection: sa.Connection, keys: Iterable[Sequence[object]]) -> Sequence[Any]:
        """The rows of every key, whose values are in the order of the columns; each key is given once."""
        given = [dict(zip(self._names, key, strict=True)) for key in keys]
        if connection.dialect.name == "postgresql" and len(given) > 1:
            return connection.execute(self._by_arrays, arrays_of(self._names, given)).all()
        return [row for key in given for row in self._by_key.all(connection, key)]


def rows_by_arrays(columns: Mapping[str, sa.types.TypeEngine[Any]]) -> sa.TableValuedAlias:
    """Rows out of one array parameter per column."""
    arrays = (sa.bindparam(_PREFIX + name, type_=postgresql.ARRAY(kind)) for name, kind in columns.items())
    return (
        sa.func.unnest(*arrays)
        .table_valued(*(sa.column(n, k) for n, k in columns.items()), name="given")
        .render_derived()
    )


def arrays_of(names: Sequence[str], rows: Sequence[Mapping[str, object]]) -> dict[str, list[object]]:
    """The parameters that `rows_by_arrays` takes."""
    return {_PREFIX + name: [row[name] for row in rows] for name in names}
