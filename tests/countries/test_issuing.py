"""Issuing: what a stamp needs is asked for before anything is sent, and every way in which a stamp can go wrong."""

from decimal import Decimal
from typing import Any

import grpc
import pytest
from erpgate.v1 import fiscal_state_pb2, invoice_pb2
from fixtures.orders import a_line
from fixtures.shop import BLOCKED, OPEN, reason_name
from fixtures.waiting import eventually
from rpc.harness import refusal

from .cases import CASES
from .conftest import Company, OpenCompany

BY_CODE = {case.code: case for case in CASES}
CO = BY_CODE["CO"]
ACCEPTED = fiscal_state_pb2.FISCAL_STATE_ACCEPTED
STAMP = {"method": "POST", "path": "/invoices/stamp$"}


async def stamps(company: Company) -> int:
    """How often a stamp was asked for."""
    return (await company.world.counts()).get("POST /invoices/stamp", 0)


async def one_stamped(company: Company, times: int) -> bool:
    """Whether there is one document, stamped, and so many calls asked for that."""
    (document,) = await company.invoices()
    done = (document["status"], document["stamp"]["legalStatus"], await stamps(company), await company.world.sends())
    return done == ("open", "STAMPED_AND_ACCEPTED", times, 1)


@pytest.mark.parametrize(
    ("country", "lacks", "field"),
    [
        ("CO", "city", "buyer.address.city"),
        ("CO", "region", "buyer.address.region"),
        ("MX", "postal_code", "buyer.address.postal_code"),
    ],
)
async def test_what_a_stamp_needs_is_asked_for_before_anything_is_sent(
    open_company: OpenCompany, country: str, lacks: str, field: str
) -> None:
    case = BY_CODE[country]
    company = await open_company(case)
    shop = await company.connect(issue=True)
    address: dict[str, Any] = {"city": "Medellín", "region": "Antioquia", "postal_code": "050013"}
    order = case.order()
    order.buyer.address.Clear()
    for name, value in address.items():
        setattr(order.buyer.address, name, "" if name == lacks else value)

    blocked = await shop.blocked(order)

    assert reason_name(blocked.failure.reason) == "FIELD_INVALID"
    assert list(blocked.failure.details) == [field]
    assert (await company.contacts(), await company.invoices()) == ([], [])

    setattr(order.buyer.address, lacks, address[lacks])
    await shop.submit(order)
    await shop.retry(blocked.name)
    assert (await company.settled(order, ACCEPTED)).name == blocked.name


async def test_what_only_a_stamp_needs_is_not_asked_for_without_one(open_company: OpenCompany) -> None:
    company = await open_company(CO)
    shop = await company.connect()
    order = CO.order()
    order.buyer.address.Clear()

    assert (await shop.sold(order)).state == OPEN


async def test_a_customer_whom_alegra_knows_needs_no_address_on_the_order(open_company: OpenCompany) -> None:
    known = {
        "name": "Luz Mora",
        "identificationObject": {"type": "NIT", "number": "900123456", "dv": 8},
        "kindOfPerson": "LEGAL_ENTITY",
        "regime": "COMMON_REGIME",
        "address": {"city": "Medellín", "department": "Antioquia"},
    }
    company = await open_company(CO, contacts=[known])
    await company.connect(issue=True)
    order = CO.order()
    order.buyer.address.Clear()

    await company.settled(order, ACCEPTED)
    assert len(await company.contacts()) == 1


async def test_a_slow_stamp_is_waited_for(open_company: OpenCompany) -> None:
    company = await open_company(CO)
    await company.connect(issue=True)
    await company.world.break_({**STAMP, "action": {"kind": "delay", "seconds": 1.5, "after": True}})

    await company.settled(CO.order(), ACCEPTED)
    assert await one_stamped(company, 1)


