"""The unsafe step of each operation: how it is sent, and how to find out whether it happened."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar, cast

from erpgate.domain.problem import Blocked
from erpgate.engine.journal import Step
from erpgate.engine.session import Session
from erpgate.jobs.document import is_there
from erpgate.jobs.operation import OperationRun
from erpgate.jobs.sighting import seen
from erpgate.plugin.capabilities import Emails, TakesPayments, Voids
from erpgate.plugin.errors import OutcomeUnknown, Rejected
from erpgate.plugin.model import Document, Found, Payment
from erpgate.plugin.reasons import Reason
from erpgate.store.records import AttemptRecord
from erpgate.store.writes import Write

T = TypeVar("T")


def void_step(session: Session, run: OperationRun, document: Document) -> Step[Document]:
    """Cancels the document; whether that went through is read off the document itself."""
    connection = cast("Voids", session.connection)
    operation = run.operation

    async def send() -> Document:
        try:
            voided = await connection.void(document, operation.note, key=_key(run))
        except Rejected:
            # An earlier attempt may have been carried out just before this one: then it is refused for being done.
            earlier = len(await run.journal.attempts(operation.step)) > 1
            if earlier and (done := await is_there(session, document, lambda d: d.voided)):
                return done
            raise
        if not voided.voided:
            raise OutcomeUnknown("The ERP says that it voided the document, and shows it as it was.")
        return voided

    async def find(_: AttemptRecord) -> Found[Document]:
        current = await session.connection.read(document.id)
        if current is None:
            return Found(matches=(), complete=False)
        return Found(matches=(current,) if current.voided else (), complete=True)

    def done(voided: Document) -> Sequence[Write[Any]]:
        run.invoice = seen(run.invoice, voided)
        return run.done()

    return Step(
        name=operation.step,
        kind=Document,
        send=send,
        find=find,
        choose=only,
        # Voiding the same document again changes nothing.
        repeatable=True,
        settle_time=session.policy.settle_time,
        timeout=session.erp.limits.timeout,
        with_begin=run.sending,
        with_end=done,
    )


def payment_step(session: Session, run: OperationRun, document: Document) -> Step[str]:
    """Records a payment, which carries our reference."""
    connection = cast("TakesPayments", session.connection)
    payment = run.operation.payment
    assert payment is not None  # noqa: S101 - the verb says so
    stated: Payment = payment

    async def send() -> str:
        return await connection.pay(document, stated, key=_key(run))

    async def find(_: AttemptRecord) -> Found[str]:
        return await connection.find_payments(document, stated.reference)

    def done(payment_id: str) -> Sequence[Write[Any]]:
        run.change(payment_id=payment_id)
        run.invoice = seen(run.invoice, less(document, stated.amount))
        return run.done()

    return Step(
        name=run.operation.step,
        kind=str,
        send=send,
        find=find,
        choose=only,
        repeatable=session.policy.repeats.by == "key",
        settle_time=session.policy.settle_time,
        timeout=session.erp.limits.timeout,
        with_begin=run.sending,
        with_end=done,
    )


def email_step(session: Session, run: OperationRun, document: Document) -> Step[bool]:
    """Has the document sent to people, at most once: an uncertain attempt is never looked up nor repeated."""
    connection = cast("Emails", session.connection)
    recipients = run.operation.recipients

    async def send() -> bool:
        await connection.email(document, recipients)
        return True

    async def find(_: AttemptRecord) -> Found[bool]:
        return Found(matches=(), complete=False)

    return Step(
        traceable=False,
        name=run.operation.step,
        kind=bool,
        send=send,
        find=find,
        choose=only,
        repeatable=False,
        settle_time=session.policy.settle_time,
        timeout=session.erp.limits.timeout,
        with_begin=run.sending,
        with_end=lambda _: run.done(),
    )


def less(document: Document, amount: Decimal) -> Document:
    """The document once so much of its balance is settled; the next look corrects it."""
    return replace(document, balance=max(document.balance - amount, Decimal(0)))


async def only(matches: tuple[T, ...]) -> T:
    """Refuses to choose.

    Raises:
        Blocked: What was sent once is there several times.
    """
    raise Blocked(
        Reason.DUPLICATE_DOCUMENT,
        "The ERP has several of them with the same reference: keep one, and remove the others there.",
        details={"documents": ", ".join(str(getattr(match, "id", match)) for match in matches)},
    )


def _key(run: OperationRun) -> str:
    return f"{run.invoice.reference}-{run.operation.step}"
