"""A plugin that breaks its contract anywhere: each member is reached, named and remembered, and others work on."""

import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import grpc
import httpx
import pytest
from erpgate.plugin import (
    Ability,
    Connection,
    CountsItems,
    Credits,
    Defaults,
    Discards,
    Emails,
    Erp,
    Found,
    InvoiceMapper,
    ItemId,
    ListsChanges,
    MapsCredits,
    Prints,
    ReadsItems,
    SendsEvents,
    SkuStrategy,
    TakesPayments,
    Voids,
)
from erpgate.testing import Fault
from fixtures.orders import a_line, an_order
from fixtures.server import open_server
from fixtures.shop import Shop
from fixtures.toy_world import ToyWorld
from fixtures.waiting import eventually
from verbs.clerk import Clerk

from .test_plugin_defects import CALLERS, CAPABILITIES, ShakyWorld, calling, last_defect, shaky, shaky_connection

PARTS: Mapping[str, Sequence[type]] = {
    "sku": (SkuStrategy,),
    "defaults": (Defaults,),
    "mapper": (InvoiceMapper, MapsCredits),
    "connection": (
        Connection,
        Discards,
        Voids,
        Credits,
        TakesPayments,
        Emails,
        Prints,
        CountsItems,
        ReadsItems,
        ListsChanges,
        SendsEvents,
    ),
}
HOOKS = {"hook_listen": "127.0.0.1:0", "hook_url": "https://hooks.example.com"}


@dataclass(frozen=True)
class Case:
    """How a member is reached.

    Attributes:
        reach: What a merchant does; the refusal of a call is expected.
        abilities: That the plugin announces beside the toy's own.
        ledger: Fields of the toy ledger.
        settings: Of the server.
        broken: The plugin, where it lacks more than that member.
    """

    reach: Callable[[Shop, ShakyWorld], Awaitable[object]]
    abilities: frozenset[Ability] = frozenset()
    ledger: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    broken: Callable[[Erp[Any, Any]], Erp[Any, Any]] | None = None


async def nothing(shop: Shop, world: ShakyWorld) -> None:
    """It is reached by itself, once there is a channel."""


async def sells(shop: Shop, world: ShakyWorld) -> None:
    await shop.submit(an_order())


async def loses_an_answer(shop: Shop, world: ShakyWorld) -> None:
    await world.fail(Fault.ANSWER_LOST)
    await shop.submit(an_order())


def of_an_invoice(verb: Callable[[Clerk, str], Awaitable[object]], *, lost: bool = False) -> Any:
    """Does something with an invoice that is there, of two pieces."""

    async def reach(shop: Shop, world: ShakyWorld) -> None:
        order = an_order(order_lines=[a_line(quantity="2")], total_paid="238000")
        invoice = await shop.sold(order)
        if lost:
            await world.fail(Fault.ANSWER_LOST)
        await verb(Clerk(shop), invoice.name)

    return reach


def sends_events(erp: Erp[Any, Any]) -> Erp[Any, Any]:
    """The ERP with an address to call, which the test may call instead."""

    def connect(wiring: Any) -> Any:
        async def subscribe(url: str) -> None:
            ADDRESSES.append(url)

        return calling(erp.connect(wiring), "subscribe", subscribe)

    return replace(erp, connect=connect, events=lambda _: [ItemId("1")])


ADDRESSES: list[str] = []


async def gets_a_message(shop: Shop, world: ShakyWorld) -> None:
    async def address() -> str | None:
        return ADDRESSES[-1] if ADDRESSES else None

    path = urlsplit(await eventually("the ERP is told where to call", address)).path
    async with httpx.AsyncClient() as client:
        await client.post(f"http://127.0.0.1:{shop.door.app.hooks_port}{path}", content=b"{}")


def surplus(erp: Erp[Any, Any]) -> Erp[Any, Any]:
    """The first search does not see the draft that is there, so that another one is made."""
    lies: list[Found[Any]] = [Found(matches=(), complete=True)]

    def connect(wiring: Any) -> Any:
        connection = calling(erp.connect(wiring), "discard")
        honest = connection.find

        async def find(*args: Any) -> Any:
            return lies.pop() if lies else await honest(*args)

        return calling(connection, "find", find)

    return replace(erp, connect=connect)


