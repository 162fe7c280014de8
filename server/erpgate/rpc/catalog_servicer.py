"""`erpgate.v1.CatalogService`."""

from collections.abc import Sequence
from typing import Any, Protocol

import grpc
from typing_extensions import override

from erpgate.rpc import names
from erpgate.rpc.convert.product import lookup_to_wire
from erpgate.service.commands import SkuAnswer
from erpgate.store.records import ChannelRecord
from erpgate.v1 import catalog_service_pb2 as pb
from erpgate.v1.catalog_service_pb2_grpc import CatalogServiceServicer

_Context = grpc.aio.ServicerContext[Any, Any]


class Catalog(Protocol):
    """What this servicer asks of the service."""

    async def lookup(
        self, merchant: str, channel: str, skus: Sequence[str]
    ) -> tuple[ChannelRecord, Sequence[SkuAnswer]]:
        """The channel, and an answer for each SKU in the same order."""
        ...


class CatalogRpcs(CatalogServiceServicer):
    """Reads products over gRPC.

    Args:
        catalog: The service.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    @override
    async def LookupSkus(self, request: pb.LookupSkusRequest, context: _Context) -> pb.LookupSkusResponse:
        merchant, channel = names.CHANNEL.parse(request.parent)
        record, answers = await self._catalog.lookup(merchant, channel, request.skus)
        return pb.LookupSkusResponse(lookups=[lookup_to_wire(record, answer) for answer in answers])
