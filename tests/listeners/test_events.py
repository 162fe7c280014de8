"""What listeners are told: every change once, in order, and nothing that is not theirs to know."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from erpgate.plugin import (
    ChannelHealthChanged,
    FiscalState,
    Health,
    InvoiceChanged,
    InvoiceState,
    PaymentState,
    Reason,
)
from erpgate.rpc.app import Role
from erpgate.store import schema
from fixtures.catalogue import SHIRT
from fixtures.listening import Recorder
from fixtures.orders import DOCUMENT, PRICE, an_order
from fixtures.server import Door, open_server
from fixtures.shop import BLOCKED, Shop
from fixtures.toy_world import ToyWorld
from fixtures.waiting import eventually, holds_for


async def waiting(door: Door) -> int:
    """Events that are stored."""
    count = sa.select(sa.func.count()).select_from(schema.event)
    return int(await door.app.database.read(lambda c: c.execute(count).scalar_one()))


def states(told: Sequence[Any]) -> list[InvoiceState]:
    return [event.state for event in told if isinstance(event, InvoiceChanged)]


async def test_an_issued_invoice_is_told_once_with_its_document(database_url: str) -> None:
    toy, recorder = ToyWorld(), Recorder()
    async with open_server(database_url, toy, plugins={"recorder": recorder}) as door:
        shop = await Shop(door, toy).connect()
        order = an_order()
        invoice = await shop.sold(order)
        (event,) = await recorder.has(1)
        assert await holds_for(lambda: has_heard(recorder, 1))
        assert await waiting(door) == 0
    assert event == InvoiceChanged(
        event_id=event.event_id,
        time=event.time,
        channel="merchants/acme/channels/main",
        invoice=invoice.name,
        orders=(f"merchants/acme/orders/shop-co:{order.external_id}",),
        reference=invoice.reference,
        version=event.version,
        state=InvoiceState.OPEN,
        fiscal_state=FiscalState.NOT_REQUESTED,
        payment_state=PaymentState.UNPAID,
        is_reversed=False,
        reason=None,
        document_id=invoice.document_id,
        document_number=invoice.document_number,
        currency_code="COP",
        paid_total=PRICE,
        total=PRICE,
        tax=Decimal(19_000),
    )
    assert event.merchant == "acme"
    for private in ("Ana", DOCUMENT, "ana@example.com", "3001234567", toy.ledger.passphrase):
        assert private not in repr(event)


async def has_heard(recorder: Recorder, count: int) -> bool:
    return len(recorder.told) == count


async def test_what_is_blocked_and_mended_is_told_in_order(database_url: str) -> None:
    toy, recorder = ToyWorld(), Recorder()
    async with open_server(database_url, toy, plugins={"recorder": recorder}) as door:
        shop = await Shop(door, toy).connect()
        blocked = await shop.blocked(an_order(sku="NOTHING"))
        await shop.retry(blocked.name)
        await recorder.has(2)
        await shop.settled(blocked.order, BLOCKED)
        await shop.create_invoice(blocked.order, line_skus={"1": SHIRT})
        await shop.settled(blocked.order)
        told = await recorder.has(3)
    assert states(told) == [InvoiceState.BLOCKED, InvoiceState.BLOCKED, InvoiceState.OPEN]
    assert [event.reason for event in told] == [Reason.SKU_NOT_FOUND, Reason.SKU_NOT_FOUND, None]
    assert {event.invoice for event in told} == {blocked.name}
    assert [event.version for event in told] == sorted({event.version for event in told})
    assert [event.document_id for event in told[:2]] == ["", ""]
    assert len({event.event_id for event in told}) == 3


async def test_what_the_erp_refuses_is_told(database_url: str) -> None:
    toy, recorder = ToyWorld(), Recorder()
    async with open_server(database_url, toy, plugins={"recorder": recorder}) as door:
        shop = await Shop(door, toy).connect()
        await toy.refuse()
        await shop.blocked(an_order())
        (event,) = await recorder.has(1)
    assert (event.state, event.reason, event.total) == (InvoiceState.BLOCKED, Reason.DOCUMENT_REJECTED, None)


async def test_health_is_told_when_it_changes(database_url: str) -> None:
    toy, recorder = ToyWorld(), Recorder()
    async with open_server(database_url, toy, plugins={"recorder": recorder}) as door:
        shop = await Shop(door, toy).connect()
        toy.unplug()
        order = await shop.submit(an_order())
        await recorder.has(1)
        toy.plug_in()
        await shop.settled(order.name)
        told = await recorder.has(3)
    health = [event for event in told if isinstance(event, ChannelHealthChanged)]
    assert [event.health for event in health] == [Health.DEGRADED, Health.OK]
    assert {(event.channel, event.erp) for event in health} == {("merchants/acme/channels/main", "toy")}
    assert states(told) == [InvoiceState.OPEN]


async def test_invoices_of_a_deleted_channel_are_told_as_withdrawn(database_url: str) -> None:
    toy, recorder = ToyWorld(), Recorder()
    async with open_server(database_url, toy, plugins={"recorder": recorder}) as door:
        shop = await Shop(door, toy).connect()
        blocked = await shop.blocked(an_order(sku="NOTHING"))
        await shop.delete(force=True)
        told = await recorder.has(2)
    assert states(told) == [InvoiceState.BLOCKED, InvoiceState.WITHDRAWN]
    assert (told[1].invoice, told[1].reason) == (blocked.name, None)
    assert told[1].version > told[0].version


async def test_what_changed_before_somebody_listened_is_told_of_channels(sqlite_url: str) -> None:
    toy, recorder = ToyWorld(), Recorder()
    async with open_server(sqlite_url, toy) as door:
        shop = await Shop(door, toy).connect()
        toy.unplug()
        order = await shop.submit(an_order())

        async def is_degraded() -> bool:
            return (await shop.get()).health_message != ""

        await eventually("the channel is degraded", is_degraded)
        assert await waiting(door) == 0
    async with open_server(sqlite_url, toy, plugins={"recorder": recorder}) as door:
        (event,) = await recorder.has(1)
        assert event.health is Health.DEGRADED
        toy.plug_in()
        await Shop(door, toy).settled(order.name)


async def test_several_processes_tell_each_event_once(postgresql_url: str) -> None:
    """Three workers share an account's events and those of a server that does not work itself."""
    toy, recorder = ToyWorld(), Recorder()
    plugins = {"recorder": recorder}
    async with (
        open_server(postgresql_url, toy, plugins=plugins, role=Role.SERVER) as door,
        open_server(postgresql_url, toy, plugins=plugins, role=Role.WORKER),
        open_server(postgresql_url, toy, plugins=plugins, role=Role.WORKER),
    ):
        shops = [await Shop(door, toy, channel="main").connect()]
        orders = [await shop.submit(an_order()) for shop in shops for _ in range(20)]
        for order in orders:
            await shops[0].settled(order.name)
        told = await recorder.has(20)
        assert await holds_for(lambda: has_heard(recorder, 20))
    assert len({event.event_id for event in told}) == 20
    assert {order for event in told for order in event.orders} == {order.name for order in orders}


async def test_where_nobody_listens_nothing_is_stored(database_url: str) -> None:
    """The webhook is installed, and not set up."""
    toy = ToyWorld()
    async with open_server(database_url, toy) as door:
        assert "webhook" in {info.name for info in door.app.registry.plugins}
        assert door.app.registry.listeners == {}
        shop = await Shop(door, toy).connect()
        await shop.sold(an_order())
        await shop.blocked(an_order(sku="NOTHING"))
        assert await waiting(door) == 0
