"""The change feed: what changed for a merchant, numbered in the order of the commits.

A number is taken from the merchant's row in `feed` just before the COMMIT and under its lock, so that whoever sees a
number sees every smaller one too: a reader needs nothing but the last number it has seen.
"""

import datetime as dt
import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import sqlalchemy as sa

from erpgate.store.bulk import BulkInsert, arrays_of, rows_by_arrays
from erpgate.store.codecs import from_micros, to_micros
from erpgate.store.notify import notify_changes
from erpgate.store.point import PointQuery
from erpgate.store.schema import change, event, feed
from erpgate.store.upsert import greatest, insert
from erpgate.store.writes import Write


class ChangeKind(enum.StrEnum):
    """What changed."""

    INVOICE = "invoice"
    PRODUCT = "product"


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One change of one resource.

    Attributes:
        merchant: Tenant.
        channel: Id of the channel.
        kind: Of the resource.
        subject: Id of the resource in its channel.
        version: That the resource has since.
        time: When it changed.
        number: Position in the merchant's feed; 0 until it is committed.
    """

    merchant: str
    channel: str
    kind: ChangeKind
    subject: str
    version: int
    time: dt.datetime
    number: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Announcement:
    """One event for those who listen.

    Attributes:
        listeners: Names of the plugins.
        merchant: Tenant.
        channel: Id of the channel.
        kind: Of the event.
        body: The event as JSON.
        time: When it happened.
    """

    listeners: Sequence[str]
    merchant: str
    channel: str
    kind: str
    body: str
    time: dt.datetime


EVENTS = "*"
"""What a bell is rung by, beside merchants, when there are events."""


@dataclass(slots=True)
class _Noted:
    """What the transaction in progress adds to feeds, up to where it cuts them, and what it announces."""

    changes: list[Change] = field(default_factory=list)
    announcements: list[Announcement] = field(default_factory=list)
    horizons: dict[str, int] = field(default_factory=dict)


_NOTED = "erpgate_changes"
_HEAD: dict[str, sa.types.TypeEngine[Any]] = {
    "merchant": sa.Text(),
    "number": sa.BigInteger(),
    "expired": sa.BigInteger(),
}
_HEADS = rows_by_arrays(_HEAD)
_INSERT = BulkInsert(change)
_INSERT_EVENTS = BulkInsert(event)


def note_changes(connection: sa.Connection, changes: Iterable[Change]) -> None:
    """Puts changes into the feed; part of a caller's write."""
    _noted(connection).changes.extend(changes)


def note_announcement(connection: sa.Connection, announcement: Announcement) -> None:
    """Stores an event with the next number of its merchant's feed; part of a caller's write."""
    _noted(connection).announcements.append(announcement)


def forget_changes(connection: sa.Connection) -> None:
    """Drops what was noted in a transaction that is rolled back."""
    connection.info.pop(_NOTED, None)


def number_changes(connection: sa.Connection) -> Sequence[str]:
    """Stores what was noted; the last thing before the COMMIT, because its locks are held until then.

    Returns:
        The merchants whose feeds have grown, and `EVENTS` if there are some.
    """
    noted: _Noted | None = connection.info.pop(_NOTED, None)
    if noted is None or not (noted.changes or noted.horizons or noted.announcements):
        return ()
    grown: dict[str, list[Change | Announcement]] = {}
    entries: tuple[Change | Announcement, ...] = (*noted.changes, *noted.announcements)
    for entry in entries:
        grown.setdefault(entry.merchant, []).append(entry)
    heads = _move_heads(connection, {merchant: len(own) for merchant, own in grown.items()}, noted.horizons)
    numbered = [
        (entry, number)
        for merchant, own in grown.items()
        for number, entry in enumerate(own, heads[merchant] - len(own) + 1)
    ]
    rows = [_row(entry, number) for entry, number in numbered if isinstance(entry, Change)]
    events = [row for entry, number in numbered if isinstance(entry, Announcement) for row in _events(entry, number)]
    if rows:
        _INSERT.run(connection, rows)
    if events:
        _INSERT_EVENTS.run(connection, events)
    rung = [*grown, EVENTS] if events else list(grown)
    notify_changes(connection, rung)
    return rung


def _noted(connection: sa.Connection) -> _Noted:
    noted: _Noted = connection.info.setdefault(_NOTED, _Noted())
    return noted


def _move_heads(connection: sa.Connection, counts: dict[str, int], horizons: dict[str, int]) -> dict[str, int]:
    """The new heads of the merchants' feeds, which every process locks in the same order."""
    rows = [
        {"merchant": merchant, "number": counts.get(merchant, 0), "expired": horizons.get(merchant, 0)}
        for merchant in sorted(counts | horizons)
    ]
    adding = insert(connection, feed)
    if connection.dialect.name == "postgresql":
        taking = _moving(adding.from_select(list(_HEAD), sa.select(_HEADS)))
        heads = connection.execute(taking.returning(feed.c.merchant, feed.c.number), arrays_of(tuple(_HEAD), rows))
    else:
        connection.execute(_moving(adding), rows)
        heads = connection.execute(sa.select(feed.c.merchant, feed.c.number).where(feed.c.merchant.in_(counts)))
    return {row.merchant: row.number for row in heads}


