"""What only an ERP with drafts and listings can do wrong: late commits, cut listings, throttles, other taxes."""

import asyncio
import datetime as dt
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from erpgate.v1 import channel_pb2, fiscal_state_pb2, invoice_pb2
from erpgate_alegra.simulator import RateLimits, SimulatorOptions
from fixtures.alegra_world import CREATE, LIST, OPEN, SETTLE, AlegraWorld
from fixtures.catalogue import SHIRT
from fixtures.orders import a_buyer, a_line, an_order
from fixtures.server import open_server
from fixtures.shop import BLOCKED, DRAFT, Shop, automation, reason_name, settings
from fixtures.waiting import eventually, holds_for
from fixtures.world import Fault

from .test_exactly_once import DONE, NOT_DONE, attempts

_WRITTEN = ("id", "price", "quantity", "tax")
"""What a line says that is saved again."""


async def states(world: AlegraWorld) -> list[str]:
    return sorted(document.state for document in await world.documents())


async def test_a_lost_draft_is_sent_again_when_it_is_proved_absent(alegra_shop: Shop, alegra: AlegraWorld) -> None:
    await alegra.fail(Fault.LOST)
    invoice = await alegra_shop.sold(an_order())
    assert [(number, outcome) for number, _, outcome in attempts(invoice)] == [(1, NOT_DONE), (2, DONE)]
    first = invoice.attempts[0]
    waited = first.end_time.ToDatetime() - first.start_time.ToDatetime()
    assert waited.total_seconds() >= SETTLE
    assert (await states(alegra), await alegra.sends()) == (["open"], 2)


@pytest.mark.parametrize(
    "action",
    [
        {"kind": "status", "status": 503, "after": True},
        {"kind": "garbage", "after": True},
        {"kind": "garbage", "status": 502, "after": True},
    ],
    ids=["503", "unreadable", "502"],
)
async def test_an_answer_that_says_nothing_is_looked_up(
    alegra_shop: Shop, alegra: AlegraWorld, action: dict[str, Any]
) -> None:
    await alegra.break_({**CREATE, "times": 1, "action": action})
    invoice = await alegra_shop.sold(an_order())
    assert [outcome for _, _, outcome in attempts(invoice)] == [DONE]
    assert (await states(alegra), await alegra.sends()) == (["open"], 1)


async def test_an_opening_whose_answer_was_lost_is_read_and_not_repeated(
    alegra_shop: Shop, alegra: AlegraWorld
) -> None:
    await alegra.break_({**OPEN, "times": 1, "action": {"kind": "drop_after"}})
    invoice = await alegra_shop.sold(an_order())
    assert [outcome for _, _, outcome in attempts(invoice, "open")] == [DONE]
    assert (await alegra.counts())["POST /invoices/{id}/open"] == 1
    assert await states(alegra) == ["open"]


async def test_an_opening_that_was_lost_is_repeated(alegra_shop: Shop, alegra: AlegraWorld) -> None:
    await alegra.break_({**OPEN, "times": 1, "action": {"kind": "drop_before"}})
    invoice = await alegra_shop.sold(an_order())
    assert [outcome for _, _, outcome in attempts(invoice, "open")] == [NOT_DONE, DONE]
    assert (await alegra.sends(), await states(alegra)) == (1, ["open"])


async def test_an_opening_that_was_committed_just_before_its_repetition_is_a_success(
    alegra_shop: Shop, alegra: AlegraWorld
) -> None:
    """It was proved absent, and comes all the same: the second one is refused, because the document is open already."""
    await alegra.break_({**OPEN, "times": 1, "action": {"kind": "late_commit"}})
    openings: list[str] = []

    async def come_late(request: httpx.Request) -> None:
        if request.url.path.endswith("/open"):
            openings.append(request.url.path)
            if len(openings) == 2:
                await alegra.catch_up()
                await eventually("the first one has come", is_open)

    async def is_open() -> bool:
        return await states(alegra) == ["open"]

    alegra.line.before = come_late
    invoice = await alegra_shop.sold(an_order())
    assert [outcome for _, _, outcome in attempts(invoice, "open")] == [NOT_DONE, DONE]
    assert (len(openings), await states(alegra)) == (2, ["open"])


