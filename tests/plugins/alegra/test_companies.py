"""Companies as they were recorded, and what must be known of one."""

from typing import Any

import pytest
from erpgate.plugin import Company
from erpgate_alegra.body import Json, Unreadable
from erpgate_alegra.companies import amount_places, company_of, exchange_rates, with_currencies

RECORDED_2020: dict[str, Any] = {
    "name": "ejemplo",
    "identification": "1061687132-1",
    "regime": "Responsable del IVA",
    "applicationVersion": "colombia",
    "timezone": "America/Bogota",
    "address": {"city": "Medellin", "department": None},
    "currency": {"code": "COP", "symbol": "$"},
    "multicurrency": False,
    "decimalPrecision": "0",
    "kindOfPerson": "",
    "identificationObject": {"type": None, "number": "1061687132-1"},
    "settings": {"canStampInvoices": False, "electronicInvoicing": False},
}


def _read(country_code: str = "CO", /, **change: Any) -> Company:
    return company_of(RECORDED_2020 | change, country_code=country_code, settle_seconds=120)


def test_a_company_of_2020() -> None:
    assert _read() == Company(
        id="colombia:1061687132",  # type: ignore[arg-type]
        name="ejemplo",
        country_code="CO",
        currency_code="COP",
        time_zone="America/Bogota",
        facts={
            "amount_places": 0,
            "settle_seconds": 120,
            "multicurrency": False,
            "application_version": "colombia",
            "can_stamp": False,
            "electronic_invoicing": False,
        },
    )


@pytest.mark.parametrize(
    ("version", "country_code"),
    [
        ("colombia", "CO"),
        ("mexico", "MX"),
        ("peru", "PE"),
        ("costaRica", "CR"),
        ("republicaDominicana", "DO"),
        ("argentina", "AR"),
        ("panama", "PA"),
        ("chile", "CL"),
        ("spain", "ES"),
        ("usa", "US"),
        pytest.param("other", "US", id="no-country"),
        pytest.param("ecuador", "CO", id="unknown"),
    ],
)
def test_a_version_names_the_country_or_leaves_it_to_the_merchant(version: str, country_code: str) -> None:
    assert _read(country_code, applicationVersion=version).country_code == country_code


def test_the_same_number_in_another_country_is_another_company() -> None:
    mexican = _read("MX", applicationVersion="mexico", identificationObject=None, identification="XAXX-010101-000")

    assert mexican.id == "mexico:XAXX010101000"


@pytest.mark.parametrize(("shown", "places"), [("2", 2), (4, 4), (None, 2), ("", 2)])
def test_decimals_come_as_text_or_number_or_not_at_all(shown: object, places: int) -> None:
    assert amount_places(_read(decimalPrecision=shown)) == places


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"decimalPrecision": "many"}, id="decimals"),
        pytest.param({"decimalPrecision": "-1"}, id="negative"),
        pytest.param({"decimalPrecision": "1.5"}, id="fraction"),
        pytest.param({"timezone": "Bogota"}, id="zone"),
        pytest.param({"timezone": "../etc/passwd"}, id="path"),
        pytest.param({"timezone": None}, id="no-zone"),
        pytest.param({"currency": {"symbol": "$"}}, id="no-currency"),
        pytest.param({"currency": None}, id="null-currency"),
    ],
)
def test_what_decides_must_be_known(change: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        _read(**change)


def test_other_currencies_come_with_their_rates() -> None:
    rows: list[Json] = [
        {"code": "USD", "exchangeRate": "4000.50", "status": "active"},
        {"code": "EUR", "exchangeRate": 4500},
        {"code": "VEF", "exchangeRate": 1, "status": "inactive"},
    ]

    assert exchange_rates(with_currencies(_read(), rows)) == {"USD": "4000.50", "EUR": "4500"}
