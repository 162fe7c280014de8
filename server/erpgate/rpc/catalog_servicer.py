"""`erpgate.v1.CatalogService`."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Protocol

import grpc
from typing_extensions import override

from erpgate.rpc import names, paging
from erpgate.rpc.convert.catalog import change_to_wire, product_id, query_from_wire, sync_to_wire
from erpgate.rpc.convert.product import lookup_to_wire, product_to_wire
from erpgate.rpc.cursors import decode_cursor, encode_cursor
from erpgate.service.commands import CatalogEntry, ProductQuery, SkuAnswer, WatchedPage
from erpgate.store.catalog_sync import CatalogSync
from erpgate.store.records import ChannelRecord
from erpgate.v1 import catalog_service_pb2 as pb
from erpgate.v1.catalog_service_pb2_grpc import CatalogServiceServicer

_Context = grpc.aio.ServicerContext[Any, Any]


class Catalog(Protocol):
    """What this servicer asks of the service."""

    async def list(self, query: ProductQuery) -> tuple[ChannelRecord, Sequence[CatalogEntry]]:
        """The channel, and a page of its products."""
        ...

    async def get(self, merchant: str, channel: str, item_id: str) -> tuple[ChannelRecord, CatalogEntry]:
        """The channel, and one of its products."""
        ...

    async def lookup(
        self, merchant: str, channel: str, skus: Sequence[str]
    ) -> tuple[ChannelRecord, Sequence[SkuAnswer]]:
        """The channel, and an answer for each SKU in the same order."""
        ...

    async def sync(self, merchant: str, channel: str) -> tuple[ChannelRecord, CatalogSync]:
        """Asks for a full reading."""
        ...

    async def get_sync(self, merchant: str, channel: str) -> tuple[ChannelRecord, CatalogSync]:
        """How far the catalogue has been read."""
        ...

    def watch(self, merchant: str, channel: str, after: int | None) -> AsyncIterator[WatchedPage]:
        """Changes as they come."""
        ...


class CatalogRpcs(CatalogServiceServicer):
    """Reads products over gRPC.

    Args:
        catalog: The service.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    @override
    async def ListProducts(self, request: pb.ListProductsRequest, context: _Context) -> pb.ListProductsResponse:
        filters = pb.ListProductsRequest()
        filters.CopyFrom(request)
        filters.ClearField("page_token")
        filters.ClearField("page_size")
        scope = filters.SerializeToString(deterministic=True).hex()
        page = paging.open_page("ListProducts", request.page_size, request.page_token, scope)
        channel, found = await self._catalog.list(query_from_wire(request, page.after, page.limit))
        entries, next_page_token = page.cut(found, lambda entry: entry.product.item.id)
        products = [product_to_wire(channel, entry) for entry in entries]
        return pb.ListProductsResponse(products=products, next_page_token=next_page_token)

    @override
    async def GetProduct(self, request: pb.GetProductRequest, context: _Context) -> pb.GetProductResponse:
        channel, entry = await self._catalog.get(*product_id(request.name))
        return pb.GetProductResponse(product=product_to_wire(channel, entry))

    @override
    async def LookupSkus(self, request: pb.LookupSkusRequest, context: _Context) -> pb.LookupSkusResponse:
        merchant, channel = names.CHANNEL.parse(request.parent)
        record, answers = await self._catalog.lookup(merchant, channel, request.skus)
        return pb.LookupSkusResponse(lookups=[lookup_to_wire(record, answer) for answer in answers])

    @override
    async def SyncCatalog(self, request: pb.SyncCatalogRequest, context: _Context) -> pb.SyncCatalogResponse:
        return pb.SyncCatalogResponse(
            sync=sync_to_wire(*await self._catalog.sync(*names.CHANNEL.parse(request.parent)))
        )

    @override
    async def GetCatalogSync(self, request: pb.GetCatalogSyncRequest, context: _Context) -> pb.GetCatalogSyncResponse:
        found = await self._catalog.get_sync(*names.CHANNEL.parse(request.parent))
        return pb.GetCatalogSyncResponse(sync=sync_to_wire(*found))

    @override
    async def WatchCatalog(
        self, request: pb.WatchCatalogRequest, context: _Context
    ) -> AsyncIterator[pb.WatchCatalogResponse]:
        merchant, channel = names.CHANNEL.parse(request.parent)
        scope = f"{request.parent}/products"
        async for page in self._catalog.watch(merchant, channel, decode_cursor(scope, request.cursor)):
            for watched in page.changes:
                cursor = encode_cursor(scope, watched.change.number)
                yield pb.WatchCatalogResponse(cursor=cursor, change=change_to_wire(page.channel, watched))
            if not page.changes:
                yield pb.WatchCatalogResponse(cursor=encode_cursor(scope, page.position))
