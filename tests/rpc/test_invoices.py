"""Invoices through the door."""

import datetime as dt
from decimal import Decimal

import pytest
from erpgate.plugin.model import CustomerId, Document, DocumentId, Draft, Stage
from erpgate.plugin.reasons import Reason
from erpgate.service.commands import InvoiceQuery, NewInvoice
from erpgate.store.failure import Failure
from erpgate.store.records import (
    AttemptOutcome,
    AttemptRecord,
    BytesLeft,
    FiscalState,
    Frozen,
    InvoiceState,
    Overrides,
    PaymentState,
)
from erpgate.v1 import channel_pb2, error_reason_pb2, failure_pb2, fiscal_state_pb2, invoice_pb2
from erpgate.v1 import invoicing_service_pb2 as pb
from google.protobuf.timestamp_pb2 import Timestamp

from .builders import CHANNEL, INVOICE, INVOICE_ID, NOW, ORDER, an_invoice
from .harness import Door

NOW_MESSAGE = Timestamp(seconds=1_767_323_045, nanos=678_000_000)
DRAFT = Draft(
    reference="ABCDEFGHIJKLMNOPQRSTUVWX",
    date=dt.date(2026, 1, 1),
    due_date=dt.date(2026, 1, 31),
    customer=CustomerId("7"),
    currency_code="COP",
    lines=(),
    total=Decimal("1180.50"),
    tax_base=Decimal("992.02"),
    tax=Decimal("188.48"),
)
FROZEN = Frozen(
    draft=DRAFT,
    payload={},
    shipping_left_out=Decimal("10.00"),
    defaults_used=("default_email",),
    arithmetic=("1190.50 was paid.", "10.00 is shipping."),
    remainder=Decimal(0),
)
DOCUMENT = Document(
    id=DocumentId("55"),
    number="FE-1",
    reference=DRAFT.reference,
    stage=Stage.OPEN,
    voided=False,
    fiscal="none",
    date=dt.date(2026, 1, 2),
    customer=CustomerId("8"),
    currency_code="COP",
    total=Decimal("1180.5"),
    tax_base=Decimal("992.02"),
    tax=Decimal("188.48"),
    balance=Decimal(0),
)


async def test_get_shows_everything(door: Door) -> None:
    record = an_invoice(
        state=InvoiceState.BLOCKED,
        fiscal_state=FiscalState.ACCEPTED_WITH_OBSERVATIONS,
        payment_state=PaymentState.PARTIALLY_PAID,
        failure=Failure(
            reason=Reason.TOTAL_MISMATCH,
            message="Look.",
            details={"total": "1"},
            retryable=True,
            next_attempt_time=NOW,
        ),
        frozen=FROZEN,
        document=DOCUMENT,
        version=5,
    )
    attempt = AttemptRecord(
        account="toy-books:9",
        subject=INVOICE_ID,
        step="document",
        number=2,
        epoch=1,
        bytes_left=BytesLeft.YES,
        outcome=AttemptOutcome.NOT_DONE,
        error="refused",
        start_time=NOW,
    )
    door.service.answer = (record, (attempt,))
    answer = await door.invoicing.GetInvoice(pb.GetInvoiceRequest(name=INVOICE))
    assert door.service.calls == [("get", ("acme", "main", INVOICE_ID), {})]
    assert answer.invoice == invoice_pb2.Invoice(
        name=INVOICE,
        order=ORDER,
        reference="ABCDEFGHIJKLMNOPQRSTUVWX",
        state=invoice_pb2.INVOICE_STATE_BLOCKED,
        fiscal_state=fiscal_state_pb2.FISCAL_STATE_ACCEPTED_WITH_OBSERVATIONS,
        payment_state=invoice_pb2.PAYMENT_STATE_PARTIALLY_PAID,
        failure=failure_pb2.Failure(
            reason=error_reason_pb2.ERROR_REASON_TOTAL_MISMATCH,
            message="Look.",
            retryable=True,
            next_attempt_time=NOW_MESSAGE,
            details={"total": "1"},
        ),
        currency_code="COP",
        paid_total="1190.50",
        shipping_left_out="10.00",
        expected_total="1180.50",
        total="1180.50",
        tax_base="992.02",
        tax="188.48",
        date="2026-01-02",
        due_date="2026-01-31",
        document_id="55",
        document_number="FE-1",
        customer_id="8",
        defaults_used=["default_email"],
        arithmetic=["1190.50 was paid.", "10.00 is shipping."],
        attempts=[
            invoice_pb2.Attempt(
                step="document",
                number=2,
                bytes_left=invoice_pb2.BYTES_LEFT_YES,
                outcome=invoice_pb2.ATTEMPT_OUTCOME_NOT_DONE,
                error="refused",
                start_time=NOW_MESSAGE,
            )
        ],
        create_time=NOW_MESSAGE,
        update_time=NOW_MESSAGE,
        etag='"5"',
        orders=[ORDER],
        lines=[],
        credited_total="0.00",
        balance="0.00",
        issue_number=1,
    )


