"""A read: what many callers look up at the same time, in one statement where that costs less."""

from collections.abc import Sequence
from typing import Generic, Self, TypeVar

import sqlalchemy as sa

T = TypeVar("T")


class Read(Generic[T]):
    """One thing to look up; a subclass is a frozen dataclass that implements `answer_all`."""

    def __call__(self, connection: sa.Connection) -> T:
        """Looks it up."""
        (answer,) = type(self).answer_all(connection, [self])
        return answer

    @classmethod
    def answer_all(cls, connection: sa.Connection, reads: Sequence[Self]) -> Sequence[T]:
        """Looks several of this class up; one answer each, in order."""
        raise NotImplementedError
