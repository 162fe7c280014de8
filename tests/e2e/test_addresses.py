"""A merchant who types the address of a server: private ones are refused, unless the operator allows them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from erpgate.v1 import channel_pb2, channel_service_pb2
from fixtures.server import Door, open_server
from rpc.harness import Refusal, refusal


@contextlib.asynccontextmanager
async def a_secret_service() -> AsyncIterator[tuple[str, list[bytes]]]:
    """Something on loopback that no merchant should reach: its address, and what it was sent."""
    heard: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://localhost:{server.sockets[0].getsockname()[1]}", heard


async def connecting(door: Door, address: str) -> Refusal:
    """What becomes of connecting a server at this address."""
    request = channel_service_pb2.CreateChannelRequest(
        parent="merchants/acme",
        channel=channel_pb2.Channel(erp="erps/tryton", display_name="Ours", country_code="CO"),
        credentials={"base_url": address, "database": "ours", "user": "erpgate", "password": "s3cr3t"},
    )
    refused = await refusal(door.channels.CreateChannel(request))
    listed = await door.channels.ListChannels(channel_service_pb2.ListChannelsRequest(parent="merchants/acme"))
    assert list(listed.channels) == []
    return refused


@pytest.mark.parametrize("kind", ["as it is", "http://2130706433/", "http://[::ffff:127.0.0.1]/", "http://0177.0.0.1/"])
async def test_a_private_address_is_refused_with_its_field(kind: str, sqlite_url: str) -> None:
    async with a_secret_service() as (address, heard), open_server(sqlite_url) as door:
        refused = await connecting(door, address if kind == "as it is" else kind)
        assert (refused.reason, list(refused.fields)) == ("ERP_CREDENTIALS_INVALID", ["credentials.base_url"])
        assert refused.message.startswith("This server can't be used: ")
        assert heard == []


async def test_the_operator_may_allow_its_network(sqlite_url: str) -> None:
    """It is asked then, and is no Tryton."""
    settings = {"allowed_networks": "127.0.0.0/8, ::1/128"}
    async with a_secret_service() as (address, heard), open_server(sqlite_url, settings=settings) as door:
        refused = await connecting(door, address)
        assert (refused.message, list(refused.fields)) == (
            "There is no Tryton at this address.",
            ["credentials.base_url"],
        )
        assert all(address.removeprefix("http://").encode() in call for call in heard)
        assert heard


async def test_an_address_of_the_operators_own_is_not_judged(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be anywhere, and what a merchant types is not used then."""
    async with a_secret_service() as (address, heard):
        monkeypatch.setenv("ERPGATE_ERP_TRYTON_BASE_URL", address)
        async with open_server(sqlite_url) as door:
            refused = await connecting(door, "https://tryton.example.com")
            assert refused.message == "There is no Tryton at this address."
            assert heard
