"""No call reads a whole table: what a merchant does costs the same with ten orders and with ten million."""

import asyncio
import re
import sqlite3
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from fixtures.orders import an_order
from fixtures.server import open_server
from fixtures.shop import Shop
from fixtures.toy_world import ToyWorld

_GROWS = "sales_order|order_revision|verdict|invoice|invoice_order|attempt|task|customer|catalog_item|change|request"
_SCAN = re.compile(rf"^SCAN (?:{_GROWS})\b")


@pytest.fixture
def statements() -> Iterator[set[str]]:
    """Every statement that SQLite runs, with its values."""
    seen: set[str] = set()

    def trace(connection: sqlite3.Connection, _: object) -> None:
        connection.set_trace_callback(seen.add)

    sa.event.listen(sa.Engine, "connect", trace)
    yield seen
    sa.event.remove(sa.Engine, "connect", trace)


async def _use(shop: Shop) -> None:
    order = await shop.submit(an_order(external_id="0"))
    await asyncio.gather(*(shop.submit(an_order(external_id=f"{n}")) for n in range(12)))  # several in one commit
    await asyncio.gather(*(shop.settled(order.name.replace(":0", f":{n}")) for n in range(12)))
    await shop.submit(an_order(external_id="1", notes="changed"))
    await shop.orders(page_size=2)
    await shop.invoices()
    await shop.lookup("CAMISETA-M", "nothing")
    await shop.pause()
    waiting = await shop.submit(an_order(external_id="later"))
    await shop.resume()
    await shop.settled(waiting.name)
    await shop.invoice((await shop.verdict(order.name)).invoice)


async def test_no_statement_scans_a_table_that_grows(toy: ToyWorld, sqlite_url: str, statements: set[str]) -> None:
    async with open_server(sqlite_url, toy) as door:
        await _use(await Shop(door, toy).connect())
    scans = set()
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as connection:
        for statement in statements:
            if not re.match(r"(SELECT|UPDATE|DELETE|WITH|INSERT)\b", statement):
                continue
            plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
            scans |= {(step, statement) for *_, step in plan if _SCAN.match(step)}
    connection.close()
    assert len(statements) > 100
    assert not scans
