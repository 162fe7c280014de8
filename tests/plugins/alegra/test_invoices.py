"""Invoices: one call to create, one to open; stamped apart; and what each kind of failure becomes."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from erpgate.plugin import (
    Company,
    CustomerId,
    Document,
    DocumentId,
    DocumentLine,
    Draft,
    ItemId,
    OutcomeUnknown,
    Payload,
    Reason,
    Rejected,
    Stage,
    Unavailable,
)
from erpgate_alegra.erp import ALEGRA
from erpgate_alegra.settings import AlegraSettings

if TYPE_CHECKING:
    from plugins.alegra.conftest import Connect, OpenShop, Shop

CLIENT = {
    "name": "Ana Pérez",
    "identificationObject": {"type": "CC", "number": "1020304050"},
    "kindOfPerson": "PERSON_ENTITY",
    "nameObject": {"firstName": "Ana", "lastName": "Pérez"},
    "regime": "SIMPLIFIED_REGIME",
    "address": {"city": "Bogotá, D.C.", "department": "Bogotá D.C."},
}
ANSWERS_INVOICE = {"action_answers": "document"}


@pytest.fixture
async def shop(open_shop: "OpenShop", company: Company) -> "Shop":
    return await open_shop(company=company, contacts=[CLIENT], electronic_invoicing=True, switches=ANSWERS_INVOICE)


@pytest.fixture
def payload(draft: Draft, company: Company) -> Payload:
    return ALEGRA.mapper.invoice(draft, AlegraSettings(), company)


@pytest.fixture
def created(draft: Draft) -> Document:
    return Document(
        id=DocumentId("1"),
        number="FE1",
        reference=draft.reference,
        stage=Stage.DRAFT,
        voided=False,
        fiscal="none",
        date=draft.date,
        customer=CustomerId("1"),
        currency_code="COP",
        total=draft.total,
        tax_base=draft.tax_base,
        tax=draft.tax,
        balance=draft.total,
        lines=(DocumentLine(item=ItemId("1"), quantity=Decimal(2), total=draft.total),),
    )


async def test_an_invoice_costs_one_create_and_one_open(shop: "Shop", payload: Payload, created: Document) -> None:
    drafted = await shop.connection.create(payload, Stage.DRAFT, key="k")
    opened = await shop.connection.advance(drafted, Stage.OPEN, key="k")

    assert (drafted, opened) == (created, replace(created, stage=Stage.OPEN))
    assert await shop.counts() == {"POST /invoices": 1, "POST /invoices/{id}/open": 1}
    assert shop.guard.asked == [("*", True)] * 2


async def test_what_was_predicted_is_what_alegra_computes(shop: "Shop", payload: Payload, draft: Draft) -> None:
    drafted = await shop.connection.create(payload, Stage.DRAFT, key="k")

    assert (drafted.total, drafted.tax_base, drafted.tax) == (draft.total, draft.tax_base, draft.tax)


async def test_an_invoice_can_be_created_open(shop: "Shop", payload: Payload, created: Document) -> None:
    opened = await shop.connection.create(payload, Stage.OPEN, key="k")

    assert opened == replace(created, stage=Stage.OPEN)
    assert await shop.counts() == {"POST /invoices": 1}


async def test_an_open_that_only_says_so_is_not_read_again_when_the_draft_has_its_number(
    open_shop: "OpenShop", payload: Payload, company: Company, created: Document
) -> None:
    shop = await open_shop(company=company, contacts=[CLIENT], electronic_invoicing=True)
    drafted = await shop.connection.create(payload, Stage.DRAFT, key="k")

    assert await shop.connection.advance(drafted, Stage.OPEN, key="k") == replace(created, stage=Stage.OPEN)
    assert await shop.counts() == {"POST /invoices": 1, "POST /invoices/{id}/open": 1}


async def test_an_open_that_only_says_so_is_read_again_for_the_number_that_it_gave(
    open_shop: "OpenShop", payload: Payload, company: Company
) -> None:
    shop = await open_shop(company=company, contacts=[CLIENT], switches={"number_at": "open"})
    drafted = await shop.connection.create(payload, Stage.DRAFT, key="k")
    opened = await shop.connection.advance(drafted, Stage.OPEN, key="k")

    assert not drafted.number
    assert opened.number
    assert await shop.counts() == {"POST /invoices": 1, "POST /invoices/{id}/open": 1, "GET /invoices/{id}": 1}


async def test_the_company_is_asked_for_its_currency_once_when_it_is_not_wired(
    open_shop: "OpenShop", payload: Payload
) -> None:
    shop = await open_shop(contacts=[CLIENT], switches=ANSWERS_INVOICE)

    first = await shop.connection.create(payload, Stage.DRAFT, key="k")
    await shop.connection.create(payload, Stage.DRAFT, key="k")

    assert first.currency_code == "COP"
    assert await shop.counts() == {"GET /company": 1, "POST /invoices": 2}


async def test_a_draft_is_opened_and_stamped_in_one_call(shop: "Shop", payload: Payload, created: Document) -> None:
    drafted = await shop.connection.create(payload, Stage.DRAFT, key="k")

    issued = await shop.connection.advance(drafted, Stage.ISSUED, key="k")

    assert issued == replace(created, stage=Stage.ISSUED, fiscal="accepted")
    assert await shop.counts() == {"POST /invoices": 1, "POST /invoices/{id}/open": 1}


async def test_an_open_invoice_is_stamped_apart(shop: "Shop", payload: Payload, created: Document) -> None:
    opened = await shop.connection.create(payload, Stage.OPEN, key="k")

    issued = await shop.connection.advance(opened, Stage.ISSUED, key="k")

    assert issued == replace(created, stage=Stage.ISSUED, fiscal="accepted")
    assert [entry["body"] for entry in await shop.requests("POST") if entry["path"] == "/invoices/stamp"] == [
        {"ids": ["1"]}
    ]


async def test_what_is_reached_already_costs_nothing(shop: "Shop", created: Document) -> None:
    issued = replace(created, stage=Stage.ISSUED)

    assert await shop.connection.advance(issued, Stage.OPEN, key="k") is issued
    assert await shop.counts() == {}


async def test_a_waiting_stamp_is_pending_and_then_accepted(
    open_shop: "OpenShop", payload: Payload, company: Company
) -> None:
    shop = await open_shop(
        company=company, contacts=[CLIENT], electronic_invoicing=True, switches={"stamp_waiting_reads": 2}
    )
    opened = await shop.connection.create(payload, Stage.OPEN, key="k")

    waiting = await shop.connection.advance(opened, Stage.ISSUED, key="k")
    seen = [await shop.connection.read(opened.id) for _ in range(2)]

    assert (waiting.stage, waiting.fiscal) == (Stage.OPEN, "pending")
    assert [(each.stage, each.fiscal) for each in seen if each] == [
        (Stage.OPEN, "pending"),
        (Stage.ISSUED, "accepted"),
    ]


@pytest.mark.parametrize("stage", [Stage.DRAFT, Stage.OPEN])
async def test_a_refused_stamp_is_the_tax_authoritys_and_changes_nothing(
    shop: "Shop", payload: Payload, stage: Stage
) -> None:
    document = await shop.connection.create(payload, stage, key="k")
    await shop.break_({"method": "POST", "action": {"kind": "refuse_stamp", "message": "Regla: FAD06, Rechazo"}})

    with pytest.raises(Rejected, match="FAD06") as raised:
        await shop.connection.advance(document, Stage.ISSUED, key="k")

    assert raised.value.reason is Reason.FISCAL_REJECTED
    assert [row["status"] for row in await shop.documents()] == [stage.value]


@pytest.mark.parametrize("stage", [Stage.DRAFT, Stage.OPEN])
async def test_a_stamp_that_the_authority_may_hold_is_unknown(shop: "Shop", payload: Payload, stage: Stage) -> None:
    document = await shop.connection.create(payload, stage, key="k")
    message = "AEP6009 Regla 90, Rechazo: Documento procesado anteriormente"
    await shop.break_({"method": "POST", "action": {"kind": "refuse_stamp", "message": message}})

    with pytest.raises(OutcomeUnknown):
        await shop.connection.advance(document, Stage.ISSUED, key="k")


async def test_selling_more_than_there_is_names_the_stock(shop: "Shop", payload: Payload) -> None:
    line = {"id": "1", "price": 1, "quantity": 11, "tax": []}
    drafted = await shop.connection.create({**payload, "items": [line]}, Stage.DRAFT, key="k")

    with pytest.raises(Rejected) as raised:
        await shop.connection.advance(drafted, Stage.OPEN, key="k")

    assert raised.value.reason is Reason.INSUFFICIENT_STOCK
    assert [row["status"] for row in await shop.documents()] == ["draft"]


async def test_an_inactive_item_is_named(open_shop: "OpenShop", payload: Payload) -> None:
    shop = await open_shop(contacts=[CLIENT], items=[{"name": "Vieja", "price": 1, "status": "inactive"}])

    with pytest.raises(Rejected) as raised:
        await shop.connection.create(payload, Stage.DRAFT, key="k")

    assert raised.value.reason is Reason.ITEM_INACTIVE
    assert await shop.documents() == []


@pytest.mark.parametrize(
    "template",
    [
        pytest.param({"endDate": "2026-08-31"}, id="expired"),
        pytest.param({"maxInvoiceNumber": "9", "nextInvoiceNumber": "10"}, id="used-up"),
    ],
)
async def test_a_numbering_that_has_ended_is_named(
    open_shop: "OpenShop", payload: Payload, template: Mapping[str, Any]
) -> None:
    shop = await open_shop(contacts=[CLIENT], number_templates=[{"name": "Facturas", "isDefault": True, **template}])

    with pytest.raises(Rejected) as raised:
        await shop.connection.create(payload, Stage.DRAFT, key="k")

    assert raised.value.reason is Reason.NUMBERING_EXHAUSTED


@pytest.mark.parametrize(
    "action",
    [
        pytest.param({"kind": "drop_after"}, id="dropped"),
        pytest.param({"kind": "status", "status": 503, "after": True}, id="503-although-done"),
        pytest.param({"kind": "status", "status": 500}, id="500"),
        pytest.param({"kind": "garbage", "status": 200, "after": True}, id="garbage"),
        pytest.param({"kind": "garbage", "status": 400}, id="unreadable-400"),
        pytest.param({"kind": "garbage", "status": 201, "text": '{"id": "1"}'}, id="half-an-invoice"),
        pytest.param({"kind": "garbage", "status": 302, "text": ""}, id="redirect"),
    ],
)
async def test_a_write_without_a_clear_answer_is_unknown(
    shop: "Shop", payload: Payload, action: Mapping[str, Any]
) -> None:
    await shop.break_({"method": "POST", "path": "/invoices", "action": action})

    with pytest.raises(OutcomeUnknown):
        await shop.connection.create(payload, Stage.DRAFT, key="k")


async def test_a_failed_read_after_a_write_is_unknown(
    open_shop: "OpenShop", payload: Payload, company: Company
) -> None:
    shop = await open_shop(company=company, contacts=[CLIENT], switches={"number_at": "open"})
    drafted = await shop.connection.create(payload, Stage.DRAFT, key="k")
    await shop.break_({"method": "GET", "action": {"kind": "status", "status": 502}})

    with pytest.raises(OutcomeUnknown):
        await shop.connection.advance(drafted, Stage.OPEN, key="k")

    assert [row["status"] for row in await shop.documents()] == ["open"]


async def test_an_invoice_that_is_gone_after_a_write_is_unknown(
    open_shop: "OpenShop", payload: Payload, company: Company
) -> None:
    shop = await open_shop(company=company, contacts=[CLIENT], switches={"number_at": "open"})
    drafted = await shop.connection.create(payload, Stage.DRAFT, key="k")
    body = '{"code": 404, "message": "El recurso solicitado no existe"}'
    await shop.break_({"method": "GET", "action": {"kind": "garbage", "status": 404, "text": body}})

    with pytest.raises(OutcomeUnknown, match="the invoice is gone"):
        await shop.connection.advance(drafted, Stage.OPEN, key="k")


async def test_a_write_that_never_left_is_unavailable(connect: "Connect", payload: Payload, company: Company) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    connection = connect(httpx.MockTransport(refuse), company=company)

    with pytest.raises(Unavailable):
        await connection.create(payload, Stage.DRAFT, key="k")


async def test_reading_tells_absent_from_unreachable(shop: "Shop", payload: Payload, created: Document) -> None:
    await shop.connection.create(payload, Stage.DRAFT, key="k")

    assert await shop.connection.read(DocumentId("1")) == created
    assert await shop.connection.read(DocumentId("2")) is None
    assert await shop.connection.read(DocumentId("../company")) is None

    await shop.break_({"action": {"kind": "garbage", "status": 404}})
    with pytest.raises(Unavailable):
        await shop.connection.read(DocumentId("2"))


async def test_a_voided_invoice_says_so(shop: "Shop", payload: Payload) -> None:
    await shop.connection.create(payload, Stage.OPEN, key="k")
    await shop.call("POST", "invoices/1/void", {})

    document = await shop.connection.read(DocumentId("1"))

    assert document is not None
    assert (document.voided, document.stage) == (True, Stage.OPEN)


async def test_a_draft_is_discarded_once_and_again(shop: "Shop", payload: Payload) -> None:
    drafted = await shop.connection.create(payload, Stage.DRAFT, key="k")

    await shop.connection.discard(drafted)
    await shop.connection.discard(drafted)

    assert await shop.documents() == []


async def test_what_is_no_draft_any_more_is_not_discarded(shop: "Shop", payload: Payload) -> None:
    drafted = await shop.connection.create(payload, Stage.DRAFT, key="k")
    await shop.connection.advance(drafted, Stage.OPEN, key="k")

    with pytest.raises(Rejected):
        await shop.connection.discard(drafted)

    assert [row["status"] for row in await shop.documents()] == ["open"]
