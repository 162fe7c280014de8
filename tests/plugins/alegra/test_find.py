"""Looking an invoice up by our reference: found, absent, or don't know."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from erpgate.plugin import Company, CustomerId, DocumentId, Draft, OutcomeUnknown, Stage, Unavailable
from erpgate_alegra.erp import ALEGRA
from erpgate_alegra.settings import AlegraSettings

if TYPE_CHECKING:
    from plugins.alegra.conftest import Connect, OpenShop, Shop

SINCE = dt.datetime(2026, 9, 1, 15, tzinfo=dt.UTC)
CONTACTS = [{"name": "Ana", "identification": "1"}, {"name": "Luis", "identification": "2"}]
Drafts = Callable[[str], Draft]


@pytest.fixture
async def shop(open_shop: "OpenShop", company: Company) -> "Shop":
    return await open_shop(company=company, contacts=CONTACTS)


async def _create(shop: "Shop", draft: Draft, company: Company, stage: Stage = Stage.DRAFT) -> str:
    payload = ALEGRA.mapper.invoice(draft, AlegraSettings(), company)
    return (await shop.connection.create(payload, stage, key="k")).id


async def _found(shop: "Shop", draft: Draft, since: dt.datetime = SINCE) -> tuple[list[str], bool]:
    found = await shop.connection.find(draft, since)
    return [document.id for document in found.matches], found.complete


async def test_what_was_never_sent_is_absent(shop: "Shop", draft: Draft) -> None:
    assert await _found(shop, draft) == ([], True)
    assert (await shop.requests("GET"))[-1]["query"] == (
        "start=0&limit=30&order_field=id&order_direction=ASC&client_id=1"
        "&date_afterOrNow=2026-08-31&date_beforeOrNow=2026-09-02&metadata=true"
    )


async def test_an_invoice_whose_answer_was_lost_is_found(shop: "Shop", draft: Draft, company: Company) -> None:
    await shop.break_({"method": "POST", "times": 1, "action": {"kind": "drop_after"}})
    with pytest.raises(OutcomeUnknown):
        await _create(shop, draft, company)

    assert await _found(shop, draft) == (["1"], True)


async def test_only_the_whole_first_word_is_a_reference(
    shop: "Shop", draft: Draft, drafts: Drafts, company: Company
) -> None:
    await _create(shop, drafts(f"{draft.reference}X"), company)
    await _create(shop, replace(drafts("OTHER"), note=f"ref:{draft.reference}"), company)

    assert await _found(shop, draft) == ([], True)


async def test_two_are_two(shop: "Shop", draft: Draft, company: Company) -> None:
    await _create(shop, draft, company)
    await _create(shop, draft, company, Stage.OPEN)

    assert await _found(shop, draft) == (["1", "2"], True)


async def test_a_voided_one_is_left_out(shop: "Shop", draft: Draft, company: Company) -> None:
    await _create(shop, draft, company, Stage.OPEN)
    await shop.call("POST", "invoices/1/void", {})

    assert await _found(shop, draft) == ([], True)


async def test_every_page_is_read(shop: "Shop", draft: Draft, drafts: Drafts, company: Company) -> None:
    for n in range(60):
        await _create(shop, drafts(f"OTHER-{n}"), company)
    await _create(shop, draft, company)

    assert await _found(shop, draft) == (["61"], True)


async def test_other_customers_and_days_do_not_disturb(
    shop: "Shop", draft: Draft, drafts: Drafts, company: Company
) -> None:
    await _create(shop, replace(drafts("OTHER"), customer=CustomerId("2")), company)
    await _create(shop, replace(drafts("OLDER"), date=dt.date(2026, 8, 1)), company)

    assert await _found(shop, draft) == ([], True)


async def test_a_remapped_draft_finds_the_invoice_of_an_earlier_day(
    shop: "Shop", draft: Draft, company: Company
) -> None:
    """After a restored backup the draft is dated anew, while the invoice has the date of its first attempt."""
    await _create(shop, draft, company)

    again = replace(draft, date=dt.date(2026, 9, 20))

    assert await _found(shop, again, since=SINCE) == (["1"], True)


@pytest.mark.parametrize("keep", [0, 1, 29])
async def test_a_truncated_page_is_never_absent(
    shop: "Shop", draft: Draft, drafts: Drafts, company: Company, keep: int
) -> None:
    for n in range(31):
        await _create(shop, drafts(f"OTHER-{n}"), company)
    await shop.break_({"path": "/invoices", "action": {"kind": "truncate_page", "keep": keep}})

    assert await _found(shop, draft) == ([], False)


async def test_an_invoice_that_lists_do_not_show_yet_is_absent_until_they_do(
    shop: "Shop", draft: Draft, company: Company
) -> None:
    """Which is why absent counts only after `settle_time`."""
    await shop.break_({"method": "POST", "times": 1, "action": {"kind": "hide_from_lists", "seconds": 3600}})
    await _create(shop, draft, company)

    assert await _found(shop, draft) == ([], True)
    document = await shop.connection.read(DocumentId("1"))
    assert document is not None
    assert document.reference == draft.reference


async def test_a_failed_look_up_is_never_absent(shop: "Shop", draft: Draft) -> None:
    await shop.break_({"path": "/invoices", "action": {"kind": "status", "status": 503}})

    with pytest.raises(Unavailable):
        await _found(shop, draft)


ROW = {
    "id": "1",
    "date": "2026-09-01",
    "status": "draft",
    "observations": "ref:ABCDEFGHIJKLMNOPQRSTUVWX",
    "client": {"id": "1"},
    "total": 0,
    "tax": 0,
    "items": [],
}
OTHER = ROW | {"id": "2", "observations": ""}


@pytest.mark.parametrize(
    ("rows", "total", "expected"),
    [
        pytest.param([ROW, OTHER], 2, (["1"], True), id="as-it-should-be"),
        pytest.param([ROW, OTHER | {"client": {"id": "9"}}], 2, (["1"], False), id="another-customer"),
        pytest.param([OTHER | {"client": 9}], 1, ([], False), id="ignored-customer-filter"),
        pytest.param([OTHER | {"date": "2026-08-30"}], 1, ([], False), id="ignored-date-filter"),
        pytest.param([OTHER | {"status": "unheard-of"}], 1, ([], False), id="unreadable-row"),
        pytest.param([OTHER, OTHER], 2, ([], False), id="twice"),
        pytest.param([OTHER], 2, ([], False), id="fewer-than-told"),
        pytest.param([], None, ([], False), id="no-total"),
        pytest.param([], 0, ([], True), id="none"),
    ],
)
async def test_every_row_is_held_against_the_filter(
    connect: "Connect",
    draft: Draft,
    company: Company,
    rows: list[Mapping[str, Any]],
    total: int | None,
    expected: tuple[list[str], bool],
) -> None:
    body = rows if total is None else {"metadata": {"total": total}, "data": rows}
    connection = connect(httpx.MockTransport(lambda _: httpx.Response(200, json=body)), company=company)

    found = await connection.find(draft, SINCE)

    assert ([document.id for document in found.matches], found.complete) == expected
