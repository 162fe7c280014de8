"""What somebody else does to a document in the ERP is noticed and shown, and nothing is repaired by itself."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from erpgate.v1 import channel_pb2, fiscal_state_pb2, invoice_pb2, party_pb2
from fixtures.alegra_world import AlegraWorld
from fixtures.clock import JumpingClock
from fixtures.orders import a_buyer, an_order
from fixtures.server import QUICK, open_server
from fixtures.shop import DRAFT, OPEN, Shop, automation, reason_name, settings
from fixtures.toy_world import ToyWorld
from fixtures.waiting import eventually, holds_for

from .clerk import DONE, FAILED, Clerk

VOIDED = invoice_pb2.INVOICE_STATE_VOIDED
MISSING = invoice_pb2.INVOICE_STATE_MISSING


@pytest.fixture
def toy_clerk(toy_shop: Shop) -> Clerk:
    return Clerk(toy_shop)


async def test_a_document_as_it_was_sent_has_not_drifted(clerk: Clerk, shop: Shop) -> None:
    invoice = await shop.sold(an_order(lines=2))
    looked = await clerk.refresh(invoice.name)
    assert (looked.state, looked.HasField("drift"), looked.HasField("failure")) == (OPEN, False, False)


async def test_an_edited_document_shows_both_sides(toy_clerk: Clerk, toy_shop: Shop, toy: ToyWorld) -> None:
    invoice = await toy_shop.sold(an_order())
    (voucher,) = toy.ledger.vouchers
    toy.ledger.put(replace(voucher, total=Decimal(1), date=dt.date(2020, 1, 1)))
    looked = await toy_clerk.refresh(invoice.name)
    assert [(change.what, change.sent, change.found) for change in looked.drift.changes] == [
        ("date", invoice.date, "2020-01-01"),
        ("total", "119000.00", "1"),
    ]
    assert looked.drift.notice_time == looked.look_time
    assert looked.state == OPEN
    refused = await toy_clerk.ended(await toy_clerk.credit(invoice.name))
    assert reason_name(refused.pending_operation.failure.reason) == "STATE_CONFLICT"
    assert toy.ledger.notes == []

    toy.ledger.put(voucher)
    assert not (await toy_clerk.refresh(invoice.name)).HasField("drift")


async def test_a_document_that_was_voided_in_the_erp_is_seen(alegra_shop: Shop, alegra: AlegraWorld) -> None:
    clerk, invoice = Clerk(alegra_shop), await alegra_shop.sold(an_order())
    await alegra.call("POST", f"/invoices/{invoice.document_id}/void", {})
    assert (await clerk.refresh(invoice.name)).state == VOIDED
    assert reason_name((await alegra_shop.verdict(invoice.order)).reason) == "INVOICE_REVERSED"
    assert await holds_for(lambda: is_one(alegra))


async def is_one(alegra: AlegraWorld) -> bool:
    return await alegra.sends() == 1


async def test_a_later_verb_notices_what_was_done_in_the_erp(toy_clerk: Clerk, toy_shop: Shop, toy: ToyWorld) -> None:
    invoice = await toy_shop.sold(an_order())
    toy.ledger.put(replace(toy.ledger.vouchers[0], voided=True))
    paid = await toy_clerk.ended(await toy_clerk.pay(invoice.name, "1"))
    assert (paid.state, paid.pending_operation.state) == (VOIDED, FAILED)
    assert reason_name(paid.pending_operation.failure.reason) == "STATE_CONFLICT"
    assert (paid.payments[0].document_id, toy.ledger.receipts) == ("", [])


async def test_a_void_of_what_was_voided_in_the_erp_is_done(toy_clerk: Clerk, toy_shop: Shop, toy: ToyWorld) -> None:
    invoice = await toy_shop.sold(an_order())
    toy.ledger.put(replace(toy.ledger.vouchers[0], voided=True))
    voided = await toy_clerk.ended(await toy_clerk.void(invoice.name))
    assert (voided.state, voided.HasField("pending_operation"), toy.ledger.calls["void"]) == (VOIDED, False, 0)


async def test_a_deleted_document_is_missing_and_is_made_again_by_a_person_only(
    toy_clerk: Clerk, toy_shop: Shop, toy: ToyWorld
) -> None:
    invoice = await toy_shop.sold(an_order())
    toy.ledger.vouchers.clear()
    assert (await toy_clerk.refresh(invoice.name)).state == MISSING
    assert toy.ledger.vouchers == []
    await toy_shop.create_invoice(invoice.order)
    again = await toy_shop.settled(invoice.order)
    assert (again.issue_number, len(toy.ledger.vouchers)) == (2, 1)


async def test_a_payment_in_the_erp_is_no_drift(alegra_shop: Shop, alegra: AlegraWorld) -> None:
    clerk, invoice = Clerk(alegra_shop), await alegra_shop.sold(an_order())
    await alegra.call(
        "POST",
        "/payments",
        {
            "date": invoice.date,
            "type": "in",
            "bankAccount": "1",
            "invoices": [{"id": invoice.document_id, "amount": 119000}],
        },
    )
    looked = await clerk.refresh(invoice.name)
    assert (looked.payment_state, looked.HasField("drift")) == (invoice_pb2.PAYMENT_STATE_PAID, False)
    assert (await clerk.refused(clerk.pay(invoice.name, "1"))).reason == "BALANCE_EXCEEDED"


async def test_a_payment_above_what_the_erp_has_left_is_not_sent(alegra_shop: Shop, alegra: AlegraWorld) -> None:
    """Somebody took money meanwhile, of which nothing is known here."""
    clerk, invoice = Clerk(alegra_shop), await alegra_shop.sold(an_order())
    part = {"id": invoice.document_id, "amount": 100_000}
    await alegra.call("POST", "/payments", {"date": invoice.date, "type": "in", "bankAccount": "1", "invoices": [part]})
    refused = await clerk.ended(await clerk.pay(invoice.name, "119000"))
    failure = refused.pending_operation.failure
    assert reason_name(failure.reason) == "BALANCE_EXCEEDED"
    assert {name: Decimal(value) for name, value in failure.details.items()} == {"balance": 19_000, "amount": 119_000}
    assert len(await alegra.call("GET", "/payments")) == 1


async def test_a_credit_note_that_the_erp_computes_otherwise_shows_both_sides(
    toy_clerk: Clerk, toy_shop: Shop, toy: ToyWorld
) -> None:
    """The tax was raised in the ERP after the sale."""
    invoice = await toy_shop.sold(an_order())
    toy.ledger.items = [
        replace(item, tax_rates=dict.fromkeys(item.tax_rates, Decimal("0.2"))) for item in toy.ledger.items
    ]
    credited = await toy_clerk.ended(await toy_clerk.credit(invoice.name))
    (note,) = credited.credit_notes
    assert (note.state, note.expected_total, note.total) == (DONE, "119000.00", "120000.00")
    assert reason_name(note.failure.reason) == "TOTAL_MISMATCH"
    assert (note.failure.details["expected_tax"], note.failure.details["tax"]) == ("19000.00", "20000.00")


async def test_the_sweep_looks_at_documents_when_they_come_of_age(toy: ToyWorld, sqlite_url: str) -> None:
    clock = JumpingClock()
    engine = replace(QUICK, look_ages=(dt.timedelta(hours=1), dt.timedelta(hours=2)))
    async with open_server(sqlite_url, toy, engine=engine, clock=clock) as door:
        shop = await Shop(door, toy).connect()
        invoice = await shop.sold(an_order())
        reads = toy.ledger.calls["read"]

        async def is_quiet() -> bool:
            return toy.ledger.calls["read"] == reads

        toy.ledger.put(replace(toy.ledger.vouchers[0], voided=True))
        assert await holds_for(is_quiet)
        clock.jump(3600)

        async def is_seen() -> bool:
            return (await shop.invoice(invoice.name)).state == VOIDED

        await eventually("the sweep has seen it", is_seen)
        reads = toy.ledger.calls["read"]
        clock.jump(3600)
        assert await holds_for(is_quiet)


async def test_a_second_draft_that_appears_late_is_discarded_by_the_sweep(alegra: AlegraWorld, sqlite_url: str) -> None:
    """The first one is committed after the second was sent, opened and done."""
    clock = JumpingClock()
    engine = replace(QUICK, look_ages=(dt.timedelta(hours=1), dt.timedelta(hours=2)))
    async with open_server(sqlite_url, alegra, engine=engine, clock=clock) as door:
        shop = await Shop(door, alegra).connect()
        await shop.sold(an_order())
        await alegra.break_(
            {
                "method": "POST",
                "path": "/invoices$",
                "times": 1,
                "action": {"kind": "late_commit"},
            }
        )
        invoice = await shop.sold(an_order())
        assert await alegra.sends() == 3
        await alegra.catch_up()

        async def states() -> list[str]:
            return sorted(document.state for document in await alegra.documents())

        async def is_there() -> bool:
            return await states() == ["draft", "open", "open"]

        await eventually("the first draft is committed late", is_there)
        clock.jump(3600)

        async def is_gone() -> bool:
            return await states() == ["open", "open"]

        await eventually("the sweep has discarded it", is_gone)
        assert (await shop.invoice(invoice.name)).state == OPEN


async def test_the_tax_authoritys_late_answer_is_followed(sqlite_url: str) -> None:
    world = await AlegraWorld(switches={"stamp_waiting_reads": 3}).open()
    engine = replace(QUICK, fiscal_delays=(dt.timedelta(milliseconds=30),))
    try:
        async with open_server(sqlite_url, world, engine=engine) as door:
            shop = await Shop(door, world).connect()
            issuing = settings(world, automation=automation(issue=True))
            await shop.update("settings", settings=issuing)
            address = party_pb2.Address(city="Bogotá, D.C.", region="Bogotá D.C.")
            invoice = await shop.sold(an_order(buyer=a_buyer(document="79123456", address=address)))

            async def is_accepted() -> invoice_pb2.Invoice | None:
                found = await shop.invoice(invoice.name)
                return found if found.fiscal_state == fiscal_state_pb2.FISCAL_STATE_ACCEPTED else None

            accepted = await eventually("the authority's answer is seen", is_accepted)
            assert (accepted.state, accepted.HasField("failure")) == (OPEN, False)
    finally:
        await world.aclose()


async def test_a_draft_that_a_person_opened_in_the_erp_is_seen(alegra_shop: Shop, alegra: AlegraWorld) -> None:
    draft = channel_pb2.Automation(initial_state=channel_pb2.INITIAL_STATE_DRAFT)
    await alegra_shop.update(
        "settings.automation.initial_state", settings=channel_pb2.ChannelSettings(automation=draft)
    )
    order = await alegra_shop.submit(an_order())
    invoice = await alegra_shop.settled(order.name, DRAFT)
    await alegra.call("POST", f"/invoices/{invoice.document_id}/open", {})
    clerk = Clerk(alegra_shop)
    assert (await clerk.refresh(invoice.name)).state == OPEN
    assert [p.state for p in (await clerk.ended(await clerk.pay(invoice.name, "1"))).payments] == [DONE]
