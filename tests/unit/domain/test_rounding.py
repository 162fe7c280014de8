"""What an ERP computes, predicted."""

from decimal import Decimal

import pytest
from erpgate.domain.rounding import Prediction, PricedLine, amount_for, charge, line_total, predict, rates_of
from erpgate.plugin.policy import RoundingPolicy
from hypothesis import given, settings
from hypothesis import strategies as st

from .builders import a_policy, an_item, every_policy, policy_id

VAT = (Decimal("0.19"),)
POLICIES = st.sampled_from(every_policy())


def priced(quantity: str, unit_price: str, *rates: str) -> PricedLine:
    return PricedLine(
        quantity=Decimal(quantity), unit_price=Decimal(unit_price), rates=tuple(Decimal(rate) for rate in rates)
    )


def amounts(prediction: Prediction) -> tuple[str, str, str]:
    return str(prediction.total), str(prediction.tax_base), str(prediction.tax)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (a_policy("gross"), ("0.24", "0.20", "0.04")),
        (a_policy("base_and_tax"), ("0.24", "0.20", "0.04")),
        (a_policy("gross", "document"), ("0.25", "0.21", "0.04")),
        (a_policy("base_and_tax", "document"), ("0.25", "0.21", "0.04")),
        (a_policy("gross", gross_prices=True), ("0.20", "0.16", "0.04")),
        (a_policy("gross", "document", gross_prices=True), ("0.21", "0.18", "0.03")),
        (a_policy("gross", amount=3), ("0.248", "0.208", "0.040")),
        (a_policy("gross", amount=0), ("0", "0", "0")),
    ],
    ids=policy_id,
)
def test_two_lines_of_a_tenth(policy: RoundingPolicy, expected: tuple[str, str, str]) -> None:
    lines = [priced("1", "0.104", "0.19"), priced("2", "0.052", "0.19")]
    assert amounts(predict(policy, lines)) == expected


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (a_policy("gross"), ("0.59", "0.50", "0.09")),
        (a_policy("base_and_tax"), ("0.60", "0.50", "0.10")),
        (a_policy("base_and_tax", mode="half_even"), ("0.58", "0.50", "0.08")),
    ],
    ids=policy_id,
)
def test_two_taxes_of_nine_percent_on_a_half(policy: RoundingPolicy, expected: tuple[str, str, str]) -> None:
    """Each of them is 0.045: rounded together, each up, or each to the even cent."""
    assert amounts(predict(policy, [priced("1", "0.5", "0.09", "0.09")])) == expected


def test_document_scope_adds_lines_with_the_same_rates_before_rounding() -> None:
    lines = [priced("1", "0.004", "0.19"), priced("1", "0.004", "0.05"), priced("1", "0.004", "0.19")]
    assert amounts(predict(a_policy("gross", "document"), lines)) == ("0.01", "0.01", "0.00")


def test_nothing_comes_to_nothing() -> None:
    assert amounts(predict(a_policy(), [])) == ("0.00", "0.00", "0.00")


def test_a_line_total_is_the_lines_own_even_where_the_document_rounds() -> None:
    assert line_total(a_policy("gross", "document"), priced("3", "0.1", "0.19")) == Decimal("0.36")


def test_rates_come_in_the_order_of_their_tax_ids() -> None:
    item = an_item("item-1", "0.19", "0.04")
    assert rates_of(item) == (Decimal("0.19"), Decimal("0.04"))


@given(
    policy=POLICIES,
    quantity=st.integers(1, 40),
    price=st.decimals(0, 5000, places=4),
    rate=st.sampled_from(["0", "0.05", "0.19"]),
)
def test_base_and_tax_sum_to_the_total(policy: RoundingPolicy, quantity: int, price: Decimal, rate: str) -> None:
    prediction = predict(policy, [PricedLine(quantity=Decimal(quantity), unit_price=price, rates=(Decimal(rate),))])
    assert prediction.tax_base + prediction.tax == prediction.total


@settings(max_examples=300)
@given(policy=POLICIES, units=st.integers(0, 10**7), rates=st.sampled_from(["", "0.19", "0.05 0.08", "0.16 0.04 0.01"]))
def test_an_amount_is_found_exactly_where_there_is_one(policy: RoundingPolicy, units: int, rates: str) -> None:
    total = Decimal(units).scaleb(-policy.amount_places)
    fractions = tuple(Decimal(rate) for rate in rates.split())
    amount = amount_for(policy, total, fractions)
    if amount is not None:
        assert charge(policy, amount, fractions).total == total
    else:
        growth = 1 + sum(fractions)
        bases = [Decimal(int(units / growth) + step).scaleb(-policy.amount_places) for step in range(-6, 7)]
        assert policy.rounds == "base_and_tax"
        assert all(charge(policy, base, fractions).total != total for base in bases)


def test_sixteen_in_a_hundred_totals_are_jumped_over_at_nineteen_percent() -> None:
    totals = [Decimal(cents).scaleb(-2) for cents in range(1, 11901)]
    missed = [total for total in totals if amount_for(a_policy("base_and_tax"), total, VAT) is None]
    assert len(missed) == 1900
    assert missed[:3] == [Decimal("0.03"), Decimal("0.09"), Decimal("0.16")]
