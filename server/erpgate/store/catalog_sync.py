"""How a catalogue is read: a page per commit, and nothing is gone before it is proved."""

import datetime as dt
import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from erpgate.plugin.model import Item
from erpgate.store.catalog import search_text
from erpgate.store.changes import Change, ChangeKind, note_changes
from erpgate.store.codecs import from_json, from_micros, to_json, to_micros
from erpgate.store.point import PointQuery
from erpgate.store.schema import catalog_item, catalog_sync
from erpgate.store.tasks import Task, wake
from erpgate.store.upsert import insert
from erpgate.store.writes import Lease, Write


class SyncState(enum.StrEnum):
    """Where a reading is."""

    DONE = "done"
    READING = "reading"
    CHECKING = "checking"
    """Every page was read; what was not on them is asked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CatalogSync:
    """How far a catalogue has been read.

    Attributes:
        state: Whether a reading is in progress.
        generation: Counts full readings, from 1.
        cursor: Where the reading in progress stands.
        request_time: When somebody asked for one last.
        start_time: When the last reading began; None before the first.
        complete_time: When the last full reading ended; None before the first.
        refresh_time: Up to when changes that the ERP lists were read; None before any reading.
        pages: Of the last reading so far.
        items: Of the last reading so far.
        total: Items that it will have; None if the ERP does not tell.
        calls: To the ERP so far.
    """

    state: SyncState = SyncState.DONE
    generation: int = 1
    cursor: str = ""
    request_time: dt.datetime | None = None
    start_time: dt.datetime | None = None
    complete_time: dt.datetime | None = None
    refresh_time: dt.datetime | None = None
    pages: int = 0
    items: int = 0
    total: int | None = None
    calls: int = 0

    @property
    def requested(self) -> bool:
        """Whether somebody waits for a reading that has not begun."""
        return self.request_time is not None and (self.start_time is None or self.request_time > self.start_time)


_SYNC = PointQuery(sa.select(catalog_sync).where(catalog_sync.c.account == sa.bindparam("account")))
_TIMES = ("request_time", "start_time", "complete_time", "refresh_time")
_NO_SYNC: Mapping[str, object] = {
    "state": SyncState.DONE.value,
    "generation": 1,
    "cursor": "",
    **dict.fromkeys(_TIMES, 0),
    "pages": 0,
    "items": 0,
    "total": None,
    "calls": 0,
}


def get_sync(connection: sa.Connection, account: str) -> CatalogSync:
    """How far the account's catalogue has been read."""
    row = _SYNC.one_or_none(connection, {"account": account})
    if row is None:
        return CatalogSync()
    times = {name: from_micros(time) if (time := getattr(row, name)) else None for name in _TIMES}
    return CatalogSync(
        state=SyncState(row.state),
        generation=row.generation,
        cursor=row.cursor,
        pages=row.pages,
        items=row.items,
        total=row.total,
        calls=row.calls,
        **times,
    )


@dataclass(frozen=True)
class RequestSync(Write[None]):
    """Asks for a full reading."""

    task: Task
    now: dt.datetime

    def apply(self, connection: sa.Connection) -> None:
        """Notes it and wakes the task."""
        _set(connection, self.task.account, request_time=to_micros(self.now))
        wake(connection, [self.task])


@dataclass(frozen=True)
class MoveSync(Write[None]):
    """Notes where the reading stands.

    Args:
        sync: As it is now; when somebody asked for a reading stays as it is stored.
    """

    sync: CatalogSync
    lease: Lease

    def apply(self, connection: sa.Connection) -> None:
        """Replaces what is known."""
        sync = self.sync
        times = {name: time and to_micros(time) for name in _TIMES[1:] if (time := getattr(sync, name))}
        _set(
            connection,
            self.lease.account,
            state=sync.state.value,
            generation=sync.generation,
            cursor=sync.cursor,
            pages=sync.pages,
            items=sync.items,
            total=sync.total,
            calls=sync.calls,
            **times,
        )


