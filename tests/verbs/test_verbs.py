"""3i After: void, credit note, payment, e-mail and PDF of an invoice; each of them once, and each safe to repeat."""

import uuid
from contextlib import aclosing
from decimal import Decimal

import pytest
from erpgate.v1 import channel_pb2, invoice_pb2
from fixtures.alegra_world import AlegraWorld
from fixtures.orders import PRICE, a_line, an_order, revised
from fixtures.server import open_server
from fixtures.shop import DRAFT, OPEN, Shop, reason_name
from fixtures.world import World

from .clerk import CASH, DONE, FAILED, Clerk, outcomes

VOIDED = invoice_pb2.INVOICE_STATE_VOIDED
PAID = invoice_pb2.PAYMENT_STATE_PAID
PARTIALLY_PAID = invoice_pb2.PAYMENT_STATE_PARTIALLY_PAID
ATTEMPT_DONE = invoice_pb2.ATTEMPT_OUTCOME_DONE


async def test_3i_an_invoice_is_voided_once(clerk: Clerk, shop: Shop, world: World) -> None:
    invoice = await shop.sold(an_order())
    request_id = str(uuid.uuid4())
    for _ in range(2):
        await clerk.void(invoice.name, request_id=request_id)
    voided = await clerk.ended(invoice)
    assert (voided.state, voided.HasField("pending_operation")) == (VOIDED, False)
    assert outcomes(voided, "void-1") == [ATTEMPT_DONE]
    assert reason_name((await shop.verdict(invoice.order)).reason) == "INVOICE_REVERSED"
    assert [document.state for document in await world.documents()] == ["void"]
    assert (await clerk.void(invoice.name)).state == VOIDED


async def test_3i_a_credit_note_for_everything_has_the_invoices_own_amounts(clerk: Clerk, shop: Shop) -> None:
    invoice = await shop.sold(an_order(lines=2))
    credited = await clerk.ended(await clerk.credit(invoice.name, reason="sent back"))
    (note,) = credited.credit_notes
    assert (note.state, note.HasField("failure")) == (DONE, False)
    assert (note.total, note.tax_base, note.tax) == (invoice.total, invoice.tax_base, invoice.tax)
    assert (note.expected_total, note.reference) == (invoice.total, f"{invoice.reference}-1")
    assert note.document_id
    assert (credited.credited_total, credited.balance) == (invoice.total, "0.00")
    assert [line.credited_quantity for line in credited.lines] == [line.quantity for line in credited.lines]
    assert credited.payment_state == invoice_pb2.PAYMENT_STATE_UNPAID
    assert reason_name((await shop.verdict(invoice.order)).reason) == "INVOICE_REVERSED"


async def test_3i_parts_are_credited_until_nothing_is_left(clerk: Clerk, shop: Shop, world: World) -> None:
    order = an_order(order_lines=[a_line(quantity="3")], total_paid=str(3 * PRICE))
    invoice = await shop.sold(order)
    first = await clerk.ended(await clerk.credit(invoice.name, (1, "1")))
    assert (first.credit_notes[0].state, Decimal(first.credited_total)) == (DONE, PRICE)
    assert reason_name((await shop.verdict(invoice.order)).reason) == "ELIGIBLE"

    refusal = await clerk.refused(clerk.credit(invoice.name, (1, "2.5")))
    assert (refusal.reason, refusal.metadata) == ("CREDIT_EXCEEDED", {"line": "1", "left": "2", "quantity": "2.5"})
    refusal = await clerk.refused(clerk.credit(invoice.name, (2, "1")))
    assert (refusal.reason, list(refusal.fields)) == ("FIELD_INVALID", ["lines[0].line_number"])

    rest = await clerk.ended(await clerk.credit(invoice.name))
    assert [Decimal(note.total) for note in rest.credit_notes] == [PRICE, 2 * PRICE]
    assert Decimal(rest.credited_total) == 3 * PRICE
    assert (await clerk.refused(clerk.credit(invoice.name))).reason == "CREDIT_EXCEEDED"
    assert reason_name((await shop.verdict(invoice.order)).reason) == "INVOICE_REVERSED"


