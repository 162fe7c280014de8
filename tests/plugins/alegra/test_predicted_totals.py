"""What the core predicts is what the simulator computes, to the cent, on random orders in every number of decimals."""

from decimal import Decimal

import pytest
from erpgate.domain.order import Order
from erpgate.domain.problem import Blocked
from erpgate.domain.sale import sale_of
from erpgate.domain.totals import Plan, Remainder, plan
from erpgate.plugin import RoundingPolicy
from erpgate.plugin.model import Item
from erpgate.plugin.reasons import Reason
from erpgate_alegra.simulator.arithmetic import line_amounts, summed
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.domain.builders import items_of
from unit.domain.test_totals_properties import REMAINDERS, ROUNDING, SHIPPING, paid_orders


def computed(plan_: Plan, items: dict[str, Item], precision: int) -> tuple[Decimal, Decimal, Decimal]:
    """Total, base and tax as the simulator makes them of the lines that are sent."""
    amounts = summed(
        [
            line_amounts(
                price=line.unit_price,
                quantity=line.quantity,
                discount=Decimal(0),
                tax_percentage=sum(items[line.item].tax_rates.values(), Decimal(0)) * 100,
                precision=precision,
            )
            for line in plan_.lines
        ]
    )
    return amounts.total, amounts.base, amounts.tax


@pytest.mark.parametrize("precision", [0, 2, 4, 6])
@settings(max_examples=200, deadline=None)
@given(paid=paid_orders(), remainder=REMAINDERS, ships=st.booleans())
def test_the_simulator_computes_what_was_predicted(
    precision: int, paid: tuple[Order, tuple[Item, ...]], remainder: Remainder, ships: bool
) -> None:
    order, items = paid
    policy = RoundingPolicy(unit_price_places=6, quantity_places=4, amount_places=precision, rounds="gross")
    try:
        planned = plan(
            sale_of([order]),
            items_of(order, *items),
            policy=policy,
            shipping=SHIPPING if ships else None,
            remainder=remainder,
        )
    except Blocked as stop:
        assert stop.reason is Reason.TOTAL_UNREACHABLE  # noqa: PT017 - a stop is as good as a plan
        return
    known: dict[str, Item] = {item.id: item for item in (*items, SHIPPING, ROUNDING)}
    expected = planned.prediction
    assert computed(planned, known, precision) == (expected.total, expected.tax_base, expected.tax)
    assert expected.total == planned.target + planned.remainder