def _moving(adding: Any) -> Any:
    return adding.on_conflict_do_update(
        index_elements=[feed.c.merchant],
        set_={
            "number": feed.c.number + adding.excluded.number,
            "expired": greatest(feed.c.expired, adding.excluded.expired),
        },
    )


def _row(entry: Change, number: int) -> dict[str, object]:
    return {
        "merchant": entry.merchant,
        "kind": entry.kind.value,
        "number": number,
        "channel": entry.channel,
        "subject": entry.subject,
        "version": entry.version,
        "time": to_micros(entry.time),
    }


def _events(entry: Announcement, number: int) -> Iterable[dict[str, object]]:
    for name in entry.listeners:
        yield {
            "listener": name,
            "merchant": entry.merchant,
            "channel": entry.channel,
            "number": number,
            "kind": entry.kind,
            "body": entry.body,
            "time": to_micros(entry.time),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedPage:
    """What a reader has missed.

    Attributes:
        changes: The next ones, in order.
        position: Up to where the reader knows the feed by now.
        expired: Whether changes after the reader's position may be gone: it must read everything anew.
    """

    changes: tuple[Change, ...]
    position: int
    expired: bool = False


_NEXT = (
    sa.select(change.c.number, change.c.subject, change.c.version, change.c.time)
    .where(
        *(change.c[name] == sa.bindparam(name) for name in ("merchant", "kind", "channel")),
        change.c.number > sa.bindparam("after"),
    )
    .order_by(change.c.number)
    .limit(sa.bindparam("limit"))
    .subquery("next")
)
_OF_MERCHANT = feed.c.merchant == sa.bindparam("merchant")
# One statement, so that the head, the horizon and the changes are of one snapshot.
_PAGE = PointQuery(
    sa.select(feed.c.number.label("head"), feed.c.expired, *_NEXT.c)
    .select_from(feed.outerjoin(_NEXT, sa.true()))
    .where(_OF_MERCHANT)
    .order_by(_NEXT.c.number)
)
_FEED = PointQuery(sa.select(feed.c.number, feed.c.expired).where(_OF_MERCHANT))


def feed_head(connection: sa.Connection, merchant: str) -> int:
    """Where the merchant's feed ends now."""
    row = _FEED.one_or_none(connection, {"merchant": merchant})
    return 0 if row is None else int(row.number)


def next_changes(
    connection: sa.Connection, merchant: str, channel: str, kind: ChangeKind, *, after: int, limit: int
) -> FeedPage:
    """The changes of one kind in one channel that follow a position."""
    key = {"merchant": merchant, "channel": channel, "kind": kind.value}
    rows = _PAGE.all(connection, key | {"after": after, "limit": limit})
    head, horizon = (rows[0].head, rows[0].expired) if rows else (0, 0)
    # A position beyond the head is one of a newer database than this one, which was restored.
    if not horizon <= after <= head:
        return FeedPage(changes=(), position=head, expired=True)
    changes = tuple(
        Change(
            merchant=merchant,
            channel=channel,
            kind=kind,
            subject=row.subject,
            version=row.version,
            time=from_micros(row.time),
            number=row.number,
        )
        for row in rows
        if row.number is not None
    )
    return FeedPage(changes=changes, position=changes[-1].number if len(changes) == limit else head)


def merchants_with_feeds(connection: sa.Connection, *, after: str, limit: int) -> Sequence[str]:
    """Merchants by id."""
    asked = sa.select(feed.c.merchant).where(feed.c.merchant > after).order_by(feed.c.merchant).limit(limit)
    return connection.execute(asked).scalars().all()


_FIRST_YOUNG = PointQuery(
    sa.select(change.c.number)
    .where(
        change.c.merchant == sa.bindparam("merchant"),
        change.c.kind == sa.bindparam("kind"),
        change.c.time >= sa.bindparam("since"),
    )
    .order_by(change.c.number)
    .limit(1)
)


def cut_of(connection: sa.Connection, merchant: str, since: dt.datetime) -> tuple[int, int]:
    """Up to which number a merchant's feed is cut, and up to which it may be, if only changes since then are kept."""
    known = _FEED.one_or_none(connection, {"merchant": merchant})
    if known is None:
        return 0, 0
    key = {"merchant": merchant, "since": to_micros(since)}
    young = (_FIRST_YOUNG.one_or_none(connection, key | {"kind": kind.value}) for kind in ChangeKind)
    return known.expired, min((row.number - 1 for row in young if row is not None), default=known.number)


@dataclass(frozen=True)
class CutFeed(Write[None]):
    """Deletes a merchant's changes up to a number; older cursors are expired from now on."""

    merchant: str
    number: int

    @classmethod
    def apply_all(cls, connection: sa.Connection, writes: Sequence[Self]) -> Sequence[None]:
        """Deletes them."""
        for write in writes:
            old = sa.and_(
                change.c.merchant == write.merchant,
                change.c.kind.in_([kind.value for kind in ChangeKind]),
                change.c.number <= write.number,
            )
            connection.execute(sa.delete(change).where(old))
            _noted(connection).horizons[write.merchant] = write.number
        return [None] * len(writes)
