"""The journal: a row before and after every write to an ERP."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import sqlalchemy as sa

from erpgate.store.bulk import Bulk, BulkInsert, BulkSelect
from erpgate.store.codecs import from_micros, to_micros
from erpgate.store.records import AttemptOutcome, AttemptRecord, BytesLeft
from erpgate.store.schema import attempt
from erpgate.store.tasks import extend_leases
from erpgate.store.writes import Lease, Write

_OF_SUBJECTS = BulkSelect(
    {"account": sa.Text(), "subject": sa.Text()},
    lambda at: (
        sa.select(attempt)
        .where(attempt.c.account == at("account"), attempt.c.subject == at("subject"))
        .order_by(attempt.c.start_time, attempt.c.number)
    ),
)
_INSERT = BulkInsert(attempt)
_KEY = ("account", "subject", "step", "number")
_COLUMNS = {column.name: column.type for column in attempt.c}
_END = Bulk(
    _COLUMNS,
    lambda at: (
        sa.update(attempt)
        .where(*(attempt.c[name] == at(name) for name in _KEY))
        .values({name: at(name) for name in _COLUMNS if name not in _KEY})
    ),
)


def attempts_of(connection: sa.Connection, account: str, subject: str) -> Sequence[AttemptRecord]:
    """Every attempt for a subject, oldest first."""
    return attempts_of_each(connection, [(account, subject)])[account, subject]


def attempts_of_each(
    connection: sa.Connection, subjects: Iterable[tuple[str, str]]
) -> Mapping[tuple[str, str], Sequence[AttemptRecord]]:
    """Every attempt for each (account, subject), oldest first."""
    found: dict[tuple[str, str], list[AttemptRecord]] = {subject: [] for subject in subjects}
    for row in _OF_SUBJECTS.all(connection, found):
        found[row.account, row.subject].append(_record(row))
    return found


@dataclass(frozen=True)
class BeginAttempt(Write[None]):
    """Notes that a write may leave from now on, under a lease that is renewed with it."""

    attempt: AttemptRecord
    reach: dt.timedelta
    lease: Lease

    @property
    def sends(self) -> bool:
        """That is what it is for."""
        return True

    @classmethod
    def apply_all(cls, connection: sa.Connection, writes: Sequence[Self]) -> Sequence[None]:
        """Adds the rows."""
        extend_leases(connection, [(write.lease, write.attempt.start_time, write.reach) for write in writes])
        _INSERT.run(connection, [_row(write.attempt) for write in writes])
        return [None] * len(writes)


@dataclass(frozen=True)
class EndAttempt(Write[None]):
    """Notes what came of a write."""

    attempt: AttemptRecord
    lease: Lease

    @classmethod
    def apply_all(cls, connection: sa.Connection, writes: Sequence[Self]) -> Sequence[None]:
        """Sets outcome, answer and end."""
        _END.run(connection, [_row(write.attempt) for write in writes])
        return [None] * len(writes)


def _row(record: AttemptRecord) -> dict[str, object]:
    return {
        "account": record.account,
        "subject": record.subject,
        "step": record.step,
        "number": record.number,
        "epoch": record.epoch,
        "bytes_left": record.bytes_left,
        "outcome": record.outcome,
        "answer": None if record.answer is None else json.dumps(record.answer),
        "error": record.error,
        "start_time": to_micros(record.start_time),
        "end_time": None if record.end_time is None else to_micros(record.end_time),
    }


def _record(row: sa.Row[Any]) -> AttemptRecord:
    return AttemptRecord(
        account=row.account,
        subject=row.subject,
        step=row.step,
        number=row.number,
        epoch=row.epoch,
        bytes_left=BytesLeft(row.bytes_left),
        outcome=AttemptOutcome(row.outcome),
        answer=None if row.answer is None else json.loads(row.answer),
        error=row.error,
        start_time=from_micros(row.start_time),
        end_time=None if row.end_time is None else from_micros(row.end_time),
    )