async def test_3i_payments_are_recorded_up_to_the_balance(clerk: Clerk, shop: Shop) -> None:
    invoice = await shop.sold(an_order())
    first = await clerk.ended(await clerk.pay(invoice.name, "19000", date="2026-01-15"))
    assert not first.HasField("pending_operation"), dict(first.pending_operation.failure.details)
    assert (first.payment_state, first.balance) == (PARTIALLY_PAID, "100000.00")
    refusal = await clerk.refused(clerk.pay(invoice.name, "100000.01"))
    assert refusal.reason == "BALANCE_EXCEEDED"
    assert {name: Decimal(value) for name, value in refusal.metadata.items()} == {
        "balance": Decimal("100000.00"),
        "amount": Decimal("100000.01"),
    }
    paid = await clerk.ended(await clerk.pay(invoice.name, "100000"))
    assert (paid.payment_state, paid.balance, paid.state) == (PAID, "0.00", OPEN)
    assert [(p.amount, p.state, p.method, p.reference) for p in paid.payments] == [
        ("19000.00", DONE, CASH, f"{invoice.reference}-1"),
        ("100000.00", DONE, CASH, f"{invoice.reference}-2"),
    ]
    assert paid.payments[0].date == "2026-01-15"
    assert all(payment.document_id for payment in paid.payments)


async def test_a_payment_of_the_future_or_of_a_tenth_of_a_cent_is_refused(clerk: Clerk, shop: Shop) -> None:
    invoice = await shop.sold(an_order())
    for wrong, field in (({"date": "2099-01-01"}, "date"), ({"date": "2026-02-30"}, "date"), ({"method": 0}, "method")):
        refusal = await clerk.refused(clerk.pay(invoice.name, "1", **wrong))
        assert (refusal.reason, list(refusal.fields)) == ("FIELD_INVALID", [field])
    refusal = await clerk.refused(clerk.pay(invoice.name, "0.001"))
    assert (refusal.reason, list(refusal.fields)) == ("FIELD_INVALID", ["amount"])
    assert not (await shop.invoice(invoice.name)).payments


async def test_a_payment_without_a_bank_account_is_refused_where_the_erp_wants_one(sqlite_url: str) -> None:
    alegra = await AlegraWorld(own={"identification_type": "CC", "payment_account": ""}).open()
    async with aclosing(alegra), open_server(sqlite_url, alegra) as door:
        shop = await Shop(door, alegra).connect()
        clerk, invoice = Clerk(shop), await shop.sold(an_order())
        refusal = await clerk.refused(clerk.pay(invoice.name, "1000"))
        assert (refusal.reason, list(refusal.fields)) == ("FIELD_INVALID", ["account"])
        assert not (await shop.invoice(invoice.name)).payments
        paid = await clerk.ended(await clerk.pay(invoice.name, "1000", account="1"))
        assert [payment.state for payment in paid.payments] == [DONE]


async def test_3i_an_invoice_is_sent_by_email(clerk: Clerk, shop: Shop, world: World) -> None:
    invoice = await shop.sold(an_order())
    sent = await clerk.ended(await clerk.email(invoice.name, "a@example.com", "b@example.com"))
    assert not sent.HasField("pending_operation")
    assert outcomes(sent, "email-1") == [ATTEMPT_DONE]
    assert await world.letters() == [["a@example.com", "b@example.com"]]


async def test_3i_the_erps_pdf_is_streamed(clerk: Clerk, shop: Shop) -> None:
    invoice = await shop.sold(an_order())
    content = await clerk.pdf(invoice.name)
    assert content.startswith(b"%PDF-")
    assert invoice.document_number.encode() in content


async def test_a_request_id_with_other_content_is_refused(clerk: Clerk, shop: Shop) -> None:
    invoice = await shop.sold(an_order())
    request_id = str(uuid.uuid4())
    paid = await clerk.ended(await clerk.pay(invoice.name, "1000", request_id=request_id))
    assert (await clerk.pay(invoice.name, "1000", request_id=request_id)).payments == paid.payments
    assert (await clerk.refused(clerk.pay(invoice.name, "2000", request_id=request_id))).reason == "REQUEST_ID_REUSED"
    assert (await clerk.refused(clerk.void(invoice.name, request_id=request_id))).reason == "REQUEST_ID_REUSED"
    assert len((await shop.invoice(invoice.name)).payments) == 1


async def test_a_voided_invoice_allows_nothing_more(clerk: Clerk, shop: Shop) -> None:
    invoice = await shop.sold(an_order())
    await clerk.ended(await clerk.void(invoice.name))
    for call in (
        clerk.credit(invoice.name),
        clerk.pay(invoice.name, "1"),
        clerk.email(invoice.name, "a@example.com"),
        clerk.open(invoice.name),
    ):
        refusal = await clerk.refused(call)
        assert (refusal.reason, refusal.metadata["state"]) == ("STATE_CONFLICT", "voided")


