"""Files from addresses that an ERP names: pinned, without credentials, without redirects, and not too large."""

import ipaddress
from collections.abc import Sequence

import httpx
import pytest
from erpgate.plugin import Http, Reason, Rejected, Unavailable, Unguarded, open_http
from erpgate.plugin.addresses import Border, Resolve
from erpgate.plugin.pinned import origins_in

PDF = "https://files.test/signed/1.pdf?Signature=x"


class Files(httpx.AsyncBaseTransport):
    """Answers with a file and keeps the requests."""

    def __init__(self, response: httpx.Response | Exception | None = None) -> None:
        self._response = response or httpx.Response(200, content=b"%PDF-1.4 file")
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if isinstance(self._response, Exception):
            raise self._response
        return self._response


def looks_up(*addresses: str) -> Resolve:
    async def lookup(host: str, port: int) -> Sequence[str]:
        return addresses

    return lookup


def http_over(files: Files, *, networks: str = "", found: str = "93.184.216.34") -> Http:
    """Of an ERP that the operator named."""
    border = Border(
        networks=tuple(map(ipaddress.ip_network, networks.split())),
        trusted=origins_in(["https://erp.test/"]),
        resolve=looks_up(found),
    )
    return open_http(
        "https://erp.test/api/",
        Unguarded(),
        auth=("ana", "s3cr3t"),
        headers={"X-Key": "s3cr3t"},
        transport=files,
        border=border,
    )


async def fetched(http: Http, url: str, **limit: int) -> bytes:
    try:
        return b"".join([piece async for piece in http.download(url, **limit)])
    finally:
        await http.aclose()


async def test_a_file_is_fetched_without_credentials() -> None:
    files = Files()
    assert await fetched(http_over(files), PDF) == b"%PDF-1.4 file"
    (request,) = files.requests
    assert "s3cr3t" not in str(request.headers)
    assert "authorization" not in request.headers
    assert (request.url.host, request.headers["Host"]) == ("93.184.216.34", "files.test")


async def test_a_file_of_the_erps_own_host_is_fetched_without_credentials_too() -> None:
    files = Files()
    await fetched(http_over(files), "https://erp.test/files/1.pdf")
    assert "authorization" not in files.requests[0].headers


@pytest.mark.parametrize(
    "url",
    [
        "http://files.test/1.pdf",
        "ftp://files.test/1.pdf",
        "file:///etc/passwd",
        "//files.test/1",
        "",
        "https://a:b@c/d",
    ],
)
async def test_only_plain_https_addresses_are_fetched_from(url: str) -> None:
    files = Files()
    with pytest.raises(Rejected) as refused:
        await fetched(http_over(files), url)
    assert (refused.value.reason, files.requests) == (Reason.DOCUMENT_FILE_UNAVAILABLE, [])


async def test_the_operator_may_allow_private_addresses() -> None:
    files = Files()
    http = http_over(files, networks="10.0.0.0/8", found="10.0.0.7")
    assert await fetched(http, "http://files.test/1.pdf") == b"%PDF-1.4 file"
    assert files.requests[0].url == "http://10.0.0.7/1.pdf"


async def test_a_private_address_is_not_fetched_from() -> None:
    files = Files()
    with pytest.raises(Rejected, match=r"files\.test is not on the public internet") as refused:
        await fetched(http_over(files, found="169.254.169.254"), PDF)
    assert (refused.value.reason, files.requests) == (Reason.DOCUMENT_FILE_UNAVAILABLE, [])


@pytest.mark.parametrize("status", [302, 403, 500])
async def test_redirects_and_errors_are_no_file(status: int) -> None:
    files = Files(httpx.Response(status, headers={"Location": "https://other.test/"}))
    with pytest.raises(Unavailable, match=str(status)):
        await fetched(http_over(files), PDF)
    assert len(files.requests) == 1


async def test_a_file_that_is_too_large_is_cut_off() -> None:
    with pytest.raises(Rejected, match="larger than 5 bytes"):
        await fetched(http_over(Files()), PDF, limit=5)


async def test_a_connection_that_breaks_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        await fetched(http_over(Files(httpx.ReadError("x"))), PDF)
