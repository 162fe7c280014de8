"""Invoicing, 3a to 3i: each promise with one test of its own; the details have theirs elsewhere."""

import asyncio
from decimal import Decimal
from typing import Any

from erpgate.v1 import channel_pb2, invoice_pb2, order_pb2
from fixtures.catalogue import SHIPPING, SHIRT
from fixtures.orders import PRICE, a_buyer, a_line, an_order, revised
from fixtures.shop import BLOCKED, DRAFT, Shop, automation, reason_name, settings
from fixtures.waiting import holds_for
from fixtures.world import Fault, World
from verbs.clerk import Clerk
from verbs.test_watch import watching

ERROR = order_pb2.VERDICT_OUTCOME_ERROR
WAITING = order_pb2.VERDICT_OUTCOME_WAITING


async def configured(shop: Shop, rules: channel_pb2.Automation, **changes: Any) -> None:
    await shop.update("settings", settings=settings(shop.world, automation=rules, **changes))


async def test_3a_automatic(shop: Shop, world: World) -> None:
    """An order that comes to match is invoiced with no human, and why is readable for every order."""
    await configured(shop, automation(order_states=[channel_pb2.ORDER_STATE_COMPLETED]))
    order = an_order(state=channel_pb2.ORDER_STATE_PENDING)
    stored = await shop.submit(order)
    explained = await shop.explain(stored.name)
    assert (explained.outcome, reason_name(explained.reason)) == (WAITING, "ORDER_STATE_NOT_SELECTED")
    await shop.submit(revised(order, state=channel_pb2.ORDER_STATE_COMPLETED))
    invoice = await shop.settled(stored.name)
    explained = await shop.explain(stored.name)
    assert (reason_name(explained.reason), explained.invoice) == ("ELIGIBLE", invoice.name)
    assert len(await world.documents()) == 1


async def test_3b_one_click(shop: Shop, world: World) -> None:
    """A person invoices what the automation leaves alone, and mends a SKU that does not match, which is remembered."""
    await configured(shop, automation(enabled=False))
    order = await shop.submit(an_order(order_lines=[a_line(SHIRT), a_line("MELI-1")], total_paid=str(2 * PRICE)))
    preview = await shop.preview(order.name)
    assert dict(preview.form.line_skus) == {"1": SHIRT}
    await shop.create_invoice(
        order.name,
        line_skus={**preview.form.line_skus, "2": SHIRT},
        remember_line_skus=True,
        initial_state=channel_pb2.INITIAL_STATE_OPEN,
    )
    assert (await shop.settled(order.name)).requested
    assert [(alias.sku, alias.item_sku) for alias in (await shop.aliases()).aliases] == [("MELI-1", SHIRT)]


async def test_3c_products_on_both_sides(shop: Shop, world: World) -> None:
    """SKUs are equal after trimming, and case matters; otherwise the order is in error, and nothing is sent."""
    await shop.sold(an_order(sku=f" {SHIRT} "))
    order = await shop.submit(an_order(order_lines=[a_line(SHIRT.lower()), a_line()], total_paid=str(2 * PRICE)))
    await shop.settled(order.name, BLOCKED)
    (in_error,) = (await shop.orders(outcome=ERROR)).orders
    (problem,) = in_error.verdicts[0].line_problems
    assert (in_error.name, problem.line_id, list(problem.suggestions)) == (order.name, "1", [SHIRT])
    assert await world.sends() == 1


async def test_3d_shipping(shop: Shop) -> None:
    """Shipping is left out, visibly, or is a line."""
    paid: dict[str, Any] = {"shipping_amount": "8000", "total_paid": str(PRICE + 8000)}
    without = await shop.sold(an_order(**paid))
    assert (without.total, without.shipping_left_out) == ("119000.00", "8000.00")
    (freight,) = await shop.lookup(SHIPPING)
    item = freight.product.name.rpartition("/")[2]
    line = channel_pb2.SHIPPING_POLICY_LINE
    await configured(shop, automation(), shipping_policy=line, shipping_item=item)
    with_it = await shop.sold(an_order(**paid))
    assert (with_it.total, with_it.shipping_left_out) == ("127000.00", "0.00")


