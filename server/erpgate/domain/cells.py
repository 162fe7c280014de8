"""Cells: lines that an ERP rounds together, one line or all lines with the same taxes, and the totals they can have."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, Protocol

from erpgate.domain.money import decimals, exactly, unit
from erpgate.domain.pricing import Goal, lines_for, nearest_prices, smallest_part, unit_price_for
from erpgate.domain.rounding import PricedLine, Rates, amount_for, charge, unrounded_amount
from erpgate.plugin.policy import RoundingPolicy

_NOTHING: Final = Decimal(0)
_LINES_TRIED: Final = 5


@dataclass(frozen=True, slots=True)
class Piece:
    """A priced line, and the position of the goal that it serves."""

    goal: int
    line: PricedLine


Pieces = tuple[Piece, ...]


class Cell(Protocol):
    """Lines that are rounded together. Shifts count units of the ERP's amount decimals, such as cents."""

    @property
    def total(self) -> Decimal:
        """What the goals of the cell sum to."""
        ...

    def at(self, shift: int) -> Pieces | None:
        """Lines that the ERP turns into exactly `total` and `shift` units more; None if there are none."""
        ...

    def nearest(self) -> tuple[int, ...]:
        """Shifts on either side of 0 that the finest prices lead to, however far."""
        ...


def cells_of(policy: RoundingPolicy, goals: Sequence[Goal]) -> tuple[Cell, ...]:
    """The cells of a document with these goals."""
    if policy.scope == "line":
        return tuple(_LineCell(policy, index, goal) for index, goal in enumerate(goals))
    by_rates: dict[Rates, list[tuple[int, Goal]]] = {}
    for index, goal in enumerate(goals):
        by_rates.setdefault(goal.rates, []).append((index, goal))
    return tuple(_GroupCell(policy, rates, members) for rates, members in by_rates.items())


class _LineCell:
    """One line that is rounded by itself."""

    def __init__(self, policy: RoundingPolicy, index: int, goal: Goal) -> None:
        self._policy = policy
        self._index = index
        self._goal = goal

    @property
    def total(self) -> Decimal:
        return self._goal.total

    @exactly
    def at(self, shift: int) -> Pieces | None:
        total = self.total + shift * unit(self._policy.amount_places)
        lines = lines_for(self._policy, self._goal, total) if total >= 0 else None
        return None if lines is None else tuple(Piece(self._index, line) for line in lines)

    @exactly
    def nearest(self) -> tuple[int, ...]:
        goal = self._goal
        prices = nearest_prices(self._policy, goal.quantity, goal.rates, goal.total)
        totals = [charge(self._policy, goal.quantity * price, goal.rates).total for price in prices]
        return tuple(int((total - goal.total) / unit(self._policy.amount_places)) for total in totals)