async def test_an_order_whose_invoice_was_voided_is_invoiced_again_by_a_person_only(
    clerk: Clerk, shop: Shop, world: World
) -> None:
    order = an_order()
    first = await shop.sold(order)
    assert (await clerk.refused(shop.create_invoice(first.order))).reason == "ALREADY_INVOICED"
    await clerk.ended(await clerk.void(first.name))
    again = await shop.submit(revised(order, notes="x"))
    assert [reason_name(verdict.reason) for verdict in again.verdicts] == ["INVOICE_REVERSED"]

    await shop.create_invoice(first.order, initial_state=channel_pb2.INITIAL_STATE_OPEN)
    second = await shop.settled(first.order)
    assert (second.issue_number, second.name != first.name, second.reference != first.reference) == (2, True, True)
    assert sorted(document.state for document in await world.documents()) == ["open", "void"]
    assert (await clerk.refused(shop.create_invoice(first.order))).reason == "ALREADY_INVOICED"


async def test_an_order_that_was_credited_in_full_is_invoiced_again_by_a_person(clerk: Clerk, shop: Shop) -> None:
    first = await shop.sold(an_order())
    await clerk.ended(await clerk.credit(first.name))
    made = await shop.create_invoice(first.order, initial_state=channel_pb2.INITIAL_STATE_OPEN)
    assert made.issue_number == 2


async def test_a_credit_note_is_suggested_and_never_made_by_itself(clerk: Clerk, shop: Shop) -> None:
    order = an_order()
    invoice = await shop.sold(order)
    await shop.submit(revised(order, minutes=1, refunded=True))
    assert reason_name((await shop.verdict(invoice.order)).reason) == "CREDIT_NOTE_SUGGESTED"
    assert not (await shop.invoice(invoice.name)).credit_notes
    await clerk.ended(await clerk.credit(invoice.name))
    await shop.submit(revised(order, minutes=2, refunded=True, notes="y"))
    assert reason_name((await shop.verdict(invoice.order)).reason) == "INVOICE_REVERSED"


async def test_what_the_erp_refuses_is_shown_and_can_be_asked_again(clerk: Clerk, shop: Shop) -> None:
    """A paid invoice is not voided."""
    invoice = await shop.sold(an_order())
    await clerk.ended(await clerk.pay(invoice.name, "1000"))
    refused = await clerk.ended(await clerk.void(invoice.name))
    assert (refused.state, refused.pending_operation.state) == (OPEN, FAILED)
    assert reason_name(refused.pending_operation.failure.reason) == "DOCUMENT_REJECTED"
    assert outcomes(refused, "void-2") == [invoice_pb2.ATTEMPT_OUTCOME_NOT_DONE]
    paid = await clerk.ended(await clerk.pay(invoice.name, "1000"))
    assert len(paid.payments) == 2


@pytest.fixture
async def draft(alegra_shop: Shop) -> invoice_pb2.Invoice:
    """Made by a person, as a draft."""
    await alegra_shop.update(
        "settings.automation.enabled",
        settings=channel_pb2.ChannelSettings(automation=channel_pb2.Automation(enabled=False)),
    )
    order = await alegra_shop.submit(an_order())
    await alegra_shop.create_invoice(order.name)
    return await alegra_shop.settled(order.name, DRAFT)


async def test_3e_a_draft_is_opened_later(alegra_shop: Shop, draft: invoice_pb2.Invoice) -> None:
    clerk = Clerk(alegra_shop)
    opened = await clerk.ended(await clerk.open(draft.name))
    assert (opened.state, opened.HasField("pending_operation")) == (OPEN, False)
    assert (await clerk.open(draft.name)).state == OPEN
    assert outcomes(await alegra_shop.invoice(draft.name), "open") == [ATTEMPT_DONE]


async def test_a_draft_is_neither_voided_nor_credited_nor_paid(alegra_shop: Shop, draft: invoice_pb2.Invoice) -> None:
    clerk = Clerk(alegra_shop)
    for call in (clerk.void(draft.name), clerk.credit(draft.name), clerk.pay(draft.name, "1"), clerk.email(draft.name)):
        refusal = await clerk.refused(call)
        assert (refusal.reason, refusal.metadata) == ("STATE_CONFLICT", {"state": "draft"})
    assert not (await alegra_shop.invoice(draft.name)).HasField("pending_operation")
