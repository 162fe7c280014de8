"""What happens to an invoice after it was made: operations that people ask for, and what others do in the ERP."""

import datetime as dt
import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from erpgate.domain.credit import CreditedLine
from erpgate.plugin.model import Document, Draft, Payload, Payment
from erpgate.plugin.reasons import Reason
from erpgate.store.failure import Failure


class Verb(enum.StrEnum):
    """What is done."""

    OPEN = "open"
    ISSUE = "issue"
    VOID = "void"
    CREDIT_NOTE = "credit_note"
    PAYMENT = "payment"
    EMAIL = "email"


class OperationState(enum.StrEnum):
    """How far it is; UNCERTAIN is an e-mail that may have been sent, which nobody repeats."""

    PENDING = "pending"
    SENDING = "sending"
    UNKNOWN = "unknown"
    DONE = "done"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """One thing that was asked for a document.

    Attributes:
        number: Counts the invoice's operations, from 1.
        verb: What is done.
        state: How far it is.
        failure: Why it does not go on, or what is wrong with what came of it.
        note: A person's words.
        lines: Credited lines; empty credits everything that is left.
        payment: Of PAYMENT.
        recipients: Of EMAIL.
        draft: Credit note as it shall be, fixed before the first attempt.
        payload: The plugin's body that creates it.
        document: Credit note as the ERP has it.
        payment_id: The ERP's id of the payment.
        create_time: When it was asked for.
        update_time: When it was changed last.
    """

    number: int
    verb: Verb
    state: OperationState = OperationState.PENDING
    failure: Failure | None = None
    note: str = ""
    lines: tuple[CreditedLine, ...] = ()
    payment: Payment | None = None
    recipients: tuple[str, ...] = ()
    draft: Draft | None = None
    payload: Payload | None = None
    document: Document | None = None
    payment_id: str = ""
    create_time: dt.datetime
    update_time: dt.datetime

    @property
    def ended(self) -> bool:
        """Whether nothing more comes of it by itself."""
        return self.state in (OperationState.DONE, OperationState.FAILED, OperationState.UNCERTAIN)

    @property
    def step(self) -> str:
        """Its step in the attempt journal."""
        return f"{self.verb}-{self.number}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One thing in which a document differs from what was sent.

    Attributes:
        what: Such as `total`.
        sent: As erpgate sent it.
        found: As the ERP has it.
    """

    what: str
    sent: str
    found: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Later:
    """What happened to an invoice's document since it was made.

    Attributes:
        operations: Oldest first.
        changes: What somebody else changed in the ERP; empty when it is as it was sent.
        drift_time: When the changes were noticed.
        look_time: When the document was compared last.
    """

    operations: tuple[Operation, ...] = ()
    changes: tuple[Change, ...] = ()
    drift_time: dt.datetime | None = None
    look_time: dt.datetime | None = None

    @property
    def unfinished(self) -> Operation | None:
        """The operation under way; there is one at most."""
        return next((operation for operation in self.operations if not operation.ended), None)

    @property
    def doubtful(self) -> Operation | None:
        """The last operation, if it failed because nobody can tell whether it happened."""
        last = self.operations[-1] if self.operations else None
        if last is None or last.state is not OperationState.FAILED or last.failure is None:
            return None
        return last if last.failure.reason in _DOUBTS else None

    @property
    def credits(self) -> Sequence[Operation]:
        """Credit notes that the ERP has."""
        return [o for o in self.operations if o.verb is Verb.CREDIT_NOTE and o.document is not None]

    @property
    def credited(self) -> Mapping[int, Decimal]:
        """Line number to how much of it is credited."""
        sums: dict[int, Decimal] = {}
        for line in (line for operation in self.credits for line in operation.lines):
            sums[line.number] = sums.get(line.number, Decimal(0)) + line.quantity
        return sums

    def with_operation(self, operation: Operation) -> "Later":
        """With an operation added, or in place of what it was."""
        others = tuple(o for o in self.operations if o.number != operation.number)
        return replace(self, operations=tuple(sorted((*others, operation), key=lambda o: o.number)))


_DOUBTS = (Reason.DOCUMENT_NOT_FOUND, Reason.ERP_OUTCOME_UNKNOWN, Reason.DUPLICATE_DOCUMENT)

NOTHING_LATER = Later()
"""Nothing happened yet."""
