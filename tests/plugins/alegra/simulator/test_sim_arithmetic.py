"""Rounding and exact numbers: the recorded totals, and what holds for every line."""

import json
from decimal import Decimal
from typing import Any

import pytest
from erpgate_alegra.simulator.arithmetic import Amounts, fixed, line_amounts, rounded, summed
from erpgate_alegra.simulator.jsontext import dumps, loads
from hypothesis import given
from hypothesis import strategies as st


def line(price: str, quantity: str = "1", discount: str = "0", tax: str = "16", precision: int = 0) -> Amounts:
    return line_amounts(
        price=Decimal(price),
        quantity=Decimal(quantity),
        discount=Decimal(discount),
        tax_percentage=Decimal(tax),
        precision=precision,
    )


@pytest.mark.parametrize(
    ("lines", "totals", "total"),
    [
        ([line("40"), line("80")], ["46", "93"], "139"),
        ([line("40", "5", tax="0"), line("80", discount="10")], ["200", "84"], "284"),
    ],
    ids=["first-recorded-invoice", "second-recorded-invoice"],
)
def test_recorded_totals(lines: list[Amounts], totals: list[str], total: str) -> None:
    assert [amounts.total for amounts in lines] == [Decimal(text) for text in totals]
    assert summed(lines).total == Decimal(total)


@pytest.mark.parametrize(("value", "decimals", "result"), [("0.5", 0, "1"), ("1.005", 2, "1.01"), ("-0.5", 0, "-1")])
def test_halves_are_rounded_up(value: str, decimals: int, result: str) -> None:
    assert rounded(Decimal(value), decimals) == Decimal(result)


MONEY = st.decimals(min_value=0, max_value=10**9, places=6)
PERCENT = st.decimals(min_value=0, max_value=100, places=4)


@given(price=MONEY, quantity=MONEY, discount=PERCENT, tax=PERCENT, precision=st.integers(0, 4))
def test_the_parts_of_a_line_add_up(
    price: Decimal, quantity: Decimal, discount: Decimal, tax: Decimal, precision: int
) -> None:
    amounts = line_amounts(price=price, quantity=quantity, discount=discount, tax_percentage=tax, precision=precision)
    assert amounts.gross - amounts.discount == amounts.base
    assert amounts.base + amounts.tax == amounts.total
    assert amounts.total == rounded(amounts.total, precision)


@pytest.mark.parametrize(
    ("value", "text"), [("5", "5.00"), ("4050", "4050.00"), ("0.125", "0.125"), ("10.50", "10.50")]
)
def test_fixed_decimals(value: str, text: str) -> None:
    assert fixed(Decimal(value), 2) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("84.00"), "84"),
        (Decimal("0.1"), "0.1"),
        (Decimal("-0.00"), "0"),
        (Decimal("1E+3"), "1000"),
        (Decimal("1234567890123456789.123456789"), "1234567890123456789.123456789"),
        ({"a": [Decimal("1.50"), "1.50", 2, None, True]}, '{"a":[1.5,"1.50",2,null,true]}'),
    ],
)
def test_decimals_are_written_exactly(value: Any, text: str) -> None:
    assert dumps(value) == text


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20))
def test_numbers_survive_writing_and_reading(value: Decimal) -> None:
    assert Decimal(loads(dumps([value]))[0]) == value


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.booleans() | st.none()))
def test_other_values_are_written_as_json_does(value: dict[str, Any]) -> None:
    assert json.loads(dumps(value)) == value