async def test_a_stamp_whose_answer_was_lost_is_read_and_not_repeated(open_company: OpenCompany) -> None:
    company = await open_company(CO)
    await company.connect(issue=True)
    await company.world.break_({**STAMP, "times": 1, "action": {"kind": "drop_after"}})

    await company.settled(CO.order(), ACCEPTED)
    assert await one_stamped(company, 1)


@pytest.mark.parametrize(
    "action",
    [
        {"kind": "drop_before"},
        {"kind": "status", "status": 503},
        {"kind": "late_commit"},
        {"kind": "refuse_stamp", "message": "EPR503: DIAN no responde"},
        {"kind": "refuse_stamp", "message": "Regla: 90, Documento procesado anteriormente"},
    ],
    ids=["lost", "503", "commits-after-the-time-limit", "authority-away", "regla-90"],
)
async def test_a_stamp_of_which_nothing_is_known_is_looked_up_and_repeated(
    open_company: OpenCompany, action: dict[str, Any]
) -> None:
    """A stamp that comes late after all finds the document stamped: one document, one number, one stamp."""
    company = await open_company(CO)
    await company.connect(issue=True)
    await company.world.break_({**STAMP, "times": 1, "action": action})

    invoice = await company.settled(CO.order(), ACCEPTED)
    await company.world.catch_up()

    assert await one_stamped(company, 2)
    assert Decimal(invoice.total) == Decimal(CO.price)


async def test_a_refused_stamp_leaves_the_document_and_is_repeated_once_it_is_mended(
    open_company: OpenCompany,
) -> None:
    company = await open_company(CO)
    shop = await company.connect(issue=True)
    await company.world.break_({**STAMP, "action": {"kind": "refuse_stamp", "message": "Regla: FAD06, Rechazo"}})

    blocked = await shop.blocked(CO.order())

    assert reason_name(blocked.failure.reason) == "FISCAL_REJECTED"
    assert "FAD06" in blocked.failure.details["erp_message"]
    assert [document["status"] for document in await company.invoices()] == ["open"]
    await company.world.mend()
    await shop.retry(blocked.name)
    mended = await shop.settled(blocked.order, OPEN)
    assert (mended.name, mended.fiscal_state) == (blocked.name, ACCEPTED)
    assert await one_stamped(company, 2)


async def test_what_is_accepted_with_observations_is_a_success(open_company: OpenCompany) -> None:
    company = await open_company(CO, switches={"stamp_outcome": "observed"})
    await company.connect(issue=True)

    invoice = await company.settled(CO.order(), fiscal_state_pb2.FISCAL_STATE_ACCEPTED_WITH_OBSERVATIONS)

    assert (invoice.state, invoice.HasField("failure")) == (OPEN, False)
    assert await stamps(company) == 1


async def test_a_document_that_waits_for_the_authority_is_open_and_pending(open_company: OpenCompany) -> None:
    company = await open_company(CO, switches={"stamp_waiting_reads": 1000})
    await company.connect(issue=True)

    invoice = await company.settled(CO.order(), fiscal_state_pb2.FISCAL_STATE_PENDING)

    assert (invoice.state, await stamps(company)) == (OPEN, 1)


async def test_an_answer_that_comes_later_is_seen_by_itself(open_company: OpenCompany) -> None:
    company = await open_company(CO, switches={"stamp_waiting_reads": 3})
    await company.connect(issue=True)

    await company.settled(CO.order(), ACCEPTED)
    assert await one_stamped(company, 1)


@pytest.mark.parametrize(
    "template", [{"maxInvoiceNumber": 1, "nextInvoiceNumber": 2}, {"endDate": "2020-01-01"}, {"status": "inactive"}]
)
async def test_a_numbering_that_is_used_up_or_expired_sends_nothing_and_is_mended_by_a_new_one(
    open_company: OpenCompany, template: dict[str, Any]
) -> None:
    numbering = {"id": "1", "name": "FE", "prefix": "FE", "isElectronic": True, "isDefault": True}
    company = await open_company(CO, number_templates=[numbering | template])
    shop = await company.connect(issue=True)

    blocked = await shop.blocked(CO.order())

    assert reason_name(blocked.failure.reason) == "NUMBERING_EXHAUSTED"
    assert await company.invoices() == []
    await company.world.seed(number_templates=[numbering])
    await shop.retry(blocked.name)
    await shop.settled(blocked.order, OPEN)


