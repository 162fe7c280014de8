"""What a channel makes of an item: its SKU, its price, its stock, and whether it can be invoiced."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from erpgate.domain.matching import refusal_of
from erpgate.domain.money import exactly, is_currency, minor_units, quantise
from erpgate.plugin.capabilities import SkuStrategy
from erpgate.plugin.model import Item
from erpgate.plugin.reasons import Reason
from erpgate.plugin.settings import ChannelSettings

S = TypeVar("S", bound=ChannelSettings)


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """Why a product cannot be invoiced.

    Attributes:
        reason: From the closed list.
        message: One sentence.
    """

    reason: Reason
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Product:
    """An item under a channel's settings.

    Attributes:
        item: As the ERP has it.
        sku: That orders must carry; empty when it has none.
        price: By the channel's list; None when that has none.
        price_includes_taxes: Whether `price` does.
        on_hand: In the channel's warehouse; None for an item without stock.
        refusal: Why it cannot be invoiced; None when it can.
    """

    item: Item
    sku: str
    price: Decimal | None
    price_includes_taxes: bool
    on_hand: Decimal | None
    refusal: Refusal | None


def product_of(item: Item, strategy: SkuStrategy[S], settings: S, *, rivals: int = 0) -> Product:
    """An item as a product.

    Args:
        item: Of the ERP.
        strategy: Which of its codes is the SKU.
        settings: The channel's.
        rivals: Other active items with the same SKU.
    """
    sku = strategy.normalise(strategy.sku_of(item, settings) or "")
    return Product(
        item=item,
        sku=sku,
        price=_price(item, settings),
        price_includes_taxes=settings.catalog_prices_with_taxes,
        on_hand=_on_hand(item, settings.warehouse),
        refusal=_refusal(item, sku, strategy, settings, rivals),
    )


def _refusal(item: Item, sku: str, strategy: SkuStrategy[S], settings: S, rivals: int) -> Refusal | None:
    if not item.active:
        return Refusal(reason=Reason.ITEM_INACTIVE, message="It is switched off in the ERP.")
    if (text := refusal_of(item, strategy, settings)) is not None:
        return Refusal(reason=Reason.VARIANT_NOT_INVOICEABLE, message=text)
    if not sku:
        return Refusal(reason=Reason.SKU_NOT_FOUND, message=f"It has no {settings.sku_source} in the ERP.")
    if rivals:
        return Refusal(reason=Reason.SKU_AMBIGUOUS, message=f"{rivals} other items have the SKU {sku!r} too.")
    return None


@exactly
def _price(item: Item, settings: ChannelSettings) -> Decimal | None:
    """By the channel's price list, or by the only one there is; with taxes it is rounded as money is."""
    price_list = settings.price_list or (next(iter(item.prices)) if len(item.prices) == 1 else "")
    net = item.prices.get(price_list)
    if net is None or not settings.catalog_prices_with_taxes:
        return net
    gross = net * (1 + sum(item.tax_rates.values(), Decimal(0)))
    return quantise(gross, minor_units(item.currency_code)) if is_currency(item.currency_code) else gross


@exactly
def _on_hand(item: Item, warehouse: str) -> Decimal | None:
    """In the channel's warehouse, or in all of them while none is chosen; None for an item without stock."""
    if not item.stock:
        return None
    if not warehouse:
        return sum(item.stock.values(), Decimal(0))
    return item.stock.get(warehouse, Decimal(0))


@dataclass(frozen=True, kw_only=True, slots=True)
class Availability:
    """What can still be sold, term by term.

    Attributes:
        on_hand: As the ERP told when the item was read.
        sold: Quantity of orders that this channel has not invoiced yet.
        unread: Quantity of invoices that have moved the ERP's stock since the item was read.
    """

    on_hand: Decimal
    sold: Decimal = Decimal(0)
    unread: Decimal = Decimal(0)

    @property
    def available(self) -> Decimal:
        """May be less than nothing."""
        return self.on_hand - self.sold - self.unread
