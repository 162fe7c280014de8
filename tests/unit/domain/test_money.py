"""Currencies, rounding and splitting."""

from decimal import Decimal

import pytest
from erpgate.domain.money import (
    MINOR_UNITS,
    RoundingMode,
    decimals,
    is_currency,
    minor_units,
    plain,
    quantise,
    split,
    unit,
    written,
)
from hypothesis import given
from hypothesis import strategies as st

AMOUNTS = st.decimals(min_value=0, max_value=10**9, places=2)


@pytest.mark.parametrize(
    ("code", "places"), [("COP", 2), ("MXN", 2), ("CLP", 0), ("PYG", 0), ("JPY", 0), ("KWD", 3), ("UYW", 4)]
)
def test_a_currency_has_its_minor_units(code: str, places: int) -> None:
    assert minor_units(code) == places


@pytest.mark.parametrize("code", ["XXX", "XAU", "cop", "HRK", "ANG", "", "COPS"])
def test_what_is_not_an_active_currency_is_refused_with_the_code(code: str) -> None:
    assert not is_currency(code)
    with pytest.raises(ValueError, match=f"^'{code}' is not an active ISO 4217 currency code"):
        minor_units(code)


def test_the_list_of_currencies_is_complete() -> None:
    assert len(MINOR_UNITS) == 165
    assert all(len(code) == 3 and code.isupper() for code in MINOR_UNITS)


@pytest.mark.parametrize(
    ("amount", "places", "mode", "expected"),
    [
        ("1.005", 2, "half_up", "1.01"),
        ("1.005", 2, "half_even", "1.00"),
        ("1.015", 2, "half_even", "1.02"),
        ("1.00499999999999999999999999999999999999", 2, "half_up", "1.00"),
        ("10.5", 0, "half_up", "11"),
        ("10.5", 0, "half_even", "10"),
        ("999999999999999999999.999999", 2, "half_up", "1000000000000000000000.00"),
    ],
)
def test_rounding_is_exact(amount: str, places: int, mode: RoundingMode, expected: str) -> None:
    rounded = quantise(Decimal(amount), places, mode)
    assert str(rounded) == expected


@pytest.mark.parametrize(
    ("amount", "needed", "short", "with_cents"),
    [
        ("10.500", 1, "10.5", "10.50"),
        ("1E+3", 0, "1000", "1000.00"),
        ("0.00", 0, "0", "0.00"),
        ("0.005", 3, "0.005", "0.005"),
    ],
)
def test_numbers_are_written_as_people_write_them(amount: str, needed: int, short: str, with_cents: str) -> None:
    assert decimals(Decimal(amount)) == needed
    assert plain(Decimal(amount)) == short
    assert written(Decimal(amount), 2) == with_cents


def test_an_infinite_amount_has_no_decimals() -> None:
    with pytest.raises(ValueError, match="Infinity is not a number"):
        decimals(Decimal("Infinity"))


@pytest.mark.parametrize(
    ("total", "weights", "places", "parts"),
    [
        ("10", ["1", "1", "1"], 2, ["3.34", "3.33", "3.33"]),
        ("0.05", ["1", "1", "1"], 2, ["0.02", "0.02", "0.01"]),
        ("100", ["1", "0", "2"], 0, ["33", "0", "67"]),
        ("7", ["0", "0"], 0, ["4", "3"]),
        ("0", ["5", "3"], 2, ["0.00", "0.00"]),
        ("2.02", ["1.006", "0.5", "0.5"], 2, ["1.01", "0.51", "0.50"]),
    ],
)
def test_the_largest_remainders_get_the_last_cents(
    total: str, weights: list[str], places: int, parts: list[str]
) -> None:
    assert [str(part) for part in split(Decimal(total), [Decimal(weight) for weight in weights], places)] == parts


@pytest.mark.parametrize(
    ("total", "weights", "places"),
    [("1", [], 2), ("-1", ["1"], 2), ("1", ["1", "-1"], 2), ("1.005", ["1"], 2)],
    ids=["no parts", "negative total", "negative weight", "total too fine"],
)
def test_what_cannot_be_split_is_an_error(total: str, weights: list[str], places: int) -> None:
    with pytest.raises(ValueError, match=r"^Cannot split"):
        split(Decimal(total), [Decimal(weight) for weight in weights], places)


@given(total=AMOUNTS, weights=st.lists(AMOUNTS, min_size=1, max_size=30))
def test_parts_sum_exactly_and_are_within_a_cent_of_their_share(total: Decimal, weights: list[Decimal]) -> None:
    parts = split(total, weights, 2)
    assert sum(parts) == total
    whole = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert part >= 0
        if whole:
            assert abs(part - total * weight / whole) < unit(2)
            assert weight or not part
