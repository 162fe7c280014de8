"""Guarded HTTP: what every plugin talks to its ERP through.

A read may fail freely. A write tells apart what is proved not to have reached the ERP (`Unavailable`) from everything
else (`OutcomeUnknown`), asks the host's guard right before its first byte may leave, and is never repeated here. What a
merchant typed as a server's address, or an ERP named as a file's, must lead where the operator lets it lead.
"""

import datetime as dt
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Protocol

import httpx

from erpgate.plugin.addresses import AddressRefused, Border
from erpgate.plugin.errors import Misconfigured, OutcomeUnknown, Rejected, Unavailable
from erpgate.plugin.pinned import Pinned, network, origin_of, origins_in
from erpgate.plugin.reasons import Reason

Response = httpx.Response
Transport = httpx.AsyncBaseTransport

LARGEST_FILE = 20 * 2**20
"""Bytes of a downloaded file at most."""

LARGEST_ANSWER = 32 * 2**20
"""Bytes of any other answer at most, unpacked."""

_OF_TRANSFER = ("content-encoding", "content-length", "transfer-encoding")
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


class AnswerTooLarge(httpx.DecodingError):
    """The ERP sends more than anybody reads."""


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
        files: The way to files.
        field: Of the form in which a merchant typed the address, if one did.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        guard: Guard,
        rate: Callable[[Response], RateReading | None] | None,
        timeout: dt.timedelta,
        files: Callable[[], Transport],
        field: str,
    ) -> None:
        self._client = client
        self._guard = guard
        self._rate = rate
        self._timeout = timeout
        self._files = files
        self._field = field

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
            return await self._send("GET", path, params, None, None, None, resource, timeout, write=False)
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
            return await self._send("POST", path, None, json, None, headers, resource, timeout, write=False)
        except httpx.HTTPError as error:
            raise Unavailable(_sentence(error, "read")) from error

    async def write(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        resource: str = "*",
        timeout: dt.timedelta | None = None,
    ) -> Response:
        """Sends a request that may change something, once.

        Args:
            method: Of HTTP.
            path: Below the base URL.
            json: The body.
            content: The body byte by byte instead, where that is signed.
            headers: Of this request alone, such as one with a session that ends and is renewed.
            resource: The limited resource.
            timeout: Instead of the usual one.

        Raises:
            Unavailable: No byte left.
            OutcomeUnknown: It may have been carried out.
        """
        try:
            return await self._send(method, path, None, json, content, headers, resource, timeout, write=True)
        except _NOTHING_SENT as error:
            raise Unavailable(_sentence(error, "write")) from error
        except httpx.HTTPError as error:
            raise OutcomeUnknown(_sentence(error, "write")) from error

    async def download(self, url: str, *, limit: int = LARGEST_FILE) -> AsyncGenerator[bytes, None]:
        """Fetches a file piece by piece, from an address that the ERP named.

        No credentials are sent and no redirect is followed. Only HTTPS to the public internet is allowed, and whatever
        the operator allows beside it.

        Raises:
            Rejected: DOCUMENT_FILE_UNAVAILABLE: the address is not allowed, or the file is larger than `limit` bytes.
            Unavailable: There is no complete answer.
        """
        target = _file_at(url)
        client = httpx.AsyncClient(
            timeout=self._timeout.total_seconds(), follow_redirects=False, trust_env=False, transport=self._files()
        )
        size = 0
        try:
            async with client, client.stream("GET", target) as response:
                if response.status_code != 200:
                    raise Unavailable(f"The ERP's file was answered with HTTP {response.status_code}.")
                async for piece in response.aiter_bytes():
                    size += len(piece)
                    if size > limit:
                        raise _no_file(f"it is larger than {limit} bytes")
                    yield piece
        except AddressRefused as error:
            raise _no_file(str(error)) from error
        except httpx.HTTPError as error:
            raise Unavailable(_sentence(error, "read")) from error

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    def _stay_home(self, path: str) -> None:
        """Credentials go nowhere else: what an ERP names as its next page may be an address of another host."""
        if origin_of(self._client.base_url.join(path)) != origin_of(self._client.base_url):
            raise Unavailable("The call leads to another host than the ERP's; nothing was sent.")

    async def _send(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        json: object,
        content: bytes | None,
        headers: Mapping[str, str] | None,
        resource: str,
        timeout: dt.timedelta | None,
        *,
        write: bool,
    ) -> Response:
        self._stay_home(path)
        await self._guard.before(resource, write=write)
        seconds = (timeout or self._timeout).total_seconds()
        request = self._client.build_request(
            method,
            path,
            params=params,
            json=json,
            content=content,
            headers=headers,
            timeout=httpx.Timeout(seconds, connect=min(10.0, seconds)),
        )
        try:
            response = await _whole(await self._client.send(request, stream=True))
        except AddressRefused as error:
            raise _address_refused(self._field, str(error)) from error
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
        field: str = "base_url",
    ) -> Http:
        """A client for `base_url`; redirects are not followed and credentials stay with that host.

        An address that is not in the operator's settings was typed by somebody else: it may lead to the public internet
        by HTTPS, and to what the operator allows beside that.

        Args:
            base_url: Where the ERP is.
            headers: Of every request.
            auth: User and password, sent with every request.
            rate: Reads the ERP's rate headers.
            field: Of the credentials' form, in which a merchant typed the address; it is named where that is refused.

        Raises:
            Misconfigured: It is no address of an HTTP server.
        """
        ...


