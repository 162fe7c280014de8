"""Guarded HTTP: what every plugin talks to its ERP through, and the one place that imports httpx.

A read may fail freely. A write tells apart what is proved not to have reached the ERP (`Unavailable`) from everything
else (`OutcomeUnknown`), asks the host's guard right before its first byte may leave, and is never repeated here.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import httpx

from erpgate.plugin.errors import OutcomeUnknown, Unavailable

Response = httpx.Response
Transport = httpx.AsyncBaseTransport

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


class Guard(Protocol):
    """The host's side of a connection: it owns the lane, the budget and the right to write."""

    async def before(self, resource: str, *, write: bool) -> None:
        """Returns when the request may be sent.

        Raises:
            Unavailable: It may not: this process no longer owns the account.
        """
        ...

    def after(self, reading: RateReading | None) -> None:
        """Takes note of what the answer said about the rate limit."""
        ...


class Http:
    """An HTTP client for one ERP account.

    Args:
        client: Configured with base URL and headers.
        guard: Asked before each request.
        rate: Reads the ERP's rate headers; None when it has none.
        timeout: Of one call unless the call says another.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        guard: Guard,
        rate: Callable[[Response], RateReading | None] | None,
        timeout: dt.timedelta,
    ) -> None:
        self._client = client
        self._guard = guard
        self._rate = rate
        self._timeout = timeout

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
            return await self._send("GET", path, params, None, resource, timeout, write=False)
        except httpx.HTTPError as error:
            raise Unavailable(_sentence(error, "read")) from error

    async def write(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        resource: str = "*",
        timeout: dt.timedelta | None = None,
    ) -> Response:
        """Sends a request that may change something, once.

        Raises:
            Unavailable: No byte left.
            OutcomeUnknown: It may have been carried out.
        """
        try:
            return await self._send(method, path, None, json, resource, timeout, write=True)
        except _NOTHING_SENT as error:
            raise Unavailable(_sentence(error, "write")) from error
        except httpx.HTTPError as error:
            raise OutcomeUnknown(_sentence(error, "write")) from error

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    async def _send(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        json: object,
        resource: str,
        timeout: dt.timedelta | None,
        *,
        write: bool,
    ) -> Response:
        await self._guard.before(resource, write=write)
        seconds = (timeout or self._timeout).total_seconds()
        response = await self._client.request(
            method, path, params=params, json=json, timeout=httpx.Timeout(seconds, connect=min(10.0, seconds))
        )
        self._guard.after(self._rate(response) if self._rate else None)
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
) -> Http:
    """Opens a guarded client; the host's side of `HttpFactory`."""
    client = httpx.AsyncClient(
        base_url=base_url,
        headers=dict(headers or {}),
        auth=httpx.BasicAuth(*auth) if auth else None,
        limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
        follow_redirects=False,
        trust_env=False,
        transport=transport,
    )
    return Http(client, guard, rate, timeout)


class Unguarded:
    """A guard that allows everything; for probes outside a lane and for tests."""

    async def before(self, resource: str, *, write: bool) -> None:
        """Allows it."""

    def after(self, reading: RateReading | None) -> None:
        """Takes no note."""


def _sentence(error: httpx.HTTPError, kind: str) -> str:
    return f"The ERP gave no usable answer to a {kind} ({type(error).__name__})."
