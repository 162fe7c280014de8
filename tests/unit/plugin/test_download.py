"""Files from addresses that an ERP names: pinned, without credentials, without redirects, and not too large."""

import ipaddress
from collections.abc import Sequence

import httpx
import pytest
from erpgate.plugin import Http, Reason, Rejected, Unavailable, Unguarded, open_http
from erpgate.plugin.addresses import AddressRefused, Resolve, public_address
from erpgate.plugin.http import Abroad

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


def http_over(files: Files, *, private: bool = False) -> Http:
    return open_http(
        "https://erp.test/api/",
        Unguarded(),
        auth=("ana", "s3cr3t"),
        headers={"X-Key": "s3cr3t"},
        transport=files,
        abroad=Abroad(private=private, transport=files),
    )


async def fetched(http: Http, url: str, **limit: int) -> bytes:
    try:
        return b"".join([piece async for piece in http.download(url, **limit)])
    finally:
        await http.aclose()


def looks_up(*addresses: str) -> Resolve:
    async def lookup(host: str, port: int) -> Sequence[str]:
        return addresses

    return lookup


async def test_a_file_is_fetched_without_credentials() -> None:
    files = Files()
    assert await fetched(http_over(files), PDF) == b"%PDF-1.4 file"
    (request,) = files.requests
    assert "s3cr3t" not in str(request.headers)
    assert "authorization" not in request.headers


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
    await fetched(http_over(files, private=True), "http://10.0.0.7/1.pdf")
    assert files.requests[0].url == "http://10.0.0.7/1.pdf"


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


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
async def test_a_host_with_a_private_address_is_refused(address: str) -> None:
    for answers in ((address,), ("93.184.216.34", address)):
        with pytest.raises(AddressRefused, match="public internet"):
            await public_address("files.test", 443, looks_up(*answers))


async def test_a_host_without_an_address_is_refused() -> None:
    with pytest.raises(AddressRefused, match="no address"):
        await public_address("files.test", 443, looks_up())


async def test_the_first_public_address_is_connected_to() -> None:
    assert await public_address("files.test", 443, looks_up("93.184.216.34", "1.1.1.1")) == "93.184.216.34"
    assert ipaddress.ip_address(await public_address("x", 443, looks_up("2606:4700:4700::1111"))).is_global


async def test_a_private_host_is_never_connected_to() -> None:
    """Through the real client: resolving says what a hostile DNS server would."""
    http = open_http("https://erp.test/", Unguarded(), abroad=Abroad(resolve=looks_up("127.0.0.1")))
    with pytest.raises(Rejected, match="public internet"):
        await fetched(http, PDF)
