"""What one invoice is for: one order, or all orders of a basket."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from erpgate.domain.order import Order, OrderLine
from erpgate.plugin.model import Buyer


@dataclass(frozen=True, slots=True)
class Sale:
    """Orders of one buyer in one currency, whose line ids differ.

    Attributes:
        orders: At least one.
    """

    orders: tuple[Order, ...]

    @property
    def lines(self) -> tuple[OrderLine, ...]:
        """Of all orders."""
        return tuple(line for order in self.orders for line in order.lines)

    @property
    def sales_channel(self) -> str:
        """Where it was sold."""
        return self.orders[0].sales_channel

    @property
    def currency_code(self) -> str:
        """ISO 4217."""
        return self.orders[0].currency_code

    @property
    def total_paid(self) -> Decimal:
        """What the buyer paid for all of it."""
        return sum((order.total_paid for order in self.orders), Decimal(0))

    @property
    def discount_amount(self) -> Decimal:
        """Off the orders as wholes."""
        return sum((order.discount_amount for order in self.orders), Decimal(0))

    @property
    def buyer(self) -> Buyer:
        """As the first order that knows the buyer's document has it."""
        return next((order.buyer for order in self.orders if order.buyer.document), self.orders[0].buyer)

    @property
    def order_number(self) -> str:
        """The marketplace's own numbers, for people."""
        return ", ".join(order.external_id for order in self.orders)

    @property
    def notes(self) -> str:
        """Of all orders."""
        return "\n".join(order.notes for order in self.orders if order.notes)


def sale_of(orders: Sequence[Order]) -> Sale:
    """One order as it is, or a basket's orders by external id, with line ids such as `1001/2`."""
    if len(orders) == 1:
        return Sale(tuple(orders))
    return Sale(tuple(map(_with_own_line_ids, sorted(orders, key=lambda order: order.external_id))))


def _with_own_line_ids(order: Order) -> Order:
    lines = (replace(line, line_id=f"{order.external_id}/{line.line_id}") for line in order.lines)
    return replace(order, lines=tuple(lines))
