"""Guarded HTTP: what every plugin talks to its ERP through, and the one place that imports httpx.

A read may fail freely. A write tells apart what is proved not to have reached the ERP (`Unavailable`) from everything
else (`OutcomeUnknown`), asks the host's guard right before its first byte may leave, and is never repeated here. A file
whose address an ERP names is fetched without credentials, and only from where it may be.
"""

import datetime as dt
import functools
import ssl
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Protocol

import httpx

from erpgate.plugin.addresses import AddressRefused, Resolve, public_address, resolve
from erpgate.plugin.errors import OutcomeUnknown, Rejected, Unavailable
from erpgate.plugin.reasons import Reason

Response = httpx.Response
Transport = httpx.AsyncBaseTransport

LARGEST_FILE = 20 * 2**20
"""Bytes of a downloaded file at most."""

_NOTHING_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


@dataclass(frozen=True, kw_only=True, slots=True)
class RateReading:
    """What an ERP's answer says about its rate limit.

    Attributes:
        remaining: Requests left in the window.
        reset: Until the window ends.
        limit: Requests per window; 0 when not told.
    """

    remaining: int
    reset: dt.timedelta
    limit: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Abroad:
    """How files are fetched from addresses that an ERP names.

    Attributes:
        private: Whether the operator allows private and local addresses, and plain HTTP.
        transport: Instead of the network; names are not resolved then.
        resolve: Host and port to numeric addresses.
    """

    private: bool = False
    transport: Transport | None = None
    resolve: Resolve = resolve


class Guard(Protocol):
    """The host's side of a connection: it owns the lane, the budget and the right to write."""

    async def before(self, resource: str, *, write: bool) -> None:
        """Returns when the request may be sent.

        Raises:
            Unavailable: It may not: this process no longer owns the account.
        """
        ...

    def after(self, reading: RateReading | None, time: dt.datetime | None = None) -> None:
        """Takes note of what the answer said about the rate limit, and of the ERP's time."""
        ...


