"""How far a catalogue was read, what changed in it, and what is asked of it."""

import urllib.parse
from typing import Final

from erpgate.rpc import names
from erpgate.rpc.convert.product import product_to_wire
from erpgate.rpc.convert.scalars import decimal, instant, timestamp, timestamp_or_none
from erpgate.service.commands import ProductQuery, WatchedChange
from erpgate.store.catalog_sync import CatalogSync, SyncState
from erpgate.store.records import ChannelRecord
from erpgate.v1 import catalog_pb2
from erpgate.v1 import catalog_service_pb2 as pb

_UPDATED: Final = catalog_pb2.PRODUCT_CHANGE_KIND_UPDATED
_REMOVED: Final = catalog_pb2.PRODUCT_CHANGE_KIND_REMOVED


def product_id(name: str) -> tuple[str, str, str]:
    """Merchant, channel and the ERP's id in a product's name."""
    merchant, channel, quoted = names.PRODUCT.parse(name)
    return merchant, channel, urllib.parse.unquote(quoted)


def query_from_wire(request: pb.ListProductsRequest, after: str, limit: int) -> ProductQuery:
    """A page of products that was asked for."""
    merchant, channel = names.CHANNEL.parse(request.parent)
    return ProductQuery(
        merchant=merchant,
        channel=channel,
        after=after,
        limit=limit,
        sku=request.sku,
        text=request.text,
        active=request.active if request.HasField("active") else None,
        stock_below=decimal(request.stock_below) if request.stock_below else None,
        changed_since=instant(request.changed_since) if request.HasField("changed_since") else None,
    )


def sync_to_wire(channel: ChannelRecord, sync: CatalogSync) -> catalog_pb2.CatalogSync:
    """How far a catalogue was read."""
    return catalog_pb2.CatalogSync(
        channel=channel.name,
        state=_state(sync),
        start_time=timestamp_or_none(sync.start_time),
        complete_time=timestamp_or_none(sync.complete_time),
        pages_done=sync.pages,
        items_done=sync.items,
        items_total=sync.total,
        calls_used=sync.calls,
    )


def _state(sync: CatalogSync) -> catalog_pb2.SyncState.ValueType:
    if sync.state is not SyncState.DONE:
        return catalog_pb2.SYNC_STATE_RUNNING
    return catalog_pb2.SYNC_STATE_PENDING if sync.requested else catalog_pb2.SYNC_STATE_IDLE


def change_to_wire(channel: ChannelRecord, watched: WatchedChange) -> catalog_pb2.ProductChange:
    """One change of a product."""
    change, entry = watched.change, watched.entry
    return catalog_pb2.ProductChange(
        name=names.product_name(channel.merchant, channel.channel, change.subject),
        kind=_REMOVED if entry is None else _UPDATED,
        product=None if entry is None else product_to_wire(channel, entry),
        version=change.version,
        change_time=timestamp(change.time),
    )
