"""A write: what one caller wants changed, all or nothing, together with others in one commit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

import sqlalchemy as sa

from erpgate.store.errors import WriteRefused

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Lease:
    """The right to work for an account: a lane at one epoch.

    Attributes:
        account: The lane.
        epoch: Its fencing number; a take-over raises it.
    """

    account: str
    epoch: int


class Write(Generic[T]):
    """One change of the database.

    A subclass is a frozen dataclass that implements `apply`, or `apply_all` where a set costs less than its parts;
    each has the other for a default. `apply` may raise `WriteRefused` before its first change, and `apply_all` may
    give it as an answer; the caller gets it and the rest of the commit goes on. Any other exception undoes the whole
    commit, and its writes are then tried one at a time.
    """

    lease: Lease | None = None
    """If set, the write is refused with `LeaseLost` unless the lane is still at this epoch."""

    @property
    def name(self) -> str:
        """What is written, as fault points call it."""
        return type(self).__name__

    @property
    def sends(self) -> bool:
        """Whether something leaves for the ERP after it; it is refused with `ChannelPaused` while that may not be."""
        return False

    def apply(self, connection: sa.Connection) -> T:
        """Changes the database and gives the caller's answer."""
        (answer,) = type(self).apply_all(connection, [self])
        if isinstance(answer, Exception):
            raise answer
        return answer

    @classmethod
    def apply_all(cls, connection: sa.Connection, writes: Sequence[Self]) -> Sequence[T | Exception]:
        """Applies several writes of this class; one answer each, in order."""
        return [write.apply_or_refuse(connection) for write in writes]

    def apply_or_refuse(self, connection: sa.Connection) -> T | Exception:
        """`apply`, with a refusal as an answer."""
        try:
            return self.apply(connection)
        except WriteRefused as refusal:
            return refusal


@dataclass(frozen=True)
class Together(Write[tuple[Any, ...]]):
    """Several writes as one: all of them or none.

    Only the first may be refused; what follows it must be certain.
    """

    writes: tuple[Write[Any], ...]
    lease: Lease | None = None

    @property
    def name(self) -> str:
        """Of its parts."""
        return "+".join(write.name for write in self.writes)

    @property
    def sends(self) -> bool:
        """Whether one of its parts does."""
        return any(write.sends for write in self.writes)

    @classmethod
    def apply_all(cls, connection: sa.Connection, writes: Sequence[Self]) -> Sequence[tuple[Any, ...] | Exception]:
        """Applies those of the same shape side by side, part by part."""
        answers: dict[int, tuple[Any, ...] | Exception] = {}
        shapes: dict[tuple[type[Write[Any]], ...], list[int]] = {}
        for place, write in enumerate(writes):
            shapes.setdefault(tuple(map(type, write.writes)), []).append(place)
        for shape, places in shapes.items():
            parts: dict[int, list[Any]] = {place: [] for place in places}
            for position, kind in enumerate(shape):
                if not parts:
                    break
                applied = kind.apply_all(connection, [writes[place].writes[position] for place in parts])
                for place, answer in zip(list(parts), applied, strict=True):
                    if not isinstance(answer, Exception):
                        parts[place].append(answer)
                    elif position == 0:
                        answers[place] = answer
                        del parts[place]
                    else:
                        raise answer
            answers |= {place: tuple(done) for place, done in parts.items()}
        return [answers[place] for place in range(len(writes))]
