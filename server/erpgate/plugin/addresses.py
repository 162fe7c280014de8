"""Where a name leads: hosts that somebody else chose are resolved once, judged, and connected to at that address."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Host and port to numeric addresses."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class AddressRefused(Exception):
    """The host leads where nothing may be fetched from, or nowhere."""


async def resolve(host: str, port: int) -> Sequence[str]:
    """The machine's own resolver, in a thread.

    Raises:
        OSError: There is no such host.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


async def public_address(host: str, port: int, lookup: Resolve = resolve) -> str:
    """The address to connect to, which is what keeps a second, other answer of the resolver from counting.

    Raises:
        AddressRefused: One of its addresses is private, local or otherwise not on the public internet.
    """
    try:
        addresses = await lookup(host, port)
    except (OSError, UnicodeError) as error:
        raise AddressRefused(f"{host} has no address") from error
    if not addresses:
        raise AddressRefused(f"{host} has no address")
    for address in addresses:
        if not _is_public(address):
            raise AddressRefused(f"{host} is not on the public internet")
    return addresses[0]


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            address = inner
    return address.is_global and not address.is_multicast
