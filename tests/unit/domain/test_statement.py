"""What was paid for each line, or why that is not clear."""

from decimal import Decimal

import pytest
from erpgate.domain.order import Order
from erpgate.domain.problem import Blocked, LineProblem
from erpgate.domain.statement import read
from erpgate.plugin.model import Item
from erpgate.plugin.reasons import Reason

from .builders import a_line, an_item, an_order, items_of

VAT = an_item("vat", "0.19")
REDUCED = an_item("reduced", "0.05")
EXEMPT = an_item("exempt")


def paid_for(order: Order, *items: Item) -> list[str]:
    statement = read(order, items_of(order, *items))
    return [*(str(line.total) for line in statement.lines), str(statement.shipping)]


def refusal(order: Order, *items: Item) -> Blocked:
    with pytest.raises(Blocked) as caught:
        read(order, items_of(order, *items))
    return caught.value


@pytest.mark.parametrize(
    ("order", "items", "expected"),
    [
        (an_order(a_line("119"), paid="119"), (VAT,), ["119.00", "0"]),
        (an_order(a_line("33.3333", "3"), paid="100"), (VAT,), ["100.00", "0"]),
        (an_order(a_line("100"), paid="119", includes_tax=False), (VAT,), ["119.00", "0"]),
        (an_order(a_line("100"), paid="100", includes_tax=None), (EXEMPT,), ["100.00", "0"]),
        (
            an_order(a_line("100"), a_line("100", line_id="2", includes_tax=False), paid="219"),
            (VAT,),
            ["100.00", "119.00", "0"],
        ),
        (
            an_order(
                a_line("50", "2", discount="10"),
                a_line("0", line_id="2"),
                paid="95.50",
                shipping="8",
                shipping_discount="2.50",
            ),
            (VAT,),
            ["90.00", "0.00", "5.50"],
        ),
        (
            an_order(*(a_line("10", line_id=str(n)) for n in range(3)), paid="20", discount="10"),
            (VAT,),
            ["6.66", "6.67", "6.67", "0"],
        ),
        (
            an_order(a_line("100"), a_line("100", line_id="2"), paid="207.27", includes_tax=False, discount="10.71"),
            (VAT, EXEMPT),
            ["112.62", "94.65", "0"],
        ),
        (an_order(a_line("1000"), paid="1190", currency="CLP", includes_tax=False), (VAT,), ["1190", "0"]),
    ],
    ids=[
        "gross",
        "gross price finer than a cent",
        "net",
        "basis does not matter without tax",
        "a line overrides the order",
        "line discount, free line, discounted shipping",
        "order discount by largest remainder",
        "order discount on net prices",
        "no minor units",
    ],
)
def test_every_line_has_its_share_of_what_was_paid(order: Order, items: tuple[Item, ...], expected: list[str]) -> None:
    assert paid_for(order, *items) == expected


@pytest.mark.parametrize(
    ("paid", "expected"),
    [("0.36", ["0.18", "0.18", "0"]), ("0.34", ["0.17", "0.17", "0"]), ("0.35", ["0.18", "0.17", "0"])],
    ids=["base and tax apart", "once a line", "once a document"],
)
def test_net_prices_add_up_in_each_way_a_seller_may_round(paid: str, expected: list[str]) -> None:
    order = an_order(a_line("0.146"), a_line("0.146", line_id="2"), paid=paid, includes_tax=False)
    assert paid_for(order, VAT) == expected


def test_the_discount_of_lines_that_all_override_the_basis_is_on_theirs() -> None:
    order = an_order(a_line("100", includes_tax=False), includes_tax=None, paid="107.10", discount="10")
    assert paid_for(order, VAT) == ["107.10", "0"]


def test_a_gross_discount_comes_off_a_net_line_with_its_tax() -> None:
    order = an_order(a_line("100", includes_tax=False), a_line("119", line_id="2"), paid="228", discount="10")
    assert paid_for(order, VAT) == ["114.00", "114.00", "0"]


def test_without_a_basis_taxed_lines_stop_the_order() -> None:
    order = an_order(a_line("10"), a_line("10", line_id="2"), a_line("10", line_id="3"), includes_tax=None, paid="30")
    blocked = refusal(order, EXEMPT, VAT)
    assert blocked.reason is Reason.TAX_BASIS_UNKNOWN
    assert blocked.details == {"line_id": "2"}
    assert blocked.lines == tuple(
        LineProblem(
            line_id=line_id,
            sku="SHIRT",
            reason=Reason.TAX_BASIS_UNKNOWN,
            message="The item is taxed, and the line's price_includes_tax is not stated.",
        )
        for line_id in ("2", "3")
    )


