"""Products and what was found for a SKU."""

import urllib.parse
from decimal import Decimal
from typing import Any, Final

from erpgate.domain.money import is_currency, minor_units, quantise
from erpgate.plugin.model import Item
from erpgate.plugin.reasons import Reason
from erpgate.rpc.convert.scalars import REASONS, decimal_text
from erpgate.service.commands import SkuAnswer
from erpgate.store.records import ChannelRecord
from erpgate.v1 import catalog_service_pb2, error_reason_pb2, product_pb2

_REASONS: Final = {
    catalog_service_pb2.SKU_STATUS_NOT_FOUND: REASONS[Reason.SKU_NOT_FOUND],
    catalog_service_pb2.SKU_STATUS_AMBIGUOUS: REASONS[Reason.SKU_AMBIGUOUS],
    catalog_service_pb2.SKU_STATUS_INACTIVE: REASONS[Reason.ITEM_INACTIVE],
    catalog_service_pb2.SKU_STATUS_NOT_INVOICEABLE: REASONS[Reason.VARIANT_NOT_INVOICEABLE],
}


def lookup_to_wire(channel: ChannelRecord, answer: SkuAnswer) -> catalog_service_pb2.SkuLookup:
    """What the catalogue says about one SKU."""
    status = _status(answer)
    return catalog_service_pb2.SkuLookup(
        sku=answer.sku,
        status=status,
        reason=_REASONS.get(status, error_reason_pb2.ERROR_REASON_UNSPECIFIED),
        product=_product_to_wire(channel, answer.sku.strip(), answer.items[0]) if len(answer.items) == 1 else None,
        suggestions=answer.suggestions,
    )


def _status(answer: SkuAnswer) -> catalog_service_pb2.SkuStatus.ValueType:
    match answer.items:
        case ():
            return catalog_service_pb2.SKU_STATUS_NOT_FOUND
        case (item,) if not item.active:
            return catalog_service_pb2.SKU_STATUS_INACTIVE
        case (_,) if answer.refusal:
            return catalog_service_pb2.SKU_STATUS_NOT_INVOICEABLE
        case (_,):
            return catalog_service_pb2.SKU_STATUS_FOUND
    return catalog_service_pb2.SKU_STATUS_AMBIGUOUS


def _product_to_wire(channel: ChannelRecord, sku: str, item: Item) -> product_pb2.Product:
    price = _price(item, channel.settings)
    stock = _stock(item, str(channel.settings.get("warehouse") or ""))
    return product_pb2.Product(
        name=f"{channel.name}/products/{urllib.parse.quote(item.id, safe='')}",
        sku=sku,
        title=item.name,
        price="" if price is None else decimal_text(price),
        currency_code=item.currency_code,
        taxes=[product_pb2.Tax(id=tax, rate=decimal_text(rate)) for tax, rate in item.tax_rates.items()],
        stock="" if stock is None else decimal_text(stock),
        active=item.active,
    )


def _price(item: Item, settings: Any) -> Decimal | None:
    """By the channel's price list, or by the only one there is; with taxes it is rounded as money is."""
    price_list = settings.get("price_list") or (next(iter(item.prices)) if len(item.prices) == 1 else "")
    net = item.prices.get(price_list)
    if net is None or not settings.get("catalog_prices_with_taxes"):
        return net
    gross = net * (1 + sum(item.tax_rates.values(), Decimal(0)))
    return quantise(gross, minor_units(item.currency_code)) if is_currency(item.currency_code) else gross


def _stock(item: Item, warehouse: str) -> Decimal | None:
    """In the channel's warehouse, or in all of them while none is chosen; None for an item without stock."""
    if not item.stock:
        return None
    if not warehouse:
        return sum(item.stock.values(), Decimal(0))
    return item.stock.get(warehouse, Decimal(0))
