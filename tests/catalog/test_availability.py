"""What can still be sold: on hand, less what is sold, less what was invoiced since."""

from erpgate.v1 import channel_pb2, order_pb2
from fixtures.alegra_world import AlegraWorld
from fixtures.orders import PRICE, a_line, an_order, revised
from fixtures.server import Door
from fixtures.shelf import Shelf
from fixtures.shop import DRAFT, Shop, automation


async def terms(shelf: Shelf, sku: str = "SHIRT") -> tuple[str, str, str, str]:
    """On hand, sold, unread, available."""
    found = (await shelf.product(sku)).availability
    return found.on_hand, found.sold, found.unread, found.available


def sale(pieces: int) -> order_pb2.Order:
    """Each piece on a line of its own."""
    return an_order(lines=pieces)


async def test_a_sale_counts_until_the_erp_knows_it(shelf: Shelf, alegra: AlegraWorld) -> None:
    """Blocked, then open, then read: the sale moves from term to term, and what is available stays the same."""
    await alegra.refuse()
    blocked = await shelf.shop.blocked(sale(2))
    assert await terms(shelf) == ("8", "2", "0", "6")
    await alegra.mend()
    await shelf.shop.retry(blocked.name)
    await shelf.shop.settled(blocked.order)
    assert await terms(shelf) == ("8", "0", "2", "6")
    await shelf.sync()
    assert await terms(shelf) == ("6", "0", "0", "6")


async def test_a_draft_moves_no_stock(door: Door, alegra: AlegraWorld) -> None:
    draft = automation(initial_state=channel_pb2.INITIAL_STATE_DRAFT)
    shelf = Shelf(await Shop(door, alegra).connect(automation=draft))
    order = await shelf.shop.submit(sale(3))
    await shelf.shop.settled(order.name, DRAFT)
    await shelf.sync()
    assert await terms(shelf) == ("8", "3", "0", "5")


async def test_an_order_that_the_channel_does_not_invoice_takes_nothing(door: Door, alegra: AlegraWorld) -> None:
    shelf = Shelf(await Shop(door, alegra).connect(automation=channel_pb2.Automation(enabled=False)))
    order = await shelf.shop.submit(sale(3))
    assert await terms(shelf) == ("8", "0", "0", "8")
    await alegra.refuse()
    await shelf.shop.create_invoice(order.name)
    assert await terms(shelf) == ("8", "3", "0", "5")


async def test_a_changed_order_counts_as_it_is_now(shelf: Shelf, alegra: AlegraWorld) -> None:
    await alegra.refuse()
    order = sale(3)
    await shelf.shop.blocked(order)
    await shelf.shop.submit(revised(order, lines=[a_line()], total_paid=str(PRICE)))
    assert (await terms(shelf))[1] == "1"


async def test_a_corrected_line_counts_as_what_it_is(shelf: Shelf, alegra: AlegraWorld) -> None:
    """Blocked under a SKU that the ERP lacks, then corrected; a revision of the order keeps the correction."""
    order = an_order(sku="TEE")
    blocked = await shelf.shop.blocked(order)
    assert (await terms(shelf))[1] == "0"
    await alegra.refuse()
    await shelf.shop.retry(blocked.name, line_skus={"1": "SHIRT"})
    assert (await terms(shelf))[1] == "1"
    await shelf.shop.submit(revised(order, notes="a gift"))
    assert (await terms(shelf))[1] == "1"


async def test_a_revision_after_the_invoice_was_sent_changes_no_count(shelf: Shelf) -> None:
    """What is in the document counts, whatever the order says by now."""
    order = sale(3)
    await shelf.shop.sold(order)
    await shelf.shop.submit(revised(order, lines=[a_line()], total_paid=str(PRICE)))
    assert await terms(shelf) == ("8", "0", "3", "5")
    await shelf.sync()
    assert await terms(shelf) == ("5", "0", "0", "5")


async def test_one_click_with_another_sku_counts_as_that(shelf: Shelf, alegra: AlegraWorld) -> None:
    await alegra.refuse()
    order = await shelf.shop.submit(an_order(sku="TEE"))
    await shelf.shop.create_invoice(order.name, line_skus={"1": "SHIRT"})
    assert (await terms(shelf))[1] == "1"


async def test_an_alias_moves_what_was_sold_before_it_was_set(shelf: Shelf, alegra: AlegraWorld) -> None:
    """To the item that it means, and away from the one that has the SKU."""
    await alegra.refuse()
    await shelf.shop.submit(an_order(sku="TEE"))
    await shelf.shop.submit(an_order(sku="BOOK"))
    assert [(await terms(shelf, sku))[1] for sku in ("SHIRT", "BOOK")] == ["0", "1"]
    for sku in ("TEE", "BOOK"):
        await shelf.shop.set_alias(sku, "SHIRT")
    assert [(await terms(shelf, sku))[1] for sku in ("SHIRT", "BOOK")] == ["2", "0"]


async def test_more_may_be_sold_than_there_is(shelf: Shelf, alegra: AlegraWorld) -> None:
    await alegra.refuse()
    await shelf.shop.submit(sale(5))
    await shelf.shop.submit(sale(4))
    assert await terms(shelf) == ("8", "9", "0", "-1")


async def test_a_service_has_no_availability(shelf: Shelf) -> None:
    assert not (await shelf.product("REPAIR")).HasField("availability")
