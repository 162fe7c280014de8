"""The catalogue as it was read from an ERP: an index by reference and barcode."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from erpgate.plugin.model import Item, ItemId
from erpgate.store.codecs import from_json, from_micros, to_json, to_micros
from erpgate.store.point import PointQuery
from erpgate.store.schema import catalog_item, catalog_sync
from erpgate.store.upsert import insert
from erpgate.store.writes import Lease, Write

_CHUNK = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class CatalogSync:
    """How far a catalogue has been read.

    Attributes:
        generation: Counts full readings, from 1.
        cursor: Where the reading in progress stands.
        start_time: When the last reading began.
        complete_time: When the last full reading ended; None before the first.
    """

    generation: int
    cursor: str
    start_time: dt.datetime | None
    complete_time: dt.datetime | None


_SYNC = PointQuery(sa.select(catalog_sync).where(catalog_sync.c.account == sa.bindparam("account")))
_WITH_CODES = tuple(
    sa.select(catalog_item.c.item_id, catalog_item.c.body).where(
        catalog_item.c.account == sa.bindparam("account"), column.in_(sa.bindparam("codes", expanding=True))
    )
    for column in (catalog_item.c.reference, catalog_item.c.barcode)
)


def get_sync(connection: sa.Connection, account: str) -> CatalogSync:
    """How far the account's catalogue has been read."""
    row = _SYNC.one_or_none(connection, {"account": account})
    if row is None:
        return CatalogSync(generation=1, cursor="", start_time=None, complete_time=None)
    done = from_micros(row.complete_time) if row.complete_time else None
    return CatalogSync(
        generation=row.generation, cursor=row.cursor, start_time=from_micros(row.start_time), complete_time=done
    )


def items_with_codes(connection: sa.Connection, account: str, codes: Sequence[str]) -> Sequence[Item]:
    """Items whose reference or barcode is one of `codes`, exactly."""
    found: dict[str, Item] = {}
    for start in range(0, len(codes), _CHUNK):
        some = list(codes[start : start + _CHUNK])
        for statement in _WITH_CODES:
            for item_id, body in connection.execute(statement, {"account": account, "codes": some}):
                if item_id not in found:
                    found[item_id] = from_json(Item, body)
    return list(found.values())


def items_with_ids(connection: sa.Connection, account: str, ids: Sequence[str]) -> dict[str, Item]:
    """Items by the ERP's id."""
    rows = connection.execute(
        sa.select(catalog_item.c.item_id, catalog_item.c.body).where(
            catalog_item.c.account == account, catalog_item.c.item_id.in_(ids)
        )
    )
    return {item_id: from_json(Item, body) for item_id, body in rows}


def codes_like(connection: sa.Connection, account: str, code: str, limit: int) -> Sequence[str]:
    """References and barcodes that begin like `code`, for suggestions."""
    found: list[str] = []
    for column in (catalog_item.c.reference, catalog_item.c.barcode):
        found += connection.execute(
            sa.select(column)
            .where(catalog_item.c.account == account, sa.func.lower(column).startswith(code.lower(), autoescape=True))
            .limit(limit)
        ).scalars()
    return found


@dataclass(frozen=True)
class StoreItems(Write[None]):
    """Stores a page of a full reading, or items that were looked up on their own.

    Args:
        items: What the ERP gave.
        generation: Of the reading.
        now: When it was read.
        cursor: Where the reading stands afterwards; None leaves it.
        start: When the reading began; given with a cursor.
        complete: Whether this was the last page: what the reading did not see is gone from the ERP.
    """

    items: tuple[Item, ...]
    generation: int
    now: dt.datetime
    lease: Lease
    cursor: str | None = None
    start: dt.datetime | None = None
    complete: bool = False

    def apply(self, connection: sa.Connection) -> None:
        """Adds and replaces items, and moves the cursor."""
        account = self.lease.account
        if self.items:
            adding = insert(connection, catalog_item)
            names = ("reference", "barcode", "body", "generation", "sync_time")
            connection.execute(
                adding.on_conflict_do_update(
                    index_elements=[catalog_item.c.account, catalog_item.c.item_id],
                    set_={name: adding.excluded[name] for name in names},
                ),
                [self._row(item) for item in {item.id: item for item in self.items}.values()],
            )
        if self.complete:
            connection.execute(
                sa.delete(catalog_item).where(
                    catalog_item.c.account == account, catalog_item.c.generation < self.generation
                )
            )
        if self.cursor is not None:
            self._move(connection)

    def _row(self, item: Item) -> dict[str, object]:
        return {
            "account": self.lease.account,
            "item_id": ItemId(item.id),
            "reference": item.reference and item.reference.strip(),
            "barcode": item.barcode and item.barcode.strip(),
            "body": to_json(Item, item),
            "generation": self.generation,
            "sync_time": to_micros(self.now),
        }

    def _move(self, connection: sa.Connection) -> None:
        moving = insert(connection, catalog_sync)
        start = to_micros(self.start or self.now)
        values = {"generation": self.generation + self.complete, "cursor": self.cursor, "start_time": start}
        if self.complete:
            values["complete_time"] = to_micros(self.now)
        connection.execute(
            moving.on_conflict_do_update(index_elements=[catalog_sync.c.account], set_=values),
            {"complete_time": 0} | values | {"account": self.lease.account},
        )
