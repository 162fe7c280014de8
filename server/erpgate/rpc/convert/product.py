"""Products, and what was found for a SKU."""

import datetime as dt
from typing import Final

from google.protobuf.duration_pb2 import Duration

from erpgate.domain.product import Availability
from erpgate.plugin.reasons import Reason
from erpgate.rpc.convert.scalars import REASONS, WireEnum, decimal_text, timestamp
from erpgate.rpc.names import product_name
from erpgate.service.commands import CatalogEntry, SkuAnswer
from erpgate.store.records import ChannelRecord
from erpgate.v1 import catalog_service_pb2, error_reason_pb2, product_pb2

_KINDS: Final = WireEnum(product_pb2.ProductKind, "PRODUCT_KIND_")

_STATUSES: Final = {
    Reason.ITEM_INACTIVE: catalog_service_pb2.SKU_STATUS_INACTIVE,
    Reason.VARIANT_NOT_INVOICEABLE: catalog_service_pb2.SKU_STATUS_NOT_INVOICEABLE,
}

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
        product=product_to_wire(channel, answer.entries[0]) if len(answer.entries) == 1 else None,
        suggestions=answer.suggestions,
    )


def product_to_wire(channel: ChannelRecord, entry: CatalogEntry) -> product_pb2.Product:
    """A product with how fresh it is."""
    product, item = entry.product, entry.product.item
    message = product_pb2.Product(
        name=product_name(channel.merchant, channel.channel, item.id),
        sku=product.sku,
        title=item.name,
        price="" if product.price is None else decimal_text(product.price),
        currency_code=item.currency_code,
        taxes=[product_pb2.Tax(id=tax, rate=decimal_text(rate)) for tax, rate in item.tax_rates.items()],
        stock="" if product.on_hand is None else decimal_text(product.on_hand),
        active=item.active,
        sync_time=timestamp(entry.sync_time),
        kind=_KINDS.number(item.kind),
        parent="" if item.parent is None else product_name(channel.merchant, channel.channel, item.parent),
        reference=item.reference or "",
        barcode=item.barcode or "",
        unit=item.unit,
        price_includes_taxes=product.price_includes_taxes,
        invoiceable=product.refusal is None,
        age=_duration(entry.age),
        change_time=timestamp(entry.change_time),
        version=entry.version,
    )
    if product.refusal is not None:
        message.refusal_reason = REASONS[product.refusal.reason]
        message.refusal_message = product.refusal.message
    if entry.availability is not None:
        message.availability.CopyFrom(_availability(entry.availability))
    return message


def _availability(availability: Availability) -> product_pb2.Availability:
    return product_pb2.Availability(
        on_hand=decimal_text(availability.on_hand),
        sold=decimal_text(availability.sold),
        unread=decimal_text(availability.unread),
        available=decimal_text(availability.available),
    )


def _status(answer: SkuAnswer) -> catalog_service_pb2.SkuStatus.ValueType:
    match answer.entries:
        case ():
            return catalog_service_pb2.SKU_STATUS_NOT_FOUND
        case (entry,) if entry.product.refusal is not None:
            return _STATUSES.get(entry.product.refusal.reason, catalog_service_pb2.SKU_STATUS_NOT_INVOICEABLE)
        case (_,):
            return catalog_service_pb2.SKU_STATUS_FOUND
    return catalog_service_pb2.SKU_STATUS_AMBIGUOUS


def _duration(span: dt.timedelta) -> Duration:
    message = Duration()
    message.FromTimedelta(span)
    return message
