"""The client's calls about the catalogue."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from erpgate.v1 import catalog_pb2, catalog_service_pb2, product_pb2, sku_alias_pb2

if TYPE_CHECKING:
    from erpgate.v1.catalog_service_pb2_grpc import CatalogServiceStub
    from erpgate.v1.channel_service_pb2_grpc import ChannelServiceStub

Response = TypeVar("Response")


class CatalogCalls:
    """A part of `erpgate.client.Client`."""

    _catalog: "CatalogServiceStub"
    _channels: "ChannelServiceStub"

    def _call(self, method: Callable[..., Response], request: object) -> Response:
        raise NotImplementedError

    def _pages(self, method: Callable[..., Response], request: Any) -> Iterator[Any]:
        raise NotImplementedError

    def _stream(
        self, method: Callable[..., Iterator[Response]], request: object, timeout: float | None = None
    ) -> Iterator[Response]:
        raise NotImplementedError

    def lookup_skus(self, parent: str, skus: Sequence[str]) -> Sequence[catalog_service_pb2.SkuLookup]:
        """What the catalogue says about each SKU, in the same order."""
        request = catalog_service_pb2.LookupSkusRequest(parent=parent, skus=skus)
        return self._call(self._catalog.LookupSkus, request).lookups

    def set_sku_alias(self, parent: str, sku: str, item_sku: str) -> sku_alias_pb2.SkuAlias:
        """Remembers what a sales channel's SKU means in the ERP."""
        alias = sku_alias_pb2.SkuAlias(sku=sku, item_sku=item_sku)
        return self._call(
            self._channels.SetSkuAlias, sku_alias_pb2.SetSkuAliasRequest(parent=parent, alias=alias)
        ).alias

    def list_sku_aliases(self, parent: str, *, page_size: int = 0) -> Iterator[sku_alias_pb2.SkuAlias]:
        """Every alias of a channel's company, by SKU."""
        request = sku_alias_pb2.ListSkuAliasesRequest(parent=parent, page_size=page_size)
        for page in self._pages(self._channels.ListSkuAliases, request):
            yield from page.aliases

    def delete_sku_alias(self, parent: str, sku: str) -> None:
        """Forgets an alias."""
        self._call(self._channels.DeleteSkuAlias, sku_alias_pb2.DeleteSkuAliasRequest(parent=parent, sku=sku))

    def list_products(
        self, parent: str, *, filters: catalog_service_pb2.ListProductsRequest | None = None, page_size: int = 0
    ) -> Iterator[product_pb2.Product]:
        """A channel's products; pages are fetched as they are needed.

        Args:
            parent: The channel.
            filters: `sku`, `text`, `active`, `stock_below` and `changed_since`, as the request has them.
            page_size: Products per page; 0 is the server's default.
        """
        request = catalog_service_pb2.ListProductsRequest()
        if filters is not None:
            request.CopyFrom(filters)
        request.parent, request.page_size = parent, page_size
        for page in self._pages(self._catalog.ListProducts, request):
            yield from page.products

    def get_product(self, name: str) -> product_pb2.Product:
        """One product."""
        return self._call(self._catalog.GetProduct, catalog_service_pb2.GetProductRequest(name=name)).product

    def sync_catalog(self, parent: str) -> catalog_pb2.CatalogSync:
        """Asks for a full reading of the catalogue now."""
        return self._call(self._catalog.SyncCatalog, catalog_service_pb2.SyncCatalogRequest(parent=parent)).sync

    def get_catalog_sync(self, parent: str) -> catalog_pb2.CatalogSync:
        """How far the catalogue has been read."""
        request = catalog_service_pb2.GetCatalogSyncRequest(parent=parent)
        return self._call(self._catalog.GetCatalogSync, request).sync

    def watch_catalog(self, parent: str, cursor: str = "") -> Iterator[catalog_service_pb2.WatchCatalogResponse]:
        """Changes of products as they come, until the server stops; go on from the last response's cursor.

        Raises:
            ErpgateError: The stream broke, or the cursor has expired.
        """
        yield from self._stream(
            self._catalog.WatchCatalog, catalog_service_pb2.WatchCatalogRequest(parent=parent, cursor=cursor)
        )
