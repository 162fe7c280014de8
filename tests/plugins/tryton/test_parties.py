"""Who a buyer is in Tryton, and what it would take that is none."""

from dataclasses import replace
from typing import Any

import pytest
from erpgate.plugin import Buyer, Company, Rejected
from erpgate_tryton.client import TrytonClient
from erpgate_tryton.defaults import TrytonDefaults
from erpgate_tryton.identity import Identification, identification_of
from erpgate_tryton.parties import Parties
from erpgate_tryton.settings import TrytonSettings
from plugins.tryton.conftest import Recorded, answered

SEARCH = "model.party.party.search_read"
ANA = Buyer(name="Ana", document_type="NIT", document="860.002.964-4", email="ana@example.com")


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"name": " "}, "buyer.name"), ({"email": "not an e-mail"}, "buyer.email"), ({"document": "-"}, "buyer.document")],
)
def test_what_tryton_does_not_check_is_checked(changes: dict[str, Any], field: str, company: Company) -> None:
    """T11."""
    with pytest.raises(Rejected) as told:
        TrytonDefaults().complete(replace(ANA, **changes), TrytonSettings(), company)
    assert list(told.value.fields) == [field]


@pytest.mark.parametrize(("types", "expected"), [(["co_vat"], "co_vat"), (["co_rut"], "co_rut"), ([], "")])
def test_each_release_has_its_own_word_for_a_tax_number(types: list[str], expected: str, company: Company) -> None:
    """T13."""
    company = replace(company, facts={**company.facts, "identifier_types": types})
    assert identification_of(ANA, company) == Identification(type=expected, number="8600029644")


@pytest.mark.parametrize("code", ["860.002.964-4", "8600029644", "860002964-4"])
async def test_a_number_is_found_however_it_is_written(
    client: TrytonClient, tryton: Recorded, company: Company, code: str
) -> None:
    """T13: Tryton 8 keeps a NIT with dots, Tryton 7 without; others are as somebody typed them in."""
    rows = [{"id": 2, "identifiers.": [{"id": 1, "code": code}]}, {"id": 3, "identifiers.": [{"id": 2, "code": "9"}]}]
    tryton.answer(SEARCH, answered(rows))
    tryton.answer("model.party.party.search_count", answered(2))
    found = await Parties(client, company).find(ANA)
    assert (found.matches, found.complete) == (("2",), True)
