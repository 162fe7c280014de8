"""Addresses that a merchant typed: judged, pinned, and told where they are refused."""

import asyncio
import contextlib
import datetime as dt
import gzip
import ipaddress
import ssl
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from erpgate.plugin import Http, Misconfigured, OutcomeUnknown, Reason, Unavailable, Unguarded, http, open_http, pinned
from erpgate.plugin.addresses import Border, Network, Resolve

PUBLIC = "93.184.216.34"
LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)


class Wire(httpx.AsyncBaseTransport):
    """Keeps what would be sent, and answers."""

    def __init__(self, response: httpx.Response | None = None) -> None:
        self._response = response or httpx.Response(200, json={})
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self._response


def looks_up(*addresses: str) -> Resolve:
    async def lookup(host: str, port: int) -> Sequence[str]:
        return addresses

    return lookup


def typed(
    address: str,
    wire: httpx.AsyncBaseTransport,
    *,
    resolve: Resolve | None = None,
    networks: tuple[Network, ...] = (),
) -> Http:
    """The client of an address that a merchant typed into the field `server`."""
    border = Border(networks=networks, resolve=resolve) if resolve else Border(networks=networks)
    return open_http(address, Unguarded(), field="server", auth=("ana", "s3cr3t"), transport=wire, border=border)


async def refused(client: Http) -> Misconfigured:
    with pytest.raises(Misconfigured) as read:
        await client.read("x")
    with pytest.raises(Misconfigured) as written:
        await client.write("POST", "x")
    assert written.value.message == read.value.message
    await client.aclose()
    return read.value


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104
        "224.0.0.1",
        "[::1]",
        "[fd00::1]",
        "[fe80::1]",
        "[fec0::1]",
        "[::ffff:10.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::7f00:1]",
        "[2002:7f00:1::]",
        "2130706433",
        "0x7f000001",
        "127.1",
        "0x7f.1",
        "017700000001",
        "localhost",
    ],
)
async def test_an_address_inside_is_refused_whatever_its_notation(host: str) -> None:
    """Through the machine's own resolver, which reads every notation of a number."""
    wire = Wire()
    error = await refused(typed(f"https://{host}/", wire))
    assert (error.field, error.reason, wire.requests) == ("server", Reason.ERP_CREDENTIALS_INVALID, [])
    assert "is not on the public internet" in error.message


@pytest.mark.parametrize("address", ["", "erp.test", "ftp://erp.test/", "file:///etc/passwd", "http://0177.0.0.1/"])
async def test_what_is_no_address_is_refused_before_anything_else(address: str) -> None:
    with pytest.raises(Misconfigured, match="no address of an HTTP server") as told:
        typed(address, Wire())
    assert told.value.field == "server"


@pytest.mark.parametrize("found", [("10.0.0.1",), (PUBLIC, "10.0.0.1"), ("fe80::1%eth0",)])
async def test_a_name_with_one_private_address_is_refused(found: tuple[str, ...]) -> None:
    wire = Wire()
    error = await refused(typed("https://erp.test/", wire, resolve=looks_up(*found)))
    assert error.details == {"cause": "erp.test is not on the public internet"}
    assert "10.0.0.1" not in error.message
    assert wire.requests == []


async def test_a_public_server_is_called_with_https_only() -> None:
    error = await refused(typed("http://erp.test/", Wire(), resolve=looks_up(PUBLIC)))
    assert "erp.test is called without HTTPS" in error.message
    assert "begins with https" in error.message


async def test_a_name_is_connected_to_at_the_address_that_was_judged() -> None:
    """A resolver that answers otherwise a moment later changes nothing; the next call is judged anew."""
    answers = [(PUBLIC,), ("127.0.0.1",)]

    async def rebinding(host: str, port: int) -> Sequence[str]:
        return answers.pop(0)

    wire = Wire()
    client = typed("https://erp.test:8443/api/", wire, resolve=rebinding)
    await client.read("items")
    (request,) = wire.requests
    assert request.url == f"https://{PUBLIC}:8443/api/items"
    assert request.headers["Host"] == "erp.test:8443"
    assert request.extensions["sni_hostname"] == "erp.test"
    assert answers == [("127.0.0.1",)]
    with pytest.raises(Misconfigured):
        await client.write("POST", "items")
    assert len(wire.requests) == 1
    await client.aclose()


async def test_a_redirect_leads_nowhere() -> None:
    wire = Wire(httpx.Response(307, headers={"Location": "http://169.254.169.254/latest/"}))
    client = typed("https://erp.test/", wire, resolve=looks_up(PUBLIC))
    assert (await client.write("POST", "x")).status_code == 307
    assert [request.url.host for request in wire.requests] == [PUBLIC]
    await client.aclose()


