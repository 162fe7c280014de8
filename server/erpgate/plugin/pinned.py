"""The network behind a border: what a name leads to is judged, and connected to at the address that was judged."""

import asyncio
import contextlib
import functools
import ssl
from collections.abc import Iterable, Sequence

import httpx

from erpgate.plugin.addresses import Border, Origin

_PORTS = {"http": 80, "https": 443}


def origin_of(url: httpx.URL) -> Origin:
    """Scheme, host and port of an address, the usual port where it says none."""
    return url.scheme, url.raw_host.decode("ascii").lower(), url.port or _PORTS.get(url.scheme, 0)


def origins_in(texts: Iterable[str]) -> frozenset[Origin]:
    """Of those texts that are addresses of HTTP servers."""
    found = set()
    for text in texts:
        with contextlib.suppress(httpx.InvalidURL):
            url = httpx.URL(text)
            if url.scheme in _PORTS and url.host:
                found.add(origin_of(url))
    return frozenset(found)


class Pinned(httpx.AsyncBaseTransport):
    """Connects to a judged address, while `Host`, SNI and the certificate are those of the name.

    Each request is judged anew, because a name may lead elsewhere by now. What the operator trusts is passed on.

    Args:
        border: Where connections may lead.
        network: What connects.
    """

    def __init__(self, border: Border, network: httpx.AsyncBaseTransport) -> None:
        self._border = border
        self._network = network

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends it to the first address that takes the connection.

        Raises:
            AddressRefused: It may not be connected to.
        """
        origin = origin_of(request.url)
        if origin in self._border.trusted:
            return await self._network.handle_async_request(request)
        failure: httpx.TransportError | None = None
        for address in await self._addresses(origin, request):
            pinned = httpx.Request(
                request.method,
                request.url.copy_with(host=address),
                headers=request.headers,
                content=await request.aread(),
                extensions={**request.extensions, "sni_hostname": origin[1]},
            )
            try:
                return await self._network.handle_async_request(pinned)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failure = error  # nothing was sent: the next address may take it
        raise failure or httpx.ConnectError("There is no such host.")

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._network.aclose()

    async def _addresses(self, origin: Origin, request: httpx.Request) -> Sequence[str]:
        try:
            async with asyncio.timeout(request.extensions.get("timeout", {}).get("connect")):
                return await self._border.addresses(origin)
        except TimeoutError as error:
            raise httpx.ConnectTimeout("The name was not resolved in time.") from error
        except OSError as error:
            raise httpx.ConnectError("There is no such host.") from error


def network(connections: int) -> httpx.AsyncHTTPTransport:
    """The network itself, with so many connections at the same time and no proxies."""
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    return httpx.AsyncHTTPTransport(verify=_authorities(), trust_env=False, limits=limits)


@functools.cache
def _authorities() -> ssl.SSLContext:
    """Of every connection: reading them anew for each would cost 50 ms."""
    return httpx.create_ssl_context(trust_env=False)
