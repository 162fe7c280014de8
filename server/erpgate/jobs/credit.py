"""Credit notes: what of the document they take back is fixed before the first attempt, and the ERP's sum compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from zoneinfo import ZoneInfo

from erpgate.domain.credit import CreditedLine, credit_amounts, credit_lines, is_whole, lines_to_credit
from erpgate.domain.reference import operation_reference
from erpgate.domain.rounding import Prediction
from erpgate.engine.journal import Step
from erpgate.engine.lane import Lane
from erpgate.engine.session import Session
from erpgate.jobs.compose import settings_for
from erpgate.jobs.operation import OperationRun
from erpgate.jobs.operation_steps import less, only
from erpgate.jobs.sighting import seen
from erpgate.plugin.capabilities import Credits, MapsCredits
from erpgate.plugin.model import Document, Draft, Found, Payload, Stage
from erpgate.plugin.reasons import Reason
from erpgate.plugin.settings import ChannelSettings
from erpgate.store.failure import Failure
from erpgate.store.later import Operation
from erpgate.store.records import AttemptRecord, InvoiceRecord
from erpgate.store.writes import Write


@dataclass(frozen=True, kw_only=True, slots=True)
class FrozenCredit:
    """A credit note, fixed before the first attempt.

    Attributes:
        lines: Of the document, that it takes back.
        draft: As it shall be.
        payload: The plugin's body that creates it.
    """

    lines: tuple[CreditedLine, ...]
    draft: Draft
    payload: Payload


async def frozen_credit(
    lane: Lane, session: Session, invoice: InvoiceRecord, operation: Operation, document: Document
) -> FrozenCredit:
    """Maps what is asked for; one that takes the whole document back copies the document's stored amounts.

    Raises:
        Blocked: There is less to credit.
        ErpError: The ERP could not be asked for its taxes.
    """
    assert invoice.frozen is not None  # noqa: S101 - there is a document
    sold = invoice.frozen.draft
    chosen = lines_to_credit(sold.lines, invoice.later.credited, operation.lines)
    lines = credit_lines(sold.lines, chosen)
    if is_whole(sold.lines, chosen):
        amounts = Prediction(total=document.total, tax_base=document.tax_base, tax=document.tax)
    else:
        amounts = credit_amounts(session.policy.rounding, lines, await session.connection.taxes())
    today = lane.clock.now().astimezone(ZoneInfo(session.company.time_zone)).date()
    draft = Draft(
        reference=operation_reference(invoice.reference, operation.number),
        date=today,
        due_date=today,
        customer=document.customer,
        currency_code=document.currency_code,
        lines=lines,
        total=amounts.total,
        tax_base=amounts.tax_base,
        tax=amounts.tax,
        order_number=sold.order_number,
        note=operation.note,
        stage=Stage.ISSUED if document.stage is Stage.ISSUED else Stage.OPEN,
    )
    mapper = cast("MapsCredits[ChannelSettings]", session.erp.mapper)
    settings = settings_for(session.settings, invoice)
    return FrozenCredit(
        lines=chosen, draft=draft, payload=mapper.credit_note(draft, document, settings, session.company)
    )


def credit_step(session: Session, run: OperationRun, document: Document) -> Step[Document]:
    """Creates the credit note, which carries a reference of its own."""
    connection = cast("Credits", session.connection)
    operation = run.operation
    draft, payload = operation.draft, operation.payload
    assert draft is not None  # noqa: S101 - it was frozen
    assert payload is not None  # noqa: S101 - it was frozen
    shall, body = draft, payload

    async def send() -> Document:
        return await connection.credit(document, body, shall.stage, key=shall.reference)

    async def find(_: AttemptRecord) -> Found[Document]:
        return await connection.find_credits(document, shall)

    def done(note: Document) -> Sequence[Write[Any]]:
        run.change(document=note)
        run.invoice = seen(run.invoice, less(document, note.total))
        return run.done(_difference(shall, note))

    issues = shall.stage is Stage.ISSUED
    return Step(
        name=operation.step,
        kind=Document,
        send=send,
        find=find,
        choose=only,
        repeatable=session.policy.repeats.by == "key",
        settle_time=session.policy.settle_time,
        timeout=session.erp.limits.issue_timeout if issues else session.erp.limits.timeout,
        with_begin=run.sending,
        with_end=done,
    )


def _difference(draft: Draft, note: Document) -> Failure | None:
    """What the ERP computed otherwise than predicted: the note is there, and a person looks at it."""
    names = ("total", "tax_base", "tax")
    if all(getattr(draft, name) == getattr(note, name) for name in names):
        return None
    return Failure(
        reason=Reason.TOTAL_MISMATCH,
        message="The ERP made the credit note with another total or tax base than predicted: compare both there.",
        details={
            **{f"expected_{name}": str(getattr(draft, name)) for name in names},
            **{name: str(getattr(note, name)) for name in names},
            "document": note.id,
        },
    )