async def test_a_numbering_that_runs_out_at_the_opening_leaves_the_draft(open_company: OpenCompany) -> None:
    numbering = {"id": "1", "name": "FE", "prefix": "FE", "isElectronic": True, "isDefault": True}
    full = numbering | {"maxInvoiceNumber": 1, "nextInvoiceNumber": 1}
    company = await open_company(CO, number_templates=[full], switches={"number_at": "open"})
    shop = await company.connect(issue=True)
    await company.settled(CO.order(), ACCEPTED)

    blocked = await shop.blocked(CO.order())

    assert reason_name(blocked.failure.reason) == "NUMBERING_EXHAUSTED"
    await company.world.seed(number_templates=[numbering | {"nextInvoiceNumber": 2}])
    await shop.retry(blocked.name)
    assert (await shop.settled(blocked.order, OPEN)).name == blocked.name
    assert len(await company.invoices()) == 2


async def test_a_company_without_electronic_invoicing_cannot_be_set_to_issue(open_company: OpenCompany) -> None:
    company = await open_company(CO, electronic_invoicing=False)

    refused = await refusal(company.connect(issue=True))

    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "ERP_PLAN_LACKS_FEATURE")
    assert BLOCKED not in [invoice.state for invoice in await company.shop.invoices()]


@pytest.mark.parametrize(
    ("country", "issue", "sent"),
    [("CO", True, False), ("CO", False, True), ("AR", False, False), ("PE", True, False)],
)
async def test_a_line_without_tax_is_told_before_anything_is_left_behind(
    open_company: OpenCompany, country: str, issue: bool, sent: bool
) -> None:
    case = BY_CODE[country]
    book = {"name": "Libro", "reference": "BOOK", "price": 100}
    company = await open_company(case, items=[book])
    shop = await company.connect(issue=issue)
    order = case.order(order_lines=[a_line("BOOK", quantity="1", unit_price="100")], total_paid="100")

    if sent:
        await shop.settled((await shop.submit(order)).name, OPEN)
        return
    blocked = await shop.blocked(order)
    assert reason_name(blocked.failure.reason) == "DOCUMENT_REJECTED"
    assert dict(blocked.failure.details) == {"lines[0]": "item 1 has no tax"}
    assert await company.invoices() == []


@pytest.mark.parametrize("reads", [0, 3], ids=["at-once", "later"])
async def test_what_the_authority_rejects_in_the_end_is_issued_again_once_it_is_mended(
    open_company: OpenCompany, reads: int
) -> None:
    company = await open_company(CO, switches={"stamp_outcome": "rejected", "stamp_waiting_reads": reads})
    shop = await company.connect(issue=True)
    name = (await company.settled(CO.order(), fiscal_state_pb2.FISCAL_STATE_REJECTED)).name

    async def failed() -> invoice_pb2.Invoice | None:
        found = await shop.invoice(name)
        return found if found.HasField("failure") else None

    rejected = await eventually("the refusal is told", failed)
    assert (rejected.state, reason_name(rejected.failure.reason)) == (OPEN, "FISCAL_REJECTED")
    assert "Receptor no informado" in rejected.failure.details["erp_message"]

    await company.world.seed(switches={"strict": True})
    await shop.retry(name)

    async def accepted() -> bool:
        return (await shop.invoice(name)).fiscal_state == ACCEPTED

    await eventually("it is accepted", accepted)
    assert not (await shop.invoice(name)).HasField("failure")
    assert await one_stamped(company, 2)
