"""Invoice lines that come to what was paid: prices, splits, moved cents, and what happens to a remainder."""

from decimal import Decimal

import pytest
from erpgate.domain.pricing import Goal
from erpgate.domain.problem import Blocked
from erpgate.domain.rounding import Prediction, PricedLine
from erpgate.domain.settlement import Priced, Settlement
from erpgate.domain.totals import Plan, PlannedLine, Remainder
from erpgate.plugin.model import Item, ItemId
from erpgate.plugin.policy import RoundingPolicy
from erpgate.plugin.reasons import Reason
from erpgate.plugin.settings import RemainderPolicy

from .builders import a_line, a_policy, an_item, an_order, planned, recomputed, rounding_with, tolerating

VAT = an_item("vat", "0.19")
REDUCED = an_item("reduced", "0.05")
EXEMPT = an_item("exempt")
HOURS = an_item("hours", "0.19", kind="service")
FREIGHT = an_item("freight", "0.19", kind="service")


def lines_of(plan: Plan) -> list[tuple[str, str, str, str]]:
    return [(line.line_id, str(line.quantity), f"{line.unit_price:f}", str(line.total)) for line in plan.lines]


def test_a_plan_says_what_is_sent_and_why() -> None:
    order = an_order(
        a_line("119", "2", sku="A"),
        a_line("0", line_id="2"),
        paid="243",
        discount="5",
        shipping="12",
        shipping_discount="2",
    )
    plan = planned(order, VAT, shipping=FREIGHT)
    assert plan == Plan(
        lines=(
            PlannedLine(
                line_id="1",
                item=ItemId("vat"),
                description="Title 1",
                quantity=Decimal(2),
                unit_price=Decimal("97.9"),
                tax_ids=("tax-0",),
                total=Decimal("233.00"),
            ),
            PlannedLine(
                line_id="2",
                item=ItemId("vat"),
                description="Title 2",
                quantity=Decimal(1),
                unit_price=Decimal(0),
                tax_ids=("tax-0",),
                total=Decimal("0.00"),
            ),
            PlannedLine(
                line_id="shipping",
                item=ItemId("freight"),
                description="Name of freight",
                quantity=Decimal(1),
                unit_price=Decimal("8.4"),
                tax_ids=("tax-0",),
                total=Decimal("10.00"),
            ),
        ),
        prediction=Prediction(total=Decimal("243.00"), tax_base=Decimal("204.20"), tax=Decimal("38.80")),
        target=Decimal(243),
        left_out=Decimal(0),
        remainder=Decimal(0),
        steps=(
            ("Paid by the buyer", "243.00 COP"),
            ("Discount of the order, spread over its lines", "5.00 COP"),
            ("Paid for the lines", "233.00 COP"),
            ("Paid for shipping", "10.00 COP"),
            ("Total to reach", "243.00 COP"),
            ("Tax base", "204.20 COP"),
            ("Tax", "38.80 COP"),
            ("Total of the ERP", "243.00 COP"),
        ),
    )


def test_shipping_that_is_not_invoiced_is_left_out_visibly() -> None:
    plan = planned(an_order(paid="129", shipping="10"), VAT, shipping=None)
    assert (plan.target, plan.left_out, plan.prediction.total) == (Decimal(119), Decimal(10), Decimal(119))
    assert ("Shipping that is not invoiced", "10.00 COP") in plan.steps
    assert [line.line_id for line in plan.lines] == ["1"]


def test_free_shipping_has_no_line() -> None:
    plan = planned(an_order(shipping="8", shipping_discount="8"), VAT, shipping=FREIGHT)
    assert [line.line_id for line in plan.lines] == ["1"]


def test_an_order_that_was_free_is_invoiced_at_nothing() -> None:
    plan = planned(an_order(a_line("119", discount="119"), paid="0"), VAT)
    assert lines_of(plan) == [("1", "1", "0", "0.00")]


