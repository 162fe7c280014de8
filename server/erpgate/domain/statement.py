"""What an order says was paid: its lines, discounts and shipping, held against `total_paid`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from erpgate.domain.money import decimals, exactly, is_currency, minor_units, plain, quantise, split
from erpgate.domain.order import Order, OrderLine
from erpgate.domain.problem import Blocked, LineProblem
from erpgate.domain.rounding import PricedLine, Rates, charge, growth, predict
from erpgate.plugin.model import Item
from erpgate.plugin.policy import RoundingPolicy
from erpgate.plugin.reasons import Reason

_NOTHING: Final = Decimal(0)
_ONE: Final = Decimal(1)
_CONVERSION_PLACES: Final = 12
_ROUNDS: Final[tuple[Literal["gross", "base_and_tax"], ...]] = ("gross", "base_and_tax")


@dataclass(frozen=True, kw_only=True, slots=True)
class PaidLine:
    """One line of the order with what was paid for it.

    Attributes:
        line: As the order has it.
        item: The ERP's.
        total: Its share of `total_paid`, tax included, in minor units.
    """

    line: OrderLine
    item: Item
    total: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """An order that adds up.

    Attributes:
        lines: In the order's order; their totals and `shipping` sum to `total_paid`.
        shipping: Paid for shipping, its discount taken off, tax included.
    """

    lines: tuple[PaidLine, ...]
    shipping: Decimal


@exactly
def read(order: Order, items: Mapping[str, Item]) -> Statement:
    """Finds what was paid for each line.

    Discounts of the order are spread over the lines in proportion to their amounts. How the sales channel rounded
    taxes on net prices is not known: the order adds up if rounding once a line, base and tax apart on each line, or
    the sums of the document explains what was paid.

    Args:
        order: As submitted.
        items: Line id to the ERP's item, for every line.

    Raises:
        Blocked: FIELD_INVALID, TAX_BASIS_UNKNOWN, DOUBLE_TAX_SUSPECTED or ORDER_TOTAL_INCONSISTENT.
    """
    _check_fields(order)
    lines = _without_discount(order, [_Stated.of(order, line, items[line.line_id]) for line in _with_basis(order, items)])
    shipping = order.shipping_amount - order.shipping_discount_amount
    totals = _line_totals(lines, order.total_paid - shipping, minor_units(order.currency_code))
    if totals is None:
        raise _does_not_add_up(order, lines, shipping)
    return Statement(
        lines=tuple(
            PaidLine(line=stated.line, item=stated.item, total=total)
            for stated, total in zip(lines, totals, strict=True)
        ),
        shipping=shipping,
    )


def rates_of(item: Item) -> Rates:
    """The item's tax rates by tax id, so that the same item always gives the same document."""
    return tuple(item.tax_rates[tax] for tax in sorted(item.tax_rates))
