"""Orders as they are stored, with what the merchant's channels make of them."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from erpgate.domain.eligibility import Outcome
from erpgate.domain.order import Order
from erpgate.store import schema
from erpgate.store.codecs import from_json, from_micros, to_micros
from erpgate.store.point import PointQuery
from erpgate.store.records import OrderRecord, VerdictRecord
from erpgate.store.verdicts import verdicts_of

_order = schema.sales_order

_GET = PointQuery(
    sa.select(_order).where(
        _order.c.merchant == sa.bindparam("merchant"), _order.c.order_id == sa.bindparam("order_id")
    )
)


def get_order(connection: sa.Connection, merchant: str, order_id: str) -> OrderRecord | None:
    """One order with its verdicts."""
    row = _GET.one_or_none(connection, {"merchant": merchant, "order_id": order_id})
    if row is None:
        return None
    return order_record(row, verdicts_of(connection, merchant, [order_id]).get(order_id, ()))


def list_orders(
    connection: sa.Connection,
    merchant: str,
    *,
    after: str,
    limit: int,
    outcome: Outcome | None,
    sales_channel: str,
) -> Sequence[OrderRecord]:
    """A merchant's orders by id."""
    where = [_order.c.merchant == merchant, _order.c.order_id > after]
    if sales_channel:
        where.append(_order.c.sales_channel == sales_channel)
    if outcome is not None:
        judged = schema.verdict
        where.append(
            _order.c.order_id.in_(
                sa.select(judged.c.order_id).where(judged.c.merchant == merchant, judged.c.outcome == outcome.value)
            )
        )
    rows = list(connection.execute(sa.select(_order).where(*where).order_by(_order.c.order_id).limit(limit)))
    verdicts = verdicts_of(connection, merchant, [row.order_id for row in rows])
    return [order_record(row, verdicts.get(row.order_id, ())) for row in rows]


def source_time(order: Order) -> int:
    """When its sales channel last changed it, in microseconds since 1970."""
    return to_micros(order.source_update_time) if order.source_update_time else to_micros(order.order_time)


def order_row(record: OrderRecord, body: str, digest: str) -> dict[str, object]:
    """The row of an order."""
    return {
        "merchant": record.order.merchant,
        "order_id": record.order_id,
        "sales_channel": record.order.sales_channel,
        "basket": record.order.basket.id if record.order.basket is not None else "",
        "body": body,
        "digest": digest,
        "source_update_time": source_time(record.order),
        "revision": record.revision,
        "create_time": to_micros(record.create_time),
        "update_time": to_micros(record.update_time),
    }


def order_record(row: sa.Row[Any], verdicts: Sequence[VerdictRecord] = ()) -> OrderRecord:
    """The order of a row."""
    return OrderRecord(
        order=from_json(Order, row.body),
        order_id=row.order_id,
        revision=row.revision,
        verdicts=tuple(verdicts),
        create_time=from_micros(row.create_time),
        update_time=from_micros(row.update_time),
    )
