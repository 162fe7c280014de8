"""Orders: submitted, judged and, where a verdict says so, begun to be invoiced, in one commit."""

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import sqlalchemy as sa

from erpgate.domain.eligibility import Outcome
from erpgate.domain.order import Order
from erpgate.plugin.model import Stage
from erpgate.plugin.reasons import Reason
from erpgate.store import schema
from erpgate.store.channels import channels_of
from erpgate.store.codecs import from_json, from_micros, to_json, to_micros
from erpgate.store.invoices import (
    begin_invoices,
    issue_task,
    live_invoices,
    new_invoice,
    save,
    taken_keys,
    withdraw,
)
from erpgate.store.point import PointQuery
from erpgate.store.records import ChannelRecord, InvoiceRecord, InvoiceState, OrderRecord, VerdictRecord
from erpgate.store.tasks import wake
from erpgate.store.verdicts import put_verdicts, verdicts_of
from erpgate.store.writes import Write

_order = schema.sales_order
_Key = tuple[str, str]

_GET = PointQuery(
    sa.select(_order).where(
        _order.c.merchant == sa.bindparam("merchant"), _order.c.order_id == sa.bindparam("order_id")
    )
)

Judge = Callable[[Order, Sequence[ChannelRecord], InvoiceRecord | None], Sequence[VerdictRecord]]
"""Judges an order for each channel, given its live invoice."""

StageOf = Callable[[ChannelRecord], Stage]
"""How far a channel's automatic invoices go."""


def get_order(connection: sa.Connection, merchant: str, order_id: str) -> OrderRecord | None:
    """One order with its verdicts."""
    row = _GET.one_or_none(connection, {"merchant": merchant, "order_id": order_id})
    if row is None:
        return None
    return _record(row, verdicts_of(connection, merchant, [order_id]).get(order_id, ()))


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
    return [_record(row, verdicts.get(row.order_id, ())) for row in rows]


@dataclass(frozen=True, kw_only=True, slots=True)
class Submitted:
    """What came of a submit.

    Attributes:
        record: As stored.
        account: The lane that got work; empty when none did.
    """

    record: OrderRecord
    account: str = ""


@dataclass(frozen=True)
class SubmitOrder(Write[Submitted]):
    """Stores an order or a change of it, judges it, and begins or withdraws its invoice.

    The same content again, or an older one by its source's clock, changes nothing, unless it shall be judged `again`
    because the channel's rules have changed.
    """

    order: Order
    judge: Judge
    stage_of: StageOf
    now: dt.datetime
    again: bool = False

    @property
    def key(self) -> _Key:
        """Merchant and order id."""
        return self.order.merchant, self.order.order_id

    @classmethod
    def apply_all(cls, connection: sa.Connection, writes: Sequence[Self]) -> Sequence[Submitted | Exception]:
        """Applies them in sets in which no order comes twice."""
        answers: dict[int, Submitted] = {}
        left = list(enumerate(writes))
        while left:
            turn: dict[_Key, tuple[int, Self]] = {}
            later = []
            for place, write in left:
                if write.key in turn:
                    later.append((place, write))
                else:
                    turn[write.key] = (place, write)
            batch = _Batch(connection, [write for _, write in turn.values()])
            answers |= zip([place for place, _ in turn.values()], batch.run(), strict=True)
            left = later
        return [answers[place] for place in range(len(writes))]