@pytest.mark.parametrize(
    ("price", "quantity", "paid", "policy", "unit_price"),
    [
        ("119", "1", "119", a_policy(), "100"),
        ("50000", "1", "50000", a_policy(), "42016.81"),
        ("50000", "3", "150000", a_policy(), "42016.807"),
        ("119", "1", "119", a_policy("gross", gross_prices=True), "119"),
        ("9990", "1", "9990", a_policy("gross", amount=0), "8395"),
        ("119", "2.5", "297.5", a_policy(quantity=1), "100"),
        ("119", "1", "119", a_policy("base_and_tax", "document", mode="half_even"), "100"),
        ("0.10", "7", "0.70", a_policy(price=4), "0.084"),
    ],
    ids=["whole", "cents", "three decimals", "gross prices", "no cents", "kilos", "document", "small"],
)
def test_the_unit_price_has_the_fewest_decimals_that_reach_the_line(
    price: str, quantity: str, paid: str, policy: RoundingPolicy, unit_price: str
) -> None:
    plan = planned(an_order(a_line(price, quantity), paid=paid), VAT, policy=policy)
    assert [f"{line.unit_price:f}" for line in plan.lines] == [unit_price]
    assert plan.prediction.total == Decimal(paid)


@pytest.mark.parametrize(
    ("price", "quantity", "policy", "expected"),
    [
        ("33.33", "3", a_policy(price=2), [("1", "1", "28.01", "33.33"), ("1", "2", "28.01", "66.66")]),
        ("0.03", "3", a_policy("base_and_tax"), [("1", "2", "0.03", "0.07"), ("1", "1", "0.02", "0.02")]),
        (
            "50",
            "2",
            a_policy("gross", "document", price=2),
            [("1", "1", "42.01", "49.99"), ("1", "1", "42.02", "50.00")],
        ),
    ],
    ids=["coarse prices", "base and tax apart", "document"],
)
def test_a_line_is_split_where_one_price_cannot_reach_it(
    price: str, quantity: str, policy: RoundingPolicy, expected: list[tuple[str, str, str, str]]
) -> None:
    paid = Decimal(price) * Decimal(quantity)
    plan = planned(an_order(a_line(price, quantity), paid=paid), VAT, policy=policy)
    assert lines_of(plan) == expected
    assert plan.prediction.total == paid
    assert any(label == f"Line 1, quantity {quantity}" for label, _ in plan.steps)


def test_a_service_may_be_one_unit_at_the_whole_amount() -> None:
    """Two hours at the smallest price are 0.02 already; a service keeps no stock, so its quantity may be 1."""
    order = an_order(a_line("0.01", "2", discount="0.01"), paid="0.01")
    plan = planned(order, HOURS, policy=a_policy(price=2))
    assert lines_of(plan) == [("1", "1", "0.01", "0.01")]
    assert ("Line 1, quantity 2", "1 at 0.01") in plan.steps


def test_the_quantity_of_a_product_never_changes() -> None:
    order = an_order(a_line("0.01", "2", discount="0.01"), paid="0.01")
    with pytest.raises(Blocked) as caught:
        planned(order, VAT, policy=a_policy(price=2))
    assert caught.value.reason is Reason.TOTAL_UNREACHABLE


def test_a_cent_moves_between_lines_where_one_of_them_cannot_have_it() -> None:
    """Of 0.03 and 119.00 the first is jumped over when base and tax are rounded apart."""
    order = an_order(a_line("0.03"), a_line("119", line_id="2"), paid="119.03")
    plan = planned(order, VAT, policy=a_policy("base_and_tax"))
    assert lines_of(plan) == [("1", "1", "0.02", "0.02"), ("2", "1", "100.01", "119.01")]
    assert plan.prediction.total == Decimal("119.03")


def test_a_free_line_takes_no_cents() -> None:
    order = an_order(a_line("0.03"), a_line("0", line_id="2"), paid="0.03")
    with pytest.raises(Blocked) as caught:
        planned(order, VAT, EXEMPT, policy=a_policy("base_and_tax"))
    assert caught.value.reason is Reason.TOTAL_UNREACHABLE


