"""What Tryton says of invoices, also where it says nothing."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx
import pytest
from erpgate.plugin import Company, CustomerId, DocumentId, Draft, DraftLine, ItemId, Reason, Rejected, Stage
from erpgate_tryton.client import TrytonClient
from erpgate_tryton.documents import document_of
from erpgate_tryton.invoices import Invoices
from erpgate_tryton.mapping import TrytonMapper
from erpgate_tryton.printing import pdf_of
from erpgate_tryton.settings import TrytonSettings
from erpgate_tryton.values import decode, record
from plugins.tryton.conftest import Recorded, answered, refused

SEARCH = "model.account.invoice.search_read"
POST = "model.account.invoice.post"
CANCEL = "model.account.invoice.cancel"
PRINT = "report.account.invoice.execute"


def a_row(**changes: Any) -> dict[str, Any]:
    """A posted invoice, as `search_read` gives it."""
    amount = {"__class__": "Decimal", "decimal": "119.00"}
    return {
        "id": 3,
        "type": "out",
        "state": "posted",
        "number": "FV-000001",
        "reference": "REF",
        "invoice_date": {"__class__": "date", "year": 2026, "month": 1, "day": 15},
        "party": 2,
        "currency.": {"id": 1, "code": "COP"},
        "total_amount": amount,
        "untaxed_amount": amount,
        "tax_amount": {"__class__": "Decimal", "decimal": "0"},
        "amount_to_pay": amount,
        "lines.": [],
        **changes,
    }


@pytest.fixture
def invoices(client: TrytonClient, company: Company) -> Invoices:
    return Invoices(client, company)


@pytest.mark.parametrize("state", ["draft", "cancelled"])
async def test_an_action_without_effect_is_no_success(invoices: Invoices, tryton: Recorded, state: str) -> None:
    """T8: Tryton 7 answers with null whether it posted or not."""
    tryton.answer(SEARCH, answered([a_row(state="draft", number=None)]))
    draft = await invoices.read(DocumentId("3"))
    assert draft is not None
    tryton.answer(SEARCH, answered([a_row(state=state, number=None)]))
    tryton.answer(POST, answered(None))
    with pytest.raises(Rejected):
        await invoices.post(draft)


async def test_what_was_paid_is_not_cancelled(invoices: Invoices, tryton: Recorded) -> None:
    tryton.answer(SEARCH, answered([a_row(amount_to_pay={"__class__": "Decimal", "decimal": "100.00"})]))
    document = await invoices.read(DocumentId("3"))
    assert document is not None
    with pytest.raises(Rejected):
        await invoices.cancel(document)
    assert CANCEL not in tryton.methods()


async def test_a_reference_that_tryton_filtered_wrongly_proves_nothing(invoices: Invoices, tryton: Recorded) -> None:
    """T2: references are not unique, and case may not count."""
    tryton.answer(SEARCH, answered([a_row(reference="ref"), a_row(id=4)]))
    tryton.answer("model.account.invoice.search_count", answered(2))
    found = await invoices.find("REF")
    assert ([document.id for document in found.matches], found.complete) == (["4"], False)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(answered(["odt", {"__class__": "bytes", "base64": ""}, False, "x.odt"]), id="without a converter"),
        pytest.param(refused("[Errno 2] No such file or directory: 'soffice'", ""), id="without soffice, Tryton 7"),
    ],
)
async def test_what_is_no_pdf_is_refused(
    client: TrytonClient, invoices: Invoices, tryton: Recorded, answer: httpx.Response
) -> None:
    tryton.answer(SEARCH, answered([a_row()]))
    tryton.answer(PRINT, answer)
    document = await invoices.read(DocumentId("3"))
    assert document is not None
    with pytest.raises(Rejected) as told:
        await pdf_of(client, document)
    assert told.value.reason is Reason.DOCUMENT_FILE_UNAVAILABLE


def test_amounts_are_sent_with_the_digits_that_they_have(company: Company) -> None:
    """T10: a price as a float would be taken, and one with too many digits refused."""
    line = DraftLine(
        item=ItemId("5"), description="Shirt", quantity=Decimal("1.5"), unit_price=Decimal("33.10"), tax_ids=("2",)
    )
    row = document_of(_decoded(a_row()))
    draft = Draft(
        reference="REF-1",
        date=row.date,
        due_date=row.date,
        customer=CustomerId("2"),
        currency_code="COP",
        lines=(line,),
        total=Decimal("59.09"),
        tax_base=Decimal("49.65"),
        tax=Decimal("9.44"),
        order_number="1001",
        note="sent back",
        stage=Stage.OPEN,
    )
    payload = TrytonMapper().credit_note(draft, replace(row, number="FV-000001"), TrytonSettings(), company)
    assert payload["description"] == "FV-000001 sent back"
    assert payload["lines"] == [
        {
            "type": "line",
            "product": 5,
            "description": "Shirt",
            "quantity": -1.5,
            "unit_price": {"__class__": "Decimal", "decimal": "33.10"},
            "taxes": [["add", [2]]],
        }
    ]


def _decoded(row: dict[str, Any]) -> dict[str, Any]:
    """As the client gives it."""
    return dict(record(decode(json.dumps(row).encode()), "row"))
