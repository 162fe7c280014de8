"""Orders are stored, judged and begun in one commit, also when they come twice in it."""

import asyncio
import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

import pytest
import sqlalchemy as sa
from erpgate.domain.order import Order
from erpgate.engine.clock import SystemClock
from erpgate.service.orders import Rules, automatic_stage
from erpgate.store import schema
from erpgate.store.channels import CreateChannel
from erpgate.store.database import Database, open_database
from erpgate.store.errors import Conflict
from erpgate.store.invoice_lists import list_invoices
from erpgate.store.orders import get_order
from erpgate.store.requests import RequestKey, recall, remember
from erpgate.store.submit_order import SubmitOrder, Submitted
from erpgate.store.tasks import due_tasks
from erpgate.store.writes import Write
from fixtures.writes import Note, in_one_commit
from rpc.builders import NOW, a_channel, an_order

ON = {"automation": {"enabled": True, "initial_state": "open"}}


@pytest.fixture
async def connected(database: Database) -> Database:
    """With one channel that invoices everything."""
    await database.write(CreateChannel(a_channel(settings=ON), b"sealed", None))
    return database


def submit(order: Order, **changes: Any) -> SubmitOrder:
    return SubmitOrder(order, Rules(SystemClock()), automatic_stage, NOW, **changes)


async def all_at_once(database: Database, *orders: Order) -> list[Submitted]:
    return await in_one_commit(database, *map(submit, orders))


def count(connection: sa.Connection, table: sa.Table) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


async def test_an_order_its_verdict_its_invoice_and_its_task_are_one_commit(connected: Database) -> None:
    submitted = await connected.write(submit(an_order()))
    (verdict,) = submitted.record.verdicts
    (invoice,) = await connected.read(lambda c: list_invoices(c, "acme", "main", after="", limit=10, state=None))
    assert (submitted.account, verdict.invoice) == ("toy-books:9", invoice.invoice)
    (task,) = await connected.read(lambda c: due_tasks(c, "toy-books:9", NOW, limit=10, kinds=("issue_invoice",)))
    assert task.subject == invoice.name


async def test_the_same_order_through_two_servers_at_once_is_one_order(postgresql_url: str) -> None:
    """Neither sees the other's row before they collide; whoever comes second sees it then."""
    async with open_database(postgresql_url) as one, open_database(postgresql_url) as other:
        await one.write(CreateChannel(a_channel(settings=ON), b"sealed", None))
        for n in range(60):
            order = replace(an_order(), external_id=f"{n}")
            first, second = await asyncio.gather(one.write(submit(order)), other.write(submit(order)))
            assert first.record.order == second.record.order
        assert await one.read(lambda c: [count(c, t) for t in (schema.sales_order, schema.invoice)]) == [60, 60]


async def test_the_same_order_twice_in_one_commit_is_one_order(connected: Database) -> None:
    first, second = await all_at_once(connected, an_order(), an_order())
    assert first.record == second.record
    assert (first.record.revision, await connected.read(lambda c: count(c, schema.invoice))) == (1, 1)


async def test_two_revisions_in_one_commit_are_taken_in_order(connected: Database) -> None:
    order = an_order()
    newer = replace(order, notes="new", source_update_time=NOW + dt.timedelta(hours=1))
    older = replace(order, notes="old", source_update_time=NOW + dt.timedelta(minutes=1))
    first, second, third = await all_at_once(connected, order, newer, older)
    assert [one.record.revision for one in (first, second, third)] == [1, 2, 2]
    assert third.record.order.notes == "new"
    assert await connected.read(lambda c: count(c, schema.invoice)) == 1
    assert await connected.read(lambda c: count(c, schema.order_revision)) == 1


async def test_judging_again_keeps_what_came_meanwhile(connected: Database) -> None:
    """Whoever judges again has read the order before; its sales channel has changed it since."""
    order = an_order()
    newer = replace(order, notes="new", source_update_time=NOW + dt.timedelta(hours=1))
    await connected.write(submit(order))
    await connected.write(submit(newer))
    again = await connected.write(submit(order, again=True))
    assert (again.record.revision, again.record.order.notes) == (2, "new")
    assert await connected.read(lambda c: get_order(c, "acme", "shop-co:1001")) == again.record


async def test_every_order_of_a_commit_has_its_own_answer(connected: Database) -> None:
    orders = [an_order(external_id=str(number)) for number in range(20)]
    answers = await all_at_once(connected, *orders, orders[3], orders[7])
    assert [answer.record.order_id for answer in answers] == [o.order_id for o in (*orders, orders[3], orders[7])]
    assert await connected.read(lambda c: count(c, schema.invoice)) == 20


async def test_orders_of_several_merchants_in_one_commit_keep_apart(connected: Database) -> None:
    mine, theirs = await all_at_once(connected, an_order(), an_order(merchant="other"))
    assert (len(mine.record.verdicts), len(theirs.record.verdicts)) == (1, 0)


async def test_a_stored_order_reads_as_it_was_answered(connected: Database) -> None:
    submitted = await connected.write(submit(an_order()))
    assert await connected.read(lambda c: get_order(c, "acme", "shop-co:1001")) == submitted.record


@dataclass(frozen=True)
class Carried(Write[str]):
    """Carries a request out once."""

    key: RequestKey

    def apply(self, connection: sa.Connection) -> str:
        """Makes a note."""
        made = recall(connection, self.key)
        if made is None:
            made = Note(f"made by {self.key.fingerprint}").apply(connection)
            remember(connection, self.key, made, NOW)
        return made


async def test_a_request_takes_effect_once(database: Database) -> None:
    key = RequestKey(merchant="acme", request_id="r", fingerprint="f")
    first, again = await in_one_commit(database, Carried(key), Carried(key))
    assert first == again == await database.write(Carried(key)) == "made by f"


async def test_a_request_id_with_another_fingerprint_is_refused(database: Database) -> None:
    key = RequestKey(merchant="acme", request_id="r", fingerprint="f")
    await database.write(Carried(key))
    with pytest.raises(Conflict, match="request_id"):
        await database.write(Carried(replace(key, fingerprint="other")))


async def test_request_ids_are_each_merchants_own(database: Database) -> None:
    key = RequestKey(merchant="acme", request_id="r", fingerprint="f")
    await database.write(Carried(key))
    assert await database.write(Carried(replace(key, merchant="other", fingerprint="g"))) == "made by g"
