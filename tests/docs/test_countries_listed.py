"""The table of countries says what the plugin's data says."""

import re
from pathlib import Path

import pytest
from erpgate_alegra.countries import COUNTRIES, Country

TEXT = (Path(__file__).parents[2] / "docs" / "alegra-countries.md").read_text(encoding="utf-8")
ROWS = {
    cells[0]: cells[1:]
    for line in TEXT.splitlines()
    if len(cells := [cell.strip() for cell in line.strip("|").split("|")]) == 5 and cells[0].isupper()
}


def test_every_country_has_a_row() -> None:
    assert list(ROWS) == list(COUNTRIES)


@pytest.mark.parametrize("country", COUNTRIES.values(), ids=COUNTRIES.keys())
def test_a_row_says_what_the_data_says(country: Country) -> None:
    documents, buyer, invoice, issued = ROWS[country.code]
    choices = (country.payment_form, country.payment_method, country.invoice_use)

    assert documents == (", ".join(country.identification_type.codes) or "any text")
    assert _names(buyer) == [choice.key for choice in (country.person_type, country.regime) if choice.key]
    assert _names(invoice) == [*(choice.key for choice in choices if choice.key), *country.invoice_fields]
    assert issued == ("yes" if country.stamps else "no")


def test_the_anonymous_documents_are_those_of_the_data() -> None:
    anonymous = [country.anonymous for country in COUNTRIES.values() if country.anonymous]

    assert re.findall(r"`(\w+)` *\n?\s*\((\w+)\)", TEXT) == [(number, kind) for kind, number in anonymous]


def _names(cell: str) -> list[str]:
    return re.findall(r"`(\w+)`", cell)
