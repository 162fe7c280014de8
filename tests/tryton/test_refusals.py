"""What goes wrong with a real Tryton: named, and not made worse."""

import pytest
from erpgate_tryton.real.site import STRANGER, STRANGER_PASSWORD
from fixtures.orders import an_order
from fixtures.server import Door
from fixtures.shop import Shop, reason_name
from fixtures.tryton_world import CREATE, POST, TrytonWorld
from rpc.harness import refusal

LOGIN = "GET common.db.login"


@pytest.fixture
def unconnected(door: Door, world: TrytonWorld) -> Shop:
    return Shop(door, world)


async def test_a_wrong_password_is_tried_once(unconnected: Shop, world: TrytonWorld) -> None:
    """Tryton makes whoever fails wait longer and longer, and then locks them out."""
    await world.admin.search("res.user", [], ["login"])
    before = (await world.calls())[LOGIN]
    refused = await refusal(unconnected.create(credentials={**world.credentials, "password": "wrong"}))
    assert (refused.reason, list(refused.fields)) == ("ERP_CREDENTIALS_INVALID", ["credentials.password"])
    assert (await world.calls())[LOGIN] == before + 1
    assert list(await unconnected.channels()) == []


@pytest.mark.parametrize(
    ("changes", "reason", "field"),
    [
        pytest.param({"database": "nosuch"}, "ERP_CREDENTIALS_INVALID", "credentials.database", id="database"),
        pytest.param(
            {"user": STRANGER, "password": STRANGER_PASSWORD}, "ERP_PERMISSION_MISSING", "credentials.user", id="rights"
        ),
    ],
)
async def test_what_cannot_be_connected_names_the_field(
    unconnected: Shop, world: TrytonWorld, changes: dict[str, str], reason: str, field: str
) -> None:
    refused = await refusal(unconnected.create(credentials={**world.credentials, **changes}))
    assert (refused.reason, list(refused.fields)) == (reason, [field])
    assert list(await unconnected.channels()) == []


async def test_a_company_of_another_country_is_refused(unconnected: Shop) -> None:
    refused = await refusal(unconnected.create(country_code="CL"))
    assert refused.reason == "ERP_COUNTRY_MISMATCH"
    assert list(await unconnected.channels()) == []


async def test_a_company_without_price_lists_is_refused(unconnected: Shop, world: TrytonWorld) -> None:
    lists = list(world.books.price_lists.values())
    await world.admin.write("model.product.price_list.delete", lists)
    refused = await refusal(unconnected.create())
    assert refused.reason == "ERP_PLAN_LACKS_PRICE_LISTS"
    assert list(await unconnected.channels()) == []


async def test_a_session_that_ended_is_renewed(shop: Shop, world: TrytonWorld) -> None:
    """Posting wants a fresh one, and ends one that is not."""
    await shop.sold(an_order())
    await end_sessions(world)
    await shop.sold(an_order())
    assert await world.numbers() == ["FV-000001", "FV-000002"]


async def end_sessions(world: TrytonWorld) -> None:
    """As the administrator sees them ended: by a changed password."""
    (user,) = await world.admin.search("res.user", [["login", "=", world.credentials["user"]]], ["login"])
    await world.admin.write("model.res.user.write", [user["id"]], {"password": world.credentials["password"]})


async def test_a_lock_that_another_holds_is_waited_for(shop: Shop, world: TrytonWorld) -> None:
    await world.break_(POST, "busy", times=3)
    invoice = await shop.sold(an_order())
    assert (invoice.document_number, await world.numbers()) == ("FV-000001", ["FV-000001"])
    assert (await world.calls())[f"POST {POST}"] == 4


async def test_a_creation_that_was_lost_is_sent_again(shop: Shop, world: TrytonWorld) -> None:
    await world.break_(CREATE, "drop_before")
    invoice = await shop.sold(an_order())
    assert await world.sends() == 2
    assert [document.reference for document in await world.documents()] == [invoice.reference]


async def test_an_invoice_that_somebody_cancelled_is_not_taken_for_posted(shop: Shop, world: TrytonWorld) -> None:
    await world.break_(POST, "refuse", times=1)
    invoice = await shop.blocked(an_order())
    (row,) = await world.admin.search("account.invoice", [], ["state"])
    await world.admin.write("model.account.invoice.cancel", [row["id"]])
    await shop.retry(invoice.name)
    again = await shop.settled(invoice.order, invoice.state)
    assert reason_name(again.failure.reason) in {"DOCUMENT_REJECTED", "DOCUMENT_NOT_FOUND", "DOCUMENT_VOIDED"}
    assert await world.numbers() == []
