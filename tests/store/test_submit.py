"""Orders are stored, judged and begun in one commit, also when they come twice in it."""

import asyncio
import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from erpgate.domain.order import Order
from erpgate.engine.clock import SystemClock
from erpgate.service.orders import Rules, automatic_stage
from erpgate.store import schema
from erpgate.store.channels import CreateChannel
from erpgate.store.database import Database
from erpgate.store.errors import Conflict
from erpgate.store.invoices import list_invoices
from erpgate.store.orders import SubmitOrder, Submitted, get_order
from erpgate.store.requests import RequestKey, recall, remember
from erpgate.store.tasks import due_tasks
from fixtures.writes import Held
from rpc.builders import NOW, a_channel, an_order

ON = {"automation": {"enabled": True, "initial_state": "open"}}


@pytest.fixture
async def connected(database: Database) -> Database:
    """With one channel that invoices everything."""
    await database.write(CreateChannel(a_channel(settings=ON), b"sealed", None))
    return database


def submit(order: Order, **changes: Any) -> SubmitOrder:
    return SubmitOrder(order, Rules(SystemClock()), automatic_stage, NOW, **changes)


async def in_one_commit(database: Database, *orders: Order) -> list[Submitted]:
    held = Held()
    pending = [asyncio.create_task(database.write(held))]
    answers = [asyncio.create_task(database.write(submit(order))) for order in orders]
    await asyncio.sleep(0)
    held.let_go.set()
    await asyncio.gather(*pending)
    return await asyncio.gather(*answers)


def count(connection: sa.Connection, table: sa.Table) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


async def test_an_order_its_verdict_its_invoice_and_its_task_are_one_commit(connected: Database) -> None:
    submitted = await connected.write(submit(an_order()))
    (verdict,) = submitted.record.verdicts
    (invoice,) = await connected.read(lambda c: list_invoices(c, "acme", "main", after="", limit=10, state=None))
    assert (submitted.account, verdict.invoice) == ("toy-books:9", invoice.invoice)
    (task,) = await connected.read(lambda c: due_tasks(c, "toy-books:9", NOW, limit=10, kinds=("issue_invoice",)))
    assert task.subject == invoice.name


async def test_the_same_order_twice_in_one_commit_is_one_order(connected: Database) -> None:
    first, second = await in_one_commit(connected, an_order(), an_order())
    assert first.record == second.record
    assert (first.record.revision, await connected.read(lambda c: count(c, schema.invoice))) == (1, 1)


async def test_two_revisions_in_one_commit_are_taken_in_order(connected: Database) -> None:
    order = an_order()
    newer = replace(order, notes="new", source_update_time=NOW + dt.timedelta(hours=1))
    older = replace(order, notes="old", source_update_time=NOW + dt.timedelta(minutes=1))
    first, second, third = await in_one_commit(connected, order, newer, older)
    assert [one.record.revision for one in (first, second, third)] == [1, 2, 2]
    assert third.record.order.notes == "new"
    assert await connected.read(lambda c: count(c, schema.invoice)) == 1
    assert await connected.read(lambda c: count(c, schema.order_revision)) == 1


async def test_every_order_of_a_commit_has_its_own_answer(connected: Database) -> None:
    orders = [an_order(external_id=str(number)) for number in range(20)]
    answers = await in_one_commit(connected, *orders, orders[3], orders[7])
    assert [answer.record.order_id for answer in answers] == [o.order_id for o in (*orders, orders[3], orders[7])]
    assert await connected.read(lambda c: count(c, schema.invoice)) == 20


async def test_orders_of_several_merchants_in_one_commit_keep_apart(connected: Database) -> None:
    mine, theirs = await in_one_commit(connected, an_order(), an_order(merchant="other"))
    assert (len(mine.record.verdicts), len(theirs.record.verdicts)) == (1, 0)


async def test_a_stored_order_reads_as_it_was_answered(connected: Database) -> None:
    submitted = await connected.write(submit(an_order()))
    assert await connected.read(lambda c: get_order(c, "acme", "shop-co:1001")) == submitted.record


async def test_a_request_id_remembers_what_it_made(database: Database) -> None:
    key = RequestKey(merchant="acme", request_id="r", fingerprint="f")

    def first(connection: sa.Connection) -> str | None:
        assert recall(connection, key) is None
        remember(connection, key, "made", NOW)
        return recall(connection, key)

    def other(connection: sa.Connection) -> str | None:
        remember(connection, key, "made", NOW)
        return recall(connection, replace(key, fingerprint="other"))

    def strange(connection: sa.Connection) -> str | None:
        remember(connection, key, "made", NOW)
        return recall(connection, replace(key, merchant="stranger"))

    assert await rolled_back(database, first) == "made"
    assert await rolled_back(database, strange) is None
    with pytest.raises(Conflict, match="request_id"):
        await rolled_back(database, other)


async def rolled_back(database: Database, work: Any) -> Any:
    """What a transaction gives that is undone afterwards."""

    def run(connection: sa.Connection) -> Any:
        with connection.begin_nested() as nested:
            try:
                return work(connection)
            finally:
                nested.rollback()

    return await database.read_long(run)
