"""Callers with API keys: who has none is not let in, and what belongs to other merchants does not exist for them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import pytest
from erpgate.callers import digest_of
from erpgate.client import Client
from erpgate.rpc.app import ListenError
from erpgate.v1 import (
    channel_service_pb2,
    invoicing_service_pb2,
)
from fixtures.command import command
from fixtures.databases import contents
from fixtures.keyed import with_key
from fixtures.orders import an_order
from fixtures.server import open_server
from fixtures.shop import Shop
from fixtures.toy_world import ToyWorld
from fixtures.waiting import eventually
from google.protobuf.field_mask_pb2 import FieldMask
from grpc_health.v1 import health_pb2, health_pb2_grpc
from rpc.harness import METHODS, refusal

UNAUTHENTICATED = (grpc.StatusCode.UNAUTHENTICATED, "CALLER_UNAUTHENTICATED")
NOT_FOUND = (grpc.StatusCode.NOT_FOUND, "RESOURCE_NOT_FOUND")
PUBLIC = "0.0.0.0:0"


def added(database_url: str, *arguments: str) -> str:
    """The key of a new caller."""
    done = command("callers", "add", *arguments, database_url=database_url)
    assert (done.code, done.complained) == (0, "")
    return done.told


async def told(call: Awaitable[Any]) -> tuple[grpc.StatusCode, str]:
    found = await refusal(call)
    return found.code, found.reason


async def test_without_callers_nobody_on_this_machine_is_asked(shop: Shop) -> None:
    await shop.sold(an_order())


async def test_the_first_caller_closes_the_door_to_all_others(toy: ToyWorld, database_url: str) -> None:
    """A key counts at once, also while a server runs, on both databases."""
    async with open_server(database_url, toy) as door:
        shop = await Shop(door, toy).connect()
        key = added(database_url, "checkout", "--merchant", "acme")
        await Shop(with_key(door, key), toy).sold(an_order())

        async def is_closed() -> bool:
            try:
                await shop.get()
            except grpc.aio.AioRpcError as error:
                return error.code() is grpc.StatusCode.UNAUTHENTICATED
            return False

        await eventually("whoever has no key is not let in", is_closed)
        assert await told(shop.get()) == UNAUTHENTICATED
        for wrong in (key[:-1], f"{key}x", digest_of(key), ""):
            assert await told(Shop(with_key(door, wrong), toy).get()) == UNAUTHENTICATED


async def test_a_key_is_kept_as_a_digest(toy: ToyWorld, database_url: str) -> None:
    key = added(database_url, "checkout", "--all-merchants")
    async with open_server(database_url, toy) as door:
        await Shop(with_key(door, key), toy).connect()
    assert key.encode() not in contents(database_url)
    assert digest_of(key).encode() in contents(database_url)
    assert key not in command("callers", "list", database_url=database_url).told


async def test_revoking_the_last_caller_opens_nothing(toy: ToyWorld, sqlite_url: str) -> None:
    key = added(sqlite_url, "checkout", "--all-merchants")
    async with open_server(sqlite_url, toy) as door:
        mine = Shop(with_key(door, key), toy)
        await mine.connect()
        assert command("callers", "revoke", "checkout", database_url=sqlite_url).told == "checkout is revoked."

        async def is_out() -> bool:
            try:
                await mine.get()
            except grpc.aio.AioRpcError as error:
                return error.code() is grpc.StatusCode.UNAUTHENTICATED
            return False

        await eventually("the key does not count any more", is_out)
        assert await told(Shop(door, toy).get()) == UNAUTHENTICATED
        again = added(sqlite_url, "checkout", "--all-merchants")
        assert again != key
        await Shop(with_key(door, again), toy).get()
        assert await told(mine.get()) == UNAUTHENTICATED


_ACME = "merchants/acme"
_MAIN = f"{_ACME}/channels/main"
_ORDER = f"{_ACME}/orders/shop-co:1"

OTHERS: dict[str, Callable[[Shop], Awaitable[Any]]] = {
    "its channel": lambda s: s.get(),
    "its channels": lambda s: s.channels(),
    "a new channel": lambda s: s.create(),
    "connecting": lambda s: s.finish(),
    "pausing": lambda s: s.pause(),
    "resuming": lambda s: s.resume(),
    "changing": lambda s: s.update("display_name", display_name="Mine"),
    "rotating": lambda s: s.rotate({"workspace": "toy", "passphrase": "x"}),
    "checking": lambda s: s.check(),
    "deleting": lambda s: s.delete(force=True),
    "looking up": lambda s: s.lookup("A"),
    "submitting": lambda s: s.submit(an_order()),
    "its order": lambda s: s.order(_ORDER),
    "its orders": lambda s: s.orders(),
    "its invoices": lambda s: s.invoices(),
    "its invoice": lambda s: s.invoice(f"{_MAIN}/invoices/01K2Z7A8B9C0D1E2F3G4H5J6K7"),
    "invoicing": lambda s: s.create_invoice(_ORDER),
    "retrying": lambda s: s.retry(f"{_MAIN}/invoices/01K2Z7A8B9C0D1E2F3G4H5J6K7"),
}


async def test_what_belongs_to_another_merchant_does_not_exist(toy: ToyWorld, sqlite_url: str) -> None:
    """Each RPC answers as for something that there is not, and changes nothing."""
    everybody = added(sqlite_url, "office", "--all-merchants")
    stranger = added(sqlite_url, "stranger", "--merchant", "other", "--merchant", "third")
    async with open_server(sqlite_url, toy) as door:
        mine = await Shop(with_key(door, everybody), toy).connect()
        order = await mine.submit(an_order(external_id="1"))
        await mine.settled(order.name)
        before = await mine.get()
        theirs = Shop(with_key(door, stranger), toy)
        for what, call in OTHERS.items():
            assert await told(call(theirs)) == NOT_FOUND, what
        assert await mine.get() == before
        assert (await mine.order(order.name)).revision == 1
        assert await toy.sends() == 1


async def test_a_reference_to_another_merchants_order_does_not_exist(toy: ToyWorld, sqlite_url: str) -> None:
    everybody = added(sqlite_url, "office", "--all-merchants")
    stranger = added(sqlite_url, "stranger", "--merchant", "other")
    async with open_server(sqlite_url, toy) as door:
        await Shop(with_key(door, everybody), toy, merchant="other").connect()
        theirs = Shop(with_key(door, stranger), toy, merchant="other")
        assert await told(theirs.create_invoice(_ORDER)) == NOT_FOUND
        update = channel_service_pb2.UpdateChannelRequest(update_mask=FieldMask(paths=["display_name"]))
        update.channel.name, update.channel.display_name = _MAIN, "Mine"
        assert await told(theirs.door.channels.UpdateChannel(update)) == NOT_FOUND
        await theirs.sold(an_order())


async def test_a_stream_of_orders_takes_only_its_own_merchants(toy: ToyWorld, sqlite_url: str) -> None:
    stranger = added(sqlite_url, "stranger", "--merchant", "other")
    async with open_server(sqlite_url, toy) as door:
        call = door.invoicing.SubmitOrders(metadata=grpc.aio.Metadata(("authorization", f"Bearer {stranger}")))
        for merchant in ("other", "acme"):
            await call.write(
                invoicing_service_pb2.SubmitOrdersRequest(parent=f"merchants/{merchant}", order=an_order())
            )
        await call.done_writing()
        codes = {answer.position: answer.status.code async for answer in call}
        assert codes == {1: 0, 2: grpc.StatusCode.NOT_FOUND.value[0]}
        nobody = door.invoicing.SubmitOrders()
        await nobody.done_writing()
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            [answer async for answer in nobody]
        assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED


async def test_no_rpc_answers_somebody_without_a_key(toy: ToyWorld, sqlite_url: str) -> None:
    """Whatever they send: not even whether it was well formed."""
    added(sqlite_url, "office", "--all-merchants")
    async with (
        open_server(sqlite_url, toy) as door,
        grpc.aio.insecure_channel(f"127.0.0.1:{door.app.port}") as channel,
    ):
        for method in METHODS:
            call: grpc.aio.StreamStreamMultiCallable[bytes, bytes] = channel.stream_stream(method)
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                [answer async for answer in call(iter([b"\xff"]), timeout=10)]
            assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED, method


async def test_health_and_reflection_are_open_to_all(toy: ToyWorld, sqlite_url: str) -> None:
    added(sqlite_url, "office", "--all-merchants")
    async with (
        open_server(sqlite_url, toy) as door,
        grpc.aio.insecure_channel(f"127.0.0.1:{door.app.port}") as channel,
    ):
        answer = await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest())
        assert answer.status == health_pb2.HealthCheckResponse.SERVING


async def test_the_python_client_sends_its_key(toy: ToyWorld, sqlite_url: str) -> None:
    key = added(sqlite_url, "office", "--all-merchants")
    async with open_server(sqlite_url, toy) as door:

        def titles() -> list[str]:
            with Client(f"127.0.0.1:{door.app.port}", key=key) as client:
                return [erp.title for erp in client.list_erps().erps]

        assert "Toy ledger" in await asyncio.to_thread(titles)


async def test_another_address_without_callers_is_refused(toy: ToyWorld, database_url: str) -> None:
    with pytest.raises(ListenError, match="erpgate callers add ID --all-merchants"):
        async with open_server(database_url, toy, listen=PUBLIC):
            raise AssertionError("it serves")
    key = added(database_url, "office", "--all-merchants")
    async with open_server(database_url, toy, listen=PUBLIC) as door:
        assert await told(Shop(door, toy).channels()) == UNAUTHENTICATED
        assert list(await Shop(with_key(door, key), toy).channels()) == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("add", "checkout"), "Say for whom: --merchant ID, once for each, or --all-merchants."),
        (("add", "checkout", "--merchant", "a", "--all-merchants"), "Say for whom"),
        (("add", "Check Out", "--all-merchants"), "'Check Out' is no id"),
        (("add", "checkout", "--merchant", "ACME"), "'ACME' is no id"),
        (("add", "office", "--all-merchants"), "There is a caller office already"),
        (("revoke", "checkout"), "There is no caller checkout whose key counts"),
    ],
    ids=["no-merchant", "both", "caller", "merchant", "twice", "unknown"],
)
def test_a_wrong_command_says_what_to_do(sqlite_url: str, arguments: tuple[str, ...], sentence: str) -> None:
    added(sqlite_url, "office", "--all-merchants")
    done = command("callers", *arguments, database_url=sqlite_url)
    assert (done.code, done.told) == (1, "")
    assert sentence in done.complained
    assert command("callers", "list", database_url=sqlite_url).told.count("office") == 1
