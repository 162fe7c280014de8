"""The right amount: lines that make the ERP compute what was paid, to the cent, or a clear stop."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from erpgate.domain.arithmetic import explain
from erpgate.domain.fields import check_fields
from erpgate.domain.money import exactly, minor_units, written
from erpgate.domain.pricing import Goal
from erpgate.domain.problem import Blocked
from erpgate.domain.rounding import Prediction, line_total, predict
from erpgate.domain.sale import Sale
from erpgate.domain.settlement import ROUNDING_LINE, Priced, Remainder, Settlement, settle
from erpgate.domain.statement import Statement, read, together
from erpgate.plugin.model import Item, ItemId
from erpgate.plugin.policy import RoundingPolicy
from erpgate.plugin.reasons import Reason

__all__ = ["ROUNDING_LINE", "SHIPPING_LINE", "Plan", "PlannedLine", "Remainder", "plan"]

SHIPPING_LINE: Final = "shipping"

_NOTHING: Final = Decimal(0)
_ONE: Final = Decimal(1)


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedLine:
    """One line of the invoice.

    Attributes:
        line_id: Of the order's line, twice where it was split; `shipping` and `rounding` for those two.
        item: The ERP's id.
        description: Text on the line.
        quantity: In the item's unit.
        unit_price: Net, or including tax where the ERP accepts that; discounts are in it.
        tax_ids: The ERP's taxes.
        total: What the ERP will show for the line, tax included.
    """

    line_id: str
    item: ItemId
    description: str
    quantity: Decimal
    unit_price: Decimal
    tax_ids: tuple[str, ...]
    total: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """An invoice that comes to what was paid.

    Attributes:
        lines: In the order's order, then shipping, then rounding.
        prediction: What the ERP will compute of them.
        target: The total to reach: what was paid, less `left_out`.
        left_out: Shipping that was paid and is not invoiced.
        remainder: Predicted total less target; other than 0 only where a tolerance accepts it.
        steps: The arithmetic for people: label and value.
    """

    lines: tuple[PlannedLine, ...]
    prediction: Prediction
    target: Decimal
    left_out: Decimal
    remainder: Decimal
    steps: tuple[tuple[str, str], ...]


@exactly
def plan(
    sale: Sale,
    items: Mapping[str, Item],
    *,
    policy: RoundingPolicy,
    shipping: Item | None,
    remainder: Remainder,
) -> Plan:
    """Finds invoice lines of which the ERP makes exactly what the buyer paid.

    Args:
        sale: What the invoice is for.
        items: Line id to the ERP's item, for every line.
        policy: How the ERP computes.
        shipping: Stands on the shipping line; None leaves shipping out of the invoice.
        remainder: What to do where the total cannot be reached.

    Raises:
        Blocked: FIELD_INVALID, TAX_BASIS_UNKNOWN, DOUBLE_TAX_SUSPECTED, ORDER_TOTAL_INCONSISTENT or TOTAL_UNREACHABLE,
            with the arithmetic in its details.
    """
    for order in sale.orders:
        check_fields(order, policy)
    statement = together(read(order, items) for order in sale.orders)
    left_out = statement.shipping if shipping is None else _NOTHING
    target = sale.total_paid - left_out
    settlement = settle(_goals(statement, shipping), target, policy, remainder)
    if not settlement.lines:
        raise _unreachable(sale, policy, target, settlement)
    prediction = predict(policy, (priced.line for priced in settlement.lines))
    _prove(settlement, prediction)
    return Plan(
        lines=tuple(_planned(policy, priced) for priced in settlement.lines),
        prediction=prediction,
        target=target,
        left_out=left_out,
        remainder=prediction.total - target,
        steps=explain(sale, statement, settlement, prediction, left_out),
    )


def _goals(statement: Statement, shipping: Item | None) -> list[Goal]:
    goals = [
        Goal(
            line_id=paid.line.line_id,
            item=paid.item,
            description=paid.line.title or paid.item.name,
            quantity=paid.line.quantity,
            total=paid.total,
        )
        for paid in statement.lines
    ]
    if shipping is not None and statement.shipping:
        goals.append(
            Goal(
                line_id=SHIPPING_LINE,
                item=shipping,
                description=shipping.name,
                quantity=_ONE,
                total=statement.shipping,
            )
        )
    return goals


def _planned(policy: RoundingPolicy, priced: Priced) -> PlannedLine:
    return PlannedLine(
        line_id=priced.goal.line_id,
        item=priced.goal.item.id,
        description=priced.goal.description,
        quantity=priced.line.quantity,
        unit_price=priced.line.unit_price,
        tax_ids=tuple(sorted(priced.goal.item.tax_rates)),
        total=line_total(policy, priced.line),
    )


def _prove(settlement: Settlement, prediction: Prediction) -> None:
    """Holds the search to its promise: the total, and the quantities that leave the warehouse."""
    if prediction.total != settlement.total:
        raise ValueError(f"The lines come to {prediction.total} instead of {settlement.total}.")
    for goal, group in itertools.groupby(settlement.lines, key=lambda priced: priced.goal):
        quantity = sum((priced.line.quantity for priced in group), _NOTHING)
        if quantity != goal.quantity and goal.item.kind != "service":
            raise ValueError(f"Line {goal.line_id} has quantity {quantity} instead of {goal.quantity}.")


def _unreachable(sale: Sale, policy: RoundingPolicy, target: Decimal, settlement: Settlement) -> Blocked:
    places = max(minor_units(sale.currency_code), policy.amount_places)
    near = {
        "below": "" if settlement.below is None else written(settlement.below, places),
        "above": "" if settlement.above is None else written(settlement.above, places),
    }
    return Blocked(
        Reason.TOTAL_UNREACHABLE,
        f"The ERP's rounding cannot reach {written(target, places)} {sale.currency_code}; the nearest totals are "
        f"{' and '.join(filter(None, near.values())) or 'not known'}. "
        "Choose another remainder policy, or invoice by hand.",
        details={
            "target": written(target, places),
            **near,
            "total_paid": written(sale.total_paid, places),
            "shipping_left_out": written(sale.total_paid - target, places),
        },
    )
