"""Orders become posted invoices in a real Tryton, once and to the cent."""

import asyncio
from decimal import Decimal

import pytest
from erpgate.v1 import channel_pb2
from fixtures.catalogue import BOOK, SHIPPING, SHIRT
from fixtures.orders import PRICE, a_buyer, a_line, an_order
from fixtures.shop import DRAFT, Shop, automation, reason_name, settings
from fixtures.tryton_world import POST, TrytonWorld
from fixtures.world import ErpDocument, Fault


@pytest.fixture
def release(request: pytest.FixtureRequest) -> str:
    """The newest one, unless a test asks for both, because they differ in what it is about."""
    found: str = getattr(request, "param", "8.2")
    return found


both = pytest.mark.parametrize("release", ["8.2", "7.0"], indirect=True)


@both
async def test_an_order_becomes_one_posted_invoice(shop: Shop, world: TrytonWorld) -> None:
    invoice = await shop.sold(an_order(notes="Ring twice"))
    assert (invoice.document_number, invoice.total) == ("FV-000001", "119000.00")
    assert await world.documents() == [ErpDocument(reference=invoice.reference, state="open", total=PRICE)]
    assert await world.customers() == 1
    (row,) = await world.admin.search("ir.note", [], ["message"])
    assert row["message"] == "Ring twice"


@pytest.mark.parametrize(
    ("quantity", "unit_price", "paid"),
    [("1", "9999.99", "10007.76"), ("3", "33.33", "107.76"), ("7", "1234.57", "8649.76"), ("1", "50.00", "57.77")],
)
async def test_the_total_is_what_was_paid(
    shop: Shop, world: TrytonWorld, quantity: str, unit_price: str, paid: str
) -> None:
    """Together with an untaxed line, so that two sums are rounded."""
    lines = [a_line(SHIRT, quantity=quantity, unit_price=unit_price), a_line(BOOK, unit_price="7.77")]
    invoice = await shop.sold(an_order(order_lines=lines, total_paid=paid))
    assert invoice.total == paid
    assert [document.total for document in await world.documents()] == [Decimal(paid)]


async def test_a_draft_stays_a_draft(shop: Shop, world: TrytonWorld) -> None:
    draft = automation(initial_state=channel_pb2.INITIAL_STATE_DRAFT)
    await shop.update("settings", settings=settings(world, automation=draft))
    order = await shop.submit(an_order())
    invoice = await shop.settled(order.name, DRAFT)
    assert await world.documents() == [ErpDocument(reference=invoice.reference, state="draft", total=PRICE)]
    assert await world.numbers() == []


@both
async def test_a_new_buyer_becomes_a_party_with_a_checked_number(shop: Shop, world: TrytonWorld) -> None:
    buyer = a_buyer(name="Norte S.A.S.", document_type="NIT", document="860.002.964-4")
    await shop.sold(an_order(buyer=buyer))
    await shop.sold(an_order(buyer=a_buyer(name="Norte", document_type="", document="8600029644")))
    assert await world.customers() == 2
    wrong = await shop.blocked(an_order(buyer=a_buyer(document_type="NIT", document="860002964-5")))
    assert reason_name(wrong.failure.reason) == "CUSTOMER_DOCUMENT_INVALID"
    assert len(await world.documents()) == 2


async def test_a_lost_answer_to_a_creation_makes_one_invoice(shop: Shop, world: TrytonWorld) -> None:
    await world.fail(Fault.ANSWER_LOST)
    invoice = await shop.sold(an_order())
    assert await world.documents() == [ErpDocument(reference=invoice.reference, state="open", total=PRICE)]
    assert await world.sends() == 1


@both
async def test_a_lost_answer_to_a_posting_takes_one_number(shop: Shop, world: TrytonWorld) -> None:
    await world.break_(POST, "drop_after")
    await shop.sold(an_order())
    await shop.sold(an_order())
    assert await world.numbers() == ["FV-000001", "FV-000002"]


async def test_shipping_is_a_line(shop: Shop, world: TrytonWorld) -> None:
    found = (await shop.lookup(SHIPPING))[0].product.name.rpartition("/")[2]
    shipping = {"shipping_policy": channel_pb2.SHIPPING_POLICY_LINE, "shipping_item": found}
    await shop.update("settings", settings=settings(world, **shipping))
    invoice = await shop.sold(an_order(shipping_amount="8000", total_paid="127000"))
    assert invoice.total == "127000.00"


@both
async def test_many_orders_at_once_take_a_number_each(shop: Shop, world: TrytonWorld) -> None:
    """On SQLite Tryton gives two that are posted at once the same one."""
    orders = [await shop.submit(an_order()) for _ in range(6)]
    await asyncio.gather(*(shop.settled(order.name, seconds=60) for order in orders))
    assert await world.numbers() == [f"FV-{number:06}" for number in range(1, 7)]
