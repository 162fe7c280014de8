"""What an order says was paid: its lines, discounts and shipping, held against `total_paid`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from erpgate.domain.money import exactly, minor_units, plain, quantise, split, written
from erpgate.domain.order import Order, OrderLine
from erpgate.domain.problem import Blocked
from erpgate.domain.rounding import PricedLine, charge, predict
from erpgate.domain.stated import StatedLine, stated_lines
from erpgate.plugin.model import Item
from erpgate.plugin.policy import RoundingPolicy
from erpgate.plugin.reasons import Reason

_NOTHING: Final = Decimal(0)
_ONE: Final = Decimal(1)
_WAYS_TO_ROUND: Final[tuple[Literal["gross", "base_and_tax"], ...]] = ("gross", "base_and_tax")


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

    @property
    def goods(self) -> Decimal:
        """Paid for the lines."""
        return sum((line.total for line in self.lines), _NOTHING)


@exactly
def together(statements: Iterable[Statement]) -> Statement:
    """Several orders as one statement."""
    parts = tuple(statements)
    return Statement(
        lines=tuple(line for part in parts for line in part.lines),
        shipping=sum((part.shipping for part in parts), _NOTHING),
    )


@exactly
def read(order: Order, items: Mapping[str, Item]) -> Statement:
    """Finds what was paid for each line of an order whose fields were checked.

    A discount of the order is spread over the lines in proportion to their amounts. How the sales channel rounded taxes
    on net prices is not known: the order adds up if rounding once a line, base and tax apart on each line, or the sums
    of the document explains what was paid.

    Args:
        order: As submitted.
        items: Line id to the ERP's item, for every line.

    Raises:
        Blocked: TAX_BASIS_UNKNOWN, DOUBLE_TAX_SUSPECTED or ORDER_TOTAL_INCONSISTENT.
    """
    lines = stated_lines(order, items)
    shipping = order.shipping_amount - order.shipping_discount_amount
    paid = order.total_paid - shipping
    totals = _explained(lines, paid, minor_units(order.currency_code))
    if totals is None:
        raise _double_tax(order, lines, shipping) or _inconsistent(order, lines, shipping)
    return Statement(
        lines=tuple(
            PaidLine(line=stated.line, item=stated.item, total=total)
            for stated, total in zip(lines, totals, strict=True)
        ),
        shipping=shipping,
    )


def _explained(lines: Sequence[StatedLine], paid: Decimal, places: int) -> tuple[Decimal, ...] | None:
    """What each line comes to under the first way of rounding that makes the whole `paid`; None if none does."""
    for rounds in _WAYS_TO_ROUND:
        totals = tuple(charge(_seller(line, rounds, places), line.amount, line.rates).total for line in lines)
        if sum(totals) == paid:
            return totals
    for rounds in _WAYS_TO_ROUND:
        if _document_total(lines, rounds, places) == paid:
            return split(paid, [line.gross for line in lines], places)
    return None


def _document_total(lines: Sequence[StatedLine], rounds: Literal["gross", "base_and_tax"], places: int) -> Decimal:
    by_basis: dict[RoundingPolicy, list[PricedLine]] = {}
    for line in lines:
        priced = PricedLine(quantity=_ONE, unit_price=line.amount, rates=line.rates)
        by_basis.setdefault(_seller(line, rounds, places, "document"), []).append(priced)
    return sum((predict(policy, priced).total for policy, priced in by_basis.items()), _NOTHING)


def _seller(
    line: StatedLine,
    rounds: Literal["gross", "base_and_tax"],
    places: int,
    scope: Literal["line", "document"] = "line",
) -> RoundingPolicy:
    """How a sales channel may have computed: half up, in minor units."""
    return RoundingPolicy(
        unit_price_places=places,
        quantity_places=places,
        amount_places=places,
        rounds=rounds,
        scope=scope,
        gross_prices=line.includes_tax,
    )


def _double_tax(order: Order, lines: Sequence[StatedLine], shipping: Decimal) -> Blocked | None:
    """Whether the lines miss what was paid for them by just the tax, in one direction or the other.

    Both sides are taken without shipping, so that its share does not blur the ratio. The rate is that of all lines
    together, by their amounts.
    """
    stated = sum((line.amount for line in lines), _NOTHING)
    total = sum((line.gross for line in lines), _NOTHING)
    paid = order.total_paid - shipping
    if stated <= 0 or paid <= 0:
        return None
    rate = sum((line.amount * (line.growth - 1) for line in lines), _NOTHING) / stated
    ratio = total / paid
    if not rate or min(abs(ratio - (1 + rate)), abs(ratio - 1 / (1 + rate))) > rate / 4:
        return None
    places = minor_units(order.currency_code)
    lines_total = written(quantise(total, places), places)
    return Blocked(
        Reason.DOUBLE_TAX_SUSPECTED,
        f"The lines come to {lines_total} {order.currency_code} with tax, {written(paid, places)} was paid for them: "
        f"they differ by about the tax of {plain(quantise(rate * 100, 2))} %. "
        "Correct price_includes_tax or the prices and submit the order again.",
        details={
            "lines_total": lines_total,
            "shipping": written(shipping, places),
            "total_paid": written(order.total_paid, places),
            "rate": plain(quantise(rate, 4)),
        },
    )


def _inconsistent(order: Order, lines: Sequence[StatedLine], shipping: Decimal) -> Blocked:
    places = minor_units(order.currency_code)
    goods = quantise(sum((line.gross for line in lines), _NOTHING), places)
    computed = goods + shipping
    return Blocked(
        Reason.ORDER_TOTAL_INCONSISTENT,
        f"The lines, {written(goods, places)}, and shipping, {written(shipping, places)}, come to "
        f"{written(computed, places)} {order.currency_code}, and {written(order.total_paid, places)} was paid. "
        "Correct the order and submit it again.",
        details={
            "lines_total": written(goods, places),
            "shipping": written(shipping, places),
            "computed": written(computed, places),
            "total_paid": written(order.total_paid, places),
            "difference": written(computed - order.total_paid, places),
        },
    )
