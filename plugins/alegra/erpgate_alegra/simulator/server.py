"""Runs a simulator over HTTP, with connections that can really be dropped."""

import asyncio
import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from .app import create_app
from .exchange import ConnectionDropped
from .options import SimulatorOptions

_KEEP_ALIVE_SECONDS = 75
_GRACE_SECONDS = 1

_Connections = dict[tuple[str, int], asyncio.Transport]
"""The open connections by the client's address."""


async def serve(
    options: SimulatorOptions, *, host: str, port: int, started: Callable[[int], None] | None = None
) -> None:
    """Serves a simulator until it is cancelled or the process is told to stop.

    Args:
        options: How it is set up.
        host: Address to listen on.
        port: Port to listen on; 0 picks a free one.
        started: Called with the port once calls are answered.
    """
    listener = socket.create_server((host, port))
    # Accepted sockets inherit it. Asyncio would not set it here, and an answer's body would wait 40 ms for an ACK.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connections: _Connections = {}
    config = uvicorn.Config(
        _dropping(create_app(options), connections),
        http=_protocol(connections),
        lifespan="on",
        log_config=None,
        access_log=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    server = _Server(config, started)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        server.should_exit = True
        await serving
        raise
    finally:
        listener.close()


class _Server(uvicorn.Server):
    """Tells when it has started, and on which port."""

    def __init__(self, config: uvicorn.Config, started: Callable[[int], None] | None) -> None:
        super().__init__(config)
        self._tell = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._tell is not None and sockets:
            self._tell(sockets[0].getsockname()[1])


def _dropping(app: ASGIApp, connections: _Connections) -> ASGIApp:
    """Turns `ConnectionDropped` into a closed connection."""

    async def dropping(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except ConnectionDropped:
            if transport := connections.get(scope["client"]):
                transport.abort()
            while (await receive())["type"] != "http.disconnect":
                pass

    return dropping


def _protocol(connections: _Connections) -> type[asyncio.Protocol]:
    """Uvicorn's protocol, which also enters its connections under their client's address."""

    class Protocol(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            if self.client is not None:
                connections[self.client] = transport

        def connection_lost(self, exc: Exception | None) -> None:
            if self.client is not None:
                connections.pop(self.client, None)
            super().connection_lost(exc)

    return Protocol
