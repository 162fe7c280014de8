"""Messages of the ERP: an item is read again as soon as the ERP says that it changed."""

import contextlib
from collections.abc import AsyncIterator

import httpx
import pytest
import sqlalchemy as sa
from erpgate.store import schema
from erpgate_alegra.simulator import SimulatorOptions
from fixtures.alegra_world import AlegraWorld
from fixtures.server import Door, open_server
from fixtures.shelf import Shelf
from fixtures.shop import Shop
from fixtures.waiting import eventually

from .company import COMPANY

PUBLIC = "hooks.example.com"


class Line:
    """From the ERP to the endpoint, whatever the public address."""

    def __init__(self) -> None:
        self.port = 0
        self.sent: list[tuple[str, bytes, int]] = []

    async def send(self, address: str, body: bytes) -> bool:
        host, _, path = address.partition("/")
        assert host == PUBLIC
        if path == "theirs":
            return True
        status = await self.post(f"/{path}", body)
        self.sent.append((path, body, status))
        return status == 200

    async def post(self, path: str, body: bytes) -> int:
        async with httpx.AsyncClient() as client:
            return (await client.post(f"http://127.0.0.1:{self.port}{path}", content=body)).status_code


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
async def alegra(line: Line) -> AsyncIterator[AlegraWorld]:
    world = await AlegraWorld(SimulatorOptions(send=line.send), **COMPANY).open()
    yield world
    await world.aclose()


@pytest.fixture
async def door(alegra: AlegraWorld, sqlite_url: str, line: Line) -> AsyncIterator[Door]:
    settings = {"hook_listen": "127.0.0.1:0", "hook_url": f"https://{PUBLIC}"}
    async with contextlib.AsyncExitStack() as stack:
        opened = await stack.enter_async_context(open_server(sqlite_url, alegra, settings=settings))
        line.port = opened.app.hooks_port
        yield opened


@pytest.fixture
async def shelf(door: Door, alegra: AlegraWorld) -> Shelf:
    shelf = Shelf(await Shop(door, alegra).connect())
    await shelf.product("SHIRT")
    return shelf


async def test_the_address_shakes_hands_and_is_subscribed_once(shelf: Shelf, alegra: AlegraWorld, line: Line) -> None:
    await shelf.sync()
    rows = (await alegra.call("GET", "/webhooks/subscriptions"))["subscriptions"]
    assert sorted(row["event"] for row in rows) == sorted(
        f"{verb}-{kind}" for verb in ("new", "edit", "delete") for kind in ("item", "invoice")
    )
    assert {(body, status) for _, body, status in line.sent} == {(b"{}", 200)}
    assert len(line.sent) == 6


async def test_a_deleted_channel_is_told_nothing_more(shelf: Shelf, alegra: AlegraWorld) -> None:
    theirs = {"event": "new-item", "url": f"{PUBLIC}/theirs"}
    await alegra.call("POST", "/webhooks/subscriptions", theirs)
    await shelf.shop.delete()
    rows = (await alegra.call("GET", "/webhooks/subscriptions"))["subscriptions"]
    assert [(row["event"], row["url"]) for row in rows] == [(theirs["event"], theirs["url"])]


@pytest.mark.parametrize("token", ["simulated-token", "another"], ids=["the ERP is away", "the token was revoked"])
async def test_a_channel_is_deleted_although_its_erp_cannot_be_told(
    shelf: Shelf, alegra: AlegraWorld, token: str
) -> None:
    await alegra.seed(token=token)
    alegra.line.cut = token == alegra.credentials["token"]
    await shelf.shop.delete()
    assert list(await shelf.shop.channels()) == []


async def test_a_changed_item_is_read_again(shelf: Shelf, alegra: AlegraWorld) -> None:
    """Only that item, by its id, whatever the message says of it."""
    before = await alegra.counts()
    await alegra.call("PUT", "/items/2", {"name": "Notebook"})

    async def renamed() -> bool:
        return (await shelf.product("BOOK")).title == "Notebook"

    await eventually("the item is read again", renamed)
    after = await alegra.counts()
    assert after["GET /items"] == before["GET /items"]
    assert after["GET /items/{id}"] - before.get("GET /items/{id}", 0) == 1


async def test_a_removed_item_is_gone(shelf: Shelf, alegra: AlegraWorld) -> None:
    await alegra.call("DELETE", "/items/2")

    async def gone() -> bool:
        return not (await shelf.look("BOOK")).HasField("product")

    await eventually("the item is gone", gone)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/hooks/acme/main/wrong", b"{}", 404),
        ("/hooks/acme/other/{token}", b"{}", 404),
        ("/else", b"{}", 404),
        ("{own}", b"no json", 400),
        ("{own}", b"", 200),
        ("{own}", b'{"subject": "new-client", "message": {"client": {"id": "7"}}}', 200),
        ("{own}", b"x" * (1024 * 1024 + 1), 413),
    ],
    ids=["wrong token", "another channel", "another path", "no JSON", "empty", "of no item", "too long"],
)
async def test_what_is_no_message_reads_nothing(
    shelf: Shelf, line: Line, door: Door, path: str, body: bytes, status: int
) -> None:
    own = f"/{line.sent[0][0]}"
    token = own.rpartition("/")[2]
    assert await line.post(path.format(own=own, token=token), body) == status
    kinds = await door.app.database.read(lambda c: c.execute(sa.select(schema.task.c.kind)).scalars().all())
    assert "read_item" not in kinds