async def test_a_draft_that_was_committed_late_is_discarded(alegra_shop: Shop, alegra: AlegraWorld) -> None:
    """It comes after it was proved absent, while its successor is being sent: one of the two is opened."""
    await alegra.break_({**CREATE, "times": 1, "action": {"kind": "late_commit"}})
    await alegra.hold_after_a_creation()
    order = await alegra_shop.submit(an_order())

    async def is_on_its_way() -> bool:
        return alegra.line.held == 1

    await eventually("the second one is on its way", is_on_its_way)
    await alegra.catch_up()

    async def has_come() -> bool:
        return len(await alegra.documents()) == 1

    await eventually("the first one has come", has_come)
    alegra.line.let_go.set()
    invoice = await alegra_shop.settled(order.name)
    assert [(number, outcome) for number, _, outcome in attempts(invoice)] == [(1, NOT_DONE), (2, DONE)]
    (document,) = await alegra.documents()
    assert (document.reference, document.state) == (invoice.reference, "open")
    assert (await alegra.counts())["DELETE /invoices/{id}"] == 1


async def test_a_late_draft_that_nobody_looked_for_is_never_opened(alegra_shop: Shop, alegra: AlegraWorld) -> None:
    await alegra.break_({**CREATE, "times": 1, "action": {"kind": "late_commit"}})
    await alegra_shop.sold(an_order())
    await alegra.catch_up()

    async def has_come() -> bool:
        return len(await alegra.documents()) == 2

    await eventually("the late draft is there", has_come)

    async def one_is_open() -> bool:
        return await states(alegra) == ["draft", "open"]

    assert await holds_for(one_is_open, 0.3)


async def test_a_document_that_lists_hide_for_a_while_is_found(alegra_shop: Shop, alegra: AlegraWorld) -> None:
    await alegra.break_(
        {**CREATE, "times": 1, "action": {"kind": "drop_after"}},
        {**LIST, "times": 3, "action": {"kind": "truncate_page", "keep": 0}},
    )
    await alegra_shop.sold(an_order())
    assert (await alegra.sends(), await states(alegra)) == (1, ["open"])


async def test_a_listing_that_stays_cut_never_means_absent(alegra_shop: Shop, alegra: AlegraWorld) -> None:
    await alegra.break_(
        {**CREATE, "times": 1, "action": {"kind": "drop_after"}},
        {**LIST, "action": {"kind": "truncate_page", "keep": 0}},
    )
    blocked = await alegra_shop.blocked(an_order())
    assert (reason_name(blocked.failure.reason), dict(blocked.failure.details)) == (
        "ERP_OUTCOME_UNKNOWN",
        {"step": "document"},
    )
    assert await alegra.sends() == 1
    await alegra.mend()
    await alegra_shop.retry(blocked.name)
    await alegra_shop.settled(blocked.order)
    assert (await alegra.sends(), await states(alegra)) == (1, ["open"])


async def test_two_open_documents_with_one_reference_are_left_to_a_person(
    alegra_shop: Shop, alegra: AlegraWorld
) -> None:
    """Somebody copied the document in the ERP and opened both before it could be looked up."""
    (shirt,) = await alegra_shop.lookup(SHIRT)
    cannot_list = {**LIST, "action": {"kind": "status", "status": 503}}
    await alegra.break_(cannot_list, {**CREATE, "times": 1, "action": {"kind": "drop_after"}})
    order = await alegra_shop.submit(an_order())

    async def the_document() -> dict[str, Any] | None:
        return next(iter(await alegra.rows()), None)

    document = await eventually("the document is there", the_document)
    await alegra.break_(cannot_list)
    await alegra.call("POST", f"/invoices/{document['id']}/open", {})
    today = dt.datetime.now(ZoneInfo("America/Bogota")).date().isoformat()
    item = {"id": shirt.product.name.split("/")[-1], "price": 100_000, "quantity": 1}
    copied = {"date": today, "dueDate": today, "client": document["client"], "observations": document["observations"]}
    await alegra.call("POST", "/invoices", {**copied, "status": "open", "items": [item]})
    await alegra.mend()

    blocked = await alegra_shop.settled(order.name, BLOCKED)
    assert reason_name(blocked.failure.reason) == "DUPLICATE_DOCUMENT"
    ids = sorted(str(row["id"]) for row in await alegra.rows())
    assert blocked.failure.details["documents"].split(", ") == ids
    assert (await states(alegra), await alegra.sends()) == (["open", "open"], 2)