class _GroupCell:
    """All lines of a document with the same taxes, where the ERP adds before it rounds."""

    def __init__(self, policy: RoundingPolicy, rates: Rates, members: Sequence[tuple[int, Goal]]) -> None:
        self._policy = policy
        self._rates = rates
        self._members = members
        self._finest = unit(policy.unit_price_places)
        self._total = sum((goal.total for _, goal in members), _NOTHING)
        self._free = frozenset(index for index, goal in members if not goal.total)
        self._priced_with: dict[int, Pieces] = {}

    @property
    def total(self) -> Decimal:
        return self._total

    @exactly
    def at(self, shift: int) -> Pieces | None:
        total = self.total + shift * unit(self._policy.amount_places)
        amount = amount_for(self._policy, total, self._rates) if total >= 0 else None
        if amount is None:
            return None
        own = self._at_own_prices() if shift == 0 else ()
        candidates = itertools.chain(
            own, self._with_one_repriced(total), self._with_all_mended(amount), self._with_closest_prices()
        )
        return next((pieces for pieces in candidates if self._comes_to(pieces) == total), None)

    @exactly
    def nearest(self) -> tuple[int, ...]:
        (pieces,) = self._with_closest_prices()
        step = min(piece.line.quantity for piece in pieces) * self._finest
        amounts = (_sum(pieces) + steps * step for steps in (-1, 0, 1))
        totals = (charge(self._policy, max(near, _NOTHING), self._rates).total for near in amounts)
        return tuple(int((total - self.total) / unit(self._policy.amount_places)) for total in totals)

    def _comes_to(self, pieces: Pieces) -> Decimal:
        return charge(self._policy, _sum(pieces), self._rates).total

    def _at_own_prices(self) -> Iterator[Pieces]:
        """Every line at a price for its own total: with the fewest decimals, then with more and more."""
        return (self._priced(more_places) for more_places in range(self._policy.unit_price_places + 1))

    def _with_one_repriced(self, total: Decimal) -> Iterator[Pieces]:
        """The nicest prices but for one large line, which makes up for the others."""
        pieces = self._priced(0)
        for piece in _largest(pieces):
            beside = _sum(pieces) - piece.line.amount
            price = unit_price_for(self._policy, piece.line.quantity, self._rates, total, beside=beside)
            if price is not None and price > 0:
                yield _replaced(pieces, piece, replace(piece.line, unit_price=price))

    def _with_all_mended(self, amount: Decimal) -> Iterator[Pieces]:
        """The finest prices, moved until their sum is closest to `amount`; then also with one large line split."""
        pieces = self._priced(self._policy.unit_price_places)
        yield self._mended(pieces, amount)
        for piece in _largest(pieces):
            part = smallest_part(piece.line.quantity)
            if part < piece.line.quantity:
                halves = (piece.line.quantity - part, part)
                split = (replace(piece.line, quantity=quantity) for quantity in halves)
                yield self._mended(_replaced(pieces, piece, *split), amount)

    def _with_closest_prices(self) -> Iterator[Pieces]:
        """The finest prices, moved until their sum is closest to the cell's own total, whatever it comes to.

        `at` tries them as they are: where a step of a price is worth many cents, prices that are moved towards the
        middle of what rounds to the same total may miss it, and a cell would have no total at all.
        """
        amount = unrounded_amount(self._policy, self.total, self._rates)
        yield self._mended(self._priced(self._policy.unit_price_places), amount)

    def _priced(self, more_places: int) -> Pieces:
        """Every line at its own price, with more decimals than its own total needs."""
        if more_places not in self._priced_with:
            pieces = tuple(Piece(index, self._line(goal, more_places)) for index, goal in self._members)
            self._priced_with[more_places] = pieces
        return self._priced_with[more_places]

    def _line(self, goal: Goal, more_places: int) -> PricedLine:
        nicest = unit_price_for(self._policy, goal.quantity, goal.rates, goal.total)
        price = nicest
        if nicest is None or (more_places and goal.total):
            least = self._policy.unit_price_places if nicest is None else decimals(nicest)
            places = min(least + more_places, self._policy.unit_price_places)
            price = (unrounded_amount(self._policy, goal.total, goal.rates) / goal.quantity).quantize(unit(places))
        return PricedLine(quantity=goal.quantity, unit_price=price or _NOTHING, rates=self._rates)

    def _mended(self, pieces: Pieces, amount: Decimal) -> Pieces:
        """Moves prices by whole steps until the sum is as close to `amount` as the finest step allows.

        Large quantities move first: their prices change least. Free lines stay free.
        """
        mended = list(pieces)
        missing = amount - _sum(pieces)
        for index in sorted(range(len(pieces)), key=lambda index: -pieces[index].line.quantity):
            goal, line = mended[index].goal, mended[index].line
            step = line.quantity * self._finest
            steps = (missing / step).to_integral_value()
            price = line.unit_price + steps * self._finest
            if goal not in self._free and price > 0:
                mended[index] = Piece(goal, replace(line, unit_price=price))
                missing -= steps * step
        return tuple(mended)


def _largest(pieces: Pieces) -> list[Piece]:
    """The lines on which a cent weighs least."""
    paid = (piece for piece in pieces if piece.line.amount)
    return sorted(paid, key=lambda piece: -piece.line.amount)[:_LINES_TRIED]


def _replaced(pieces: Pieces, piece: Piece, *lines: PricedLine) -> Pieces:
    """The same pieces with other lines in the place of one."""
    at = pieces.index(piece)
    return (*pieces[:at], *(Piece(piece.goal, line) for line in lines), *pieces[at + 1 :])


def _sum(pieces: Pieces) -> Decimal:
    return sum((piece.line.amount for piece in pieces), _NOTHING)
