"""What happened to an invoice later: operations, credit notes, payments and drift."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from erpgate.plugin.model import Draft
from erpgate.rpc.convert.scalars import REASONS, WireEnum, amount_text, decimal_text, timestamp, timestamp_or_none
from erpgate.store.failure import Failure
from erpgate.store.later import Later, Operation, OperationState, Verb
from erpgate.store.records import FISCAL, InvoiceRecord
from erpgate.v1 import failure_pb2, fiscal_state_pb2, invoice_pb2, operation_pb2

FISCAL_STATES: Final = WireEnum(fiscal_state_pb2.FiscalState, "FISCAL_STATE_")
METHODS: Final = WireEnum(operation_pb2.PaymentMethod, "PAYMENT_METHOD_")
_VERBS: Final = WireEnum(operation_pb2.OperationVerb, "OPERATION_VERB_")
_STATES: Final = WireEnum(operation_pb2.OperationState, "OPERATION_STATE_")


def add_later(message: invoice_pb2.Invoice, record: InvoiceRecord) -> None:
    """Fills in everything that came after the document was made."""
    later, currency = record.later, record.currency_code
    if record.frozen is not None:
        message.lines.extend(_lines(record.frozen.draft, later.credited))
    if record.document is not None:
        message.balance = amount_text(record.document.balance, record.document.currency_code)
        message.credited_total = amount_text(record.credited_total, record.document.currency_code)
    if later.operations and later.operations[-1].state is not OperationState.DONE:
        message.pending_operation.CopyFrom(_operation(later.operations[-1]))
    message.credit_notes.extend(_credit_note(o, currency) for o in later.operations if o.verb is Verb.CREDIT_NOTE)
    message.payments.extend(_payment(o, currency) for o in later.operations if o.verb is Verb.PAYMENT)
    if later.changes:
        message.drift.CopyFrom(_drift(later))
    if later.look_time is not None:
        message.look_time.CopyFrom(timestamp(later.look_time))


def failure_to_wire(failure: Failure) -> failure_pb2.Failure:
    """Why something does not go on."""
    return failure_pb2.Failure(
        reason=REASONS[failure.reason],
        message=failure.message,
        retryable=failure.retryable,
        next_attempt_time=timestamp_or_none(failure.next_attempt_time),
        details=failure.details,
    )


def _lines(draft: Draft, credited: Mapping[int, Decimal]) -> list[operation_pb2.InvoiceLine]:
    return [
        operation_pb2.InvoiceLine(
            number=number,
            item=line.item,
            description=line.description,
            quantity=decimal_text(line.quantity),
            unit_price=decimal_text(line.unit_price),
            credited_quantity=decimal_text(credited.get(number, Decimal(0))),
        )
        for number, line in enumerate(draft.lines, start=1)
    ]


def _operation(operation: Operation) -> operation_pb2.Operation:
    return operation_pb2.Operation(
        verb=_VERBS.number(operation.verb),
        state=_STATES.number(operation.state),
        failure=_failure(operation),
        number=operation.number,
        create_time=timestamp(operation.create_time),
        update_time=timestamp(operation.update_time),
    )


def _credit_note(operation: Operation, currency_code: str) -> operation_pb2.CreditNote:
    message = operation_pb2.CreditNote(
        state=_STATES.number(operation.state),
        failure=_failure(operation),
        lines=[
            operation_pb2.CreditNoteLine(line_number=line.number, quantity=decimal_text(line.quantity))
            for line in operation.lines
        ],
    )
    draft, document = operation.draft, operation.document
    if draft is not None:
        message.reference = draft.reference
        message.expected_total = amount_text(draft.total, currency_code)
        message.date = draft.date.isoformat()
    if document is not None:
        message.document_id = document.id
        message.document_number = document.number or ""
        message.total = amount_text(document.total, currency_code)
        message.tax_base = amount_text(document.tax_base, currency_code)
        message.tax = amount_text(document.tax, currency_code)
        message.fiscal_state = FISCAL_STATES.number(FISCAL[document.fiscal])
    return message


def _payment(operation: Operation, currency_code: str) -> operation_pb2.Payment:
    payment = operation.payment
    assert payment is not None  # noqa: S101 - the verb says so
    return operation_pb2.Payment(
        reference=payment.reference,
        state=_STATES.number(operation.state),
        failure=_failure(operation),
        document_id=operation.payment_id,
        amount=amount_text(payment.amount, currency_code),
        date=payment.date.isoformat(),
        method=METHODS.number(payment.method.value),
        account=payment.account,
    )


def _drift(later: Later) -> operation_pb2.Drift:
    return operation_pb2.Drift(
        notice_time=timestamp_or_none(later.drift_time),
        changes=[
            operation_pb2.DriftChange(what=change.what, sent=change.sent, found=change.found)
            for change in later.changes
        ],
    )


def _failure(operation: Operation) -> failure_pb2.Failure | None:
    return None if operation.failure is None else failure_to_wire(operation.failure)
