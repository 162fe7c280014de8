"""Point reads: a statement that is compiled once and run by the driver itself.

Most of what a short SELECT costs through SQLAlchemy is spent around the driver; here only the text of the statement is
SQLAlchemy's.
"""

import functools
from collections import namedtuple
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa


class PointQuery:
    """A SELECT with named parameters and plain columns.

    Args:
        statement: Its parameters are `bindparam`s without lists, its columns need no conversion.
    """

    def __init__(self, statement: sa.Select[Any]) -> None:
        self._statement = statement
        # The rows' names are the columns', so that readers see what SQLAlchemy's rows would show.
        row: Any = namedtuple("Row", [str(column.key) for column in statement.selected_columns])  # type: ignore[misc]
        self._row = row._make
        self._compiled = functools.cache(self._compile)

    def one_or_none(self, connection: sa.Connection, parameters: Mapping[str, object]) -> Any:
        """The only row; None without any."""
        rows = self.all(connection, parameters)
        return rows[0] if rows else None

    def all(self, connection: sa.Connection, parameters: Mapping[str, object]) -> Sequence[Any]:
        """Every row."""
        text, names, fixed = self._compiled(connection.dialect)
        cursor = connection.connection.cursor()
        try:
            cursor.execute(text, [parameters[name] if name in parameters else fixed[name] for name in names])
            return [self._row(values) for values in cursor.fetchall()]
        except Exception as error:
            raise self._wrapped(connection, error) from error
        finally:
            cursor.close()

    def _compile(self, dialect: sa.Dialect) -> tuple[str, Sequence[str], Mapping[str, object]]:
        kind: Any = type(dialect)
        positional = kind(paramstyle="qmark" if dialect.name == "sqlite" else "format")
        compiled = self._statement.compile(dialect=positional)
        return str(compiled), compiled.positiontup or (), compiled.params

    def _wrapped(self, connection: sa.Connection, error: Exception) -> Exception:
        dbapi = connection.dialect.dbapi
        if dbapi is None or not isinstance(error, dbapi.Error):
            return error
        return sa.exc.DBAPIError.instance(str(self._statement), None, error, dbapi.Error, dialect=connection.dialect)
