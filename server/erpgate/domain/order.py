"""An order as a sales channel reports it."""

import datetime as dt
import functools
import urllib.parse
from dataclasses import dataclass, field
from decimal import Decimal

from erpgate.plugin.model import Buyer
from erpgate.plugin.settings import OrderState


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderLine:
    """One line of an order.

    Attributes:
        line_id: Unique in the order.
        sku: The seller's code; equal to the ERP's.
        title: What the buyer read.
        quantity: Above zero.
        unit_price: Before the line's discount, on the line's tax basis.
        discount_amount: Off the whole line, on the same basis.
        price_includes_tax: Overrides the order's.
    """

    line_id: str
    sku: str
    title: str
    quantity: Decimal
    unit_price: Decimal
    discount_amount: Decimal = Decimal(0)
    price_includes_tax: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Basket:
    """The cart that an order is part of; at least one of `size` and `external_ids` is given.

    Attributes:
        id: The sales channel's own.
        size: How many orders it has; 0 if not stated.
        external_ids: Of all its orders; empty if not stated.
    """

    id: str
    size: int = 0
    external_ids: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """One sale.

    Attributes:
        merchant: Whose sale.
        sales_channel: Where it was sold, such as `mercadolibre-co`.
        external_id: The sales channel's own id of it.
        state: Where it is.
        source_state: The marketplace's own word for that.
        fulfillment: Whether the marketplace ships it from its own warehouse.
        refunded: Whether the money went back, in whole or in part.
        order_time: When it was placed.
        source_update_time: When the sales channel last changed it; orders revisions that arrive out of order.
        currency_code: ISO 4217, of every amount.
        price_includes_tax: Basis of the lines' amounts and of the order's discount; None when not stated.
        lines: At least one.
        discount_amount: Off the whole order, on the lines' basis; not part of the lines' own discounts.
        shipping_amount: What shipping costs the buyer before its discount, taxes included.
        shipping_discount_amount: Off the shipping.
        total_paid: What the buyer paid for all of it, taxes and shipping included.
        buyer: Who bought.
        notes: Free text.
        basket: The cart that is invoiced as one; None for an order by itself.
    """

    merchant: str
    sales_channel: str
    external_id: str
    state: OrderState
    source_state: str = ""
    fulfillment: bool = False
    refunded: bool = False
    order_time: dt.datetime
    source_update_time: dt.datetime | None = None
    currency_code: str
    price_includes_tax: bool | None = None
    lines: tuple[OrderLine, ...]
    discount_amount: Decimal = Decimal(0)
    shipping_amount: Decimal = Decimal(0)
    shipping_discount_amount: Decimal = Decimal(0)
    total_paid: Decimal
    buyer: Buyer = field(default_factory=lambda: Buyer(name=""))
    notes: str = ""
    basket: Basket | None = None

    @property
    def order_id(self) -> str:
        """Last part of the resource name: sales channel and external id, percent-encoded."""
        return _order_id(self.sales_channel, self.external_id)


@functools.lru_cache(maxsize=4096)
def _order_id(sales_channel: str, external_id: str) -> str:
    return ":".join(urllib.parse.quote(part, safe="") for part in (sales_channel, external_id))
