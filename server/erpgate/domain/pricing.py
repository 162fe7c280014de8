"""Unit prices that make an ERP compute a given line total."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from erpgate.domain.money import decimals, exactly, unit
from erpgate.domain.rounding import (
    PricedLine,
    Rates,
    amount_for,
    charge,
    line_total,
    rates_of,
    unrounded_amount,
)
from erpgate.plugin.model import Item
from erpgate.plugin.policy import RoundingPolicy

_COARSEST_STEP: Final = 5
_NEAR: Final = (0, 1, -1, 2, -2, 3, -3)


@dataclass(frozen=True, kw_only=True, slots=True)
class Goal:
    """A line of the invoice to be, with the total it shall have.

    Attributes:
        line_id: Of the order's line, or `shipping`.
        item: The ERP's.
        description: Text on the line.
        quantity: In the item's unit.
        total: With tax, in the ERP's amount decimals.
    """

    line_id: str
    item: Item
    description: str
    quantity: Decimal
    total: Decimal

    @property
    def rates(self) -> Rates:
        """Of the item's taxes."""
        return rates_of(self.item)


@exactly
def unit_price_for(
    policy: RoundingPolicy, quantity: Decimal, rates: Rates, total: Decimal, *, beside: Decimal = Decimal(0)
) -> Decimal | None:
    """The unit price with the fewest decimals that the ERP turns into exactly `total`.

    Args:
        policy: How the ERP computes.
        quantity: Above zero.
        rates: Of the line's taxes.
        total: Not negative.
        beside: Amount of other lines that is rounded together with this one; `total` is then that of all of them.

    Returns:
        The price; None when the ERP's decimals allow none.
    """
    amount = amount_for(policy, total, rates)
    if amount is None:
        return None
    wanted = amount - beside
    reach = unit(policy.amount_places) / 2
    for places in range(policy.unit_price_places + 1):
        for price in around(wanted / quantity, places):
            candidate = quantity * price
            if abs(candidate - wanted) <= reach and charge(policy, beside + candidate, rates).total == total:
                return price
    return None


@exactly
def nearest_prices(policy: RoundingPolicy, quantity: Decimal, rates: Rates, total: Decimal) -> tuple[Decimal, Decimal]:
    """The two finest unit prices on either side of the one that would come to `total` without rounding."""
    return around(unrounded_amount(policy, total, rates) / quantity, policy.unit_price_places)


@exactly
def lines_for(policy: RoundingPolicy, goal: Goal, total: Decimal) -> tuple[PricedLine, ...] | None:
    """The simplest lines with the goal's item and quantity that the ERP, rounding lines, turns into exactly `total`.

    One line if its decimals allow it, else two lines whose quantities sum to the same; a service, which keeps no
    stock, may also be one unit at the whole amount.
    """
    rates = goal.rates
    price = unit_price_for(policy, goal.quantity, rates, total)
    if price is not None:
        return (PricedLine(quantity=goal.quantity, unit_price=price, rates=rates),)
    parts = _in_two_parts(policy, goal.quantity, rates, total)
    if parts is not None:
        return parts
    if goal.item.kind == "service":
        price = unit_price_for(policy, Decimal(1), rates, total)
        if price is not None:
            return (PricedLine(quantity=Decimal(1), unit_price=price, rates=rates),)
    return None


def smallest_part(quantity: Decimal) -> Decimal:
    """What may be taken off a quantity when a line is split: whole units of whole quantities."""
    return unit(decimals(quantity))


def around(price: Decimal, places: int) -> tuple[Decimal, Decimal]:
    """The two prices with `places` decimals on either side, the nearer one first."""
    below = price.quantize(unit(places), rounding=ROUND_FLOOR)
    above = below + unit(places)
    return (below, above) if price - below <= above - price else (above, below)


def _in_two_parts(
    policy: RoundingPolicy, quantity: Decimal, rates: Rates, total: Decimal
) -> tuple[PricedLine, PricedLine] | None:
    for part in _part_sizes(policy, quantity, rates, total):
        rest = quantity - part
        for first in _near(policy, rest, rates, total * rest / quantity):
            missing = total - line_total(policy, first)
            price = unit_price_for(policy, part, rates, missing) if missing > 0 else None
            if price is not None:
                return first, PricedLine(quantity=part, unit_price=price, rates=rates)
    return None


def _part_sizes(policy: RoundingPolicy, quantity: Decimal, rates: Rates, total: Decimal) -> Iterator[Decimal]:
    """Sizes of the second part worth trying: first the one that makes both parts' prices neighbours.

    None where the finest step of the smallest part jumps over so many totals that a hit would be luck.
    """
    part = smallest_part(quantity)
    count = int(quantity / part)
    step = part * unit(policy.unit_price_places)
    if step > _COARSEST_STEP * unit(policy.amount_places):
        return iter(())
    low = min(nearest_prices(policy, quantity, rates, total))
    neighbours = int((unrounded_amount(policy, total, rates) - quantity * low) / step)
    sizes = dict.fromkeys((neighbours, neighbours + 1, neighbours - 1, 1, 2, 3, count // 2))
    return (part * size for size in sizes if 1 <= size < count)


def _near(policy: RoundingPolicy, quantity: Decimal, rates: Rates, total: Decimal) -> list[PricedLine]:
    """Lines that come to about `total`, the closest first, of equally close ones the nicest price."""
    step = unit(policy.amount_places)
    aim = total.quantize(step)
    hits = (unit_price_for(policy, quantity, rates, aim + shift * step) for shift in _NEAR if aim + shift * step > 0)
    prices = dict.fromkeys((*(hit for hit in hits if hit), *nearest_prices(policy, quantity, rates, total)))
    lines = [PricedLine(quantity=quantity, unit_price=price, rates=rates) for price in prices if price > 0]
    return sorted(lines, key=lambda line: abs(line_total(policy, line) - total))
