"""How a toy connection gets at its ledger: what is read, written and computed, and what goes wrong with it."""

import asyncio
import datetime as dt
import itertools
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from erpgate.plugin import (
    CustomerId,
    Document,
    DocumentId,
    DocumentLine,
    Misconfigured,
    OutcomeUnknown,
    Payload,
    RateLimited,
    Reason,
    Rejected,
    Stage,
    Trouble,
    Unavailable,
)
from erpgate.testing.toy_ledger import Fault, ToyLedger

_PENNY = Decimal("0.01")


class ToyAccess:
    """What every part of the toy's connection needs.

    Args:
        ledger: The books.
        nowhere: Whether it is at an address where nothing is.
    """

    def __init__(self, ledger: ToyLedger, *, nowhere: bool) -> None:
        self._ledger = ledger
        self._nowhere = nowhere

    def _write(self, call: str) -> "_Written":
        if self._nowhere:
            raise Unavailable("The toy ledger is put away.")
        return _Written(self._ledger, call)

    def _read(self, call: str) -> bool:
        """Whether all is shown that there is."""
        self._ledger.calls[call] += 1
        if self._nowhere or not self._ledger.reachable:
            raise Unavailable("The toy ledger is put away.")
        trouble = self._ledger.trouble(call)
        if trouble not in (None, Trouble.TRUNCATED):
            _refuse(trouble)
            raise Unavailable("The toy ledger gave no answer.")
        return trouble is None

    def _computed(self, payload: Payload, prefix: str, number: str, stage: Stage) -> Document:
        """A voucher or note with its sums."""
        rows: Any = payload["rows"]
        lines, base, tax = [], Decimal(0), Decimal(0)
        for row in rows:
            count = Decimal(row["count"])
            line_base = (count * Decimal(row["each"])).quantize(_PENNY, ROUND_HALF_EVEN)
            duties = (self._ledger.rates()[duty] * line_base for duty in row["duties"])
            line_tax = sum((duty.quantize(_PENNY, ROUND_HALF_EVEN) for duty in duties), Decimal(0))
            lines.append(DocumentLine(item=row["thing"], quantity=count, total=line_base + line_tax))
            base, tax = base + line_base, tax + line_tax
        return Document(
            id=DocumentId(f"{prefix}{next(_NUMBERS)}"),
            number=number,
            reference=str(payload["mark"]),
            stage=stage,
            voided=False,
            fiscal="none",
            date=dt.date.fromisoformat(str(payload["day"])),
            customer=CustomerId(str(payload["party"])),
            currency_code=str(payload["money"]),
            total=base + tax,
            tax_base=base,
            tax=tax,
            balance=base + tax,
            lines=tuple(lines),
        )


class _Written:
    """One write under the next fault: yields whether it is carried out."""

    def __init__(self, ledger: ToyLedger, call: str) -> None:
        self._ledger = ledger
        self._ledger.calls[call] += 1
        self._trouble = ledger.trouble(call)
        self._fault = ledger.faults.popleft() if ledger.faults else _fault_of(self._trouble)

    async def __aenter__(self) -> bool:
        await asyncio.sleep(0)
        _refuse(self._trouble)
        if self._fault is Fault.UNREACHABLE or not self._ledger.reachable:
            raise Unavailable("The toy ledger is put away.")
        if self._fault is Fault.REFUSED:
            raise Rejected("The toy ledger does not like it.")
        return self._fault is not Fault.LOST

    async def __aexit__(self, kind: object, error: object, trace: object) -> None:
        if self._fault is Fault.GONE:
            self._ledger.reachable = False
        if self._fault in (Fault.ANSWER_LOST, Fault.LOST, Fault.GONE):
            raise OutcomeUnknown("The toy ledger gave no answer.")


def _refuse(trouble: Trouble | None) -> None:
    if trouble is Trouble.UNAUTHORIZED:
        raise Misconfigured("The passphrase is wrong.", field="passphrase", reason=Reason.ERP_CREDENTIALS_INVALID)
    if trouble is Trouble.RATE_LIMITED:
        raise RateLimited(dt.timedelta(seconds=1))


def _fault_of(trouble: Trouble | None) -> Fault | None:
    return None if trouble is None else _FAULTS.get(trouble)


_FAULTS = {
    Trouble.REFUSED: Fault.REFUSED,
    Trouble.SERVER_ERROR: Fault.LOST,
    Trouble.DROPPED: Fault.LOST,
    Trouble.SERVER_ERROR_AFTER: Fault.ANSWER_LOST,
    Trouble.GARBAGE_AFTER: Fault.ANSWER_LOST,
    Trouble.DROPPED_AFTER: Fault.ANSWER_LOST,
}
_NUMBERS = itertools.count(1)
