"""Orders of a basket that come at once through two servers."""

import asyncio

from erpgate.domain.order import Basket, Order
from erpgate.engine.clock import SystemClock
from erpgate.service.orders import Rules, automatic_stage
from erpgate.store.channels import CreateChannel
from erpgate.store.database import Database, open_database
from erpgate.store.invoice_lists import list_invoices
from erpgate.store.submit_order import SubmitOrder
from rpc.builders import NOW, a_channel, an_order

MANY = 40
ON = {"automation": {"enabled": True, "initial_state": "open"}}


def submit(order: Order) -> SubmitOrder:
    return SubmitOrder(order, Rules(SystemClock()), automatic_stage, NOW)


def member(basket: int, number: int) -> Order:
    return an_order(external_id=f"{basket}-{number}", basket=Basket(id=str(basket), size=2))


async def each_at_once(one: Database, other: Database) -> None:
    """Each server gets one of the two orders of every basket."""
    await asyncio.gather(
        *(one.write(submit(member(basket, 1))) for basket in range(MANY)),
        *(other.write(submit(member(basket, 2))) for basket in reversed(range(MANY))),
    )


async def test_no_basket_waits_for_an_order_that_has_come(postgresql_url: str) -> None:
    async with open_database(postgresql_url) as one, open_database(postgresql_url) as other:
        await one.write(CreateChannel(a_channel(settings=ON), b"sealed", None))
        await each_at_once(one, other)
        invoices = await one.read(lambda c: list_invoices(c, "acme", "main", after="", limit=500, state=None))
    assert sorted(invoice.basket for invoice in invoices) == sorted(
        (f"shop-co:{basket}-1", f"shop-co:{basket}-2") for basket in range(MANY)
    )
