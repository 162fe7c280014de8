"""Invoices and their attempts."""

from collections.abc import Sequence
from typing import Final

from erpgate.plugin.model import Document
from erpgate.plugin.reasons import Reason
from erpgate.rpc import names
from erpgate.rpc.convert.channel import etag
from erpgate.rpc.convert.operation import FISCAL_STATES, add_later, failure_to_wire
from erpgate.rpc.convert.overrides import overrides_to_wire
from erpgate.rpc.convert.scalars import REASONS, WireEnum, amount_text, timestamp, timestamp_or_none
from erpgate.store.changes import Change
from erpgate.store.records import AttemptRecord, Frozen, InvoiceRecord, InvoiceState, Overrides
from erpgate.v1 import invoice_pb2, invoicing_operations_pb2

STATES: Final = WireEnum(invoice_pb2.InvoiceState, "INVOICE_STATE_")
_PAYMENT_STATES: Final = WireEnum(invoice_pb2.PaymentState, "PAYMENT_STATE_")
_BYTES_LEFT: Final = WireEnum(invoice_pb2.BytesLeft, "BYTES_LEFT_")
_OUTCOMES: Final = WireEnum(invoice_pb2.AttemptOutcome, "ATTEMPT_OUTCOME_")


def invoice_to_wire(record: InvoiceRecord, attempts: Sequence[AttemptRecord] = ()) -> invoice_pb2.Invoice:
    """An invoice as callers see it."""
    message = invoice_pb2.Invoice(
        name=record.name,
        order=names.order_name(record.merchant, record.order_id),
        reference=record.reference,
        state=STATES.number(record.state),
        fiscal_state=FISCAL_STATES.number(record.fiscal_state),
        payment_state=_PAYMENT_STATES.number(record.payment_state),
        failure=None if record.failure is None else failure_to_wire(record.failure),
        currency_code=record.currency_code,
        paid_total=amount_text(record.paid_total, record.currency_code),
        attempts=map(_attempt_to_wire, attempts),
        create_time=timestamp(record.create_time),
        update_time=timestamp(record.update_time),
        etag=etag(record.version),
        orders=[names.order_name(record.merchant, order_id) for order_id in record.order_ids],
        issue_number=record.issue_no,
        overrides=overrides_to_wire(record.overrides) if record.overrides != Overrides() else None,
        requested=record.requested,
    )
    add_later(message, record)
    if record.frozen is not None:
        _add_frozen(message, record.frozen)
    if record.document is not None:
        _add_document(message, record.document)
    return message


def change_to_wire(change: Change, record: InvoiceRecord) -> invoicing_operations_pb2.InvoiceChange:
    """A change of an invoice, with the invoice as it is now."""
    return invoicing_operations_pb2.InvoiceChange(
        name=record.name,
        version=change.version,
        change_time=timestamp(change.time),
        invoice=invoice_to_wire(record),
    )


def _add_frozen(message: invoice_pb2.Invoice, frozen: Frozen) -> None:
    draft = frozen.draft
    message.shipping_left_out = amount_text(frozen.shipping_left_out, draft.currency_code)
    message.expected_total = amount_text(draft.total, draft.currency_code)
    message.date = draft.date.isoformat()
    message.due_date = draft.due_date.isoformat()
    message.customer_id = draft.customer
    message.defaults_used.extend(frozen.defaults_used)
    message.arithmetic.extend(frozen.arithmetic)
    message.aliases_used.update(frozen.aliases)


def _add_document(message: invoice_pb2.Invoice, document: Document) -> None:
    message.total = amount_text(document.total, document.currency_code)
    message.tax_base = amount_text(document.tax_base, document.currency_code)
    message.tax = amount_text(document.tax, document.currency_code)
    message.date = document.date.isoformat()
    message.document_id = document.id
    message.document_number = document.number or ""
    message.customer_id = document.customer


def _attempt_to_wire(attempt: AttemptRecord) -> invoice_pb2.Attempt:
    return invoice_pb2.Attempt(
        step=attempt.step,
        number=attempt.number,
        bytes_left=_BYTES_LEFT.number(attempt.bytes_left),
        outcome=_OUTCOMES.number(attempt.outcome),
        error=attempt.error,
        start_time=timestamp(attempt.start_time),
        end_time=timestamp_or_none(attempt.end_time),
    )


def reason_from_wire(number: int) -> Reason | None:
    """A reason to filter by; None when there is none."""
    return next((reason for reason, value in REASONS.items() if value == number), None)


def state_from_wire(number: int) -> InvoiceState | None:
    """A filter by state; None for all."""
    word = STATES.word(number)
    return InvoiceState(word) if word else None