def test_a_discount_over_mixed_bases_needs_its_own() -> None:
    lines = (a_line("100", includes_tax=False), a_line("119", line_id="2", includes_tax=True))
    blocked = refusal(an_order(*lines, includes_tax=None, paid="228", discount="10"), VAT)
    assert blocked.reason is Reason.TAX_BASIS_UNKNOWN
    assert blocked.details == {"discount_amount": "10"}


@pytest.mark.parametrize(
    ("order", "items", "details"),
    [
        (
            an_order(a_line("119"), paid="119", includes_tax=False),
            (VAT,),
            {"lines_total": "141.61", "shipping": "0.00", "total_paid": "119.00", "rate": "0.19"},
        ),
        (
            an_order(a_line("100"), paid="119", includes_tax=True),
            (VAT,),
            {"lines_total": "100.00", "shipping": "0.00", "total_paid": "119.00", "rate": "0.19"},
        ),
        (
            an_order(a_line("119"), paid="1119", shipping="1000", includes_tax=False),
            (VAT,),
            {"lines_total": "141.61", "shipping": "1000.00", "total_paid": "1119.00", "rate": "0.19"},
        ),
        (
            an_order(a_line("100"), a_line("100", line_id="2"), paid="200", includes_tax=False),
            (VAT, EXEMPT),
            {"lines_total": "219.00", "shipping": "0.00", "total_paid": "200.00", "rate": "0.095"},
        ),
        (
            an_order(a_line("105"), paid="104", includes_tax=False),
            (REDUCED,),
            {"lines_total": "110.25", "shipping": "0.00", "total_paid": "104.00", "rate": "0.05"},
        ),
    ],
    ids=["gross stated as net", "net stated as gross", "beside shipping", "half of it taxed", "nearly, at 5 %"],
)
def test_a_difference_of_just_the_tax_is_suspected(
    order: Order, items: tuple[Item, ...], details: dict[str, str]
) -> None:
    blocked = refusal(order, *items)
    assert blocked.reason is Reason.DOUBLE_TAX_SUSPECTED
    assert blocked.details == details


@pytest.mark.parametrize(
    ("order", "item", "details"),
    [
        (
            an_order(a_line("119"), paid="118.99"),
            VAT,
            {
                "lines_total": "119.00",
                "shipping": "0.00",
                "computed": "119.00",
                "total_paid": "118.99",
                "difference": "0.01",
            },
        ),
        (
            an_order(a_line("119"), paid="100"),
            EXEMPT,
            {
                "lines_total": "119.00",
                "shipping": "0.00",
                "computed": "119.00",
                "total_paid": "100.00",
                "difference": "19.00",
            },
        ),
        (
            an_order(a_line("119"), paid="119", shipping="9.5"),
            VAT,
            {
                "lines_total": "119.00",
                "shipping": "9.50",
                "computed": "128.50",
                "total_paid": "119.00",
                "difference": "9.50",
            },
        ),
        (
            an_order(a_line("100"), paid="160", includes_tax=False),
            VAT,
            {
                "lines_total": "119.00",
                "shipping": "0.00",
                "computed": "119.00",
                "total_paid": "160.00",
                "difference": "-41.00",
            },
        ),
        (
            an_order(a_line("0"), paid="5"),
            VAT,
            {
                "lines_total": "0.00",
                "shipping": "0.00",
                "computed": "0.00",
                "total_paid": "5.00",
                "difference": "-5.00",
            },
        ),
    ],
    ids=["a cent", "19 % on an item without tax", "shipping not in the total", "far off", "free lines"],
)
def test_what_does_not_add_up_stops_with_both_sides(order: Order, item: Item, details: dict[str, str]) -> None:
    blocked = refusal(order, item)
    assert blocked.reason is Reason.ORDER_TOTAL_INCONSISTENT
    assert blocked.details == details


def test_a_discount_of_more_than_the_lines_does_not_add_up() -> None:
    blocked = refusal(an_order(a_line("10"), paid="0", discount="10.01"), VAT)
    assert blocked.reason is Reason.ORDER_TOTAL_INCONSISTENT
    assert blocked.details == {"computed": "-0.01", "total_paid": "0", "discount_amount": "10.01"}


def test_an_order_that_adds_up_is_never_suspect() -> None:
    """A hundred lines of 0.105, each rounded to 0.11, are 5 % more than their sum: rounding, not tax."""
    order = an_order(*(a_line("0.1", line_id=str(n)) for n in range(100)), paid="11", includes_tax=False)
    assert sum(line.total for line in read(order, items_of(order, REDUCED)).lines) == Decimal(11)
