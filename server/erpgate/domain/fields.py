"""Values of an order that cannot be meant, whatever the rest says."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from erpgate.domain.money import decimals, exactly, is_currency, minor_units, plain
from erpgate.domain.order import Order, OrderLine
from erpgate.domain.problem import Blocked, LineProblem
from erpgate.plugin.policy import RoundingPolicy
from erpgate.plugin.reasons import Reason


@dataclass(frozen=True, slots=True)
class _Violation:
    field: str
    text: str
    line: OrderLine | None = None


@exactly
def check_fields(order: Order, policy: RoundingPolicy) -> None:
    """Refuses an order with values that no invoice of this ERP can have.

    Raises:
        Blocked: FIELD_INVALID; `details` holds field path to what is wrong with it.
    """
    violations = [*_of_amounts(order), *_of_lines(order, policy)]
    if violations:
        first = violations[0]
        raise Blocked(
            Reason.FIELD_INVALID,
            f"{first.field}: {first.text}",
            details={violation.field: violation.text for violation in violations},
            lines=tuple(
                LineProblem(
                    line_id=violation.line.line_id,
                    sku=violation.line.sku,
                    reason=Reason.FIELD_INVALID,
                    message=f"{violation.field}: {violation.text}",
                )
                for violation in violations
                if violation.line is not None
            ),
        )


def _of_amounts(order: Order) -> Iterator[_Violation]:
    if not is_currency(order.currency_code):
        yield _Violation("currency_code", f"{order.currency_code!r} is not an active ISO 4217 currency.")
    elif decimals(order.total_paid) > minor_units(order.currency_code):
        places = minor_units(order.currency_code)
        yield _Violation(
            "total_paid", f"{plain(order.total_paid)} has more decimals than {order.currency_code} has ({places})."
        )
    for field in ("total_paid", "discount_amount", "shipping_amount", "shipping_discount_amount"):
        if getattr(order, field) < 0:
            yield _Violation(field, "It must not be negative.")
    if order.shipping_discount_amount > order.shipping_amount:
        yield _Violation(
            "shipping_discount_amount",
            f"{plain(order.shipping_discount_amount)} is more than the shipping, {plain(order.shipping_amount)}.",
        )


def _of_lines(order: Order, policy: RoundingPolicy) -> Iterator[_Violation]:
    if not order.lines:
        yield _Violation("lines", "There must be at least one.")
    for index, line in enumerate(order.lines):
        for field, text in _of_line(line, policy):
            yield _Violation(f"lines[{index}].{field}", text, line)


def _of_line(line: OrderLine, policy: RoundingPolicy) -> Iterator[tuple[str, str]]:
    if line.quantity <= 0:
        yield "quantity", "It must be above zero."
    elif decimals(line.quantity) > policy.quantity_places:
        yield (
            "quantity",
            f"{plain(line.quantity)} has more decimals than the ERP keeps of a quantity ({policy.quantity_places}).",
        )
    for field in ("unit_price", "discount_amount"):
        if getattr(line, field) < 0:
            yield field, "It must not be negative."
    amount = line.quantity * line.unit_price
    if line.discount_amount > max(amount, Decimal(0)):
        yield "discount_amount", f"{plain(line.discount_amount)} is more than the line's amount, {plain(amount)}."
