"""The gRPC server: what it serves, and how it starts and stops."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from erpgate.rpc.auth import Doorkeeper
from erpgate.rpc.interceptor import Gate
from erpgate.v1 import (
    catalog_service_pb2,
    catalog_service_pb2_grpc,
    channel_service_pb2,
    channel_service_pb2_grpc,
    invoicing_service_pb2,
    invoicing_service_pb2_grpc,
)

MAX_MESSAGE: Final = 16 * 1024 * 1024
"""Bytes of the largest request."""

SERVICES: Final = (
    channel_service_pb2.DESCRIPTOR.services_by_name["ChannelService"].full_name,
    catalog_service_pb2.DESCRIPTOR.services_by_name["CatalogService"].full_name,
    invoicing_service_pb2.DESCRIPTOR.services_by_name["InvoicingService"].full_name,
)
"""Full names of what is served, beside health and reflection."""

_OPTIONS: Final = (
    ("grpc.max_receive_message_length", MAX_MESSAGE),
    ("grpc.so_reuseport", 0),  # a second server on the same port is an error, not a silent rival
)


@dataclass(frozen=True, kw_only=True, slots=True)
class RpcServer:
    """A server with its health, not yet started.

    Attributes:
        server: Give it ports with `add_insecure_port` or `add_secure_port`.
        health: What load balancers ask.
        services: Full names of what it serves beside health and reflection.
    """

    server: grpc.aio.Server
    health: health.aio.HealthServicer
    services: tuple[str, ...]

    async def start(self) -> None:
        """Serves from now on."""
        for service in self.services:
            await self.health.set(service, health_pb2.HealthCheckResponse.SERVING)
        await self.server.start()

    async def stop(self, grace: float) -> None:
        """Says that it stops, takes no new calls, and gives running ones `grace` seconds to end."""
        await self.health.enter_graceful_shutdown()
        await self.server.stop(grace)


def create_server(
    *,
    channels: channel_service_pb2_grpc.ChannelServiceServicer,
    catalog: catalog_service_pb2_grpc.CatalogServiceServicer,
    invoicing: invoicing_service_pb2_grpc.InvoicingServiceServicer,
    interceptors: Sequence[grpc.aio.ServerInterceptor] = (),
    door: Doorkeeper | None = None,
) -> RpcServer:
    """Puts the server together; it has no port yet and does not run.

    Args:
        channels: Serves `ChannelService`.
        catalog: Serves `CatalogService`.
        invoicing: Serves `InvoicingService`.
        interceptors: Around the gate that parses, validates and maps errors; the first is the outermost.
        door: Knows callers; without one anybody may call. Health and reflection are open to all.
    """
    rpc_server = create_health_server(interceptors=(*interceptors, Gate(door)), services=SERVICES)
    server = rpc_server.server
    channel_service_pb2_grpc.add_ChannelServiceServicer_to_server(channels, server)
    catalog_service_pb2_grpc.add_CatalogServiceServicer_to_server(catalog, server)
    invoicing_service_pb2_grpc.add_InvoicingServiceServicer_to_server(invoicing, server)
    return rpc_server


def create_health_server(
    *, interceptors: Sequence[grpc.aio.ServerInterceptor] = (), services: Sequence[str] = ()
) -> RpcServer:
    """A server that answers health and reflection, and whatever is added to it; alone it is what a worker serves.

    Args:
        interceptors: The first is the outermost.
        services: Full names of what is added.
    """
    server = grpc.aio.server(interceptors=interceptors, options=_OPTIONS)
    servicer = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    reflection.enable_server_reflection((*services, health.SERVICE_NAME, reflection.SERVICE_NAME), server)
    return RpcServer(server=server, health=servicer, services=tuple(services))
