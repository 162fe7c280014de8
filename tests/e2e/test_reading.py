"""What callers can look up: SKUs, orders by outcome and page, invoices."""

import grpc
from erpgate.v1 import catalog_service_pb2, order_pb2
from fixtures.catalogue import BOOK, OLD, SHIRT, SHOE, TWIN, an_item
from fixtures.orders import an_order
from fixtures.server import open_server
from fixtures.shop import Shop, reason_name
from fixtures.toy_world import ToyWorld
from fixtures.world import World
from rpc.harness import refusal

ERROR = order_pb2.VERDICT_OUTCOME_ERROR


async def test_every_sku_has_a_status(shop: Shop) -> None:
    answers = await shop.lookup(SHIRT, f" {BOOK} ", "SHIRTS", TWIN, OLD, SHOE)
    statuses = [catalog_service_pb2.SkuStatus.Name(answer.status) for answer in answers]
    assert statuses == [
        "SKU_STATUS_FOUND",
        "SKU_STATUS_FOUND",
        "SKU_STATUS_NOT_FOUND",
        "SKU_STATUS_AMBIGUOUS",
        "SKU_STATUS_INACTIVE",
        "SKU_STATUS_NOT_INVOICEABLE",
    ]
    assert [answer.sku for answer in answers] == [SHIRT, f" {BOOK} ", "SHIRTS", TWIN, OLD, SHOE]
    assert [reason_name(answer.reason) for answer in answers[2:]] == [
        "SKU_NOT_FOUND",
        "SKU_AMBIGUOUS",
        "ITEM_INACTIVE",
        "VARIANT_NOT_INVOICEABLE",
    ]
    assert list(answers[2].suggestions) == [SHIRT]
    assert [float(tax.rate) for tax in answers[0].product.taxes] == [0.19]
    assert list(answers[1].product.taxes) == []


async def test_an_inactive_twin_does_not_make_a_sku_ambiguous(shop: Shop, world: World) -> None:
    """As with the lines of an order, which then get the active item."""
    await world.add_item(an_item(30, "ONCE"))
    await world.add_item(an_item(31, "ONCE", name="Once, long ago", active=False))
    await shop.sold(an_order(sku="ONCE"))
    (answer,) = await shop.lookup("ONCE")
    assert (answer.status, answer.product.title) == (catalog_service_pb2.SKU_STATUS_FOUND, "Once")


async def test_skus_of_a_channel_that_does_not_exist_are_refused(toy_shop: Shop) -> None:
    refused = await refusal(Shop(toy_shop.door, toy_shop.world, channel="none").lookup(SHIRT))
    assert (refused.code, refused.reason) == (grpc.StatusCode.NOT_FOUND, "RESOURCE_NOT_FOUND")


async def test_skus_before_the_wizards_end_are_refused(toy: ToyWorld, database_url: str) -> None:
    async with open_server(database_url, toy) as door:
        shop = Shop(door, toy)
        await shop.create()
        refused = await refusal(shop.lookup(SHIRT))
        assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "CHANNEL_NOT_CONNECTED")


async def test_orders_are_listed_by_outcome_and_sales_channel(toy_shop: Shop) -> None:
    good = await toy_shop.sold(an_order())
    bad = await toy_shop.blocked(an_order(sku="NOTHING"))
    elsewhere = await toy_shop.blocked(an_order(sku="NOTHING", sales_channel="other"))

    async def listed(**filters: object) -> list[str]:
        return sorted(order.name for order in (await toy_shop.orders(**filters)).orders)

    assert await listed() == sorted([good.order, bad.order, elsewhere.order])
    assert await listed(outcome=ERROR) == sorted([bad.order, elsewhere.order])
    assert await listed(outcome=ERROR, sales_channel="other") == [elsewhere.order]
    assert await listed(outcome=order_pb2.VERDICT_OUTCOME_INVOICE) == [good.order]
    assert await listed(outcome=order_pb2.VERDICT_OUTCOME_WAITING) == []


async def test_pages_of_orders_have_every_order_once(toy_shop: Shop) -> None:
    submitted = {(await toy_shop.submit(an_order())).name for _ in range(7)}
    seen: list[str] = []
    token = ""
    sizes = []
    while True:
        page = await toy_shop.orders(page_size=3, page_token=token)
        sizes.append(len(page.orders))
        seen += [order.name for order in page.orders]
        token = page.next_page_token
        if not token:
            break
    assert (sizes, seen) == ([3, 3, 1], sorted(submitted))


async def test_a_page_token_of_another_query_is_refused(toy_shop: Shop) -> None:
    for _ in range(2):
        await toy_shop.submit(an_order())
    page = await toy_shop.orders(page_size=1)
    refused = await refusal(toy_shop.orders(page_size=1, page_token=page.next_page_token, outcome=ERROR))
    assert (refused.code, refused.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "PAGE_TOKEN_INVALID")


async def test_another_merchant_sees_nothing(shop: Shop, world: World) -> None:
    invoice = await shop.sold(an_order())
    stranger = Shop(shop.door, world, merchant="stranger")
    assert list((await stranger.orders()).orders) == []
    refused = await refusal(stranger.order(invoice.order.replace("acme", "stranger")))
    assert refused.reason == "RESOURCE_NOT_FOUND"
    refused = await refusal(stranger.invoice(invoice.name.replace("acme", "stranger")))
    assert refused.reason == "RESOURCE_NOT_FOUND"
