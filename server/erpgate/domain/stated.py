"""What an order says of its lines: amounts on the stated tax basis, discounts taken off."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from erpgate.domain.money import decimals, exactly, minor_units, plain, quantise, split
from erpgate.domain.order import Order, OrderLine
from erpgate.domain.problem import Blocked, LineProblem
from erpgate.domain.rounding import Rates, growth, rates_of
from erpgate.plugin.model import Item
from erpgate.plugin.reasons import Reason

_NOTHING: Final = Decimal(0)
_ONE: Final = Decimal(1)
_CONVERTED_PLACES: Final = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class StatedLine:
    """A line on the basis that the order states.

    Attributes:
        line: As the order has it.
        item: The ERP's.
        rates: Of the item's taxes.
        growth: Factor from net to gross.
        includes_tax: The basis of `amount`; either, where the item is not taxed.
        amount: Of the whole line, its discount and its share of the order's taken off.
    """

    line: OrderLine
    item: Item
    rates: Rates
    growth: Decimal
    includes_tax: bool
    amount: Decimal

    @property
    def gross(self) -> Decimal:
        """The amount with tax, not rounded."""
        return self.amount if self.includes_tax else self.amount * self.growth

    def on_basis(self, includes_tax: bool) -> "StatedLine":
        """The same line stated the other way; one that is not taxed is the same either way."""
        if includes_tax == self.includes_tax or self.growth == _ONE:
            return dataclasses.replace(self, includes_tax=includes_tax)
        amount = self.amount * self.growth if includes_tax else self.amount / self.growth
        return dataclasses.replace(self, includes_tax=includes_tax, amount=quantise(amount, _CONVERTED_PLACES))


@exactly
def stated_lines(order: Order, items: Mapping[str, Item]) -> tuple[StatedLine, ...]:
    """Reads the lines of an order whose fields were checked.

    The order's discount is spread over the lines in proportion to their amounts, by largest remainder.

    Args:
        order: As submitted.
        items: Line id to the ERP's item, for every line.

    Raises:
        Blocked: TAX_BASIS_UNKNOWN, or ORDER_TOTAL_INCONSISTENT where the discount is more than the lines.
    """
    return _discounted(order, _undiscounted(order, items))


def _undiscounted(order: Order, items: Mapping[str, Item]) -> tuple[StatedLine, ...]:
    lines: list[StatedLine] = []
    unknown: list[OrderLine] = []
    for line in order.lines:
        rates = rates_of(items[line.line_id])
        basis = order.price_includes_tax if line.price_includes_tax is None else line.price_includes_tax
        if basis is None and any(rates):
            unknown.append(line)
        lines.append(
            StatedLine(
                line=line,
                item=items[line.line_id],
                rates=rates,
                growth=growth(rates),
                includes_tax=basis is not False,
                amount=line.quantity * line.unit_price - line.discount_amount,
            )
        )
    if unknown:
        raise _basis_unknown(unknown)
    return tuple(lines)


def _basis_unknown(lines: Sequence[OrderLine]) -> Blocked:
    return Blocked(
        Reason.TAX_BASIS_UNKNOWN,
        f"The order does not say whether its prices include tax, and {len(lines)} of its lines are taxed. "
        "Submit it with price_includes_tax.",
        details={"line_id": lines[0].line_id},
        lines=tuple(
            LineProblem(
                line_id=line.line_id,
                sku=line.sku,
                reason=Reason.TAX_BASIS_UNKNOWN,
                message="The item is taxed, and the line's price_includes_tax is not stated.",
            )
            for line in lines
        ),
    )


def _discounted(order: Order, lines: tuple[StatedLine, ...]) -> tuple[StatedLine, ...]:
    """Takes the order's discount off the lines, all of them put on the discount's basis for it."""
    discount = order.discount_amount
    if not discount:
        return lines
    basis = _discount_basis(order, lines)
    lines = tuple(line.on_basis(basis) for line in lines)
    amounts = [line.amount for line in lines]
    whole = sum(amounts, _NOTHING)
    if discount > whole:
        raise Blocked(
            Reason.ORDER_TOTAL_INCONSISTENT,
            f"The order's discount of {plain(discount)} is more than its lines come to, {plain(whole)}. "
            "Correct the order and submit it again.",
            details={
                "computed": plain(whole - discount),
                "total_paid": plain(order.total_paid),
                "discount_amount": plain(discount),
            },
        )
    places = max(minor_units(order.currency_code), decimals(discount), *map(decimals, amounts))
    shares = split(discount, amounts, places)
    return tuple(
        dataclasses.replace(line, amount=line.amount - share) for line, share in zip(lines, shares, strict=True)
    )


def _discount_basis(order: Order, lines: Sequence[StatedLine]) -> bool:
    if order.price_includes_tax is not None:
        return order.price_includes_tax
    bases = {line.includes_tax for line in lines if any(line.rates)}
    if len(bases) > 1:
        raise Blocked(
            Reason.TAX_BASIS_UNKNOWN,
            "Some lines include tax and some do not, and the order does not say which holds for its discount. "
            "Submit it with price_includes_tax.",
            details={"discount_amount": plain(order.discount_amount)},
        )
    return bases != {False}
