"""Buyers: identity documents read, defaults filled in, and what no default mends refused."""

from dataclasses import replace

import pytest
from erpgate.plugin import Buyer, Company, Reason, Rejected
from erpgate_alegra.erp import ALEGRA
from erpgate_alegra.settings import AlegraSettings

DEFAULTS = AlegraSettings(
    default_document="222222222222",
    identification_type="CC",
    default_email="facturas@example.com",
    default_phone="6010000000",
)
EMPTY = AlegraSettings()


def test_a_complete_buyer_uses_no_default(buyer: Buyer, company: Company) -> None:
    assert ALEGRA.defaults.complete(buyer, DEFAULTS, company) == (buyer, frozenset())


def test_everything_that_is_missing_is_filled_in_and_named(company: Company) -> None:
    completed, used = ALEGRA.defaults.complete(Buyer(name="Ana"), DEFAULTS, company)

    assert completed == Buyer(
        name="Ana",
        document_type="CC",
        document="222222222222",
        email="facturas@example.com",
        phone="6010000000",
    )
    assert used == {"default_document", "identification_type", "default_email", "default_phone"}


def test_a_missing_phone_keeps_the_document_and_the_reverse(buyer: Buyer, company: Company) -> None:
    without_phone, used = ALEGRA.defaults.complete(replace(buyer, phone=""), DEFAULTS, company)
    assert (without_phone.document, used) == (buyer.document, frozenset({"default_phone"}))

    without_document, used = ALEGRA.defaults.complete(replace(buyer, document=""), DEFAULTS, company)
    assert (without_document.phone, used) == (buyer.phone, frozenset({"default_document", "identification_type"}))


def test_without_defaults_only_the_type_is_guessed(buyer: Buyer, company: Company) -> None:
    little = replace(buyer, document_type="", email="", phone="")

    completed, used = ALEGRA.defaults.complete(little, EMPTY, company)

    assert (completed, used) == (replace(little, document_type="CC"), frozenset())


@pytest.mark.parametrize(
    ("word", "document", "expected"),
    [
        ("CC", "1.020.304.050", "CC:1020304050"),
        ("cc", "C.C. 1 020 304 050", "CC:1020304050"),
        ("Cédula de ciudadanía", "1020304050", "CC:1020304050"),
        ("", "1020304050", "CC:1020304050"),
        ("NIT", "900.123.456-8", "NIT:900123456"),
        ("NIT", "900123456", "NIT:900123456"),
        ("NIT", "9001234568", "NIT:900123456"),
        ("NIT", "1020304050", "NIT:1020304050"),
        ("", "900123456-8", "NIT:900123456"),
        ("Pasaporte", "ab-123 456", "PP:AB123456"),
        ("CE", "E-123456", "CE:E123456"),
        ("CC", "222222222222", "CC:222222222222"),
    ],
)
def test_an_identity_is_type_and_number(company: Company, word: str, document: str, expected: str) -> None:
    completed, _ = ALEGRA.defaults.complete(Buyer(name="Ana", document_type=word, document=document), EMPTY, company)

    assert ALEGRA.mapper.identity(completed, EMPTY, company) == expected


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        pytest.param({"name": " "}, "buyer.name", Reason.FIELD_INVALID, id="no-name"),
        pytest.param({"email": "ana@"}, "buyer.email", Reason.FIELD_INVALID, id="e-mail"),
        pytest.param({"document": ""}, "buyer.document", Reason.CUSTOMER_DOCUMENT_INVALID, id="no-document"),
        pytest.param({"document": ".-"}, "buyer.document", Reason.CUSTOMER_DOCUMENT_INVALID, id="only-punctuation"),
        pytest.param({"document": "12A4"}, "buyer.document", Reason.CUSTOMER_DOCUMENT_INVALID, id="letters"),
        pytest.param(
            {"document_type": "NIT", "document": "900123456-7"},
            "buyer.document",
            Reason.CUSTOMER_DOCUMENT_INVALID,
            id="check-digit",
        ),
        pytest.param(
            {"document_type": "NIT", "document": "1" * 16},
            "buyer.document",
            Reason.CUSTOMER_DOCUMENT_INVALID,
            id="long-nit",
        ),
        pytest.param({"document_type": "CPF"}, "buyer.document_type", Reason.CUSTOMER_DOCUMENT_INVALID, id="type"),
    ],
)
def test_what_no_default_mends_is_refused_with_its_field(
    buyer: Buyer, company: Company, change: dict[str, str], field: str, reason: Reason
) -> None:
    with pytest.raises(Rejected) as raised:
        ALEGRA.defaults.complete(replace(buyer, **change), EMPTY, company)  # type: ignore[arg-type]

    assert (list(raised.value.fields), raised.value.reason) == ([field], reason)


def test_an_invalid_document_is_refused_although_there_is_a_default_one(buyer: Buyer, company: Company) -> None:
    """A default stands for what is missing; it never hides what is wrong."""
    with pytest.raises(Rejected) as raised:
        ALEGRA.defaults.complete(replace(buyer, document_type="NIT", document="900123456-7"), DEFAULTS, company)

    assert (list(raised.value.fields), raised.value.reason) == (["buyer.document"], Reason.CUSTOMER_DOCUMENT_INVALID)


def test_a_default_document_that_is_none_names_the_setting(company: Company) -> None:
    wrong = DEFAULTS.model_copy(update={"default_document": "900123456-7", "identification_type": "NIT"})

    with pytest.raises(Rejected) as raised:
        ALEGRA.defaults.complete(Buyer(name="Ana"), wrong, company)

    assert (list(raised.value.fields), raised.value.reason) == (
        ["settings.default_document"],
        Reason.CUSTOMER_DOCUMENT_INVALID,
    )
