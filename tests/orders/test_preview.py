"""A dry run: everything that one click would do, and nothing of it done."""

import asyncio
import datetime as dt
from decimal import Decimal

import pytest
from erpgate.v1 import channel_pb2, invoice_preview_pb2, order_pb2
from fixtures.alegra_world import AlegraWorld
from fixtures.catalogue import BOOK, SHIRT, an_item
from fixtures.orders import PRICE, a_buyer, a_line, an_order
from fixtures.server import open_server
from fixtures.shop import OPEN, Shop, automation, reason_name, settings
from fixtures.toy_world import ToyWorld
from fixtures.waiting import eventually
from rpc.harness import refusal


async def quiet(shop: Shop) -> Shop:
    """Nothing is invoiced by itself."""
    rules = automation(enabled=False)
    await shop.update("settings", settings=settings(shop.world, automation=rules))
    return shop


def reasons(preview: invoice_preview_pb2.InvoicePreview) -> list[str]:
    return [reason_name(problem.reason) for problem in preview.problems]


async def test_what_would_be_invoiced_is_shown_and_nothing_is_sent(shop: Shop, toy: ToyWorld) -> None:
    await quiet(shop)
    order = await shop.submit(
        an_order(
            order_lines=[a_line(SHIRT), a_line(BOOK, unit_price="20000")],
            shipping_amount="5000",
            total_paid=str(PRICE + 25_000),
        )
    )
    preview = await shop.preview(order.name)
    assert (reasons(preview), list(preview.orders)) == ([], [order.name])
    assert [(line.line_id, line.sku, line.item, line.item_sku, line.by_alias) for line in preview.lines] == [
        ("1", SHIRT, "1", SHIRT, False),
        ("2", BOOK, "2", BOOK, False),
    ]
    assert [(line.item, line.quantity, line.unit_price, line.total) for line in preview.document_lines] == [
        ("1", "1", "100000", "119000.00"),
        ("2", "1", "20000", "20000.00"),
    ]
    assert (preview.expected_total, preview.tax_base, preview.tax) == ("139000.00", "120000.00", "19000.00")
    assert (preview.paid_total, preview.shipping_left_out) == ("144000.00", "5000.00")
    assert "Total to reach: 139000.00 COP" in preview.arithmetic
    assert preview.buyer.name == "Ana Pérez"
    assert preview.date
    assert preview.catalog_time.seconds
    assert (toy.ledger.calls["create"], toy.ledger.calls["create_customer"], list(await shop.invoices())) == (0, 0, [])
    assert (await shop.order(order.name)).verdicts == order.verdicts


async def test_the_form_sent_back_makes_the_invoice_that_was_shown(alegra_shop: Shop, alegra: AlegraWorld) -> None:
    """Step 4 may have been skipped: the form has everything."""
    await quiet(alegra_shop)
    order = await alegra_shop.submit(an_order())
    preview = await alegra_shop.preview(order.name, initial_state=channel_pb2.INITIAL_STATE_OPEN)
    form = preview.form
    assert dict(form.line_skus) == {"1": SHIRT}
    assert (form.warehouse, form.price_list, form.payment_term_days) == ("1", "1", 0)
    assert form.initial_state == channel_pb2.INITIAL_STATE_OPEN
    assert form.shipping_policy == channel_pb2.SHIPPING_POLICY_NOT_INVOICED
    assert dict(form.erp_options)["identification_type"] == "CC"
    values = {descriptor.name: value for descriptor, value in form.ListFields()}
    await alegra_shop.create_invoice(order.name, **values)
    invoice = await alegra_shop.settled(order.name, OPEN)
    assert (invoice.total, invoice.date, invoice.due_date) == (preview.expected_total, preview.date, preview.due_date)
    assert list(invoice.arithmetic) == list(preview.arithmetic)


async def test_lines_that_do_not_match_are_shown_beside_those_that_do(toy_shop: Shop) -> None:
    await quiet(toy_shop)
    order = await toy_shop.submit(an_order(order_lines=[a_line(SHIRT), a_line("SHIRTS")], total_paid=str(2 * PRICE)))
    preview = await toy_shop.preview(order.name)
    assert reasons(preview) == ["SKU_NOT_FOUND"]
    assert [line.item for line in preview.lines] == ["1", ""]
    problem = preview.lines[1].problem
    assert (reason_name(problem.reason), list(problem.suggestions)) == ("SKU_NOT_FOUND", [SHIRT])
    assert dict(preview.form.line_skus) == {"1": SHIRT}
    assert (list(preview.document_lines), preview.expected_total) == ([], "")
    corrected = await toy_shop.preview(order.name, line_skus={"2": SHIRT})
    assert (reasons(corrected), corrected.expected_total) == ([], f"{2 * PRICE}.00")