async def test_3e_draft_open_issued(shop: Shop, world: World) -> None:
    """An invoice goes as far as the automation says; a draft cannot be issued. Stamps have tests of their own."""
    if not world.has_drafts:
        await shop.sold(an_order())
        assert [document.state for document in await world.documents()] == ["open"]
        return
    await configured(shop, automation(initial_state=channel_pb2.INITIAL_STATE_DRAFT))
    order = await shop.submit(an_order())
    await shop.settled(order.name, DRAFT)
    await configured(shop, automation())
    await shop.sold(an_order())
    assert sorted(document.state for document in await world.documents()) == ["draft", "open"]


async def test_3f_defaults(shop: Shop) -> None:
    """What the buyer lacks is completed, and the invoice says by what."""
    defaults = {"default_document": "222222222222", "default_email": "shop@example.com", "default_phone": "3000000000"}
    await configured(shop, automation(), **defaults)
    bare = await shop.sold(an_order(buyer=a_buyer(document="", document_type="", email="", phone="")))
    assert set(defaults) <= set(bare.defaults_used)
    whole = await shop.sold(an_order())
    assert not set(defaults) & set(whole.defaults_used)


async def test_3g_exactly_one(shop: Shop, world: World) -> None:
    """One order is one document: for two callers, a lost answer, repeats, and a channel connected again."""
    await world.fail(Fault.ANSWER_LOST)
    order = an_order()
    await asyncio.gather(*(shop.submit(order) for _ in range(4)))
    invoice = await shop.settled(f"merchants/acme/orders/{order.sales_channel}:{order.external_id}")
    await shop.submit(revised(order, notes="again"))
    await shop.delete()
    again = await Shop(shop.door, world, channel="again").connect()
    await again.submit(order)

    async def one() -> bool:
        return [document.reference for document in await world.documents()] == [invoice.reference]

    assert await holds_for(one)


async def test_3h_right_amount(shop: Shop, world: World) -> None:
    """The total is what was paid, to the cent, or the order is in error with both sides."""
    paid = Decimal("118999.99")
    discounted = await shop.sold(an_order(discount_amount="0.01", total_paid=str(paid)))
    assert Decimal(discounted.total) == Decimal(discounted.paid_total) == paid
    blocked = await shop.blocked(an_order(total_paid="100000"))
    assert reason_name(blocked.failure.reason) in ("ORDER_TOTAL_INCONSISTENT", "DOUBLE_TAX_SUSPECTED")
    assert blocked.failure.details["total_paid"] == "100000.00"
    assert [document.total for document in await world.documents()] == [paid]


async def test_3i_after(shop: Shop, world: World) -> None:
    """An invoice is read, listed, followed, printed, sent, paid, credited and voided, each of it once."""
    clerk = Clerk(shop)
    async with watching(shop) as stream:
        order = an_order()
        paid, credited, voided = [await shop.sold(one) for one in (order, an_order(), an_order())]
        assert {invoice.name for invoice in await shop.invoices()} == {paid.name, credited.name, voided.name}
        assert (await clerk.pdf(paid.name)).startswith(b"%PDF-")
        await clerk.ended(await clerk.email(paid.name, "ana@example.com"))
        assert await world.letters() == [["ana@example.com"]]
        paid = await clerk.ended(await clerk.pay(paid.name, paid.total))
        assert (paid.payment_state, paid.balance) == (invoice_pb2.PAYMENT_STATE_PAID, "0.00")
        await shop.submit(revised(order, state=channel_pb2.ORDER_STATE_CANCELLED))
        assert reason_name((await shop.verdict(paid.order)).reason) == "CREDIT_NOTE_SUGGESTED"
        credited = await clerk.ended(await clerk.credit(credited.name))
        assert [note.total for note in credited.credit_notes] == [credited.total] == [credited.credited_total]
        voided = await clerk.ended(await clerk.void(voided.name))
        changes = await stream.until(voided.name, int(voided.etag.strip('"')))
    assert {change.change.name for change in changes} == {paid.name, credited.name, voided.name}
    assert [document.state for document in await world.documents()].count("void") == 1
    for invoice in (credited, voided):
        assert reason_name((await shop.verdict(invoice.order)).reason) == "INVOICE_REVERSED"