def open_http(
    base_url: str,
    guard: Guard,
    *,
    headers: Mapping[str, str] | None = None,
    auth: tuple[str, str] | None = None,
    rate: Callable[[Response], RateReading | None] | None = None,
    field: str = "base_url",
    timeout: dt.timedelta = dt.timedelta(seconds=30),
    connections: int = 4,
    transport: Transport | None = None,
    border: Border | None = None,
) -> Http:
    """Opens a guarded client; the host's side of `HttpFactory`, and what tests of a plugin open.

    Args:
        base_url: Where the ERP is.
        guard: Asked before each request.
        headers: Of every request.
        auth: User and password.
        rate: Reads the ERP's rate headers.
        field: Of the form in which a merchant typed the address.
        timeout: Of one call.
        connections: At the same time.
        transport: Instead of the network.
        border: Where connections may lead; None trusts `base_url`.

    Raises:
        Misconfigured: It is no address of an HTTP server.
    """
    if not (home := origins_in((base_url,))):
        raise _address_refused(field, "it is no address of an HTTP server")
    border = border or Border(trusted=home)

    def way(connections: int) -> Pinned:
        return Pinned(border, transport or network(connections))

    client = httpx.AsyncClient(
        base_url=base_url,
        headers=dict(headers or {}),
        auth=httpx.BasicAuth(*auth) if auth else None,
        follow_redirects=False,
        trust_env=False,
        transport=way(connections),
    )
    return Http(client, guard, rate, timeout, lambda: way(1), field)


class Unguarded:
    """A guard that allows everything; for probes outside a lane and for tests."""

    async def before(self, resource: str, *, write: bool) -> None:
        """Allows it."""

    def after(self, reading: RateReading | None, time: dt.datetime | None = None) -> None:
        """Takes no note."""


async def _whole(response: Response) -> Response:
    """The answer with its whole body, which is not let grow beyond bounds."""
    content = bytearray()
    try:
        async for piece in response.aiter_bytes():
            content += piece
            if len(content) > LARGEST_ANSWER:
                raise AnswerTooLarge(f"more than {LARGEST_ANSWER} bytes", request=response.request)
    finally:
        await response.aclose()
    headers = [(name, value) for name, value in response.headers.multi_items() if name not in _OF_TRANSFER]
    return Response(response.status_code, headers=headers, content=bytes(content), request=response.request)


def _time_of(response: Response) -> dt.datetime | None:
    """When the answer was made, by the ERP's clock; None where it does not say that."""
    try:
        time = parsedate_to_datetime(response.headers["Date"])
    except (KeyError, ValueError):
        return None
    return time if time.tzinfo else None


def _sentence(error: httpx.HTTPError, kind: str) -> str:
    return f"The ERP gave no usable answer to a {kind} ({type(error).__name__})."


def _address_refused(field: str, why: str) -> Misconfigured:
    """What a merchant is told of a server that may not be connected to."""
    return Misconfigured(
        f"This server can't be used: {why}. Give an address on the public internet that begins with https, or have "
        "the operator allow its network.",
        field=field,
        reason=Reason.ERP_CREDENTIALS_INVALID,
        details={"cause": why},
    )


def _file_at(url: str) -> httpx.URL:
    try:
        target = httpx.URL(url)
    except httpx.InvalidURL:
        raise _no_file("its address can't be read") from None
    if target.scheme not in ("https", "http") or not target.host or target.userinfo:
        raise _no_file("its address is not a plain HTTPS one")
    return target


def _no_file(why: str) -> Rejected:
    return Rejected(
        f"The ERP's file can't be fetched: {why}.", reason=Reason.DOCUMENT_FILE_UNAVAILABLE, details={"cause": why}
    )
