"""Whatever the order and however the ERP rounds: the right amount, or a clear stop."""

import itertools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from erpgate.domain.money import decimals
from erpgate.domain.order import Order, OrderLine
from erpgate.domain.problem import Blocked
from erpgate.domain.rounding import PricedLine, predict, rates_of
from erpgate.domain.sale import Sale, sale_of
from erpgate.domain.totals import ROUNDING_LINE, SHIPPING_LINE, Plan, Remainder, plan
from erpgate.plugin.model import Item
from erpgate.plugin.policy import RoundingPolicy
from erpgate.plugin.reasons import Reason
from erpgate.plugin.settings import RemainderPolicy
from hypothesis import example, given, settings
from hypothesis import strategies as st

from .builders import (
    ROUNDINGS,
    SCOPES,
    a_line,
    a_policy,
    an_item,
    an_order,
    every_policy,
    planned,
    policy_id,
    recomputed,
)

ITEMS = (
    an_item("vat", "0.19"),
    an_item("reduced", "0.05"),
    an_item("exempt"),
    an_item("two-taxes", "0.16", "0.04"),
    an_item("hours", "0.19", kind="service"),
)
SHIPPING = an_item("freight", "0.19", kind="service")
ROUNDING = an_item("rounding", kind="service")

POLICIES = st.sampled_from(every_policy())
QUANTITIES = st.one_of(st.integers(1, 30).map(Decimal), st.decimals("0.1", 9, places=1))
PRICES = st.decimals(0, 3000, places=2)
REMAINDERS = st.sampled_from(
    (
        Remainder(),
        Remainder(policy=RemainderPolicy.TOLERANCE, tolerance=Decimal("0.02")),
        Remainder(policy=RemainderPolicy.ROUNDING_LINE, item=ROUNDING),
    )
)


@st.composite
def paid_orders(draw: st.DrawFn, most: int = 5) -> tuple[Order, tuple[Item, ...]]:
    """An order in pesos whose gross prices add up, with discounts and shipping, and the item of each line."""
    count = draw(st.integers(1, most))
    lines = [_line(draw, str(number)) for number in range(count)]
    goods = sum((line.quantity * line.unit_price - line.discount_amount for line in lines), Decimal(0))
    discount = draw(st.decimals(0, 1, places=2)).min(goods)
    shipping = draw(st.sampled_from((Decimal(0), Decimal("7.90"))))
    order = an_order(*lines, paid=goods - discount + shipping, discount=discount, shipping=shipping)
    return order, tuple(draw(st.sampled_from(ITEMS)) for _ in lines)


@st.composite
def baskets(draw: st.DrawFn) -> tuple[Sale, dict[str, Item]]:
    """Up to three paid orders that are invoiced as one, and the item of each line."""
    parts = draw(st.lists(paid_orders(most=3), min_size=1, max_size=3))
    sale = sale_of([replace(order, external_id=f"{1001 + n}") for n, (order, _) in enumerate(parts)])
    chosen = itertools.chain.from_iterable(items for _, items in parts)
    return sale, {line.line_id: item for line, item in zip(sale.lines, chosen, strict=True)}


def _line(draw: st.DrawFn, line_id: str) -> OrderLine:
    """A line that comes to whole cents, if need be by its discount."""
    quantity, price = draw(QUANTITIES), draw(PRICES)
    amount = quantity * price
    wanted = draw(st.sampled_from((amount, amount / 2, Decimal(0)))).quantize(Decimal("0.01"), rounding="ROUND_FLOOR")
    return a_line(price, quantity, line_id=line_id, discount=amount - wanted)


def _keeps_quantities(found: Plan, lines: Sequence[OrderLine], items: Sequence[Item]) -> None:
    planned_quantities: dict[str, Decimal] = defaultdict(Decimal)
    for planned_line in found.lines:
        planned_quantities[planned_line.line_id] += planned_line.quantity
    for line, item in zip(lines, items, strict=True):
        if item.kind != "service":
            assert planned_quantities[line.line_id] == line.quantity


@settings(max_examples=1000, deadline=None)
@given(paid=paid_orders(), policy=POLICIES, remainder=REMAINDERS, ships=st.booleans())
def test_a_plan_comes_to_what_was_paid_or_stops(
    paid: tuple[Order, tuple[Item, ...]], policy: RoundingPolicy, remainder: Remainder, ships: bool
) -> None:
    order, items = paid
    try:
        found = planned(order, *items, policy=policy, shipping=SHIPPING if ships else None, remainder=remainder)
    except Blocked as blocked:
        assert blocked.reason is Reason.TOTAL_UNREACHABLE  # noqa: PT017 - a stop is as good as a plan
        return
    assert found.left_out == (0 if ships else order.shipping_amount)
    assert found.target == order.total_paid - found.left_out
    assert recomputed(found, (*items, SHIPPING, ROUNDING), policy) == found.prediction
    assert found.prediction.total == found.target + found.remainder
    assert abs(found.remainder) <= remainder.tolerance
    assert all(line.unit_price >= 0 for line in found.lines)
    assert all(decimals(line.unit_price) <= policy.unit_price_places for line in found.lines)
    _keeps_quantities(found, order.lines, items)


