"""Verdicts: what each channel makes of each order, and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from erpgate.store.codecs import from_json, to_json
from erpgate.store.point import PointQuery
from erpgate.store.records import VerdictRecord
from erpgate.store.schema import verdict
from erpgate.store.upsert import insert
from erpgate.store.writes import Lease, Write

_OF_ORDERS = (
    sa.select(verdict.c.order_id, verdict.c.body)
    .where(
        verdict.c.merchant == sa.bindparam("merchant"),
        verdict.c.order_id.in_(sa.bindparam("order_ids", expanding=True)),
    )
    .order_by(verdict.c.order_id, verdict.c.channel)
)


_OF_ORDER = PointQuery(
    sa.select(verdict.c.order_id, verdict.c.body)
    .where(verdict.c.merchant == sa.bindparam("merchant"), verdict.c.order_id == sa.bindparam("order_id"))
    .order_by(verdict.c.channel)
)


def verdicts_of(
    connection: sa.Connection, merchant: str, order_ids: Iterable[str]
) -> dict[str, tuple[VerdictRecord, ...]]:
    """The verdicts of several orders, each by channel id."""
    wanted = list(order_ids)
    rows: Iterable[Any] = (
        _OF_ORDER.all(connection, {"merchant": merchant, "order_id": wanted[0]})
        if len(wanted) == 1
        else connection.execute(_OF_ORDERS, {"merchant": merchant, "order_ids": wanted})
    )
    found: dict[str, list[VerdictRecord]] = {}
    for order_id, body in rows:
        found.setdefault(order_id, []).append(from_json(VerdictRecord, body))
    return {order_id: tuple(entries) for order_id, entries in found.items()}


def put_verdicts(connection: sa.Connection, merchant: str, verdicts: Mapping[str, Sequence[VerdictRecord]]) -> None:
    """Stores verdicts of orders, over earlier ones of the same channels; part of a caller's write."""
    rows = [
        {
            "merchant": merchant,
            "order_id": order_id,
            "channel": entry.channel,
            "outcome": entry.outcome.value,
            "body": to_json(VerdictRecord, entry),
        }
        for order_id, entries in verdicts.items()
        for entry in entries
    ]
    if not rows:
        return
    adding = insert(connection, verdict)
    connection.execute(
        adding.on_conflict_do_update(
            index_elements=[verdict.c.merchant, verdict.c.order_id, verdict.c.channel],
            set_={"outcome": adding.excluded.outcome, "body": adding.excluded.body},
        ),
        rows,
    )


@dataclass(frozen=True)
class NoteVerdict(Write[None]):
    """Replaces a verdict, unless the order was judged again meanwhile."""

    merchant: str
    order_id: str
    before: VerdictRecord
    after: VerdictRecord
    lease: Lease

    def apply(self, connection: sa.Connection) -> None:
        """Stores it over the one that it was made from."""
        if self.before in verdicts_of(connection, self.merchant, [self.order_id]).get(self.order_id, ()):
            put_verdicts(connection, self.merchant, {self.order_id: (self.after,)})
