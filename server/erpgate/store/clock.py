"""The clock that leases are kept by: the database's own, where several processes share it."""

import sqlalchemy as sa

DATABASE_NOW: sa.ColumnElement[int] = sa.cast(sa.extract("epoch", sa.func.clock_timestamp()) * 1_000_000, sa.BigInteger)
"""Microseconds since 1970 by PostgreSQL's clock."""


def has_own_clock(connection: sa.Connection) -> bool:
    """Whether the database's clock counts; an SQLite file is one process's alone, and so is its clock."""
    return connection.dialect.name == "postgresql"