@settings(max_examples=300, deadline=None)
@given(basket=baskets(), policy=POLICIES, remainder=REMAINDERS, ships=st.booleans())
def test_issued_is_what_was_paid_for_all_orders_or_a_policy_says_why_not(
    basket: tuple[Sale, dict[str, Item]], policy: RoundingPolicy, remainder: Remainder, ships: bool
) -> None:
    sale, items = basket
    try:
        found = plan(sale, items, policy=policy, shipping=SHIPPING if ships else None, remainder=remainder)
    except Blocked as blocked:
        assert blocked.reason is Reason.TOTAL_UNREACHABLE  # noqa: PT017 - a stop is as good as a plan
        return
    paid = sum(order.total_paid for order in sale.orders)
    shipping = sum(order.shipping_amount for order in sale.orders)
    issued = recomputed(found, (*ITEMS, SHIPPING, ROUNDING), policy).total
    expected = paid if ships else paid - shipping
    if remainder.policy is RemainderPolicy.TOLERANCE:
        assert abs(issued - expected) <= remainder.tolerance
    else:
        assert issued == expected
    added = {line.line_id for line in found.lines} - set(items)
    assert (SHIPPING_LINE in added) == (ships and shipping > 0)
    assert ROUNDING_LINE not in added or remainder.policy is RemainderPolicy.ROUNDING_LINE
    _keeps_quantities(found, sale.lines, tuple(items.values()))


_COARSE = an_order(
    a_line("10", "9.5", line_id="0", discount="92.41"),
    a_line("10", "4.1", line_id="1", discount="38.16"),
    a_line("10", "10.8", line_id="2", discount="104.44"),
    paid="8.99",
)
"""Where prices have no decimals, no total near its own is reached, and only a tolerance helps."""


@settings(max_examples=200, deadline=None)
@given(paid=paid_orders(), policy=POLICIES)
@example(paid=(_COARSE, (ITEMS[2],) * 3), policy=a_policy("gross", "document", mode="half_even", price=0, quantity=1))
def test_the_same_order_gives_the_same_plan(paid: tuple[Order, tuple[Item, ...]], policy: RoundingPolicy) -> None:
    order, items = paid
    tolerant = Remainder(policy=RemainderPolicy.TOLERANCE, tolerance=Decimal(10**6))
    assert planned(order, *items, policy=policy, remainder=tolerant) == planned(
        order, *items, policy=policy, remainder=tolerant
    )


@pytest.mark.parametrize(
    "policy",
    [
        a_policy("gross", price=6, quantity=1),
        a_policy("gross", "document", price=6, quantity=1),
        a_policy("gross", price=4, quantity=1, gross_prices=True),
        a_policy("gross", mode="half_even", price=6, quantity=1),
    ],
    ids=policy_id,
)
@settings(max_examples=150, deadline=None)
@given(paid=paid_orders())
def test_an_erp_that_rounds_once_with_fine_prices_reaches_every_total(
    policy: RoundingPolicy, paid: tuple[Order, tuple[Item, ...]]
) -> None:
    order, items = paid
    assert planned(order, *items, policy=policy, shipping=SHIPPING).prediction.total == order.total_paid


@settings(max_examples=150, deadline=None)
@given(
    nets=st.lists(st.tuples(st.integers(1, 9), st.decimals(0, 900, places=2)), min_size=1, max_size=6),
    seller=st.sampled_from([a_policy(*way) for way in itertools.product(ROUNDINGS, SCOPES)]),
    rate=st.sampled_from(("0.19", "0.05", "0.08")),
)
def test_net_prices_add_up_however_the_seller_rounded(
    nets: list[tuple[int, Decimal]], seller: RoundingPolicy, rate: str
) -> None:
    item = an_item("item-1", rate)
    lines = [a_line(price, str(quantity), line_id=str(number)) for number, (quantity, price) in enumerate(nets)]
    priced = [PricedLine(quantity=line.quantity, unit_price=line.unit_price, rates=rates_of(item)) for line in lines]
    paid = predict(seller, priced).total
    order = an_order(*lines, paid=paid, includes_tax=False)
    assert planned(order, item, policy=a_policy("gross")).prediction.total == paid