async def test_get_before_anything_was_sent(door: Door) -> None:
    door.service.answer = (an_invoice(), ())
    invoice = (await door.invoicing.GetInvoice(pb.GetInvoiceRequest(name=INVOICE))).invoice
    assert not invoice.HasField("failure")
    assert (invoice.expected_total, invoice.total, invoice.date, invoice.document_id) == ("", "", "", "")


async def test_get_with_what_will_be_sent(door: Door) -> None:
    door.service.answer = (an_invoice(frozen=FROZEN), ())
    invoice = (await door.invoicing.GetInvoice(pb.GetInvoiceRequest(name=INVOICE))).invoice
    assert (invoice.date, invoice.expected_total, invoice.total) == ("2026-01-01", "1180.50", "")


async def test_create(door: Door) -> None:
    door.service.answer = an_invoice()
    answer = await door.invoicing.CreateInvoice(
        pb.CreateInvoiceRequest(
            parent=CHANNEL,
            order=ORDER,
            overrides=invoice_pb2.InvoiceOverrides(line_skus={"1": "B-2"}, warehouse="3", price_list="4"),
            request_id="0F2B3C4D-0000-4000-8000-000000000000",
        )
    )
    assert door.service.calls == [
        (
            "create",
            (
                NewInvoice(
                    merchant="acme",
                    channel="main",
                    order_id="shop-co:1001",
                    overrides=Overrides(line_skus={"1": "B-2"}, warehouse="3", price_list="4"),
                    request_id="0f2b3c4d-0000-4000-8000-000000000000",
                ),
            ),
            {},
        )
    ]
    assert answer.invoice.state == invoice_pb2.INVOICE_STATE_PENDING


@pytest.mark.parametrize(
    ("overrides", "stage"),
    [
        pytest.param(invoice_pb2.InvoiceOverrides(), None, id="the channel's"),
        pytest.param(
            invoice_pb2.InvoiceOverrides(initial_state=channel_pb2.INITIAL_STATE_DRAFT), Stage.DRAFT, id="draft"
        ),
        pytest.param(invoice_pb2.InvoiceOverrides(initial_state=channel_pb2.INITIAL_STATE_OPEN), Stage.OPEN, id="open"),
        pytest.param(
            invoice_pb2.InvoiceOverrides(initial_state=channel_pb2.INITIAL_STATE_OPEN, issue=False),
            Stage.OPEN,
            id="open and no more",
        ),
        pytest.param(
            invoice_pb2.InvoiceOverrides(initial_state=channel_pb2.INITIAL_STATE_OPEN, issue=True),
            Stage.ISSUED,
            id="issued",
        ),
    ],
)
async def test_retry_and_how_far(door: Door, overrides: invoice_pb2.InvoiceOverrides, stage: Stage | None) -> None:
    door.service.answer = an_invoice()
    await door.invoicing.RetryInvoice(pb.RetryInvoiceRequest(name=INVOICE, overrides=overrides))
    assert door.service.calls == [("retry", ("acme", "main", INVOICE_ID, Overrides(stage=stage)), {})]


async def test_list(door: Door) -> None:
    other = INVOICE_ID.replace("01K2", "01K3")
    door.service.answer = [an_invoice(), an_invoice(invoice=other)]
    request = pb.ListInvoicesRequest(parent=CHANNEL, page_size=1, state=invoice_pb2.INVOICE_STATE_UNKNOWN)
    page = await door.invoicing.ListInvoices(request)
    assert [invoice.name for invoice in page.invoices] == [INVOICE]
    request.page_token = page.next_page_token
    await door.invoicing.ListInvoices(request)
    assert [call[1] for call in door.service.calls] == [
        (InvoiceQuery(merchant="acme", channel="main", after="", limit=2, state=InvoiceState.UNKNOWN),),
        (InvoiceQuery(merchant="acme", channel="main", after=INVOICE_ID, limit=2, state=InvoiceState.UNKNOWN),),
    ]
