"""Invoices as they were recorded over the years, read as neutral documents."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from erpgate.plugin import Document, DocumentLine, Stage
from erpgate_alegra.body import Unreadable
from erpgate_alegra.documents import document_of

RECORDED_2016: dict[str, Any] = {
    "id": "4",
    "date": "2016-10-12",
    "dueDate": "2016-10-12",
    "observations": None,
    "anotation": None,
    "status": "draft",
    "client": {"id": "1", "name": "cliente", "identification": "123456789"},
    "numberTemplate": {"id": "1", "prefix": None, "number": "4", "text": None},
    "total": 284,
    "totalPaid": 0,
    "seller": None,
    "priceList": None,
    "items": [
        {"id": 1, "name": "item1", "price": 40, "discount": "", "quantity": 5, "tax": [], "total": 200},
        {
            "id": 2,
            "name": "item2",
            "price": 80,
            "discount": "10",
            "quantity": 1,
            "tax": [{"id": "3", "name": "IVA", "percentage": "16.00"}],
            "total": 84,
        },
    ],
}
RECORDED_2024: dict[str, Any] = {
    "id": "1281",
    "date": "2024-07-10",
    "datetime": "2024-07-10 21:29:49",
    "observations": None,
    "status": "closed",
    "client": {"id": "12", "name": "CLIENTE DEMO"},
    "numberTemplate": {"id": "16", "prefix": "DEMO", "number": "1281", "fullNumber": "DEMO1281", "isElectronic": True},
    "subtotal": 165000,
    "discount": 0,
    "tax": 0,
    "total": 165000,
    "totalPaid": 165000,
    "balance": 0,
    "decimalPrecision": "0",
    "stamp": {
        "legalStatus": "STAMPED_AND_ACCEPTED_WITH_OBSERVATIONS",
        "cufe": "c" * 96,
        "warnings": ["Regla: FAZ09", "Regla: FAJ43b"],
    },
    "items": [{"id": "88", "price": 165000, "discount": 0, "quantity": "1.00", "tax": [], "total": "165000.00"}],
}


def test_a_draft_of_2016() -> None:
    assert document_of(RECORDED_2016, "COP") == Document(
        id="4",  # type: ignore[arg-type]
        number="4",
        reference=None,
        stage=Stage.DRAFT,
        voided=False,
        fiscal="none",
        date=dt.date(2016, 10, 12),
        customer="1",  # type: ignore[arg-type]
        currency_code="COP",
        total=Decimal(284),
        tax_base=Decimal(272),
        tax=Decimal(12),
        balance=Decimal(284),
        lines=(
            DocumentLine(item="1", quantity=Decimal(5), total=Decimal(200)),  # type: ignore[arg-type]
            DocumentLine(item="2", quantity=Decimal(1), total=Decimal(84)),  # type: ignore[arg-type]
        ),
    )


def test_a_stamped_invoice_of_2024() -> None:
    assert document_of(RECORDED_2024, "COP") == Document(
        id="1281",  # type: ignore[arg-type]
        number="DEMO1281",
        reference=None,
        stage=Stage.ISSUED,
        voided=False,
        fiscal="observed",
        date=dt.date(2024, 7, 10),
        customer="12",  # type: ignore[arg-type]
        currency_code="COP",
        total=Decimal(165000),
        tax_base=Decimal(165000),
        tax=Decimal(0),
        balance=Decimal(0),
        lines=(DocumentLine(item="88", quantity=Decimal(1), total=Decimal(165000)),),  # type: ignore[arg-type]
        messages=("Regla: FAZ09", "Regla: FAJ43b"),
    )


@pytest.mark.parametrize(
    ("stamp", "fiscal", "stage"),
    [
        pytest.param(None, "none", Stage.OPEN, id="absent"),
        pytest.param({"legalStatus": "PENDING"}, "none", Stage.OPEN, id="not-sent"),
        pytest.param({"legalStatus": "PENDING", "cufe": "c"}, "pending", Stage.OPEN, id="sent"),
        pytest.param({"emissionStatus": "STAMPED_AND_WAITING_RESPONSE"}, "pending", Stage.OPEN, id="waiting"),
        pytest.param({"legalStatus": "STAMPED_AND_ACCEPTED"}, "accepted", Stage.ISSUED, id="accepted"),
        pytest.param({"cufe": "c"}, "accepted", Stage.ISSUED, id="number-only"),
        pytest.param({"uuid": "u", "emissionStatus": "NEW_WORD"}, "accepted", Stage.ISSUED, id="unknown-word"),
        pytest.param({"legalStatus": "STAMPED_AND_REJECTED", "cufe": "c"}, "rejected", Stage.OPEN, id="rejected"),
    ],
)
def test_what_the_tax_authority_said(stamp: object, fiscal: str, stage: Stage) -> None:
    document = document_of(RECORDED_2016 | {"status": "open", "stamp": stamp}, "COP")

    assert (document.fiscal, document.stage) == (fiscal, stage)


@pytest.mark.parametrize(
    ("template", "number"),
    [
        pytest.param([{"prefix": "FE", "number": 12}], "FE12", id="list"),
        pytest.param({"prefix": "FE", "number": None}, None, id="not-yet"),
        pytest.param([], None, id="empty-list"),
        pytest.param(None, None, id="null"),
    ],
)
def test_the_number_in_each_shape(template: object, number: str | None) -> None:
    assert document_of(RECORDED_2016 | {"numberTemplate": template}, "COP").number == number


def test_a_foreign_currency_is_the_invoices_own() -> None:
    shown = RECORDED_2016 | {"currency": {"code": "USD", "exchangeRate": 4000}}

    assert document_of(shown, "COP").currency_code == "USD"


def test_without_a_balance_it_is_what_was_not_paid() -> None:
    assert document_of(RECORDED_2016 | {"totalPaid": "84.00"}, "COP").balance == Decimal(200)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"id": None}, id="no-id"),
        pytest.param({"id": True}, id="id-of-another-kind"),
        pytest.param({"status": "archived"}, id="unknown-status"),
        pytest.param({"date": "12/10/2016"}, id="date"),
        pytest.param({"client": None}, id="no-client"),
        pytest.param({"total": None}, id="no-total"),
        pytest.param({"total": "NaN"}, id="not-a-number"),
        pytest.param({"total": "1e999999"}, id="absurd"),
        pytest.param({"tax": "x"}, id="tax"),
        pytest.param({"items": [{"name": "no id"}]}, id="line"),
    ],
)
def test_what_decides_must_be_there(change: dict[str, object]) -> None:
    with pytest.raises(Unreadable):
        document_of(RECORDED_2016 | change, "COP")


@pytest.mark.parametrize("body", [None, [], "text", 1])
def test_an_invoice_is_an_object(body: object) -> None:
    with pytest.raises(Unreadable, match="invoice is not an object"):
        document_of(body, "COP")
