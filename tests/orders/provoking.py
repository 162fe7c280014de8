"""How to make an order not be invoiced, for each reason that there is."""

import datetime as dt
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, replace
from typing import Any

from countries.cases import CASES
from countries.conftest import STRICT
from e2e.test_plugin_defects import ShakyWorld, shaky
from e2e.test_proofs import NewWorld
from erpgate.engine.settings import EngineSettings
from erpgate.plugin import (
    Connection,
    DocumentId,
    Erp,
    Misconfigured,
    Reason,
    RoundingPolicy,
    Trouble,
    Wiring,
    hookimpl,
)
from erpgate.testing.toy import toy_erp
from erpgate.v1 import channel_pb2, order_pb2
from fixtures.alegra_world import CREATE, AlegraWorld
from fixtures.catalogue import BOOK, SHIPPING, SHIRT
from fixtures.orders import DOCUMENT, a_buyer, a_line, a_time, an_order, revised
from fixtures.server import QUICK, open_server
from fixtures.shop import UNKNOWN, Shop, automation, settings
from fixtures.toy_world import ToyWorld
from fixtures.waiting import eventually
from fixtures.world import Fault, World
from verbs.clerk import Clerk

COLOMBIA = next(case for case in CASES if case.code == "CO")
LONG_AGO = a_time(-dt.timedelta(days=365))
STAMP = {"method": "POST", "path": "/invoices/stamp$"}


@dataclass(frozen=True)
class Stage:
    """Opens servers that are closed when the test ends."""

    stack: AsyncExitStack
    url: str

    async def open(self, world: World, engine: EngineSettings = QUICK) -> Shop:
        """A shop that is not connected yet."""
        await self.stack.enter_async_context(aclosing(world))
        return Shop(await self.stack.enter_async_context(open_server(self.url, world, engine=engine)), world)

    async def toy(self, **changes: Any) -> tuple[Shop, ToyWorld]:
        """A connected shop on the toy ledger."""
        toy = ToyWorld(**changes)
        return await (await self.open(toy)).connect(), toy

    async def alegra(self) -> tuple[Shop, AlegraWorld]:
        """A connected shop on Alegra's simulator."""
        alegra = await AlegraWorld().open()
        return await (await self.open(alegra)).connect(), alegra


Provoked = tuple[Shop, str]
"""The shop, and the name of its order."""

Provoke = Callable[[Stage], Awaitable[Provoked]]


async def rules(shop: Shop, **changes: Any) -> None:
    """Sets the automation."""
    await shop.update("settings", settings=settings(shop.world, automation=automation(**changes)))


def rule(changes: Mapping[str, Any], **order: Any) -> Provoke:
    """A rule of the automation stands against the order."""

    async def provoke(stage: Stage) -> Provoked:
        shop, _ = await stage.toy()
        await rules(shop, **changes)
        return shop, (await shop.submit(an_order(**order))).name

    return provoke


def order(**changes: Any) -> Provoke:
    """The order itself stops its invoice."""
    return rule({}, **changes)


def answered(*rules_of_the_simulator: Mapping[str, Any]) -> Provoke:
    """The ERP answers creations like that."""

    async def provoke(stage: Stage) -> Provoked:
        shop, alegra = await stage.alegra()
        await alegra.break_(*rules_of_the_simulator)
        return shop, (await shop.submit(an_order())).name

    return provoke


def status(number: int, message: str, **body: Any) -> Provoke:
    """The ERP refuses creations."""
    action = {"kind": "status", "status": number, "body": {"message": message, **body}}
    return answered({**CREATE, "action": action})


async def not_proven(stage: Stage) -> Provoked:
    shop = await (await stage.open(NewWorld())).connect()
    return shop, (await shop.submit(an_order())).name


async def not_connected(stage: Stage) -> Provoked:
    shop = await stage.open(ToyWorld())
    await shop.create()
    return shop, (await shop.submit(an_order())).name


async def paused(stage: Stage) -> Provoked:
    shop, _ = await stage.toy()
    await shop.pause()
    return shop, (await shop.submit(an_order())).name