@pytest.mark.parametrize("packed", [False, True])
async def test_an_answer_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch, *, packed: bool) -> None:
    """Counted as it is unpacked: little gzip makes much."""
    monkeypatch.setattr(http, "LARGEST_ANSWER", 1000)
    body = b"x" * 1001
    headers = {"Content-Encoding": "gzip"} if packed else {}

    def endless() -> Http:
        wire = Wire(httpx.Response(200, headers=headers, content=gzip.compress(body) if packed else body))
        return typed("https://erp.test/", wire, resolve=looks_up(PUBLIC))

    with pytest.raises(Unavailable, match="AnswerTooLarge"):
        await endless().read("x")
    with pytest.raises(OutcomeUnknown, match="AnswerTooLarge"):
        await endless().write("POST", "x")


async def test_an_answer_that_was_packed_is_read_as_it_was_meant() -> None:
    wire = Wire(httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=gzip.compress(b'{"a": "\xc3\xb1"}')))
    client = typed("https://erp.test/", wire, resolve=looks_up(PUBLIC))
    assert (await client.read("x")).json() == {"a": "ñ"}
    await client.aclose()


async def test_a_name_without_an_address_is_an_outage() -> None:
    async def nobody(host: str, port: int) -> Sequence[str]:
        raise OSError("no such host")

    for resolve in (nobody, looks_up()):
        client = typed("https://erp.test/", Wire(), resolve=resolve)
        with pytest.raises(Unavailable):
            await client.write("POST", "x")
        await client.aclose()


async def test_a_resolver_that_never_answers_is_an_outage() -> None:
    async def silent(host: str, port: int) -> Sequence[str]:
        await asyncio.Event().wait()
        return ()

    client = typed("https://erp.test/", Wire(), resolve=silent)
    with pytest.raises(Unavailable, match="ConnectTimeout"):
        await client.write("POST", "x", timeout=dt.timedelta(milliseconds=20))
    await client.aclose()


async def test_what_the_operator_named_is_not_judged() -> None:
    wire = Wire()
    border = Border(trusted=pinned.origins_in(["http://10.0.0.7:8000/", "30", "http://[", ""]))
    client = open_http("http://10.0.0.7:8000/db/", Unguarded(), transport=wire, border=border)
    await client.read("x")
    assert [str(request.url) for request in wire.requests] == ["http://10.0.0.7:8000/db/x"]
    await client.aclose()


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("http://127.0.0.1:8000/", "127.0.0.0/8"),
        ("http://[::ffff:127.0.0.1]/", "127.0.0.0/8"),
        ("http://10.1.2.3/", "10.0.0.0/8"),
        ("http://[fd00::7]/", "fd00::/8"),
    ],
)
async def test_what_the_operator_allows_is_connected_to_without_https_too(address: str, network: str) -> None:
    wire = Wire()
    client = typed(address, wire, networks=(ipaddress.ip_network(network),))
    assert (await client.read("x")).status_code == 200
    await client.aclose()
    other = typed("http://192.168.0.1/", wire, networks=(ipaddress.ip_network(network),))
    await refused(other)
    assert len(wire.requests) == 1


# Over real sockets.


@contextlib.asynccontextmanager
async def listening(context: ssl.SSLContext | None = None) -> AsyncIterator[tuple[int, list[str]]]:
    """A server on loopback: its port, and the Host of each call."""
    hosts: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        hosts.extend(line[6:] for line in head.splitlines() if line.lower().startswith("host: "))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1], hosts


async def test_the_next_address_takes_over_from_one_that_does_not_answer() -> None:
    async with listening() as (port, hosts):
        border = Border(networks=LOOPBACK, resolve=looks_up("127.0.0.2", "127.0.0.1"))
        client = open_http(f"http://erp.test:{port}/", Unguarded(), border=border)
        assert (await client.write("POST", "x", json={"a": 1})).json() == {}
        assert hosts == [f"erp.test:{port}"]
        await client.aclose()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of erp.test, signed by itself; with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "erp.test")])
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("erp.test")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "erp.pem"
    path.write_bytes(
        signed.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


@pytest.fixture
def trusting(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr(pinned, "_authorities", lambda: context)


async def test_the_certificate_is_that_of_the_name(certificate: Path, trusting: None) -> None:
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(certificate)
    names: list[str] = []
    served.sni_callback = lambda _socket, name, _context: names.append(name)
    async with listening(served) as (port, hosts):
        border = Border(networks=LOOPBACK, resolve=looks_up("127.0.0.1"))
        good = open_http(f"https://erp.test:{port}/", Unguarded(), border=border)
        assert (await good.read("x")).status_code == 200
        assert (names, hosts) == (["erp.test"], [f"erp.test:{port}"])
        await good.aclose()
        bad = open_http(f"https://other.test:{port}/", Unguarded(), border=border)
        with pytest.raises(Unavailable, match="ConnectError"):
            await bad.write("POST", "x")
        assert hosts == [f"erp.test:{port}"]
        await bad.aclose()
