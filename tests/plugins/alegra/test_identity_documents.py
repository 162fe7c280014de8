"""Identity documents of every country: how each is written, checked, guessed and sent."""

import contextlib
from dataclasses import replace

import pytest
from erpgate.plugin import Buyer, Company, Reason, Rejected
from erpgate_alegra.countries import COUNTRIES
from erpgate_alegra.customers import contact_payload
from erpgate_alegra.document_types import read_nit
from erpgate_alegra.erp import ALEGRA
from erpgate_alegra.identity import identification_of
from erpgate_alegra.settings import AlegraSettings
from hypothesis import given
from hypothesis import strategies as st

EMPTY = AlegraSettings()


def completed(company: Company, country: str, word: str, document: str) -> tuple[Buyer, Company]:
    there = replace(company, country_code=country)
    buyer, _ = ALEGRA.defaults.complete(Buyer(name="Ana", document_type=word, document=document), EMPTY, there)
    return buyer, there


@pytest.mark.parametrize(
    ("country", "word", "document", "expected"),
    [
        ("CO", "", "1020304050", {"type": "CC", "number": "1020304050"}),
        ("CO", "", "900.123.456-8", {"type": "NIT", "number": "900123456", "dv": 8}),
        ("CO", "FOREIGN_NIT", "US-12", {"type": "FOREIGN_NIT", "number": "US12"}),
        ("MX", "", "xaxx-010101-000", {"type": "RFC", "number": "XAXX010101000"}),
        ("MX", "rfc", "GODE561231GR8", {"type": "RFC", "number": "GODE561231GR8"}),
        ("MX", "", "Ñ&A 850701 1A2", {"type": "RFC", "number": "Ñ&A8507011A2"}),
        ("PE", "", "46712369", {"type": "DNI", "number": "46712369"}),
        ("PE", "DNI", "10117410-2", {"type": "DNI", "number": "10117410"}),
        ("PE", "", "20-51233355-0", {"type": "RUC", "number": "20512333550"}),
        ("PE", "Pasaporte", "ab 12345", {"type": "PP", "number": "AB12345"}),
        ("CR", "", "1-613-584", {"type": "CF", "number": "106130584"}),
        ("CR", "cédula física", "0106130584", {"type": "CF", "number": "106130584"}),
        ("CR", "", "3-101-999999", {"type": "CJ", "number": "3101999999"}),
        ("CR", "", "155812994816", {"type": "DIMEX", "number": "155812994816"}),
        ("CR", "NITE", "1234567890", {"type": "NITE", "number": "1234567890"}),
        ("DO", "", "1-01-85004-3", "101850043"),
        ("DO", "Cédula", "001-1391820-5", "00113918205"),
        ("AR", "", "12.345.678", {"type": "DNI", "number": "12345678"}),
        ("AR", "", "20-05536168-2", {"type": "CUIT", "number": "20055361682"}),
        ("AR", "CUIL", "20055361682", {"type": "CUIL", "number": "20055361682"}),
        ("PA", "", "8-442-445", {"type": "RUC", "number": "8-442-445"}),
        ("PA", "RUC", "155596713-2-2015 DV 59", {"type": "RUC", "number": "155596713-2-2015", "dv": 59}),
        ("PA", "cédula", "pe-1-12", {"type": "RUC", "number": "PE-1-12"}),
        ("CL", "", "12.531.909-2", {"type": "RUT", "number": "12531909-2"}),
        ("CL", "RUN", "125319092", {"type": "RUT", "number": "12531909-2"}),
        ("ES", "", "54362315K", {"type": "NIF", "number": "54362315K"}),
        ("ES", "NIE", "x-2482300w", {"type": "NIF", "number": "X2482300W"}),
        ("ES", "", "A13585625", {"type": "CIF", "number": "A13585625"}),
        ("US", "SSN", "12-345", "12345"),
    ],
)
def test_a_document_is_sent_as_the_country_has_it(
    company: Company, country: str, word: str, document: str, expected: object
) -> None:
    buyer, there = completed(company, country, word, document)

    body = contact_payload(buyer, EMPTY, COUNTRIES[there.country_code])

    assert body.get("identificationObject", body.get("identification")) == expected