@pytest.mark.parametrize("scope", ["line", "document"])
def test_one_unit_at_an_amount_that_is_jumped_over_stops_with_the_nearest_totals(scope: str) -> None:
    policy = a_policy("base_and_tax", "line" if scope == "line" else "document")
    with pytest.raises(Blocked) as caught:
        planned(an_order(a_line("0.16"), paid="5.16", shipping="5"), VAT, policy=policy)
    assert caught.value.reason is Reason.TOTAL_UNREACHABLE
    assert caught.value.details == {
        "target": "0.16",
        "below": "0.15",
        "above": "0.17",
        "total_paid": "5.16",
        "shipping_left_out": "5.00",
    }
    assert caught.value.message == (
        "The ERP's rounding cannot reach 0.16 COP; the nearest totals are 0.15 and 0.17. "
        "Choose another remainder policy, or invoice by hand."
    )


def test_sixteen_in_a_hundred_amounts_stop_at_nineteen_percent() -> None:
    policy = a_policy("base_and_tax")
    stopped = 0
    for cents in range(1, 1191):
        price = Decimal(cents).scaleb(-2)
        try:
            plan = planned(an_order(a_line(price), paid=price), VAT, policy=policy)
        except Blocked:
            stopped += 1
        else:
            assert plan.prediction.total == price
    assert stopped == 190


def test_coarse_prices_stop_with_distant_neighbours() -> None:
    with pytest.raises(Blocked) as caught:
        planned(an_order(a_line("105"), paid="105"), VAT, policy=a_policy(price=0))
    assert (caught.value.details["below"], caught.value.details["above"]) == ("104.72", "105.91")


def test_an_erp_without_cents_stops_at_a_total_with_cents() -> None:
    with pytest.raises(Blocked) as caught:
        planned(an_order(a_line("10.50"), paid="10.50"), VAT, policy=a_policy(amount=0))
    assert caught.value.reason is Reason.TOTAL_UNREACHABLE
    assert caught.value.details == {
        "target": "10.50",
        "below": "10.00",
        "above": "11.00",
        "total_paid": "10.50",
        "shipping_left_out": "0.00",
    }


def test_an_erp_without_cents_reaches_a_whole_total_of_broken_lines() -> None:
    lines = [a_line("3.40", line_id=str(number)) for number in range(5)]
    plan = planned(an_order(*lines, paid="17"), VAT, policy=a_policy(amount=0))
    assert [str(line.total) for line in plan.lines] == ["4", "4", "3", "3", "3"]


def test_a_currency_without_cents_is_planned_in_whole_units() -> None:
    plan = planned(an_order(a_line("9990", "2"), paid="19980", currency="CLP"), VAT, policy=a_policy(amount=0))
    assert lines_of(plan) == [("1", "2", "8395", "19980")]


def test_a_tolerance_accepts_the_nearest_total_visibly() -> None:
    plan = planned(
        an_order(a_line("0.16"), paid="0.16"), VAT, policy=a_policy("base_and_tax"), remainder=tolerating("0.01")
    )
    assert (plan.prediction.total, plan.target, plan.remainder) == (Decimal("0.15"), Decimal("0.16"), Decimal("-0.01"))
    assert plan.steps[-1] == ("Tolerated difference", "-0.01 COP")


def test_a_tolerance_accepts_whole_units_for_cents() -> None:
    plan = planned(an_order(a_line("10.60"), paid="10.60"), VAT, policy=a_policy(amount=0), remainder=tolerating("0.5"))
    assert (plan.prediction.total, plan.remainder) == (Decimal(11), Decimal("0.40"))


def test_a_tolerance_is_not_used_where_the_total_can_be_reached() -> None:
    assert planned(an_order(), VAT, remainder=tolerating("5")).remainder == 0


def test_beyond_the_tolerance_the_order_stops() -> None:
    with pytest.raises(Blocked) as caught:
        planned(an_order(a_line("105"), paid="105"), VAT, policy=a_policy(price=0), remainder=tolerating("0.27"))
    assert caught.value.reason is Reason.TOTAL_UNREACHABLE


