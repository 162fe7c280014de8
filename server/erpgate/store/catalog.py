"""The catalogue as it was read from an ERP: items by id, by reference and by barcode."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from erpgate.plugin.model import Item
from erpgate.store.codecs import from_json, from_micros, to_micros
from erpgate.store.point import PointQuery
from erpgate.store.schema import catalog_item

_CHUNK = 500
_BEYOND = "\U0010ffff"
"""Sorts after every continuation of a text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredItem:
    """An item as it was read.

    Attributes:
        item: What the ERP gave.
        version: Counts its changes.
        sync_time: When it was read last.
        change_time: When it was first read as it is.
    """

    item: Item
    version: int
    sync_time: dt.datetime
    change_time: dt.datetime


_STORED = (catalog_item.c.body, catalog_item.c.version, catalog_item.c.sync_time, catalog_item.c.change_time)
_OF_ACCOUNT = catalog_item.c.account == sa.bindparam("account")
_CODES = (catalog_item.c.reference, catalog_item.c.barcode)
_ITEM = PointQuery(sa.select(*_STORED).where(_OF_ACCOUNT, catalog_item.c.item_id == sa.bindparam("item_id")))
_WITH_CODES = tuple(
    sa.select(catalog_item.c.item_id, *_STORED).where(_OF_ACCOUNT, column.in_(sa.bindparam("codes", expanding=True)))
    for column in _CODES
)
_LIKE = tuple(
    PointQuery(
        sa.select(catalog_item.c.item_id, *_STORED)
        .where(_OF_ACCOUNT, column >= sa.bindparam("first"), column < sa.bindparam("last"))
        .order_by(column)
        .limit(sa.bindparam("limit"))
    )
    for column in _CODES
)


def get_item(connection: sa.Connection, account: str, item_id: str) -> StoredItem | None:
    """One item by the ERP's id."""
    row = _ITEM.one_or_none(connection, {"account": account, "item_id": item_id})
    return None if row is None else stored_item(row)


def items_with_codes(connection: sa.Connection, account: str, codes: Sequence[str]) -> Sequence[Item]:
    """Items whose reference or barcode is one of `codes`, exactly."""
    return [stored.item for stored in stored_with_codes(connection, account, codes)]


def stored_with_codes(connection: sa.Connection, account: str, codes: Sequence[str]) -> Sequence[StoredItem]:
    """The same with how fresh they are."""
    found: dict[str, StoredItem] = {}
    for start in range(0, len(codes), _CHUNK):
        some = list(codes[start : start + _CHUNK])
        for statement in _WITH_CODES:
            for row in connection.execute(statement, {"account": account, "codes": some}):
                if row.item_id not in found:
                    found[row.item_id] = stored_item(row)
    return list(found.values())


def items_with_ids(connection: sa.Connection, account: str, ids: Sequence[str]) -> dict[str, Item]:
    """Items by the ERP's id."""
    return {item_id: stored.item for item_id, stored in stored_with_ids(connection, account, ids).items()}


def stored_with_ids(connection: sa.Connection, account: str, ids: Sequence[str]) -> dict[str, StoredItem]:
    """The same with how fresh they are."""
    rows = connection.execute(
        sa.select(catalog_item.c.item_id, *_STORED).where(
            catalog_item.c.account == account, catalog_item.c.item_id.in_(ids)
        )
    )
    return {row.item_id: stored_item(row) for row in rows}


def items_like(connection: sa.Connection, account: str, beginning: str, limit: int) -> Sequence[Item]:
    """Some items whose reference or barcode begins like this, as it is written, in lower case or in capitals."""
    found: dict[str, Item] = {}
    for first in dict.fromkeys((beginning, beginning.lower(), beginning.upper())):
        for query in _LIKE:
            values = {"account": account, "first": first, "last": first + _BEYOND, "limit": limit}
            found |= {row.item_id: from_json(Item, row.body) for row in query.all(connection, values)}
    return list(found.values())


def codes_like(connection: sa.Connection, account: str, beginning: str, limit: int) -> Sequence[str]:
    """References and barcodes of some items that begin like this."""
    found = items_like(connection, account, beginning, limit)
    return [code for item in found for code in (item.reference, item.barcode) if code]


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemFilter:
    """Which items a list has.

    Attributes:
        code: Reference or barcode, exactly; empty for any.
        text: Part of the name, reference or barcode, whatever the case; empty for any.
        active: None for both.
        stock_below: Less than this is on hand.
        warehouse: Where; empty means in all.
        changed_since: Changed then or later.
    """

    code: str = ""
    text: str = ""
    active: bool | None = None
    stock_below: Decimal | None = None
    warehouse: str = ""
    changed_since: dt.datetime | None = None

    def conditions(self, dialect: str) -> Iterable[sa.ColumnElement[bool]]:
        """As SQL."""
        if self.code:
            yield sa.or_(*(column == self.code for column in _CODES))
        if self.text:
            yield catalog_item.c.search.contains(search_text(self.text), autoescape=True)
        if self.active is not None:
            yield catalog_item.c.active == int(self.active)
        if self.changed_since is not None:
            yield catalog_item.c.change_time >= to_micros(self.changed_since)
        if self.stock_below is not None:
            yield _on_hand(dialect, self.warehouse) < float(self.stock_below)


def _on_hand(dialect: str, warehouse: str) -> sa.ColumnElement[Any]:
    """Quantity by the stored JSON; null for an item that keeps no stock."""
    if dialect == "postgresql":
        stock = sa.func.jsonb_each_text(sa.cast(catalog_item.c.body, postgresql.JSONB)["stock"])
    else:
        stock = sa.func.json_each(catalog_item.c.body, "$.stock")
    rows = stock.table_valued("key", "value")
    quantity = sa.cast(rows.c.value, sa.Double)
    counted = sa.case((rows.c.key == warehouse, quantity), else_=0.0) if warehouse else quantity
    return sa.select(sa.func.sum(counted)).select_from(rows).scalar_subquery()


def list_items(
    connection: sa.Connection, account: str, wanted: ItemFilter, *, after: str, limit: int
) -> Sequence[StoredItem]:
    """Items by the ERP's id."""
    rows = connection.execute(
        sa.select(*_STORED)
        .where(
            catalog_item.c.account == account,
            catalog_item.c.item_id > after,
            *wanted.conditions(connection.dialect.name),
        )
        .order_by(catalog_item.c.item_id)
        .limit(limit)
    )
    return [stored_item(row) for row in rows]


def search_text(text: str) -> str:
    """The form in which texts are searched."""
    return text.casefold()


def stored_item(row: Any) -> StoredItem:
    """Of a row with the columns of an item."""
    return StoredItem(
        item=from_json(Item, row.body),
        version=row.version,
        sync_time=from_micros(row.sync_time),
        change_time=from_micros(row.change_time),
    )
