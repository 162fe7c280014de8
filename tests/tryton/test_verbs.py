"""3i After, in a real Tryton: void, credit note, payment and PDF, each of them once, and as the books want it."""

from collections.abc import Awaitable, Callable
from decimal import Decimal

import pytest
from erpgate.v1 import invoice_pb2
from fixtures.orders import PRICE, a_line, an_order
from fixtures.shop import OPEN, Shop, reason_name, settings
from fixtures.tryton_world import CREATE, POST, TrytonWorld
from fixtures.world import ErpDocument
from verbs.clerk import DONE, FAILED, Clerk, outcomes

CANCEL = "model.account.invoice.cancel"
PAY = "wizard.account.invoice.pay.execute"
INVOICE = "account.invoice"
VOIDED = invoice_pb2.INVOICE_STATE_VOIDED
PAID = invoice_pb2.PAYMENT_STATE_PAID
PARTIALLY_PAID = invoice_pb2.PAYMENT_STATE_PARTIALLY_PAID


@pytest.fixture
def release(request: pytest.FixtureRequest) -> str:
    """The newest one, unless a test asks for both."""
    found: str = getattr(request, "param", "8.2")
    return found


both = pytest.mark.parametrize("release", ["8.2", "7.0"], indirect=True)


@pytest.fixture
def clerk(shop: Shop) -> Clerk:
    return Clerk(shop)


@pytest.fixture
async def cash(world: TrytonWorld) -> str:
    """The company's payment method."""
    (row,) = await world.admin.search("account.invoice.payment.method", [], ["name"])
    return str(row["id"])


async def open_receivables(world: TrytonWorld) -> int:
    """Lines of customers' accounts that nothing has settled."""
    lines = [["account.type.receivable", "=", True], ["reconciliation", "=", None]]
    return len(await world.admin.search("account.move.line", lines, ["debit"]))


@both
async def test_a_voided_invoice_is_cancelled_and_keeps_its_number(clerk: Clerk, shop: Shop, world: TrytonWorld) -> None:
    invoice = await shop.sold(an_order())
    voided = await clerk.ended(await clerk.void(invoice.name))
    assert (voided.state, voided.HasField("pending_operation")) == (VOIDED, False)
    assert await world.documents() == [ErpDocument(reference=invoice.reference, state="void", total=PRICE)]
    await shop.sold(an_order())
    assert await world.numbers() == ["FV-000001", "FV-000002"]


async def test_a_company_that_cancels_nothing_credits_instead(clerk: Clerk, shop: Shop, world: TrytonWorld) -> None:
    """As Tryton is, unless somebody allows it."""
    await world.admin.write("model.company.company.write", [1], {"cancel_invoice_out": False})
    invoice = await shop.sold(an_order())
    refused = await clerk.ended(await clerk.void(invoice.name))
    assert (refused.state, refused.pending_operation.state) == (OPEN, FAILED)
    assert reason_name(refused.pending_operation.failure.reason) == "DOCUMENT_REJECTED"
    credited = await clerk.ended(await clerk.credit(invoice.name))
    assert [note.state for note in credited.credit_notes] == [DONE]
    assert await world.numbers() == ["FV-000001", "NC-000001"]


@both
async def test_a_credit_note_takes_the_invoice_back(clerk: Clerk, shop: Shop, world: TrytonWorld) -> None:
    invoice = await shop.sold(an_order(lines=2))
    credited = await clerk.ended(await clerk.credit(invoice.name, reason="sent back"))
    (note,) = credited.credit_notes
    assert (note.state, note.HasField("failure"), note.document_number) == (DONE, False, "NC-000001")
    assert (note.total, note.tax_base, note.tax) == (invoice.total, invoice.tax_base, invoice.tax)
    looked = await clerk.refresh(invoice.name)
    assert (looked.balance, looked.payment_state) == ("0.00", invoice_pb2.PAYMENT_STATE_UNPAID)
    assert (looked.HasField("drift"), await open_receivables(world)) == (False, 0)


async def test_what_is_not_credited_is_paid(clerk: Clerk, shop: Shop, world: TrytonWorld, cash: str) -> None:
    order = an_order(order_lines=[a_line(quantity="3")], total_paid=str(3 * PRICE))
    invoice = await shop.sold(order)
    await clerk.ended(await clerk.credit(invoice.name, (1, "1")))
    looked = await clerk.refresh(invoice.name)
    assert Decimal(looked.balance) == 2 * PRICE
    paid = await clerk.ended(await clerk.pay(invoice.name, str(2 * PRICE), account=cash))
    assert (paid.payment_state, paid.balance, await open_receivables(world)) == (PAID, "0.00", 0)


