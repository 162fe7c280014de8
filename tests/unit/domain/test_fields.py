"""Values that cannot be meant."""

import dataclasses

import pytest
from erpgate.domain.fields import check_fields
from erpgate.domain.order import Order
from erpgate.domain.problem import Blocked, LineProblem
from erpgate.plugin.reasons import Reason

from .builders import a_line, a_policy, an_order


@pytest.mark.parametrize(
    ("order", "details"),
    [
        (an_order(currency="XXX"), {"currency_code": "'XXX' is not an active ISO 4217 currency."}),
        (an_order(paid="119.005"), {"total_paid": "119.005 has more decimals than COP has (2)."}),
        (an_order(paid="119.5", currency="CLP"), {"total_paid": "119.5 has more decimals than CLP has (0)."}),
        (an_order(paid="-1"), {"total_paid": "It must not be negative."}),
        (an_order(discount="-1"), {"discount_amount": "It must not be negative."}),
        (
            an_order(shipping="5", shipping_discount="6"),
            {"shipping_discount_amount": "6 is more than the shipping, 5."},
        ),
        (
            an_order(a_line(quantity="1.125")),
            {"lines[0].quantity": "1.125 has more decimals than the ERP keeps of a quantity (2)."},
        ),
        (an_order(a_line(quantity="0")), {"lines[0].quantity": "It must be above zero."}),
        (
            an_order(a_line(), a_line("-5", line_id="2", discount="-1")),
            {
                "lines[1].unit_price": "It must not be negative.",
                "lines[1].discount_amount": "It must not be negative.",
            },
        ),
        (
            an_order(a_line("10", "2", discount="20.01")),
            {"lines[0].discount_amount": "20.01 is more than the line's amount, 20."},
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_every_field_that_is_wrong_is_named(order: Order, details: dict[str, str]) -> None:
    with pytest.raises(Blocked) as caught:
        check_fields(order, a_policy(quantity=2))
    assert caught.value.reason is Reason.FIELD_INVALID
    assert caught.value.details == details


def test_a_wrong_field_of_a_line_is_its_problem() -> None:
    with pytest.raises(Blocked, match=r"^lines\[1\]\.quantity: 0\.5 has more decimals") as caught:
        check_fields(an_order(a_line(), a_line(quantity="0.5", line_id="2")), a_policy(quantity=0))
    assert caught.value.lines == (
        LineProblem(
            line_id="2",
            sku="SHIRT",
            reason=Reason.FIELD_INVALID,
            message="lines[1].quantity: 0.5 has more decimals than the ERP keeps of a quantity (0).",
        ),
    )


def test_trailing_zeros_are_no_decimals() -> None:
    check_fields(an_order(a_line(quantity="2.000"), paid="119.0000"), a_policy(quantity=0))


def test_an_order_has_lines() -> None:
    with pytest.raises(Blocked) as caught:
        check_fields(dataclasses.replace(an_order(), lines=()), a_policy())
    assert caught.value.details == {"lines": "There must be at least one."}
