"""Where a name leads: hosts that somebody else chose are resolved once, judged, and connected to at that address."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Host and port to numeric addresses."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

Origin = tuple[str, str, int]
"""Scheme, host and port."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")


class AddressRefused(Exception):
    """The host leads where nothing may be sent to or fetched from."""


async def resolve(host: str, port: int) -> Sequence[str]:
    """The machine's own resolver, in a thread; it reads numbers in every notation too.

    Raises:
        OSError: There is no such host.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


@dataclass(frozen=True, kw_only=True, slots=True)
class Border:
    """Where connections may lead: to the public internet by HTTPS, and wherever the operator says.

    Attributes:
        networks: That the operator allows beside the public internet, over plain HTTP too.
        trusted: What the operator named themselves, which is neither resolved nor judged here.
        resolve: Host and port to numeric addresses.
    """

    networks: tuple[Network, ...] = ()
    trusted: frozenset[Origin] = frozenset()
    resolve: Resolve = resolve

    async def addresses(self, origin: Origin) -> Sequence[str]:
        """The numeric addresses to connect to, which is what keeps a second answer of the resolver from counting.

        Raises:
            OSError: The host has no address.
            AddressRefused: One of them is private, local or otherwise not on the public internet, and not in a
                network that the operator allows; or it is there, and the connection would not be HTTPS.
        """
        scheme, host, port = origin
        try:
            found = await self.resolve(host, port)
        except UnicodeError as error:
            raise OSError(f"{host} is no name of a host") from error
        if not found:
            raise OSError(f"{host} has no address")
        for address in found:
            if self._is_allowed(address):
                continue
            if not _is_public(address):
                raise AddressRefused(f"{host} is not on the public internet")
            if scheme != "https":
                raise AddressRefused(f"{host} is called without HTTPS")
        return found

    def _is_allowed(self, text: str) -> bool:
        address = _unwrapped(text)
        return "%" not in text and any(address in network for network in self.networks)


def _is_public(text: str) -> bool:
    address = _unwrapped(text)
    if address.version == 6 and address not in _GLOBAL_UNICAST:
        return False
    return address.is_global and not address.is_multicast


def _unwrapped(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The address that is reached in the end: IPv4 travels in IPv6 in several ways."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if not isinstance(address, ipaddress.IPv6Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, address))[1] or address