async def test_a_tax_that_changed_in_the_erp_stops_at_the_draft(alegra_shop: Shop, alegra: AlegraWorld) -> None:
    await alegra_shop.sold(an_order())
    (tax,) = [tax for tax in await alegra.call("GET", "/taxes") if float(tax["percentage"]) == 19]
    await alegra.seed(taxes=[{"id": str(tax["id"]), "name": "IVA", "type": "IVA", "percentage": "5"}])
    blocked = await alegra_shop.blocked(an_order())
    assert reason_name(blocked.failure.reason) == "TOTAL_MISMATCH"
    assert sides_of(blocked) == {
        "expected_total": 119_000,
        "expected_tax_base": 100_000,
        "expected_tax": 19_000,
        "total": 105_000,
        "tax_base": 100_000,
        "tax": 5_000,
    }
    assert (blocked.total, blocked.expected_total) == ("105000.00", "119000.00")
    assert await states(alegra) == ["draft", "open"]


async def test_a_matching_total_with_another_tax_base_stops_at_the_draft(
    alegra_shop: Shop, alegra: AlegraWorld
) -> None:
    """The company went over to whole pesos, so that the same total falls into another base and another tax."""
    await alegra_shop.sold(an_order())
    await alegra.seed(decimalPrecision="0")
    blocked = await alegra_shop.blocked(an_order(order_lines=[a_line(unit_price="10000")], total_paid="10000"))
    assert reason_name(blocked.failure.reason) == "TOTAL_MISMATCH"
    assert sides_of(blocked) == {
        "expected_total": 10_000,
        "expected_tax_base": Decimal("8403.36"),
        "expected_tax": Decimal("1596.64"),
        "total": 10_000,
        "tax_base": 8_403,
        "tax": 1_597,
    }
    await alegra.seed(decimalPrecision="2")
    await stays_a_draft_until_it_is_mended(alegra_shop, alegra, blocked)


async def test_a_total_beyond_the_tolerance_stops_at_the_draft(alegra_shop: Shop, alegra: AlegraWorld) -> None:
    tolerant = settings(alegra, remainder_policy=channel_pb2.REMAINDER_POLICY_TOLERANCE, remainder_tolerance="500")
    await alegra_shop.update("settings", settings=tolerant)
    await alegra_shop.sold(an_order())
    (tax,) = [tax for tax in await alegra.call("GET", "/taxes") if float(tax["percentage"]) == 19]
    vat = {"id": str(tax["id"]), "name": "IVA", "type": "IVA"}
    await alegra.seed(taxes=[vat | {"percentage": "20"}])
    blocked = await alegra_shop.blocked(an_order())
    assert reason_name(blocked.failure.reason) == "TOTAL_MISMATCH"
    assert sides_of(blocked) == {
        "expected_total": 119_000,
        "expected_tax_base": 100_000,
        "expected_tax": 19_000,
        "total": 120_000,
        "tax_base": 100_000,
        "tax": 20_000,
    }
    await alegra.seed(taxes=[vat | {"percentage": "19"}])
    await stays_a_draft_until_it_is_mended(alegra_shop, alegra, blocked)


def sides_of(blocked: invoice_pb2.Invoice) -> dict[str, Decimal]:
    """What was predicted and what the ERP computed."""
    return {name: Decimal(value) for name, value in blocked.failure.details.items() if name != "document"}


async def stays_a_draft_until_it_is_mended(shop: Shop, alegra: AlegraWorld, blocked: invoice_pb2.Invoice) -> None:
    """The cause is gone already: a retry still stops, until somebody saves the draft again in the ERP."""
    assert await states(alegra) == ["draft", "open"]
    await shop.retry(blocked.name)

    async def is_blocked_again() -> bool:
        invoice = await shop.invoice(blocked.name)
        return invoice.state == BLOCKED and invoice.update_time.ToDatetime() > blocked.update_time.ToDatetime()

    await eventually("it is blocked again", is_blocked_again)
    path = f"/invoices/{blocked.document_id}"
    lines = (await alegra.call("GET", path))["items"]
    await alegra.call("PUT", path, {"items": [{key: line[key] for key in _WRITTEN} for line in lines]})
    await shop.retry(blocked.name)
    invoice = await shop.settled(blocked.order)
    assert (invoice.document_id, invoice.total) == (blocked.document_id, blocked.expected_total)
    assert await states(alegra) == ["open", "open"]
    counts = await alegra.counts()
    assert (counts["POST /invoices"], counts["POST /invoices/{id}/open"]) == (2, 2)