@pytest.mark.parametrize(
    ("policy", "item", "expected"),
    [
        (a_policy("base_and_tax"), an_item("rest"), [("1", "1", "0.13", "0.15"), ("rounding", "1", "0.01", "0.01")]),
        (
            a_policy("base_and_tax"),
            an_item("rest", "0.19"),
            [("1", "1", "0.13", "0.15"), ("rounding", "1", "0.01", "0.01")],
        ),
        (
            a_policy("base_and_tax", "document"),
            an_item("rest"),
            [("1", "1", "0.13", "0.15"), ("rounding", "1", "0.01", "0.01")],
        ),
    ],
    ids=["without tax", "with tax", "document"],
)
def test_a_rounding_line_adds_what_is_missing_from_below(
    policy: RoundingPolicy, item: Item, expected: list[tuple[str, str, str, str]]
) -> None:
    order = an_order(a_line("0.16"), paid="0.16")
    plan = planned(order, VAT, policy=policy, remainder=rounding_with(item))
    assert lines_of(plan) == expected
    assert (plan.prediction.total, plan.remainder) == (Decimal("0.16"), Decimal(0))
    assert ("Rounding line", "0.01 COP") in plan.steps


def test_a_rounding_line_in_the_same_group_of_taxes_cannot_help() -> None:
    """The document's sum of that tax rate jumps over the total, with whatever line beside it."""
    rest = an_item("rest", "0.19")
    with pytest.raises(Blocked) as caught:
        planned(
            an_order(a_line("0.16"), paid="0.16"),
            VAT,
            policy=a_policy("base_and_tax", "document"),
            remainder=rounding_with(rest),
        )
    assert caught.value.reason is Reason.TOTAL_UNREACHABLE


def test_a_rounding_line_cannot_add_less_than_the_erp_computes_in() -> None:
    with pytest.raises(Blocked) as caught:
        planned(
            an_order(a_line("10.50"), paid="10.50"),
            VAT,
            policy=a_policy(amount=0),
            remainder=rounding_with(an_item("rest")),
        )
    assert caught.value.reason is Reason.TOTAL_UNREACHABLE


def test_a_rounding_line_needs_an_item() -> None:
    with pytest.raises(ValueError, match="A rounding line needs an item"):
        Remainder(policy=RemainderPolicy.ROUNDING_LINE)


@pytest.mark.parametrize("scope", ["line", "document"])
@pytest.mark.parametrize("rounds", ["gross", "base_and_tax"])
def test_a_very_long_order_is_planned(rounds: str, scope: str) -> None:
    """The longest order known has 1,114 lines."""
    policy = a_policy("gross" if rounds == "gross" else "base_and_tax", "line" if scope == "line" else "document")
    lines = [a_line(Decimal(1000 + 37 * n).scaleb(-2), str(1 + n % 7), line_id=str(n)) for n in range(1114)]
    paid = sum((line.quantity * line.unit_price for line in lines), Decimal(0))
    plan = planned(an_order(*lines, paid=paid), VAT, REDUCED, policy=policy)
    assert plan.prediction == recomputed(plan, [VAT, REDUCED], policy)
    assert plan.prediction.total == paid
    assert sum(line.quantity for line in plan.lines) == sum(line.quantity for line in lines)


@pytest.mark.parametrize(
    ("quantity", "total", "message"),
    [("1", "118.99", "come to 119.00 instead of 118.99"), ("2", "119", "has quantity 1 instead of 2")],
    ids=["another total", "another quantity"],
)
def test_a_search_that_breaks_its_promise_is_an_error(
    monkeypatch: pytest.MonkeyPatch, quantity: str, total: str, message: str
) -> None:
    goal = Goal(line_id="1", item=VAT, description="", quantity=Decimal(quantity), total=Decimal(119))
    line = PricedLine(quantity=Decimal(1), unit_price=Decimal(100), rates=goal.rates)
    broken = Settlement(lines=(Priced(goal=goal, line=line),), total=Decimal(total))
    monkeypatch.setattr("erpgate.domain.totals.settle", lambda *_: broken)
    with pytest.raises(ValueError, match=message):
        planned(an_order(), VAT)