async def over_the_cap(stage: Stage) -> Provoked:
    shop, _ = await stage.toy()
    await rules(shop, hourly_cap=1)
    await shop.submit(an_order())
    return shop, (await shop.submit(an_order())).name


async def two_channels(stage: Stage) -> Provoked:
    shop, toy = await stage.toy()
    toy.ledger.workspace = "second"
    await Shop(shop.door, ToyWorld(workspace="second"), channel="two").connect()
    return shop, (await shop.submit(an_order())).name


async def sold(stage: Stage) -> Provoked:
    shop, _ = await stage.toy()
    return shop, (await shop.sold(an_order())).order


async def asked_for(stage: Stage) -> Provoked:
    shop, name = await rule({"enabled": False})(stage)
    await shop.create_invoice(name)
    await shop.settled(name)
    return shop, name


async def sold_again(stage: Stage, **changes: Any) -> Provoked:
    shop, _ = await stage.toy()
    submitted = an_order()
    name = (await shop.sold(submitted)).order
    await shop.submit(revised(submitted, **changes))
    return shop, name


async def sold_and_cancelled(stage: Stage) -> Provoked:
    return await sold_again(stage, state=channel_pb2.ORDER_STATE_CANCELLED)


async def sold_and_voided(stage: Stage) -> Provoked:
    shop, name = await sold(stage)
    clerk = Clerk(shop)
    await clerk.ended(await clerk.void((await shop.settled(name)).name))
    return shop, name


async def basket_that_disagrees(stage: Stage) -> Provoked:
    shop, _ = await stage.toy()
    for buyer in (a_buyer(), a_buyer(name="Other", document="77")):
        last = await shop.submit(an_order(basket={"id": "b", "size": 2}, buyer=buyer))
    return shop, last.name


async def basket_closed(stage: Stage) -> Provoked:
    shop, _ = await stage.toy()
    first, *_ = [(await shop.submit(an_order(basket={"id": "b", "size": 2}))).name for _ in range(2)]
    await shop.settled(first)
    return shop, (await shop.submit(an_order(basket=order_pb2.Basket(id="b", size=3)))).name


async def unreachable_total(stage: Stage) -> Provoked:
    rounding = RoundingPolicy(unit_price_places=2, quantity_places=0, amount_places=2, rounds="base_and_tax")
    shop, _ = await stage.toy(rounding=rounding)
    submitted = an_order(order_lines=[a_line(unit_price="0.03")], total_paid="0.03")
    return shop, (await shop.submit(submitted)).name


async def shipping_item_gone(stage: Stage) -> Provoked:
    shop, toy = await stage.toy()
    shipping, book = (found.product.name.rpartition("/")[2] for found in await shop.lookup(SHIPPING, BOOK))
    policy = {"shipping_policy": channel_pb2.SHIPPING_POLICY_LINE, "shipping_item": shipping}
    await shop.update("settings", settings=settings(toy, **policy))
    await toy.retire_item(SHIPPING)
    rounding = {"remainder_policy": channel_pb2.REMAINDER_POLICY_ROUNDING_LINE, "remainder_item": book}
    await shop.update("settings", settings=settings(toy, **policy, **rounding))

    async def is_seen() -> bool:
        (found,) = await shop.lookup(SHIPPING)
        return not found.product.active

    await eventually("the catalogue shows that the item is switched off", is_seen)
    return shop, (await shop.submit(an_order(shipping_amount="9900", total_paid="128900"))).name


async def no_stock(stage: Stage) -> Provoked:
    shop, alegra = await stage.alegra()
    await alegra.seed(items=[{"name": "Gorra", "reference": "CAP", "price": 100_000, "tax_percentage": 19, "stock": 2}])
    submitted = an_order(order_lines=[a_line("CAP", quantity="3")], total_paid="357000")
    return shop, (await shop.submit(submitted)).name


async def two_customers(stage: Stage) -> Provoked:
    shop, alegra = await stage.alegra()
    await alegra.seed(contacts=[{"name": "Otra Ana", "identification": {"type": "CC", "number": DOCUMENT}}])
    return shop, (await shop.submit(an_order())).name