class _Batch:
    """Distinct orders in one commit: read together, judged one by one, written together."""

    def __init__(self, connection: sa.Connection, submits: Sequence[SubmitOrder]) -> None:
        self._connection = connection
        self._submits = submits
        keys = [submit.key for submit in submits]
        self._stored = {
            (row.merchant, row.order_id): row
            for row in connection.execute(
                sa.select(_order).where(sa.tuple_(_order.c.merchant, _order.c.order_id).in_(keys))
            )
        }
        self._live = live_invoices(connection, self._stored) if self._stored else {}
        self._channels = channels_of(connection, sorted({merchant for merchant, _ in keys}))
        self._woken: dict[_Key, str] = {}

    def run(self) -> Sequence[Submitted]:
        bodies = [to_json(Order, submit.order) for submit in self._submits]
        changed: list[OrderRecord] = []
        answers: list[OrderRecord] = []
        new_rows: list[dict[str, object]] = []
        for submit, body in zip(self._submits, bodies, strict=True):
            row = self._stored.get(submit.key)
            if submit.again and row is not None:  # whoever judges again may have read the order before its last change
                submit, body = replace(submit, order=from_json(Order, row.body)), row.body
            digest = hashlib.sha256(body.encode()).hexdigest()
            if row is not None and not submit.again and (stored := self._unchanged(row, digest, submit)) is not None:
                answers.append(stored)
                continue
            record = self._judged(submit, row, digest)
            values = _row(record, body, digest)
            if row is None:
                new_rows.append(values)
            elif row.digest != digest:
                self._replace(row, values)
            changed.append(record)
            answers.append(record)
        if new_rows:
            self._connection.execute(sa.insert(_order), new_rows)
        begun = self._begin(changed)
        self._put_verdicts(begun)
        by_key = {(record.order.merchant, record.order_id): record for record in begun}
        return [
            Submitted(record=by_key.get(submit.key, answer), account=self._woken.get(submit.key, ""))
            for submit, answer in zip(self._submits, answers, strict=True)
        ]

    def _unchanged(self, row: sa.Row[Any], digest: str, submit: SubmitOrder) -> OrderRecord | None:
        """The stored order, if the submit brings nothing new: no newer content, and no channel that has not judged."""
        if not _is_old(row, digest, submit.order):
            return None
        verdicts = verdicts_of(self._connection, row.merchant, [row.order_id]).get(row.order_id, ())
        judged = {verdict.channel for verdict in verdicts}
        if row.digest == digest and any(c.channel not in judged for c in self._channels[row.merchant]):
            return None
        return _record(row, verdicts)

    def _judged(self, submit: SubmitOrder, row: sa.Row[Any] | None, digest: str) -> OrderRecord:
        live = self._live.get(submit.key)
        channels = self._channels[submit.order.merchant]
        return OrderRecord(
            order=submit.order,
            order_id=submit.order.order_id,
            revision=1 if row is None else row.revision + (row.digest != digest),
            verdicts=tuple(submit.judge(submit.order, channels, live)),
            create_time=submit.now if row is None else from_micros(row.create_time),
            update_time=submit.now,
        )

    def _replace(self, row: sa.Row[Any], values: dict[str, object]) -> None:
        self._connection.execute(
            sa.insert(schema.order_revision),
            {
                "merchant": row.merchant,
                "order_id": row.order_id,
                "revision": row.revision,
                "body": row.body,
                "create_time": row.update_time,
            },
        )
        self._connection.execute(
            sa.update(_order).where(_order.c.merchant == row.merchant, _order.c.order_id == row.order_id).values(values)
        )

    def _begin(self, records: Sequence[OrderRecord]) -> Sequence[OrderRecord]:
        """Begins invoices where a verdict asks for one, and settles live ones; gives the records with both noted."""
        wanted = {(record.order.merchant, record.order_id): self._channel_that_invoices(record) for record in records}
        keys = {
            (channel.account, record.order.sales_channel, record.order.external_id)
            for record in records
            if (channel := wanted[record.order.merchant, record.order_id]) is not None
        }
        taken = taken_keys(self._connection, keys) if keys else {}
        begun: list[tuple[Order, InvoiceRecord]] = []
        results = []
        for record, submit in zip(records, self._changed(records), strict=True):
            channel = wanted[record.order.merchant, record.order_id]
            live = self._live.get(submit.key)
            if live is not None and (settled := self._settle(record, live, channel, submit.now)) is not None:
                results.append(settled)
                continue
            if channel is None:
                results.append(record)
                continue
            holder = taken.get((channel.account, record.order.sales_channel, record.order.external_id))
            if holder is not None:
                results.append(_already_invoiced(record, channel.channel, holder))
                continue
            invoice = new_invoice(record.order, channel, submit.stage_of(channel), submit.now)
            begun.append((record.order, invoice))
            self._woken[submit.key] = invoice.account
            results.append(_with_invoice(record, channel.channel, invoice.invoice))
        if begun:
            begin_invoices(self._connection, begun, self._submits[0].now)
        return results

    def _changed(self, records: Sequence[OrderRecord]) -> list[SubmitOrder]:
        submits = {submit.key: submit for submit in self._submits}
        return [submits[record.order.merchant, record.order_id] for record in records]

    def _channel_that_invoices(self, record: OrderRecord) -> ChannelRecord | None:
        names = {verdict.channel for verdict in record.verdicts if verdict.outcome is Outcome.INVOICE}
        return next((c for c in self._channels[record.order.merchant] if c.channel in names), None)

    def _settle(
        self, record: OrderRecord, live: InvoiceRecord, channel: ChannelRecord | None, now: dt.datetime
    ) -> OrderRecord | None:
        """A live invoice meets a new revision: what was sent stays, what was not follows it; None if it gave way."""
        if live.frozen is not None:
            return record
        stays = channel is not None and channel.channel == live.channel
        if not stays and not live.requested:
            withdraw(self._connection, live, now)
            return None
        renewed = replace(
            live,
            state=InvoiceState.PENDING,
            failure=None,
            paid_total=record.order.total_paid,
            currency_code=record.order.currency_code,
            update_time=now,
        )
        save(self._connection, renewed)
        wake(self._connection, [issue_task(live, now)])
        self._woken[record.order.merchant, record.order_id] = live.account
        return _with_invoice(record, live.channel, live.invoice)

    def _put_verdicts(self, records: Sequence[OrderRecord]) -> None:
        merchants = {record.order.merchant for record in records}
        for merchant in sorted(merchants):
            put_verdicts(
                self._connection,
                merchant,
                {record.order_id: record.verdicts for record in records if record.order.merchant == merchant},
            )


