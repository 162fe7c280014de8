"""Orders, items and policies with good defaults; numbers are given as text."""

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal

from erpgate.domain.order import Order, OrderLine
from erpgate.domain.rounding import Prediction, PricedLine, predict, rates_of
from erpgate.domain.sale import sale_of
from erpgate.domain.totals import Plan, Remainder, plan
from erpgate.plugin.model import Item, ItemId
from erpgate.plugin.policy import RoundingPolicy
from erpgate.plugin.settings import OrderState, RemainderPolicy

Kind = Literal["product", "service", "kit", "variant", "variant_parent"]

ROUNDINGS: tuple[Literal["gross", "base_and_tax"], ...] = ("gross", "base_and_tax")
SCOPES: tuple[Literal["line", "document"], ...] = ("line", "document")
MODES: tuple[Literal["half_up", "half_even"], ...] = ("half_up", "half_even")

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def a_line(
    unit_price: str | Decimal = "119",
    quantity: str | Decimal = "1",
    *,
    line_id: str = "1",
    sku: str = "SHIRT",
    discount: str | Decimal = "0",
    includes_tax: bool | None = None,
) -> OrderLine:
    """An order line."""
    return OrderLine(
        line_id=line_id,
        sku=sku,
        title=f"Title {line_id}",
        quantity=Decimal(quantity),
        unit_price=Decimal(unit_price),
        discount_amount=Decimal(discount),
        price_includes_tax=includes_tax,
    )


def an_order(
    *lines: OrderLine,
    paid: str | Decimal = "119",
    includes_tax: bool | None = True,
    currency: str = "COP",
    discount: str | Decimal = "0",
    shipping: str | Decimal = "0",
    shipping_discount: str | Decimal = "0",
    **more: Any,
) -> Order:
    """A completed order of one shirt, tax included, unless told otherwise."""
    facts: dict[str, Any] = {"state": OrderState.COMPLETED, "order_time": NOON, **more}
    return Order(
        merchant="acme",
        sales_channel=facts.pop("sales_channel", "shop-co"),
        external_id="1001",
        currency_code=currency,
        price_includes_tax=includes_tax,
        lines=lines or (a_line(),),
        discount_amount=Decimal(discount),
        shipping_amount=Decimal(shipping),
        shipping_discount_amount=Decimal(shipping_discount),
        total_paid=Decimal(paid),
        **facts,
    )


def an_item(
    id: str = "item-1",  # noqa: A002
    *rates: str,
    kind: Kind = "product",
    reference: str | None = None,
    active: bool = True,
) -> Item:
    """An item with one tax per rate; without rates it is not taxed."""
    return Item(
        id=ItemId(id),
        name=f"Name of {id}",
        reference=reference,
        kind=kind,
        active=active,
        tax_rates={f"tax-{index}": Decimal(rate) for index, rate in enumerate(rates)},
    )


def a_policy(
    rounds: Literal["gross", "base_and_tax"] = "gross",
    scope: Literal["line", "document"] = "line",
    *,
    mode: Literal["half_up", "half_even"] = "half_up",
    price: int = 6,
    quantity: int = 0,
    amount: int = 2,
    gross_prices: bool = False,
) -> RoundingPolicy:
    """A policy with fine unit prices and cents."""
    return RoundingPolicy(
        unit_price_places=price,
        quantity_places=quantity,
        amount_places=amount,
        rounds=rounds,
        scope=scope,
        mode=mode,
        gross_prices=gross_prices,
    )


def every_policy() -> Sequence[RoundingPolicy]:
    """All ways to round, with coarse and fine prices and with amounts from whole units to a thousandth."""
    return [
        a_policy(rounds, scope, mode=mode, price=price, quantity=1, amount=amount, gross_prices=gross)
        for rounds, scope, mode, price, amount, gross in itertools.product(
            ROUNDINGS, SCOPES, MODES, (0, 2, 6), (0, 2, 3), (False, True)
        )
    ]


def policy_id(value: object) -> str | None:
    """A readable test id of a policy; other parameters name themselves."""
    if not isinstance(value, RoundingPolicy):
        return None
    basis = "gross" if value.gross_prices else "net"
    return (
        f"{value.rounds}-{value.scope}-{value.mode}-{basis}-price{value.unit_price_places}-amount{value.amount_places}"
    )


def planned(
    order: Order,
    *items: Item,
    policy: RoundingPolicy | None = None,
    shipping: Item | None = None,
    remainder: Remainder | None = None,
) -> Plan:
    """Plans an order whose lines have `items` in turn; the last item serves the rest of the lines."""
    return plan(
        sale_of([order]),
        items_of(order, *items),
        policy=policy or a_policy(),
        shipping=shipping,
        remainder=remainder or Remainder(),
    )


def items_of(order: Order, *items: Item) -> Mapping[str, Item]:
    """Line id to item; the last item serves the rest of the lines."""
    given = items or (an_item("item-1", "0.19"),)
    return dict(
        zip((line.line_id for line in order.lines), itertools.chain(given, itertools.repeat(given[-1])), strict=False)
    )


def recomputed(plan_: Plan, items: Sequence[Item], policy: RoundingPolicy) -> Prediction:
    """What the ERP makes of the planned lines, from their own values alone."""
    by_id = {item.id: item for item in items}
    return predict(
        policy,
        [
            PricedLine(quantity=line.quantity, unit_price=line.unit_price, rates=rates_of(by_id[line.item]))
            for line in plan_.lines
        ],
    )


def tolerating(amount: str) -> Remainder:
    """A remainder policy that accepts a difference."""
    return Remainder(policy=RemainderPolicy.TOLERANCE, tolerance=Decimal(amount))


def rounding_with(item: Item) -> Remainder:
    """A remainder policy that adds a line."""
    return Remainder(policy=RemainderPolicy.ROUNDING_LINE, item=item)