def _set(connection: sa.Connection, account: str, **values: Any) -> None:
    moving = insert(connection, catalog_sync)
    connection.execute(
        moving.on_conflict_do_update(index_elements=[catalog_sync.c.account], set_=values),
        {**_NO_SYNC, **values, "account": account},
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Feed:
    """Whose watchers are told of changes."""

    merchant: str
    channel: str

    def change(self, item_id: str, version: int, now: dt.datetime) -> Change:
        """Of one item."""
        return Change(
            merchant=self.merchant,
            channel=self.channel,
            kind=ChangeKind.PRODUCT,
            subject=item_id,
            version=version,
            time=now,
        )


@dataclass(frozen=True)
class StoreItems(Write[None]):
    """Stores items as the ERP gave them; watchers are told of those that differ from what is known.

    Args:
        items: What the ERP gave.
        generation: Of the reading.
        now: When it was read.
        feed: Of the channel.
    """

    items: tuple[Item, ...]
    generation: int
    now: dt.datetime
    feed: Feed
    lease: Lease

    def apply(self, connection: sa.Connection) -> None:
        """Adds and replaces what changed, and notes of the rest that it was seen."""
        if not self.items:
            return
        ids = list({item.id for item in self.items})
        known = {row.item_id: row for row in connection.execute(_KNOWN, self._at(ids=ids))}
        items = {item.id: _with_parent(item, known.get(item.id)) for item in self.items}
        bodies = {item_id: to_json(Item, item) for item_id, item in items.items()}
        changed = [i for i, body in bodies.items() if i not in known or known[i].body != body]
        same = [item_id for item_id in items if item_id not in changed]
        if same:
            connection.execute(_SEEN, self._at(ids=same, generation=self.generation, sync_time=to_micros(self.now)))
        if not changed:
            return
        rows = [self._row(items[i], bodies[i], known[i].version + 1 if i in known else 1) for i in changed]
        adding = insert(connection, catalog_item)
        connection.execute(
            adding.on_conflict_do_update(
                index_elements=[catalog_item.c.account, catalog_item.c.item_id],
                set_={name: adding.excluded[name] for name in rows[0] if name not in ("account", "item_id")},
            ),
            rows,
        )
        note_changes(connection, (self.feed.change(r["item_id"], r["version"], self.now) for r in rows))

    def _at(self, **values: object) -> dict[str, object]:
        return {"at_account": self.lease.account, **{f"at_{name}": value for name, value in values.items()}}

    def _row(self, item: Item, body: str, version: int) -> dict[str, Any]:
        return {
            "account": self.lease.account,
            "item_id": str(item.id),
            "reference": item.reference and item.reference.strip(),
            "barcode": item.barcode and item.barcode.strip(),
            "search": search_text("\n".join(filter(None, (item.name, item.reference, item.barcode)))),
            "active": int(item.active),
            "body": body,
            "version": version,
            "generation": self.generation,
            "sync_time": to_micros(self.now),
            "change_time": to_micros(self.now),
        }


def _with_parent(item: Item, known: Any) -> Item:
    """A variant that was read on its own may not tell its parent; what is known of that stays."""
    if item.kind != "variant" or item.parent is not None or known is None:
        return item
    return replace(item, parent=from_json(Item, known.body).parent)


_AMONG = sa.and_(
    catalog_item.c.account == sa.bindparam("at_account"),
    catalog_item.c.item_id.in_(sa.bindparam("at_ids", expanding=True)),
)
_KNOWN = sa.select(catalog_item.c.item_id, catalog_item.c.version, catalog_item.c.body).where(_AMONG)
_SEEN = (
    sa.update(catalog_item)
    .where(_AMONG)
    .values(generation=sa.bindparam("at_generation"), sync_time=sa.bindparam("at_sync_time"))
)


def unseen_items(connection: sa.Connection, account: str, generation: int, limit: int) -> Sequence[str]:
    """Ids of items that no reading since this generation has seen."""
    unseen = sa.and_(catalog_item.c.account == account, catalog_item.c.generation < generation)
    return connection.execute(sa.select(catalog_item.c.item_id).where(unseen).limit(limit)).scalars().all()


@dataclass(frozen=True)
class RemoveItems(Write[None]):
    """Forgets items of which it is proved that the ERP has them no more."""

    ids: tuple[str, ...]
    now: dt.datetime
    feed: Feed
    lease: Lease

    def apply(self, connection: sa.Connection) -> None:
        """Deletes them and tells watchers."""
        among = {"at_account": self.lease.account, "at_ids": list(self.ids)}
        rows = connection.execute(_KNOWN, among).all()
        connection.execute(sa.delete(catalog_item).where(_AMONG), among)
        note_changes(connection, (self.feed.change(row.item_id, row.version + 1, self.now) for row in rows))