async def another_tax(stage: Stage) -> Provoked:
    shop, alegra = await stage.alegra()
    await shop.lookup(SHIRT)
    (tax,) = [tax for tax in await alegra.call("GET", "/taxes") if float(tax["percentage"]) == 19]
    await alegra.seed(taxes=[{"id": str(tax["id"]), "name": "IVA", "type": "IVA", "percentage": "5"}])
    return shop, (await shop.submit(an_order())).name


async def stamp_refused(stage: Stage) -> Provoked:
    alegra = AlegraWorld(company=COLOMBIA.company, own=COLOMBIA.own, contacts=[], switches=STRICT)
    shop = await (await stage.open(await alegra.open())).connect(automation=automation(issue=True))
    await alegra.break_({**STAMP, "action": {"kind": "refuse_stamp", "message": "Regla: FAD06, Rechazo"}})
    return shop, (await shop.submit(COLOMBIA.order())).name


async def wrong_passphrase(stage: Stage) -> Provoked:
    shop, toy = await stage.toy()
    toy.ledger.troubles["create"] = deque([Trouble.UNAUTHORIZED] * 1000)
    return shop, (await shop.submit(an_order())).name


class IncompleteWorld(ToyWorld):
    """The toy ledger, which lacks something that only the ERP's own people can add, as Tryton may."""

    erp = "incomplete"
    environ: Mapping[str, str] = {"ERPGATE_UNPROVEN_ERPS": "incomplete"}

    def __init__(self) -> None:
        super().__init__()
        toy = toy_erp(self.ledger)

        async def refuse(*_: object, **__: object) -> None:
            raise Misconfigured("There is no journal.", field="journal", reason=Reason.CONFIGURATION_INCOMPLETE)

        def connect(wiring: Wiring[Any, Any]) -> Connection:
            connection = toy.connect(wiring)
            vars(connection)["create"] = refuse
            return connection

        class Plugin:
            @hookimpl
            def erpgate_erps(self) -> list[Erp[Any, Any]]:
                return [replace(toy, name="incomplete", connect=connect)]

        self.plugins = {"incomplete": Plugin()}


async def incomplete_company(stage: Stage) -> Provoked:
    shop = await (await stage.open(IncompleteWorld())).connect()
    return shop, (await shop.submit(an_order())).name


async def unplugged(stage: Stage) -> Provoked:
    shop, toy = await stage.toy()
    toy.unplug()
    return shop, (await shop.submit(an_order())).name


async def lost(stage: Stage) -> Provoked:
    shop, toy = await stage.toy()
    await toy.fail(Fault.LOST)
    return shop, (await shop.submit(an_order())).name


async def lost_for_long(stage: Stage) -> Provoked:
    shop, toy = await stage.toy(settle_time=dt.timedelta(minutes=5))
    await toy.fail(Fault.LOST)
    return shop, (await shop.submit(an_order())).name


async def made_twice(stage: Stage) -> Provoked:
    """Somebody copied the document before it could be looked up."""
    shop, toy = await stage.toy()
    toy.ledger.troubles["find"] = deque([Trouble.SERVER_ERROR] * 1000)
    await toy.fail(Fault.ANSWER_LOST)
    name = (await shop.submit(an_order())).name
    await shop.settled(name, UNKNOWN)
    (voucher,) = toy.ledger.vouchers
    toy.ledger.vouchers.append(replace(voucher, id=DocumentId("V-copy")))
    toy.ledger.troubles.clear()
    return shop, name


async def without_plugin(stage: Stage) -> Provoked:
    toy = ToyWorld()
    async with open_server(stage.url, toy) as door:
        await Shop(door, toy).connect()
    door = await stage.stack.enter_async_context(open_server(stage.url))
    shop = Shop(door, toy)
    return shop, (await shop.submit(an_order())).name


async def defect(stage: Stage) -> Provoked:
    shop = await (await stage.open(ShakyWorld(shaky("mapper", "invoice")))).connect()
    return shop, (await shop.submit(an_order())).name