@pytest.mark.parametrize(
    ("country", "word", "document"),
    [
        ("CO", "NIT", "900123456-7"),
        ("CO", "CC", "12345678901"),
        ("MX", "RFC", "GODE561331GR8"),
        ("MX", "RFC", "GODE561231"),
        ("PE", "RUC", "20512333551"),
        ("PE", "DNI", "101174103"),
        ("CR", "CF", "12345"),
        ("CR", "CJ", "1101999999"),
        ("CR", "DIMEX", "955812994816"),
        ("CR", "NITE", "123"),
        ("DO", "RNC", "101850042"),
        ("DO", "Cédula", "00113918204"),
        ("AR", "CUIT", "20055361683"),
        ("AR", "CUIL", "99055361682"),
        ("AR", "DNI", "123"),
        ("PA", "RUC", "8442445"),
        ("CL", "RUT", "12531909-3"),
        ("ES", "NIF", "54362315Z"),
        ("ES", "NIE", "X2482300A"),
        ("ES", "CIF", "A13585626"),
    ],
)
def test_a_wrong_document_is_refused_with_its_field(company: Company, country: str, word: str, document: str) -> None:
    with pytest.raises(Rejected) as raised:
        completed(company, country, word, document)

    assert (list(raised.value.fields), raised.value.reason) == (["buyer.document"], Reason.CUSTOMER_DOCUMENT_INVALID)
    assert document not in raised.value.message


@pytest.mark.parametrize("country", sorted(set(COUNTRIES) - {"US"}))
def test_a_type_that_the_country_does_not_have_is_refused(company: Company, country: str) -> None:
    with pytest.raises(Rejected) as raised:
        completed(company, country, "CPF2", "12345678")

    assert (list(raised.value.fields), raised.value.reason) == (
        ["buyer.document_type"],
        Reason.CUSTOMER_DOCUMENT_INVALID,
    )


@pytest.mark.parametrize("country", sorted(COUNTRIES))
def test_the_words_and_the_anonymous_document_of_a_country_are_its_own(company: Company, country: str) -> None:
    known = COUNTRIES[country]
    codes = known.identification_type.codes

    assert set(known.document_words.values()) <= set(codes)
    if known.anonymous is not None:
        word, document = known.anonymous
        buyer, _ = completed(company, country, word, document)
        assert identification_of(buyer, known).number == document


def test_a_rut_is_looked_for_as_accounts_have_it(company: Company) -> None:
    buyer, _ = completed(company, "CL", "", "125319092")

    assert identification_of(buyer, COUNTRIES["CL"]).spellings == ("12531909-2", "12.531.909-2", "125319092")


def test_two_companies_whose_numbers_differ_in_an_ene_are_two(company: Company) -> None:
    identities = {
        ALEGRA.mapper.identity(completed(company, "MX", "", document)[0], EMPTY, replace(company, country_code="MX"))
        for document in ("ÑAN850701AB1", "NAN850701AB1")
    }

    assert len(identities) == 2


@pytest.mark.parametrize(("nit", "digit"), [("800197268", 4), ("860002964", 4), ("899999068", 1), ("0", 0)])
def test_the_check_digit_of_a_nit(nit: str, digit: int) -> None:
    assert read_nit(nit).check_digit == digit


@given(st.text(max_size=30), st.sampled_from(sorted(COUNTRIES)), st.data())
def test_whatever_is_written_is_read_or_refused(document: str, country: str, data: st.DataObject) -> None:
    word = data.draw(st.sampled_from((*COUNTRIES[country].identification_type.codes, "")))
    buyer = Buyer(name="Ana", document_type=word, document=document)
    with contextlib.suppress(Rejected):
        assert identification_of(buyer, COUNTRIES[country]).number
