"""What people do in the ERP meanwhile: it is taken as it is, and nothing is done over it."""

from erpgate.v1 import channel_pb2
from fixtures.alegra_world import CREATE, LIST, OPEN, AlegraWorld
from fixtures.orders import PRICE, an_order, revised
from fixtures.server import open_server
from fixtures.shop import BLOCKED, Shop, reason_name
from fixtures.toy_world import ToyWorld
from fixtures.waiting import eventually

REFUSED = {"kind": "status", "status": 400, "body": {"message": "No hay existencias", "code": 2074}}


async def states(world: AlegraWorld) -> list[str]:
    return sorted(document.state for document in await world.documents())


async def test_a_draft_that_somebody_opened_is_taken_as_open(alegra_shop: Shop, alegra: AlegraWorld) -> None:
    """The opening was refused, a person mended that in the ERP and opened the draft there."""
    await alegra.break_({**OPEN, "action": REFUSED})
    blocked = await alegra_shop.blocked(an_order())
    assert await states(alegra) == ["draft"]
    await alegra.mend()
    await alegra.call("POST", f"/invoices/{blocked.document_id}/open", {})
    await alegra_shop.retry(blocked.name)
    invoice = await alegra_shop.settled(blocked.order)
    assert not invoice.HasField("failure")
    assert await states(alegra) == ["open"]


async def test_a_refused_opening_is_tried_again_by_a_retry(alegra_shop: Shop, alegra: AlegraWorld) -> None:
    await alegra.break_({**OPEN, "action": REFUSED})
    blocked = await alegra_shop.blocked(an_order())
    await alegra.mend()
    await alegra_shop.retry(blocked.name)
    await alegra_shop.settled(blocked.order)
    assert (await states(alegra), await alegra.sends()) == (["open"], 1)


async def test_a_mismatch_that_was_mended_in_the_erp_goes_on(alegra_shop: Shop, alegra: AlegraWorld) -> None:
    await alegra_shop.sold(an_order())
    (tax,) = [tax for tax in await alegra.call("GET", "/taxes") if float(tax["percentage"]) == 19]
    own = {"id": str(tax["id"]), "name": "IVA", "type": "IVA"}
    await alegra.seed(taxes=[{**own, "percentage": "5"}])
    blocked = await alegra_shop.blocked(an_order())
    await alegra.seed(taxes=[{**own, "percentage": "19"}])
    draft = await alegra.call("GET", f"/invoices/{blocked.document_id}")
    items = [{"id": line["id"], "price": line["price"], "quantity": 1, "tax": [own]} for line in draft["items"]]
    await alegra.call("PUT", f"/invoices/{blocked.document_id}", {"items": items})
    await alegra_shop.retry(blocked.name)
    await alegra_shop.settled(blocked.order)
    assert [document.total for document in await alegra.documents()] == [PRICE, PRICE]
    assert (await states(alegra), await alegra.sends()) == (["open", "open"], 2)


async def test_a_draft_that_somebody_deleted_is_not_made_anew(alegra_shop: Shop, alegra: AlegraWorld) -> None:
    await alegra.break_({**OPEN, "action": REFUSED})
    blocked = await alegra_shop.blocked(an_order())
    await alegra.mend()
    await alegra.call("DELETE", f"/invoices/{blocked.document_id}")
    await alegra_shop.retry(blocked.name)
    again = await alegra_shop.settled(blocked.order, BLOCKED)
    assert reason_name(again.failure.reason) == "DOCUMENT_NOT_FOUND"
    assert (await alegra.documents(), await alegra.sends()) == ([], 1)


async def test_a_token_that_was_withdrawn_and_given_back_loses_nothing(alegra_shop: Shop, alegra: AlegraWorld) -> None:
    await alegra_shop.sold(an_order())
    await alegra.seed(token="another")
    order = await alegra_shop.submit(an_order())

    async def is_shown() -> bool:
        return (await alegra_shop.get()).health == channel_pb2.CHANNEL_HEALTH_AUTH_FAILED

    await eventually("the channel's health tells", is_shown)
    await alegra.seed(token=alegra.credentials["token"])
    await alegra_shop.settled(order.name)
    assert await states(alegra) == ["open", "open"]

    async def is_well() -> bool:
        return (await alegra_shop.get()).health == channel_pb2.CHANNEL_HEALTH_OK

    await eventually("the channel is well again", is_well)


async def test_a_cut_listing_before_the_opening_does_not_hide_a_second_draft(
    alegra_shop: Shop, alegra: AlegraWorld
) -> None:
    """The first draft came late, and the listing that shall show it is cut."""
    await alegra.break_({**CREATE, "times": 1, "action": {"kind": "late_commit"}})
    await alegra.hold_after_a_creation()
    order = await alegra_shop.submit(an_order())

    async def is_on_its_way() -> bool:
        return alegra.line.held == 1

    await eventually("the second draft is on its way", is_on_its_way)
    await alegra.catch_up()

    async def has_come() -> bool:
        return len(await alegra.documents()) == 1

    await eventually("the first draft has come", has_come)
    await alegra.break_({**LIST, "times": 1, "action": {"kind": "truncate_page", "keep": 0}})
    alegra.line.let_go.set()
    await alegra_shop.settled(order.name)
    assert await states(alegra) == ["open"]


async def test_a_channel_id_that_now_means_another_company_invoices_there(
    toy: ToyWorld, alegra: AlegraWorld, database_url: str
) -> None:
    """An unsent invoice of the former company gives way."""
    async with open_server(database_url, toy, alegra) as door:
        former = await Shop(door, toy).connect()
        order = an_order(sku="NOTHING")
        await former.blocked(order)
        await former.delete(force=True)
        latter = await Shop(door, alegra).connect()
        name = (await latter.submit(revised(order, lines=an_order().lines))).name
        await latter.settled(name, seconds=3)
        assert (await toy.sends(), len(await alegra.documents())) == (0, 1)
