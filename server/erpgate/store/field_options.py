"""Live choices of form fields as an ERP gave them last: an answer is kept for a while, a failure only told."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import sqlalchemy as sa

from erpgate.plugin.model import Option
from erpgate.store.codecs import from_json, from_micros, to_json, to_micros
from erpgate.store.failure import Failure
from erpgate.store.schema import field_option
from erpgate.store.upsert import insert
from erpgate.store.writes import Lease, Write

_KEPT = dt.timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """A question to an ERP about the choices of one field.

    Attributes:
        source: Name of the list.
        query: What is searched for; empty for all.
        given: Values of the fields that it depends on.
        page: Token of the page before; empty for the first.
        exact: Whether only the choice whose value is `query` is wanted, on whichever page it is.
    """

    source: str
    query: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    page: str = ""
    exact: bool = False

    @property
    def key(self) -> str:
        """Names it among an account's questions."""
        ordered = replace(self, given=dict(sorted(self.given.items())))
        return hashlib.sha256(to_json(Ask, ordered).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Choices:
    """One page of choices.

    Attributes:
        options: In the ERP's order.
        next_page: Token of the next page; empty after the last.
    """

    options: tuple[Option, ...] = ()
    next_page: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What is known about a question.

    Attributes:
        choices: As they were read last.
        read_time: When that was; None if it never was.
        failure: Why the last attempt read nothing; None if it did.
        version: Rises with every attempt.
    """

    choices: Choices = Choices()
    read_time: dt.datetime | None = None
    failure: Failure | None = None
    version: int = 0


def get_answer(connection: sa.Connection, account: str, ask: Ask) -> Answer:
    """What an account's ERP answered last; version 0 if it was never asked."""
    row = connection.execute(
        sa.select(field_option).where(field_option.c.account == account, field_option.c.question == ask.key)
    ).one_or_none()
    if row is None:
        return Answer()
    return Answer(
        choices=from_json(Choices, row.choices),
        read_time=from_micros(row.read_time) if row.read_time else None,
        failure=from_json(Failure, row.failure) if row.failure else None,
        version=row.version,
    )


@dataclass(frozen=True)
class StoreAnswer(Write[None]):
    """Notes what came of an attempt; after a failure the choices that were read before it stay."""

    ask: Ask
    outcome: Choices | Failure
    now: dt.datetime
    lease: Lease

    def apply(self, connection: sa.Connection) -> None:
        """Raises the version, and drops what nobody asked for in a day."""
        now = to_micros(self.now)
        failed = isinstance(self.outcome, Failure)
        values = {
            "choices": to_json(Choices, Choices() if failed else self.outcome),
            "read_time": 0 if failed else now,
            "failure": to_json(Failure, self.outcome) if failed else "",
            "attempt_time": now,
            "version": 1,
        }
        adding = insert(connection, field_option)
        replaced = ("failure", "attempt_time") if failed else ("choices", "read_time", "failure", "attempt_time")
        connection.execute(
            adding.on_conflict_do_update(
                index_elements=[field_option.c.account, field_option.c.question],
                set_={name: adding.excluded[name] for name in replaced} | {"version": field_option.c.version + 1},
            ),
            {"account": self.lease.account, "question": self.ask.key, **values},
        )
        connection.execute(
            sa.delete(field_option).where(
                field_option.c.account == self.lease.account,
                field_option.c.attempt_time < to_micros(self.now - _KEPT),
            )
        )
