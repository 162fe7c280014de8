"""The codes that the plugin offers for a country are those that a strict Alegra of that country takes."""

import pytest
from erpgate.plugin import SimulatedCompany
from erpgate_alegra.assumptions import APPLICATION_VERSIONS, DOMINICAN_TYPES_ARE_SENT
from erpgate_alegra.countries import COUNTRIES, Country
from erpgate_alegra.simulated import tenant_of
from erpgate_alegra.simulator.countries import country as simulated

EVERY = pytest.mark.parametrize("country", COUNTRIES.values(), ids=COUNTRIES.keys())


def enums_of(country: Country) -> dict[str, tuple[str, ...]]:
    company = SimulatedCompany(name="x", country_code=country.code, currency_code="USD", amount_places=2, items=())
    return dict(simulated(str(tenant_of(company)["country"])).enums)


@EVERY
def test_types_of_documents_are_all_there(country: Country) -> None:
    expected = enums_of(country).get("identificationType", ())
    if country.code == "DO":
        assert not DOMINICAN_TYPES_ARE_SENT
        return
    assert sorted(country.identification_type.codes) == sorted(expected)


@EVERY
def test_regimes_and_kinds_of_person_are_all_there(country: Country) -> None:
    enums = enums_of(country)
    regime = {"regimeObject": "regime"}.get(country.regime.key, country.regime.key)

    assert sorted(country.regime.codes) == sorted(enums.get(regime, ()))
    assert sorted(country.person_type.codes) == sorted(enums.get("kindOfPerson", ()))
    assert not country.entity_regime or country.entity_regime in country.regime.codes


@EVERY
def test_forms_and_methods_of_payment_are_taken(country: Country) -> None:
    enums = enums_of(country)
    for choice in (country.payment_form, country.payment_method, country.invoice_use):
        assert set(choice.codes) <= set(enums.get(choice.key, ()))
        assert bool(choice.codes) == bool(choice.key)
    renamed = {"type": "invoiceType"}
    for name, code in country.invoice_fields.items():
        assert code in enums[renamed.get(name, name)]


@EVERY
def test_addresses_have_the_countrys_keys(country: Country) -> None:
    company = SimulatedCompany(name="x", country_code=country.code, currency_code="USD", amount_places=2, items=())
    known = simulated(str(tenant_of(company)["country"])).address

    assert {key for key in country.address_keys if key} <= set(known)


def test_every_country_is_a_version_of_alegra() -> None:
    assert set(APPLICATION_VERSIONS.values()) == set(COUNTRIES)
