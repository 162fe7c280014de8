"""Orders."""

import urllib.parse
from typing import Final

from erpgate.domain.money import is_currency, minor_units
from erpgate.rpc import names
from erpgate.rpc.validation import words
from erpgate.rpc.validation.checks import (
    Violations,
    between,
    decimal,
    decimals_of,
    each,
    fields,
    instant,
    nonblank,
    one_of,
    required,
    text,
    trimmed,
)
from erpgate.v1 import channel_pb2, order_pb2, party_pb2

PARTY: Final = fields(
    party_pb2.Party,
    name=text(150),
    document_type=text(50),
    document=text(50),
    email=words.EMAIL,
    phone=text(50),
    address=fields(
        party_pb2.Address,
        street=text(500),
        city=text(150),
        region=text(150),
        postal_code=text(50),
        country_code=words.COUNTRY,
    ),
)
_LINE: Final = fields(
    order_pb2.OrderLine,
    line_id=trimmed(text(64)),
    sku=text(100),
    title=text(500),
    quantity=required(decimal(digits=12, positive=True)),
    unit_price=required(words.AMOUNT),
    discount_amount=words.AMOUNT,
)


def _minor_units(order: order_pb2.Order, path: str, wrong: Violations) -> None:
    if not is_currency(order.currency_code):
        return
    places = minor_units(order.currency_code)
    for name in ("discount_amount", "shipping_amount", "shipping_discount_amount", "total_paid"):
        if decimals_of(getattr(order, name)) > places:
            wrong.add(f"{path}.{name}", f"must have at most {places} decimals in {order.currency_code}.")


def _distinct_lines(order: order_pb2.Order, path: str, wrong: Violations) -> None:
    seen: dict[str, int] = {}
    for index, line in enumerate(order.lines):
        first = seen.setdefault(line.line_id or str(index + 1), index)
        if first != index:
            wrong.add(f"{path}.lines[{index}].line_id", f"is the same as that of lines[{first}].")


def _short_id(order: order_pb2.Order, path: str, wrong: Violations) -> None:
    encoded = len(order.sales_channel) + 1 + len(urllib.parse.quote(order.external_id, safe=""))
    if encoded > names.MAX_ORDER_ID:
        wrong.add(f"{path}.external_id", "has too many characters that must be percent-encoded.")


def _told_basket(basket: order_pb2.Basket, path: str, wrong: Violations) -> None:
    if not basket.size and not basket.external_ids:
        wrong.add(f"{path}.size", "is required where external_ids is empty.")
    if basket.size and len(basket.external_ids) > basket.size:
        wrong.add(
            f"{path}.external_ids", f"has {len(basket.external_ids)} elements; the basket's size is {basket.size}."
        )


_BASKET: Final = fields(
    order_pb2.Basket,
    _told_basket,
    id=required(trimmed(text(128))),
    size=between(1, 100),
    external_ids=each(trimmed(nonblank(text(128))), limit=100),
)


def _in_its_basket(order: order_pb2.Order, path: str, wrong: Violations) -> None:
    if order.basket.external_ids and order.external_id not in order.basket.external_ids:
        wrong.add(f"{path}.basket.external_ids", "must contain the order's own external_id.")


ORDER: Final = fields(
    order_pb2.Order,
    _minor_units,
    _distinct_lines,
    _short_id,
    _in_its_basket,
    sales_channel=required(words.SALES_CHANNEL),
    external_id=required(trimmed(text(128))),
    state=required(one_of(channel_pb2.OrderState)),
    source_state=text(100),
    order_time=required(instant),
    source_update_time=instant,
    currency_code=required(words.currency),
    lines=required(each(_LINE, limit=2000)),
    discount_amount=words.AMOUNT,
    shipping_amount=words.AMOUNT,
    shipping_discount_amount=words.AMOUNT,
    total_paid=required(words.AMOUNT),
    buyer=PARTY,
    notes=text(2000, lines=True),
    basket=_BASKET,
)
