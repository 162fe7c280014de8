"""One void, one credit note, one payment and at most one e-mail, whatever becomes of the call."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal

import httpx
import pytest
from erpgate.v1 import invoice_pb2, operation_pb2
from fixtures.alegra_world import AlegraWorld
from fixtures.orders import PRICE, an_order
from fixtures.server import open_server
from fixtures.shop import OPEN, Shop, reason_name
from fixtures.toy_world import ToyWorld
from fixtures.waiting import eventually
from fixtures.world import Fault, World

from .clerk import DONE, FAILED, UNCERTAIN, Clerk, outcomes

VOIDED = invoice_pb2.INVOICE_STATE_VOIDED
ATTEMPT_DONE = invoice_pb2.ATTEMPT_OUTCOME_DONE
ATTEMPT_NOT_DONE = invoice_pb2.ATTEMPT_OUTCOME_NOT_DONE
ATTEMPT_UNCERTAIN = invoice_pb2.ATTEMPT_OUTCOME_UNCERTAIN

VOID = r"/invoices/[^/]+/void$"
CREDIT = "/credit-notes$"
PAY = "/payments$"
EMAIL = r"/invoices/[^/]+/email$"

AFTER = [
    pytest.param({"kind": "drop_after"}, id="dropped after the commit"),
    pytest.param({"kind": "status", "status": 503, "after": True}, id="503 after the execution"),
    pytest.param({"kind": "garbage", "after": True}, id="an answer that is no JSON"),
    pytest.param({"kind": "late_commit", "seconds": 0.1}, id="committed late"),
]


async def toy_break(world: ToyWorld, fault: Fault) -> None:
    world.ledger.faults.append(fault)


async def alegra_break(world: AlegraWorld, path: str, action: dict[str, object]) -> None:
    await world.break_({"method": "POST", "path": path, "times": 1, "action": action})


@pytest.mark.parametrize("action", AFTER)
async def test_a_void_in_doubt_is_looked_up(alegra_shop: Shop, alegra: AlegraWorld, action: dict[str, object]) -> None:
    clerk, invoice = Clerk(alegra_shop), await alegra_shop.sold(an_order())
    await alegra_break(alegra, VOID, action)
    voided = await clerk.ended(await clerk.void(invoice.name))
    assert (voided.state, outcomes(voided, "void-1")) == (VOIDED, [ATTEMPT_DONE])
    assert (await alegra.counts())["POST /invoices/{id}/void"] == 1


async def test_a_void_that_was_committed_just_before_its_repetition_is_a_success(
    alegra_shop: Shop, alegra: AlegraWorld
) -> None:
    clerk, invoice = Clerk(alegra_shop), await alegra_shop.sold(an_order())
    await alegra_break(alegra, VOID, {"kind": "late_commit"})
    voids: list[str] = []

    async def come_late(request: httpx.Request) -> None:
        if request.url.path.endswith("/void"):
            voids.append(request.url.path)
            if len(voids) == 2:
                await alegra.catch_up()
                await eventually("the first one has come", is_void)

    async def is_void() -> bool:
        return [document.state for document in await alegra.documents()] == ["void"]

    alegra.line.before = come_late
    voided = await clerk.ended(await clerk.void(invoice.name))
    assert (voided.state, outcomes(voided, "void-1")) == (VOIDED, [ATTEMPT_NOT_DONE, ATTEMPT_DONE])


@pytest.mark.parametrize("action", AFTER)
async def test_a_credit_note_in_doubt_is_found(
    alegra_shop: Shop, alegra: AlegraWorld, action: dict[str, object]
) -> None:
    clerk, invoice = Clerk(alegra_shop), await alegra_shop.sold(an_order())
    await alegra_break(alegra, CREDIT, action)
    credited = await clerk.ended(await clerk.credit(invoice.name))
    assert [note.state for note in credited.credit_notes] == [DONE]
    assert len(await alegra.call("GET", "/credit-notes")) == 1
    assert (await alegra.counts())["POST /credit-notes"] == 1


@pytest.mark.parametrize("action", AFTER)
async def test_a_payment_in_doubt_is_found(alegra_shop: Shop, alegra: AlegraWorld, action: dict[str, object]) -> None:
    clerk, invoice = Clerk(alegra_shop), await alegra_shop.sold(an_order())
    await alegra_break(alegra, PAY, action)
    paid = await clerk.ended(await clerk.pay(invoice.name, "19000"))
    assert [payment.state for payment in paid.payments] == [DONE]
    assert Decimal(paid.balance) == PRICE - 19000
    assert len(await alegra.call("GET", "/payments")) == 1
    assert (await alegra.counts())["POST /payments"] == 1


@pytest.mark.parametrize("action", AFTER)
async def test_an_email_in_doubt_is_shown_and_not_sent_again(
    alegra_shop: Shop, alegra: AlegraWorld, action: dict[str, object]
) -> None:
    clerk, invoice = Clerk(alegra_shop), await alegra_shop.sold(an_order())
    await alegra_break(alegra, EMAIL, action)
    doubtful = await clerk.ended(await clerk.email(invoice.name, "a@example.com"))
    assert doubtful.pending_operation.state == UNCERTAIN
    assert reason_name(doubtful.pending_operation.failure.reason) == "ERP_OUTCOME_UNKNOWN"
    assert outcomes(doubtful, "email-1") == [ATTEMPT_UNCERTAIN]
    assert (await alegra.counts())["POST /invoices/{id}/email"] == 1
    again = await clerk.ended(await clerk.email(invoice.name, "a@example.com"))
    assert not again.HasField("pending_operation")


Ask = Callable[[Clerk, str], Awaitable[invoice_pb2.Invoice]]
ASKED: list[object] = [
    pytest.param(lambda clerk, name: clerk.credit(name), "credit_note-1", id="credit note"),
    pytest.param(lambda clerk, name: clerk.pay(name, "100"), "payment-1", id="payment"),
]


@pytest.mark.parametrize(("ask", "step"), ASKED)
async def test_what_is_lost_is_not_sent_again(toy_shop: Shop, toy: ToyWorld, ask: Ask, step: str) -> None:
    """It is absent for certain, and yet a second one could do harm: a person decides."""
    clerk, invoice = Clerk(toy_shop), await toy_shop.sold(an_order())
    await toy_break(toy, Fault.LOST)
    lost = await clerk.ended(await ask(clerk, invoice.name))
    assert (lost.pending_operation.state, lost.state) == (FAILED, OPEN)
    assert reason_name(lost.pending_operation.failure.reason) == "DOCUMENT_NOT_FOUND"
    assert outcomes(lost, step) == [ATTEMPT_UNCERTAIN]
    assert (toy.ledger.notes, toy.ledger.receipts) == ([], [])
    again = await clerk.ended(await ask(clerk, invoice.name))
    assert not again.HasField("pending_operation")
    assert len(toy.ledger.notes) + len(toy.ledger.receipts) == 1


async def test_a_credit_note_that_appears_after_all_is_adopted_by_a_retry(toy_shop: Shop, toy: ToyWorld) -> None:
    clerk, invoice = Clerk(toy_shop), await toy_shop.sold(an_order())
    await toy_break(toy, Fault.ANSWER_LOST)
    credited = await clerk.ended(await clerk.credit(invoice.name))
    late, toy.ledger.notes = toy.ledger.notes, []
    other = await toy_shop.sold(an_order())
    await toy_break(toy, Fault.LOST)
    lost = await clerk.ended(await clerk.credit(other.name))
    assert (len(credited.credit_notes), lost.pending_operation.state) == (1, FAILED)

    toy.ledger.notes = [replace(late[0], reference=lost.credit_notes[0].reference)]
    await toy_shop.retry(other.name)
    found = await clerk.ended(other)
    assert (found.credit_notes[0].state, found.HasField("pending_operation")) == (DONE, False)
    assert toy.ledger.calls["credit"] == 2


async def test_a_lost_void_is_sent_again(toy_shop: Shop, toy: ToyWorld) -> None:
    """The document itself shows that it is not voided, and voiding it twice changes nothing."""
    clerk, invoice = Clerk(toy_shop), await toy_shop.sold(an_order())
    await toy_break(toy, Fault.LOST)
    voided = await clerk.ended(await clerk.void(invoice.name))
    assert (voided.state, outcomes(voided, "void-1")) == (VOIDED, [ATTEMPT_NOT_DONE, ATTEMPT_DONE])


@pytest.mark.parametrize(
    "ask",
    [
        lambda clerk, name: clerk.void(name),
        lambda clerk, name: clerk.credit(name),
        lambda clerk, name: clerk.pay(name, "100"),
        lambda clerk, name: clerk.email(name, "a@example.com"),
    ],
    ids=["void", "credit note", "payment", "e-mail"],
)
async def test_an_erp_that_cannot_be_reached_is_tried_again(toy_shop: Shop, toy: ToyWorld, ask: Ask) -> None:
    clerk, invoice = Clerk(toy_shop), await toy_shop.sold(an_order())
    toy.ledger.faults.extend([Fault.UNREACHABLE] * 2)
    done = await clerk.ended(await ask(clerk, invoice.name))
    assert not done.HasField("pending_operation")
    assert [a.outcome for a in done.attempts][-3:] == [ATTEMPT_NOT_DONE, ATTEMPT_NOT_DONE, ATTEMPT_DONE]


async def test_what_is_under_way_keeps_others_out(toy_shop: Shop, toy: ToyWorld) -> None:
    clerk, invoice = Clerk(toy_shop), await toy_shop.sold(an_order())
    toy.unplug()
    waiting = await clerk.pay(invoice.name, "100")
    assert waiting.pending_operation.state == operation_pb2.OPERATION_STATE_PENDING
    refusal = await clerk.refused(clerk.void(invoice.name))
    assert (refusal.reason, refusal.metadata) == ("STATE_CONFLICT", {"state": "open", "operation": "payment"})

    async def waits() -> bool:
        failure = (await toy_shop.invoice(invoice.name)).pending_operation.failure
        return failure.retryable and reason_name(failure.reason) == "ERP_UNREACHABLE"

    await eventually("the failure is shown", waits)
    toy.plug_in()
    assert [p.state for p in (await clerk.ended(waiting)).payments] == [DONE]


async def test_an_operation_in_doubt_survives_a_restart(world: World, sqlite_url: str) -> None:
    async with open_server(sqlite_url, world) as door:
        shop = await Shop(door, world).connect()
        invoice = await shop.sold(an_order())
        world.unplug()
        await Clerk(shop).credit(invoice.name)
    world.plug_in()
    async with open_server(sqlite_url, world) as door:
        credited = await Clerk(Shop(door, world)).ended(invoice)
    assert [note.state for note in credited.credit_notes] == [DONE]


async def test_an_erp_without_the_ability_is_told_before_anything_is_queued(sqlite_url: str) -> None:
    toy = ToyWorld(abilities=frozenset())
    async with open_server(sqlite_url, toy) as door:
        shop = await Shop(door, toy).connect()
        clerk, invoice = Clerk(shop), await shop.sold(an_order())
        calls = {
            "void": clerk.void(invoice.name),
            "credit_note": clerk.credit(invoice.name),
            "payment": clerk.pay(invoice.name, "1"),
            "email": clerk.email(invoice.name, "a@example.com"),
            "issue": clerk.issue(invoice.name),
            "pdf": clerk.pdf(invoice.name),
        }
        for ability, call in calls.items():
            refusal = await clerk.refused(call)
            assert (refusal.reason, refusal.metadata) == ("UNSUPPORTED", {"ability": ability})
        assert not (await shop.invoice(invoice.name)).HasField("pending_operation")


async def test_a_pdf_that_is_none_or_that_cannot_be_fetched(alegra_shop: Shop, alegra: AlegraWorld) -> None:
    clerk, invoice = Clerk(alegra_shop), await alegra_shop.sold(an_order())
    alegra.unplug()
    assert (await clerk.refused(clerk.pdf(invoice.name))).reason == "ERP_UNREACHABLE"
    alegra.plug_in()
    for address, cause in (("http://10.0.0.1/1.pdf", "10.0.0.1 is not on the public internet"), ("", "")):
        body = {**await alegra.call("GET", f"/invoices/{invoice.document_id}"), "pdf": address}
        await alegra.break_(
            {
                "method": "GET",
                "path": "/invoices/[^/]+$",
                "times": 1,
                "action": {"kind": "status", "status": 200, "body": body},
            }
        )
        refusal = await clerk.refused(clerk.pdf(invoice.name))
        assert refusal.reason == "DOCUMENT_FILE_UNAVAILABLE"
        assert refusal.metadata.get("cause", "") == cause