class Http:
    """An HTTP client for one ERP account.

    Args:
        client: Configured with base URL and headers.
        guard: Asked before each request.
        rate: Reads the ERP's rate headers; None when it has none.
        timeout: Of one call unless the call says another.
        abroad: How files are fetched.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        guard: Guard,
        rate: Callable[[Response], RateReading | None] | None,
        timeout: dt.timedelta,
        abroad: "Abroad",
    ) -> None:
        self._client = client
        self._guard = guard
        self._rate = rate
        self._timeout = timeout
        self._abroad = abroad

    async def read(
        self,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        resource: str = "*",
        timeout: dt.timedelta | None = None,
    ) -> Response:
        """Sends a GET.

        Raises:
            Unavailable: There is no complete answer.
        """
        try:
            return await self._send("GET", path, params, None, None, resource, timeout, write=False)
        except httpx.HTTPError as error:
            raise Unavailable(_sentence(error, "read")) from error

    async def query(
        self,
        path: str,
        *,
        json: object,
        headers: Mapping[str, str] | None = None,
        resource: str = "*",
        timeout: dt.timedelta | None = None,
    ) -> Response:
        """Sends a POST that changes nothing, as ERPs with remote calls want it for their reads.

        Raises:
            Unavailable: There is no complete answer.
        """
        try:
            return await self._send("POST", path, None, json, headers, resource, timeout, write=False)
        except httpx.HTTPError as error:
            raise Unavailable(_sentence(error, "read")) from error

    async def write(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        headers: Mapping[str, str] | None = None,
        resource: str = "*",
        timeout: dt.timedelta | None = None,
    ) -> Response:
        """Sends a request that may change something, once.

        Args:
            method: Of HTTP.
            path: Below the base URL.
            json: The body.
            headers: Of this request alone, such as one with a session that ends and is renewed.
            resource: The limited resource.
            timeout: Instead of the usual one.

        Raises:
            Unavailable: No byte left.
            OutcomeUnknown: It may have been carried out.
        """
        try:
            return await self._send(method, path, None, json, headers, resource, timeout, write=True)
        except _NOTHING_SENT as error:
            raise Unavailable(_sentence(error, "write")) from error
        except httpx.HTTPError as error:
            raise OutcomeUnknown(_sentence(error, "write")) from error

    async def download(self, url: str, *, limit: int = LARGEST_FILE) -> AsyncGenerator[bytes, None]:
        """Fetches a file piece by piece, from an address that the ERP named.

        No credentials are sent and no redirect is followed. Only HTTPS to the public internet is allowed, and whatever
        the operator allows beside it: the ERP's own address, or private ones.

        Raises:
            Rejected: DOCUMENT_FILE_UNAVAILABLE: the address is not allowed, or the file is larger than `limit` bytes.
            Unavailable: There is no complete answer.
        """
        target = self._allowed(url)
        pinned = await self._pinned(target)
        client = httpx.AsyncClient(
            timeout=self._timeout.total_seconds(),
            follow_redirects=False,
            trust_env=False,
            verify=_trusted(),
            transport=self._abroad.transport,
        )
        headers = {"Host": target.netloc.decode("ascii")}
        size = 0
        try:
            async with (
                client,
                client.stream("GET", pinned, headers=headers, extensions={"sni_hostname": target.host}) as response,
            ):
                if response.status_code != 200:
                    raise Unavailable(f"The ERP's file was answered with HTTP {response.status_code}.")
                async for piece in response.aiter_bytes():
                    size += len(piece)
                    if size > limit:
                        raise _no_file(f"it is larger than {limit} bytes")
                    yield piece
        except httpx.HTTPError as error:
            raise Unavailable(_sentence(error, "read")) from error

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    def _allowed(self, url: str) -> httpx.URL:
        try:
            target = httpx.URL(url)
        except httpx.InvalidURL:
            raise _no_file("its address can't be read") from None
        schemes = ("https", "http") if self._is_trusted(target) else ("https",)
        if target.scheme not in schemes or not target.host or target.userinfo:
            raise _no_file("its address is not a plain HTTPS one")
        return target

    async def _pinned(self, target: httpx.URL) -> httpx.URL:
        """The address to connect to, in numbers unless the operator vouches for the host."""
        if self._is_trusted(target) or self._abroad.transport is not None:
            return target
        try:
            address = await public_address(target.host, target.port or 443, self._abroad.resolve)
        except AddressRefused as error:
            raise _no_file(str(error)) from error
        return target.copy_with(host=address)

    def _is_trusted(self, target: httpx.URL) -> bool:
        home = self._client.base_url
        return self._abroad.private or (target.scheme, target.host, target.port) == (home.scheme, home.host, home.port)

    def _stay_home(self, path: str) -> None:
        """Credentials go nowhere else: what an ERP names as its next page may be an address of another host."""
        target, home = self._client.base_url.join(path), self._client.base_url
        if (target.scheme, target.host, target.port) != (home.scheme, home.host, home.port):
            raise Unavailable("The call leads to another host than the ERP's; nothing was sent.")

    async def _send(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        json: object,
        headers: Mapping[str, str] | None,
        resource: str,
        timeout: dt.timedelta | None,
        *,
        write: bool,
    ) -> Response:
        self._stay_home(path)
        await self._guard.before(resource, write=write)
        seconds = (timeout or self._timeout).total_seconds()
        response = await self._client.request(
            method,
            path,
            params=params,
            json=json,
            headers=headers,
            timeout=httpx.Timeout(seconds, connect=min(10.0, seconds)),
        )
        self._guard.after(self._rate(response) if self._rate else None, _time_of(response))
        return response


class HttpFactory(Protocol):
    """Makes a guarded client; given to a plugin in its `Wiring`."""

    def __call__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        rate: Callable[[Response], RateReading | None] | None = None,
    ) -> Http:
        """A client for `base_url`; redirects are not followed and credentials stay with that host."""
        ...


@functools.cache
def _trusted() -> ssl.SSLContext:
    """The authorities of every connection: reading them anew for each would cost 50 ms."""
    return httpx.create_ssl_context(trust_env=False)


def open_http(
    base_url: str,
    guard: Guard,
    *,
    headers: Mapping[str, str] | None = None,
    auth: tuple[str, str] | None = None,
    rate: Callable[[Response], RateReading | None] | None = None,
    timeout: dt.timedelta = dt.timedelta(seconds=30),
    connections: int = 4,
    transport: Transport | None = None,
    abroad: Abroad | None = None,
) -> Http:
    """Opens a guarded client; the host's side of `HttpFactory`."""
    client = httpx.AsyncClient(
        base_url=base_url,
        headers=dict(headers or {}),
        auth=httpx.BasicAuth(*auth) if auth else None,
        limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
        follow_redirects=False,
        trust_env=False,
        verify=_trusted(),
        transport=transport,
    )
    return Http(client, guard, rate, timeout, abroad or Abroad(transport=transport))


class Unguarded:
    """A guard that allows everything; for probes outside a lane and for tests."""

    async def before(self, resource: str, *, write: bool) -> None:
        """Allows it."""

    def after(self, reading: RateReading | None, time: dt.datetime | None = None) -> None:
        """Takes no note."""


def _time_of(response: Response) -> dt.datetime | None:
    """When the answer was made, by the ERP's clock; None where it does not say that."""
    try:
        time = parsedate_to_datetime(response.headers["Date"])
    except (KeyError, ValueError):
        return None
    return time if time.tzinfo else None


def _sentence(error: httpx.HTTPError, kind: str) -> str:
    return f"The ERP gave no usable answer to a {kind} ({type(error).__name__})."


def _no_file(why: str) -> Rejected:
    return Rejected(
        f"The ERP's file can't be fetched: {why}.", reason=Reason.DOCUMENT_FILE_UNAVAILABLE, details={"cause": why}
    )