@both
async def test_payments_are_recorded_by_the_channels_method(
    clerk: Clerk, shop: Shop, world: TrytonWorld, cash: str
) -> None:
    await shop.update("settings", settings=settings(world, erp_options={"payment_method": cash}))
    invoice = await shop.sold(an_order())
    first = await clerk.ended(await clerk.pay(invoice.name, "19000"))
    assert (first.payment_state, first.balance, await open_receivables(world)) == (PARTIALLY_PAID, "100000.00", 2)
    refused = await clerk.ended(await clerk.void(invoice.name))
    assert (refused.state, refused.pending_operation.state) == (OPEN, FAILED)
    paid = await clerk.ended(await clerk.pay(invoice.name, "100000"))
    assert (paid.payment_state, paid.balance, await open_receivables(world)) == (PAID, "0.00", 0)
    moves = await world.admin.search("account.move", [["journal.type", "=", "cash"]], ["description"])
    assert [row["description"] for row in moves] == [f"{invoice.reference}-1", f"{invoice.reference}-3"]
    assert [payment.document_id for payment in paid.payments] == [str(row["id"]) for row in moves]


async def test_a_payment_without_a_method_is_refused(clerk: Clerk, shop: Shop, world: TrytonWorld) -> None:
    invoice = await shop.sold(an_order())
    for account in ("", "99", "Cash"):
        refused = await clerk.ended(await clerk.pay(invoice.name, "1", account=account))
        assert reason_name(refused.pending_operation.failure.reason) == "DOCUMENT_REJECTED"
        assert "account" in refused.pending_operation.failure.details
    assert PAY not in "".join(await world.calls())


Ask = Callable[[Clerk, str, str], Awaitable[invoice_pb2.Invoice]]


async def test_what_is_in_doubt_is_done_once(clerk: Clerk, shop: Shop, world: TrytonWorld, cash: str) -> None:
    """Wherever the answer is lost; a credit note that was left as a draft is posted."""
    asked: list[tuple[str, str, Ask]] = [
        (CREATE, "drop_after", lambda clerk, name, _: clerk.credit(name, (1, "1"))),
        (POST, "503_after", lambda clerk, name, _: clerk.credit(name, (1, "1"))),
        ("model.account.invoice.write", "garbage_after", lambda clerk, name, _: clerk.credit(name, (1, "1"))),
        (PAY, "drop_after", lambda clerk, name, method: clerk.pay(name, "1000", account=method)),
    ]
    order = an_order(order_lines=[a_line(quantity="4")], total_paid=str(4 * PRICE))
    invoice = await shop.sold(order)
    for method, action, ask in asked:
        await world.break_(method, action)
        done = await clerk.ended(await ask(clerk, invoice.name, cash))
        assert not done.HasField("pending_operation"), method
    assert await world.numbers() == ["FV-000001", "NC-000001", "NC-000002", "NC-000003"]
    looked = await clerk.refresh(invoice.name)
    assert Decimal(looked.balance) == PRICE - 1000
    counts = await world.calls()
    assert [counts[f"POST {method}"] for method in (CREATE, POST)] == [4, 4]
    assert len(await world.admin.search("account.move", [["journal.type", "=", "cash"]], ["description"])) == 1

    other = await shop.sold(an_order())
    await world.break_(CANCEL, "503_after")
    voided = await clerk.ended(await clerk.void(other.name))
    assert (voided.state, outcomes(voided, "void-1")) == (VOIDED, [invoice_pb2.ATTEMPT_OUTCOME_DONE])
    assert (await world.calls())[f"POST {CANCEL}"] == 1


async def test_a_refused_credit_note_leaves_nothing(clerk: Clerk, shop: Shop, world: TrytonWorld) -> None:
    """Its draft would be one too many when it is asked for again."""
    invoice = await shop.sold(an_order())
    await world.break_(POST, "refuse")
    refused = await clerk.ended(await clerk.credit(invoice.name))
    assert refused.pending_operation.state == FAILED
    assert reason_name(refused.pending_operation.failure.reason) == "DOCUMENT_REJECTED"
    assert len(await world.documents()) == 1
    credited = await clerk.ended(await clerk.credit(invoice.name))
    assert [note.document_number for note in credited.credit_notes if note.state == DONE] == ["NC-000001"]
    assert len(await world.documents()) == 2


async def test_a_report_that_is_no_pdf_is_refused(clerk: Clerk, shop: Shop) -> None:
    """As Tryton comes, and as it answers without a converter."""
    invoice = await shop.sold(an_order())
    refusal = await clerk.refused(clerk.pdf(invoice.name))
    assert (refusal.reason, refusal.metadata["cause"]) == (
        "DOCUMENT_FILE_UNAVAILABLE",
        "Tryton prints invoices as odt.",
    )


async def test_the_printed_invoice_is_streamed(clerk: Clerk, shop: Shop, world: TrytonWorld) -> None:
    """The converter is a setting of Tryton's; here it writes a PDF with nothing in it."""
    rows = await world.admin.search("ir.action.report", [["report_name", "=", INVOICE]], ["name"])
    await world.admin.write("model.ir.action.report.write", [row["id"] for row in rows], {"extension": "pdf"})
    invoice = await shop.sold(an_order())
    assert (await clerk.pdf(invoice.name)).startswith(b"%PDF-")
