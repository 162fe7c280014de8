"""The arithmetic of an invoice in words, from what was paid to what the ERP will compute."""

import itertools
from collections.abc import Iterator
from decimal import Decimal

from erpgate.domain.money import exactly, minor_units, plain, written
from erpgate.domain.rounding import Prediction
from erpgate.domain.sale import Sale
from erpgate.domain.settlement import ROUNDING_LINE, Settlement
from erpgate.domain.statement import Statement


@exactly
def explain(
    sale: Sale, statement: Statement, settlement: Settlement, prediction: Prediction, left_out: Decimal
) -> tuple[tuple[str, str], ...]:
    """Labels and values, one per step; a line is told apart only where it is not simply quantity × one price."""
    target = sale.total_paid - left_out
    paid = {
        "Paid by the buyer": sale.total_paid,
        "Discount of the order, spread over its lines": sale.discount_amount,
        "Paid for the lines": statement.goods,
        "Paid for shipping": statement.shipping,
        "Shipping that is not invoiced": left_out,
    }
    steps = [(label, _money(sale, amount)) for label, amount in paid.items() if amount]
    steps.append(("Total to reach", _money(sale, target)))
    steps.extend(_special_lines(sale, settlement))
    steps.append(("Tax base", _money(sale, prediction.tax_base)))
    steps.append(("Tax", _money(sale, prediction.tax)))
    steps.append(("Total of the ERP", _money(sale, prediction.total)))
    if prediction.total != target:
        steps.append(("Tolerated difference", _money(sale, prediction.total - target)))
    return tuple(steps)


def _special_lines(sale: Sale, settlement: Settlement) -> Iterator[tuple[str, str]]:
    for goal, group in itertools.groupby(settlement.lines, key=lambda priced: priced.goal):
        lines = [priced.line for priced in group]
        if goal.line_id == ROUNDING_LINE:
            yield "Rounding line", _money(sale, goal.total)
        elif len(lines) > 1 or lines[0].quantity != goal.quantity:
            parts = " and ".join(f"{plain(line.quantity)} at {plain(line.unit_price)}" for line in lines)
            yield f"Line {goal.line_id}, quantity {plain(goal.quantity)}", parts


def _money(sale: Sale, amount: Decimal) -> str:
    return f"{written(amount, minor_units(sale.currency_code))} {sale.currency_code}"