def _with_invoice(record: OrderRecord, channel: str, invoice: str) -> OrderRecord:
    verdicts = (replace(v, invoice=invoice) if v.channel == channel else v for v in record.verdicts)
    return replace(record, verdicts=tuple(verdicts))


def _already_invoiced(record: OrderRecord, channel: str, holder: str) -> OrderRecord:
    verdicts = (
        replace(
            v,
            outcome=Outcome.SKIPPED,
            reason=Reason.ALREADY_INVOICED,
            message="The ERP's company has an invoice of this order.",
            details={"invoice": holder},
        )
        if v.channel == channel
        else v
        for v in record.verdicts
    )
    return replace(record, verdicts=tuple(verdicts))


def _is_old(row: sa.Row[Any], digest: str, order: Order) -> bool:
    return bool(row.digest == digest or row.source_update_time > _source_time(order))


def _source_time(order: Order) -> int:
    return to_micros(order.source_update_time) if order.source_update_time else to_micros(order.order_time)


def _row(record: OrderRecord, body: str, digest: str) -> dict[str, object]:
    return {
        "merchant": record.order.merchant,
        "order_id": record.order_id,
        "sales_channel": record.order.sales_channel,
        "body": body,
        "digest": digest,
        "source_update_time": _source_time(record.order),
        "revision": record.revision,
        "create_time": to_micros(record.create_time),
        "update_time": to_micros(record.update_time),
    }


def _record(row: sa.Row[Any], verdicts: Sequence[VerdictRecord]) -> OrderRecord:
    return OrderRecord(
        order=from_json(Order, row.body),
        order_id=row.order_id,
        revision=row.revision,
        verdicts=tuple(verdicts),
        create_time=from_micros(row.create_time),
        update_time=from_micros(row.update_time),
    )