LATER: dict[str, Case] = {
    "mapper.credit_note": Case(of_an_invoice(lambda clerk, name: clerk.credit(name))),
    "connection.options": Case(lambda shop, _: shop.options("settings.shipping_item")),
    "connection.items_by_sku": Case(lambda shop, _: shop.submit(an_order(sku="NO-SUCH-CODE"))),
    "connection.taxes": Case(of_an_invoice(lambda clerk, name: clerk.credit(name, (1, "1")))),
    "connection.advance": Case(sells, ledger={"drafts": True}),
    "connection.read": Case(of_an_invoice(lambda clerk, name: clerk.void(name))),
    "connection.find": Case(loses_an_answer),
    "connection.discard": Case(loses_an_answer, ledger={"drafts": True}, broken=surplus),
    "connection.void": Case(of_an_invoice(lambda clerk, name: clerk.void(name))),
    "connection.credit": Case(of_an_invoice(lambda clerk, name: clerk.credit(name))),
    "connection.find_credits": Case(of_an_invoice(lambda clerk, name: clerk.credit(name), lost=True)),
    "connection.pay": Case(of_an_invoice(lambda clerk, name: clerk.pay(name, "1000"))),
    "connection.find_payments": Case(of_an_invoice(lambda clerk, name: clerk.pay(name, "1000"), lost=True)),
    "connection.email": Case(of_an_invoice(lambda clerk, name: clerk.email(name, "ana@example.com"))),
    "connection.pdf": Case(of_an_invoice(lambda clerk, name: clerk.pdf(name))),
    "connection.count_items": Case(nothing, abilities=frozenset({Ability.ITEM_COUNT})),
    "connection.changed_items": Case(
        nothing, abilities=frozenset({Ability.ITEM_CHANGES}), settings={"catalog_refresh_seconds": 5}
    ),
    "connection.subscribe": Case(nothing, abilities=frozenset({Ability.ITEM_EVENTS}), settings=HOOKS),
    "connection.unsubscribe": Case(
        lambda shop, _: shop.delete(),
        abilities=frozenset({Ability.ITEM_EVENTS}),
        settings=HOOKS,
        broken=lambda erp: shaky_connection("unsubscribe")(sends_events(erp)),
    ),
    "connection.item": Case(
        gets_a_message,
        abilities=frozenset({Ability.ITEM_EVENTS, Ability.ITEM_BY_ID}),
        settings=HOOKS,
        broken=lambda erp: shaky_connection("item")(sends_events(erp)),
    ),
    "events": Case(
        gets_a_message,
        abilities=frozenset({Ability.ITEM_EVENTS}),
        settings=HOOKS,
        broken=lambda erp: shaky("events", "")(sends_events(erp)),
    ),
    "connection.aclose": Case(nothing),
}


@pytest.mark.parametrize("where", LATER)
async def test_a_defect_is_named_and_remembered_wherever_it_is(where: str, sqlite_url: str) -> None:
    case, part = LATER[where], where.partition(".")
    break_ = case.broken or (shaky_connection if part[0] == "connection" else lambda name: shaky(part[0], name))(
        part[2]
    )
    ADDRESSES.clear()

    def broken(erp: Erp[Any, Any]) -> Erp[Any, Any]:
        return break_(replace(erp, abilities=erp.abilities | case.abilities))

    world, steady = ShakyWorld(broken, **case.ledger), ToyWorld()
    async with open_server(sqlite_url, world, steady, settings=case.settings) as door:
        shop = Shop(door, world)
        with contextlib.suppress(grpc.aio.AioRpcError):
            await shop.connect()
            await case.reach(shop, world)

        async def seen() -> bool:
            return f" in {where} (" in await last_defect(door, "shaky")

        await eventually(f"ListErps tells of {where}", seen)
        assert "s3cr3t" not in await last_defect(door, "shaky")
        await (await Shop(door, steady, merchant="other").connect()).sold(an_order())
        assert await last_defect(door, "toy") == ""


def test_every_member_of_the_contract_is_broken_by_some_test() -> None:
    members = {
        f"{part}.{name}"
        for part, protocols in PARTS.items()
        for protocol in protocols
        for name, member in vars(protocol).items()
        if callable(member) and not name.startswith("_")
    }
    assert {*CAPABILITIES, *CALLERS, *LATER} == members | {"connect", "policy", "events"}
