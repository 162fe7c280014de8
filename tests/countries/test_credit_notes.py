"""Credit notes in every country: stamped where the invoice was, with the type that the country wants."""

from typing import Any

import pytest
from erpgate.v1 import fiscal_state_pb2, operation_pb2
from fixtures.shop import reason_name
from verbs.clerk import Clerk

from .cases import CASES, Case
from .conftest import OpenCompany

ACCEPTED = fiscal_state_pb2.FISCAL_STATE_ACCEPTED
DONE = operation_pb2.OPERATION_STATE_DONE
CO = next(case for case in CASES if case.code == "CO")

TYPES: dict[str, tuple[Any, Any]] = {
    "CO": ("VOID_ELECTRONIC_INVOICE", "REFERENCE_TO_ELECTRONIC_INVOICE"),
    "CR": ("VOID_REFERENCE_DOCUMENT", None),
    "MX": ("01", None),
    "PA": ("CREDIT_NOTE_FE", "SALE"),
    "PE": ("TOTAL_DEVOLUTION", "INTERNAL_SALE"),
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
async def test_a_sale_is_credited_in_full(open_company: OpenCompany, case: Case) -> None:
    company = await open_company(case)
    shop = await company.connect(issue=case.stamps)
    order = case.order()
    invoice = await (company.settled(order, ACCEPTED) if case.stamps else shop.sold(order))
    clerk = Clerk(shop)
    credited = await clerk.ended(await clerk.credit(invoice.name, reason="sent back"))
    (note,) = credited.credit_notes
    assert (note.state, note.HasField("failure")) == (DONE, False), credited.attempts[-1].error
    assert (note.total, note.tax, note.fiscal_state) == (invoice.total, invoice.tax, invoice.fiscal_state)
    (kept,) = await company.world.call("GET", "/credit-notes")
    if case.code in TYPES:
        assert (kept["type"], kept["operationType"]) == TYPES[case.code]


async def test_a_refused_stamp_of_a_credit_note_is_looked_up(open_company: OpenCompany) -> None:
    """Of an invoice such a refusal leaves a document behind, so it is no proof; here there is none."""
    company = await open_company(CO)
    shop = await company.connect(issue=True)
    invoice = await company.settled(CO.order(), ACCEPTED)
    await company.world.break_(
        {"method": "POST", "path": "/credit-notes$", "times": 1, "action": {"kind": "refuse_stamp"}}
    )
    clerk = Clerk(shop)
    failed = await clerk.ended(await clerk.credit(invoice.name))
    assert reason_name(failed.pending_operation.failure.reason) == "DOCUMENT_NOT_FOUND"
    (attempt,) = [attempt for attempt in failed.attempts if attempt.step == "credit_note-1"]
    assert "Regla" in attempt.error
    again = await clerk.ended(await clerk.credit(invoice.name))
    assert [note.state for note in again.credit_notes][-1] == DONE
