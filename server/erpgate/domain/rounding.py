"""How an ERP computes a document's totals: predicted to the cent before anything is sent."""

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from erpgate.domain.money import EXACT, quantise, unit
from erpgate.plugin.model import Item
from erpgate.plugin.policy import RoundingPolicy

Rates = tuple[Decimal, ...]
"""The tax rates of a line as fractions, all of them on the same base."""

_ONE = Decimal(1)


@dataclass(frozen=True, kw_only=True, slots=True)
class PricedLine:
    """A line as the ERP is given it.

    Attributes:
        quantity: In the item's unit.
        unit_price: Net, or including tax where the policy has `gross_prices`.
        rates: Of its taxes.
    """

    quantity: Decimal
    unit_price: Decimal
    rates: Rates

    @property
    def amount(self) -> Decimal:
        """Quantity × unit price, not rounded."""
        return EXACT.multiply(self.quantity, self.unit_price)


@dataclass(frozen=True, kw_only=True, slots=True)
class Prediction:
    """What the ERP will compute.

    Attributes:
        total: With tax.
        tax_base: Before tax.
        tax: All taxes.
    """

    total: Decimal
    tax_base: Decimal
    tax: Decimal

    def __add__(self, other: "Prediction") -> "Prediction":
        return Prediction(
            total=EXACT.add(self.total, other.total),
            tax_base=EXACT.add(self.tax_base, other.tax_base),
            tax=EXACT.add(self.tax, other.tax),
        )


def predict(policy: RoundingPolicy, lines: Iterable[PricedLine]) -> Prediction:
    """What an ERP that computes by `policy` makes of these lines.

    With scope `line` every line is rounded by itself. With scope `document` the lines' amounts are added first, those
    with the same combination of rates together, and each of these sums is rounded.
    """
    if policy.scope == "line":
        charges = [charge(policy, line.amount, line.rates) for line in lines]
    else:
        charges = [charge(policy, amount, rates) for rates, amount in sums_by_rates(lines).items()]
    nothing = quantise(Decimal(0), policy.amount_places)
    return sum(charges, Prediction(total=nothing, tax_base=nothing, tax=nothing))


def line_total(policy: RoundingPolicy, line: PricedLine) -> Decimal:
    """What the ERP shows as the line's total; with scope `document` these need not sum to the document's."""
    return charge(policy, line.amount, line.rates).total


def charge(policy: RoundingPolicy, amount: Decimal, rates: Rates) -> Prediction:
    """Rounds one amount, of a line or a sum of lines, with its taxes."""
    if policy.gross_prices:
        total = _rounded(policy, amount)
        base = _rounded(policy, EXACT.divide(total, growth(rates)))
    elif policy.rounds == "gross":
        total = _rounded(policy, EXACT.multiply(amount, growth(rates)))
        base = _rounded(policy, amount)
    else:
        base = _rounded(policy, amount)
        total = base
        for rate in rates:
            total = EXACT.add(total, _rounded(policy, EXACT.multiply(base, rate)))
    return Prediction(total=total, tax_base=base, tax=EXACT.subtract(total, base))


def amount_for(policy: RoundingPolicy, total: Decimal, rates: Rates) -> Decimal | None:
    """The amount in the middle of those that `charge` rounds to `total`; None where no amount does.

    Where base and taxes are rounded apart, some totals are jumped over: 16 in 100 at a rate of 19 %.
    """
    amount = unrounded_amount(policy, total, rates)
    if policy.gross_prices or policy.rounds == "gross":
        return amount
    nearest = _rounded(policy, amount)
    for steps in range(-len(rates) - 1, len(rates) + 2):
        base = EXACT.add(nearest, steps * unit(policy.amount_places))
        if charge(policy, base, rates).total == total:
            return base
    return None


def unrounded_amount(policy: RoundingPolicy, total: Decimal, rates: Rates) -> Decimal:
    """The amount that would come to `total` if nothing were rounded."""
    return total if policy.gross_prices else EXACT.divide(total, growth(rates))


@functools.lru_cache
def growth(rates: Rates) -> Decimal:
    """The factor from net to gross: 1.19 for 19 %."""
    factor = _ONE
    for rate in rates:
        factor = EXACT.add(factor, rate)
    return factor


def rates_of(item: Item) -> Rates:
    """The item's tax rates, in the order of their tax ids: the same item always gives the same document."""
    return tuple(item.tax_rates[tax] for tax in sorted(item.tax_rates))


def sums_by_rates(lines: Iterable[PricedLine]) -> dict[Rates, Decimal]:
    """The amounts of lines with the same combination of rates, added."""
    sums: dict[Rates, Decimal] = {}
    for line in lines:
        sums[line.rates] = EXACT.add(sums.get(line.rates, Decimal(0)), line.amount)
    return sums


def _rounded(policy: RoundingPolicy, amount: Decimal) -> Decimal:
    return quantise(amount, policy.amount_places, policy.mode)
