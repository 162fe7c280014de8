"""Whether something may be done with an invoice as it is; asked before anything is queued. Pure."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from erpgate.domain.credit import lines_to_credit
from erpgate.domain.money import is_currency, minor_units
from erpgate.domain.reference import operation_reference
from erpgate.plugin.model import Document, Payment, Stage
from erpgate.plugin.reasons import Reason
from erpgate.plugin.settings import ChannelSettings
from erpgate.service.commands import NewOperation
from erpgate.service.errors import Refused
from erpgate.store.later import Operation, Verb
from erpgate.store.records import ChannelRecord, FiscalState, InvoiceRecord, InvoiceState

GOALS = {Verb.OPEN: Stage.OPEN, Verb.ISSUE: Stage.ISSUED}
"""Verbs that take the document further: steps of the invoice's own process, whose goal they raise."""

_ASKED = {
    Verb.OPEN: "opened",
    Verb.ISSUE: "issued",
    Verb.VOID: "voided",
    Verb.CREDIT_NOTE: "credited",
    Verb.PAYMENT: "paid",
    Verb.EMAIL: "sent by e-mail",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """What is asked, and of what.

    Attributes:
        new: What is asked.
        invoice: As stored.
        channel: That it is of.
        settings: The channel's, parsed.
        buyer_email: Of the order.
        now: The instant.
    """

    new: NewOperation
    invoice: InvoiceRecord
    channel: ChannelRecord
    settings: ChannelSettings
    buyer_email: str
    now: dt.datetime

    @property
    def today(self) -> dt.date:
        """The company's local date."""
        assert self.channel.company is not None  # noqa: S101 - a connected channel has one
        return self.now.astimezone(ZoneInfo(self.channel.company.time_zone)).date()


def operation_of(case: Case) -> Operation | None:
    """The operation to begin; None if the invoice is already what is asked for.

    Raises:
        Refused: Its state does not allow it, or a value is wrong.
        Blocked: CREDIT_EXCEEDED.
    """
    if _is_there(case):
        return None
    unfinished = case.invoice.later.unfinished
    if unfinished is not None:
        raise _conflict(case, f"{unfinished.verb.value} is under way", operation=unfinished.verb.value)
    document = _document(case)
    number = len(case.invoice.later.operations) + 1
    new = case.new
    if new.verb is Verb.CREDIT_NOTE:
        _check_credit(case)
    return Operation(
        number=number,
        verb=new.verb,
        note=new.note,
        lines=new.lines,
        payment=_payment(case, document, number) if new.verb is Verb.PAYMENT else None,
        recipients=_recipients(case) if new.verb is Verb.EMAIL else (),
        create_time=case.now,
        update_time=case.now,
    )


def _is_there(case: Case) -> bool:
    """Whether the invoice is what is asked for, or on its way there."""
    invoice, document = case.invoice, case.invoice.document
    if case.new.verb is Verb.VOID:
        return invoice.state is InvoiceState.VOIDED
    goal = GOALS.get(case.new.verb)
    if goal is None or document is None or invoice.state not in (InvoiceState.DRAFT, InvoiceState.OPEN):
        return False
    asked = invoice.stage.rank >= goal.rank and invoice.fiscal_state is not FiscalState.REJECTED
    return asked or document.stage.rank >= goal.rank


def _document(case: Case) -> Document:
    """The document, in a state that allows what is asked; what is blocked on the way may still be undone."""
    invoice, document = case.invoice, case.invoice.document
    draft_too = case.new.verb in GOALS
    states = (InvoiceState.DRAFT, InvoiceState.OPEN) if draft_too else (InvoiceState.OPEN, InvoiceState.BLOCKED)
    if document is None or document.voided or invoice.state not in states:
        raise _conflict(case, f"it is {invoice.state.value}")
    if document.stage is Stage.DRAFT and not draft_too:
        raise _conflict(case, "it is a draft")
    answered = invoice.fiscal_state in (FiscalState.PENDING, FiscalState.REJECTED)
    if invoice.state is InvoiceState.OPEN and document.stage.rank < invoice.stage.rank and not answered:
        raise _conflict(case, "it is being issued")
    return document


def _conflict(case: Case, why: str, **details: str) -> Refused:
    return Refused(
        Reason.STATE_CONFLICT,
        f"{case.invoice.name} can't be {_ASKED[case.new.verb]}: {why}.",
        details={"state": case.invoice.state.value, **details},
    )


def _check_credit(case: Case) -> None:
    invoice = case.invoice
    assert invoice.frozen is not None  # noqa: S101 - there is a document
    known = range(1, len(invoice.frozen.draft.lines) + 1)
    wrong = {
        f"lines[{index}].line_number": "no such line of the invoice"
        for index, line in enumerate(case.new.lines)
        if line.number not in known
    }
    if wrong:
        raise Refused(Reason.FIELD_INVALID, f"{next(iter(wrong))}: no such line of the invoice.", fields=wrong)
    lines_to_credit(invoice.frozen.draft.lines, invoice.later.credited, case.new.lines)


def _payment(case: Case, document: Document, number: int) -> Payment:
    stated = case.new.payment
    assert stated is not None  # noqa: S101 - the verb says so
    date = stated.date or case.today
    if date > case.today:
        raise Refused(
            Reason.FIELD_INVALID,
            f"date: is after today, which is {case.today} for the company.",
            fields={"date": f"must not be after {case.today}."},
        )
    places = minor_units(document.currency_code) if is_currency(document.currency_code) else 0
    if stated.amount != round(stated.amount, places):
        raise Refused(
            Reason.FIELD_INVALID,
            f"amount: {document.currency_code} has {places} decimals.",
            fields={"amount": f"must have at most {places} decimals in {document.currency_code}."},
        )
    if stated.amount > document.balance:
        raise Refused(
            Reason.BALANCE_EXCEEDED,
            f"Only {document.balance} {document.currency_code} are still to be paid.",
            fields={"amount": f"must not be above {document.balance}."},
            details={"balance": str(document.balance), "amount": str(stated.amount)},
        )
    return Payment(
        reference=operation_reference(case.invoice.reference, number),
        date=date,
        amount=Decimal(stated.amount),
        method=stated.method,
        account=stated.account,
    )


def _recipients(case: Case) -> tuple[str, ...]:
    usual = case.buyer_email or case.settings.default_email
    if not case.new.recipients and not usual:
        raise Refused(
            Reason.FIELD_INVALID,
            "recipients: the buyer has no e-mail address and the channel has no default one.",
            fields={"recipients": "is required where neither the buyer nor the channel has an address."},
        )
    return case.new.recipients or (usual,)
