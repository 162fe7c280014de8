"""Neutral to Alegra, held against readable files: `pytest tests/plugins/alegra --rewrite-golden` writes them anew."""

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from erpgate.plugin import Address, Buyer, Company, Draft, DraftLine, ItemId
from erpgate_alegra.amounts import json_number
from erpgate_alegra.erp import ALEGRA
from erpgate_alegra.notes import observations, reference_in
from erpgate_alegra.settings import AlegraSettings
from hypothesis import given
from hypothesis import strategies as st

Golden = Callable[[str, object], None]

SETTINGS = AlegraSettings(price_list="1", warehouse="2")


def test_an_invoice_for_colombia(golden: Golden, draft: Draft, company: Company) -> None:
    golden("invoice_colombia", ALEGRA.mapper.invoice(draft, SETTINGS, company))


def test_an_invoice_with_every_setting(golden: Golden, draft: Draft, company: Company) -> None:
    settings = AlegraSettings(
        price_list="1",
        warehouse="0190a5c4-7c1e-7d2a-9b0e-3f1d2c4b5a69",
        number_template="21",
        seller="7",
        payment_form="CREDIT",
        payment_term_days=30,
        payment_method="CREDIT_CARD",
        print_notes=True,
    )
    lines = (
        *draft.lines,
        DraftLine(
            item=ItemId("9"), description="", quantity=Decimal("0.75"), unit_price=Decimal("42016.806723"), tax_ids=()
        ),
    )

    golden("invoice_every_setting", ALEGRA.mapper.invoice(replace(draft, lines=lines), settings, company))


def test_an_invoice_for_mexico_in_dollars(golden: Golden, draft: Draft, company: Company) -> None:
    mexican = replace(
        company, country_code="MX", currency_code="MXN", facts={**company.facts, "exchange_rates": {"USD": "18.05"}}
    )

    golden("invoice_mexico_usd", ALEGRA.mapper.invoice(replace(draft, currency_code="USD"), SETTINGS, mexican))


def test_a_person_in_colombia(golden: Golden, buyer: Buyer, company: Company) -> None:
    golden("customer_colombia_person", ALEGRA.mapper.customer(buyer, SETTINGS, company))


def test_a_company_in_colombia(golden: Golden, buyer: Buyer, company: Company) -> None:
    address = Address(street="Carrera 7", city="Medellín", region="Antioquia", postal_code="050013")
    firm = replace(buyer, name="Cliente Demo  SAS", document_type="nit", document="900.123.456", address=address)

    golden("customer_colombia_company", ALEGRA.mapper.customer(firm, SETTINGS, company))


def test_a_buyer_of_whom_little_is_known(golden: Golden, company: Company) -> None:
    little = Buyer(name="Ana", document="222222222222", document_type="CC")

    golden("customer_colombia_little", ALEGRA.mapper.customer(little, SETTINGS, company))


def test_the_same_draft_gives_the_same_bytes(draft: Draft, company: Company) -> None:
    first, second = (json.dumps(ALEGRA.mapper.invoice(draft, SETTINGS, company)) for _ in range(2))

    assert first == second


def test_the_internal_note_begins_with_the_reference_and_is_cut_visibly(draft: Draft) -> None:
    note = observations(replace(draft, note="ñ" * 600), with_note=True)

    assert len(note) == 500
    assert note.startswith(f"ref:{draft.reference} MKT-1001 ñ")
    assert note.endswith("ñ…")
    assert reference_in(note) == draft.reference


def test_the_printed_note_is_cut_visibly_and_the_internal_one_leaves_it_out(draft: Draft, company: Company) -> None:
    settings = AlegraSettings(print_notes=True)

    body = ALEGRA.mapper.invoice(replace(draft, note="n" * 501), settings, company)

    assert body["anotation"] == "n" * 499 + "…"
    assert body["observations"] == f"ref:{draft.reference} MKT-1001"


@pytest.mark.parametrize("text", ["", "  ", "Pedido ref:ABC", "REF:ABC", "reference ABC"])
def test_other_notes_carry_no_reference(text: str) -> None:
    assert reference_in(text) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal(2), 2),
        (Decimal("2.000"), 2),
        (Decimal("1E+3"), 1000),
        (Decimal(0), 0),
        (Decimal("42016.806723"), 42016.806723),
        (Decimal("0.1"), 0.1),
        (Decimal("123456789012.123456789"), "123456789012.123456789"),
    ],
)
def test_numbers_are_exact(value: Decimal, expected: float | str) -> None:
    assert json_number(value) == expected
    assert type(json_number(value)) is type(expected)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=9, min_value=-(10**15), max_value=10**15))
def test_every_decimal_arrives_as_itself(value: Decimal) -> None:
    sent = json.dumps(json_number(value))

    assert Decimal(json.loads(sent, parse_float=str, parse_int=str)) == value


@given(st.integers(min_value=-(10**15) + 1, max_value=10**15 - 1), st.integers(min_value=0, max_value=12))
def test_fifteen_digits_always_fit_a_number(digits: int, places: int) -> None:
    assert not isinstance(json_number(Decimal(digits).scaleb(-places)), str)
