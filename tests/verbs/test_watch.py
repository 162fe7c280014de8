"""A watcher of invoices sees every change once and in order, however long it was away."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from erpgate.store.changes import CutFeed
from erpgate.v1 import invoicing_operations_pb2 as pb
from fixtures.orders import an_order
from fixtures.server import Door, open_server
from fixtures.shop import OPEN, Shop
from fixtures.toy_world import ToyWorld
from rpc.harness import refusal

from .clerk import Clerk


@pytest.fixture
async def watched(toy: ToyWorld, database_url: str) -> AsyncIterator[Shop]:
    async with open_server(database_url, toy) as door:
        yield await Shop(door, toy).connect()


class Watching:
    """A stream that is read."""

    def __init__(self, door: Door, parent: str, cursor: str) -> None:
        self._call = door.invoicing.WatchInvoices(pb.WatchInvoicesRequest(parent=parent, cursor=cursor), timeout=20)

    async def next(self) -> pb.WatchInvoicesResponse:
        """The next response."""
        response = await self._call.read()
        assert isinstance(response, pb.WatchInvoicesResponse)
        return response

    async def until(self, name: str, version: int) -> list[pb.WatchInvoicesResponse]:
        """The changes up to one of an invoice."""
        seen: list[pb.WatchInvoicesResponse] = []
        while not seen or (seen[-1].change.name, seen[-1].change.version) != (name, version):
            response = await self.next()
            seen += [response] if response.HasField("change") else []
        return seen

    def end(self) -> None:
        """Goes away."""
        self._call.cancel()


@asynccontextmanager
async def watching(shop: Shop, cursor: str = "") -> AsyncIterator[Watching]:
    stream = Watching(shop.door, shop.name, cursor)
    try:
        yield stream
    finally:
        stream.end()


def version_of(etag: str) -> int:
    return int(etag.strip('"'))


async def test_every_change_of_an_invoice_is_seen_once_and_in_order(watched: Shop) -> None:
    clerk = Clerk(watched)
    async with watching(watched) as stream:
        first = await stream.next()
        assert not first.HasField("change")
        invoice = await watched.sold(an_order())
        seen = await stream.until(invoice.name, version_of(invoice.etag))
    assert [response.change.version for response in seen] == list(range(1, len(seen) + 1))
    assert seen[-1].change.invoice.state == OPEN

    paid = await clerk.ended(await clerk.pay(invoice.name, "1000"))  # while nobody watches
    async with watching(watched, seen[-1].cursor) as stream:
        later = await stream.until(invoice.name, version_of(paid.etag))
    assert [response.change.version for response in later] == list(range(len(seen) + 1, version_of(paid.etag) + 1))
    assert later[-1].change.invoice.payments[0].amount == "1000.00"


async def test_a_cursor_of_something_else_is_refused(watched: Shop) -> None:
    call = watched.door.invoicing.WatchInvoices(pb.WatchInvoicesRequest(parent=watched.name, cursor="x"), timeout=20)
    told = await refusal(call.read())
    assert (told.reason, list(told.fields)) == ("FIELD_INVALID", ["cursor"])


async def test_an_old_cursor_has_expired(watched: Shop) -> None:
    async with watching(watched) as stream:
        first = await stream.next()
    await watched.sold(an_order())
    await watched.door.app.database.write(CutFeed(watched.merchant, 10**6))
    request = pb.WatchInvoicesRequest(parent=watched.name, cursor=first.cursor)
    told = await refusal(watched.door.invoicing.WatchInvoices(request, timeout=20).read())
    assert (told.reason, told.metadata) == ("CURSOR_EXPIRED", {"channel": watched.name})
