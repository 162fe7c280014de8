"""From line targets to priced lines: exactly, or as the channel's remainder policy allows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from erpgate.domain.balance import reachable
from erpgate.domain.cells import Pieces, cells_of
from erpgate.domain.money import exactly, split, unit
from erpgate.domain.pricing import Goal, unit_price_for
from erpgate.domain.rounding import PricedLine, charge, rates_of, sums_by_rates
from erpgate.plugin.model import Item
from erpgate.plugin.policy import RoundingPolicy
from erpgate.plugin.settings import RemainderPolicy

ROUNDING_LINE: Final = "rounding"

_NOTHING: Final = Decimal(0)
_ONE: Final = Decimal(1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Remainder:
    """What to do where the ERP's rounding cannot reach what was paid.

    Attributes:
        policy: The channel's choice.
        item: Stands on the rounding line; `ROUNDING_LINE` needs it.
        tolerance: The largest difference that `TOLERANCE` accepts, in the order's currency.
    """

    policy: RemainderPolicy = RemainderPolicy.EXACT_OR_BLOCK
    item: Item | None = None
    tolerance: Decimal = _NOTHING

    def __post_init__(self) -> None:
        if self.policy is RemainderPolicy.ROUNDING_LINE and self.item is None:
            raise ValueError("A rounding line needs an item.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Priced:
    """A line of the invoice with the goal that it serves."""

    goal: Goal
    line: PricedLine


@dataclass(frozen=True, kw_only=True, slots=True)
class Settlement:
    """Lines and the total that they come to.

    Attributes:
        lines: In the goals' order, a rounding line last; empty when the policy allows none.
        total: What they were searched for to come to.
        below: The nearest total under the target that was found; None when there is none.
        above: The nearest one over it.
    """

    lines: tuple[Priced, ...]
    total: Decimal
    below: Decimal | None = None
    above: Decimal | None = None


@exactly
def settle(goals: Sequence[Goal], target: Decimal, policy: RoundingPolicy, remainder: Remainder) -> Settlement:
    """Prices the goals so that the ERP computes `target`, or what the remainder policy accepts instead.

    Args:
        goals: At least one; their totals sum to `target`.
        target: What was paid for them.
        policy: How the ERP computes.
        remainder: What to do where `target` cannot be reached.
    """
    step = unit(policy.amount_places)
    floor = target.quantize(step, rounding=ROUND_FLOOR)
    totals = split(floor, [goal.total for goal in goals], policy.amount_places)
    goals = [replace(goal, total=total) for goal, total in zip(goals, totals, strict=True)]
    wanted = frozenset({0}) if floor == target else frozenset({0, 1})
    found = {
        floor + shift * step: _priced(goals, pieces)
        for shift, pieces in reachable(cells_of(policy, goals), wanted).items()
    }
    if target in found:
        return Settlement(lines=found[target], total=target)
    below = max((total for total in found if total < target), default=None)
    above = min((total for total in found if total > target), default=None)
    total, lines = _remaining(found, target, policy, remainder)
    return Settlement(lines=lines, total=total, below=below, above=above)


def _priced(goals: Sequence[Goal], pieces: Pieces) -> tuple[Priced, ...]:
    return tuple(Priced(goal=goals[piece.goal], line=piece.line) for piece in pieces)


def _remaining(
    found: Mapping[Decimal, tuple[Priced, ...]], target: Decimal, policy: RoundingPolicy, remainder: Remainder
) -> tuple[Decimal, tuple[Priced, ...]]:
    if remainder.policy is RemainderPolicy.ROUNDING_LINE and remainder.item is not None:
        for total in sorted((total for total in found if total < target), reverse=True):
            line = _rounding_line(found[total], target - total, policy, remainder.item)
            if line is not None:
                return target, (*found[total], line)
    if remainder.policy is RemainderPolicy.TOLERANCE:
        nearest = min(found, key=lambda total: (abs(total - target), total), default=None)
        if nearest is not None and abs(nearest - target) <= remainder.tolerance:
            return nearest, found[nearest]
    return target, ()


def _rounding_line(lines: Sequence[Priced], missing: Decimal, policy: RoundingPolicy, item: Item) -> Priced | None:
    """One unit of the item that adds just what is missing; ERPs refuse negative lines, so it is only ever positive."""
    rates = rates_of(item)
    together = sums_by_rates(priced.line for priced in lines) if policy.scope == "document" else {}
    beside = together.get(rates, _NOTHING)
    total = charge(policy, beside, rates).total + missing
    if total != total.quantize(unit(policy.amount_places)):
        return None
    price = unit_price_for(policy, _ONE, rates, total, beside=beside)
    if price is None or price <= 0:
        return None
    goal = Goal(line_id=ROUNDING_LINE, item=item, description=item.name, quantity=_ONE, total=missing)
    return Priced(goal=goal, line=PricedLine(quantity=_ONE, unit_price=price, rates=rates))