async def test_a_rate_limit_is_waited_for(alegra_shop: Shop, alegra: AlegraWorld) -> None:
    throttled = {"kind": "status", "status": 429, "body": {"message": "Too Many Requests"}}
    await alegra.break_({**CREATE, "times": 1, "action": throttled})
    order = await alegra_shop.submit(an_order())

    async def waits() -> bool:
        return any(reason_name(i.failure.reason) == "ERP_RATE_LIMITED" for i in await alegra_shop.invoices())

    await eventually("the invoice waits for the rate limit", waits)
    (invoice,) = await alegra_shop.invoices()
    assert (invoice.order, invoice.failure.retryable) == (order.name, True)
    assert await alegra.documents() == []


async def test_a_server_that_waits_for_a_rate_limit_stops_at_once(alegra: AlegraWorld, database_url: str) -> None:
    """What waits has sent nothing, so that nothing has to be waited for."""
    async with open_server(database_url, alegra) as door:
        shop = await Shop(door, alegra).connect()
        await shop.lookup(SHIRT)
        throttled = {"kind": "status", "status": 429, "body": {"message": "Too Many Requests"}}
        await alegra.break_({**CREATE, "action": throttled})
        await shop.submit(an_order())

        async def waits() -> bool:
            return any(reason_name(i.failure.reason) == "ERP_RATE_LIMITED" for i in await shop.invoices())

        await eventually("the invoice waits for the rate limit", waits)
        await shop.create_invoice((await shop.submit(an_order())).name)
        leaving = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - leaving < 1


async def test_an_account_that_is_over_its_rate_goes_on_by_itself(database_url: str) -> None:
    options = SimulatorOptions(rate=RateLimits(requests=20, contacts=20, seconds=1))
    alegra = await AlegraWorld(options).open()
    async with open_server(database_url, alegra) as door:
        shop = await Shop(door, alegra).connect()
        answers = await asyncio.gather(*(shop.submit(an_order()) for _ in range(12)))
        for answer in answers:
            await shop.settled(answer.name)
        assert await states(alegra) == ["open"] * 12
    await alegra.aclose()


async def test_a_throttle_that_hides_in_a_400_is_waited_for(alegra_shop: Shop, alegra: AlegraWorld) -> None:
    throttled = {"kind": "status", "status": 400, "body": {"code": 429, "message": "Too many requests"}}
    await alegra.break_({"method": "GET", "path": "/contacts", "action": throttled})
    await alegra_shop.submit(an_order(buyer=a_buyer(document="79123456")))

    async def waits() -> bool:
        return any(reason_name(i.failure.reason) == "ERP_RATE_LIMITED" for i in await alegra_shop.invoices())

    await eventually("the invoice waits for the rate limit", waits)
    assert (await alegra.documents(), await alegra.sends()) == ([], 0)


async def test_a_draft_stays_a_draft_where_the_channel_says_so(alegra_shop: Shop, alegra: AlegraWorld) -> None:
    drafts = automation(initial_state=channel_pb2.INITIAL_STATE_DRAFT)
    await alegra_shop.update("settings", settings=settings(alegra, automation=drafts))
    order = await alegra_shop.submit(an_order())
    invoice = await alegra_shop.settled(order.name, DRAFT)
    assert invoice.fiscal_state == fiscal_state_pb2.FISCAL_STATE_NOT_REQUESTED
    assert await states(alegra) == ["draft"]
    assert "POST /invoices/{id}/open" not in await alegra.counts()


async def test_thirty_orders_with_every_tenth_answer_lost_make_thirty_documents(
    alegra_shop: Shop, alegra: AlegraWorld
) -> None:
    await alegra.break_(
        *({**CREATE, "skip": 9 * n, "times": 1, "action": {"kind": "drop_after"}} for n in range(1, 4)),
        *({**OPEN, "skip": 7 * n, "times": 1, "action": {"kind": "drop_after"}} for n in range(1, 4)),
    )
    answers = await asyncio.gather(*(alegra_shop.submit(an_order()) for _ in range(30)))
    for answer in answers:
        await alegra_shop.settled(answer.name)
    assert await states(alegra) == ["open"] * 30
    assert await alegra.sends() == 30