async def test_everything_that_stands_against_it_is_named_at_once(toy_shop: Shop) -> None:
    await quiet(toy_shop)
    order = await toy_shop.submit(
        an_order(currency_code="USD", total_paid="1", buyer=a_buyer(document=""), order_lines=[a_line(SHIRT)])
    )
    preview = await toy_shop.preview(order.name)
    assert reasons(preview) == ["CURRENCY_NOT_SUPPORTED", "ORDER_TOTAL_INCONSISTENT", "CUSTOMER_DOCUMENT_INVALID"]
    assert preview.problems[1].details["difference"] == "118999.00"
    assert preview.problems[2].details["buyer.document"] == "required"


async def test_defaults_are_filled_in_and_named(toy_shop: Shop, toy: ToyWorld) -> None:
    rules = automation(enabled=False)
    changed = settings(toy, automation=rules, default_document="222", default_email="shop@example.com")
    await toy_shop.update("settings", settings=changed)
    order = await toy_shop.submit(an_order(buyer=a_buyer(document="", email="")))
    preview = await toy_shop.preview(order.name)
    assert (preview.buyer.document, preview.buyer.email) == ("222", "shop@example.com")
    assert list(preview.defaults_used) == ["default_document", "default_email"]


async def test_an_alias_is_shown(toy_shop: Shop) -> None:
    await quiet(toy_shop)
    await toy_shop.set_alias("MELI-1", SHIRT)
    order = await toy_shop.submit(an_order(sku="MELI-1"))
    (line,) = (await toy_shop.preview(order.name)).lines
    assert (line.sku, line.item, line.item_sku, line.by_alias) == ("MELI-1", "1", SHIRT, True)


async def test_what_the_catalogue_lacks_is_asked_for(shop: Shop, toy: ToyWorld) -> None:
    await quiet(shop)
    await shop.lookup(SHIRT)
    await toy.add_item(an_item(50, "NEW"))
    order = await shop.submit(an_order(sku="NEW"))
    preview = await shop.preview(order.name)
    assert (reasons(preview), preview.lines[0].item) == ([], "50")


async def test_an_erp_that_does_not_answer_is_told_before_the_deadline(toy: ToyWorld, sqlite_url: str) -> None:
    async with open_server(sqlite_url, toy) as door:
        shop = await quiet(await Shop(door, toy).connect())
        await shop.lookup(SHIRT)
        toy.unplug()
        order = await shop.submit(an_order(sku="NEW"))
        preview = await shop.preview(order.name, seconds=2)
        assert reasons(preview) == ["ERP_UNREACHABLE", "SKU_NOT_FOUND"]


async def test_an_erp_that_takes_its_time_is_waited_for_until_the_deadline(
    toy: ToyWorld, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not just as long as it is waited for where nobody says how long."""
    monkeypatch.setattr("erpgate.service.preview._PATIENCE", dt.timedelta(0))
    async with open_server(sqlite_url, toy) as door:
        shop = await quiet(await Shop(door, toy).connect())
        await shop.lookup(SHIRT)
        toy.ledger.items.append(an_item(9, "NEW"))
        toy.unplug()
        order = await shop.submit(an_order(sku="NEW"))
        preview = asyncio.create_task(shop.preview(order.name))

        async def is_asked() -> bool:
            return toy.ledger.calls["items_by_sku"] > 0

        await eventually("the ERP is asked", is_asked)
        toy.plug_in()
        assert reasons(await preview) == []


async def test_a_basket_is_previewed_as_far_as_it_is_there(toy_shop: Shop) -> None:
    first, second, third = (an_order(basket=order_pb2.Basket(id="cart", size=3)) for _ in range(3))
    await toy_shop.submit(first)
    stored = await toy_shop.submit(second)
    preview = await toy_shop.preview(stored.name)
    assert (reasons(preview), len(preview.orders)) == (["BASKET_INCOMPLETE"], 2)
    assert Decimal(preview.expected_total) == 2 * PRICE
    assert [line.line_id for line in preview.lines] == [f"{first.external_id}/1", f"{second.external_id}/1"]
    await toy_shop.submit(third)
    invoice = await toy_shop.settled(stored.name.replace(second.external_id, first.external_id))
    refused = await refusal(toy_shop.preview(stored.name))
    assert (refused.reason, refused.metadata) == ("ALREADY_INVOICED", {"invoice": invoice.name})


async def test_a_channel_whose_wizard_is_not_finished_previews_nothing(sqlite_url: str, toy: ToyWorld) -> None:
    async with open_server(sqlite_url, toy) as door:
        shop = Shop(door, toy)
        await shop.create()
        order = await shop.submit(an_order())
        refused = await refusal(shop.preview(order.name))
        assert refused.reason == "CHANNEL_NOT_CONNECTED"


async def test_a_paused_channel_previews(toy_shop: Shop) -> None:
    """From what it knows, because nothing is looked up meanwhile."""
    await toy_shop.lookup(*(line.sku for line in an_order().lines))
    await toy_shop.pause()
    order = await toy_shop.submit(an_order())
    assert reasons(await toy_shop.preview(order.name)) == []
