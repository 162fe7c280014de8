"""INSERT … ON CONFLICT, which both dialects spell alike but build apart."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite


def insert(connection: sa.Connection, table: sa.Table) -> Any:
    """An insert into `table` that has `on_conflict_do_update` and `on_conflict_do_nothing`."""
    return (postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert)(table)


def least(one: Any, other: Any) -> Any:
    """The smaller of two column expressions."""
    return sa.case((one < other, one), else_=other)


def greatest(one: Any, other: Any) -> Any:
    """The larger of two column expressions."""
    return sa.case((one > other, one), else_=other)
