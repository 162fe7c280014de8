"""Orders: submitted, judged and, where a verdict says so, begun to be invoiced, in one commit."""

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import sqlalchemy as sa

from erpgate.domain.eligibility import Outcome
from erpgate.domain.order import Order
from erpgate.plugin.reasons import Reason
from erpgate.store import schema
from erpgate.store.baskets import BasketKey, already_invoiced, basket_of, lock_baskets, settle_basket, with_invoice
from erpgate.store.bulk import BulkSelect
from erpgate.store.caps import Caps, capped
from erpgate.store.channels import channels_of
from erpgate.store.codecs import from_json, from_micros, to_json
from erpgate.store.errors import Conflict
from erpgate.store.invoices import (
    begin_invoices,
    issue_task,
    live_invoices,
    new_invoice,
    save,
    taken_keys,
    withdraw,
)
from erpgate.store.judge import Judge, StageOf
from erpgate.store.orders import order_record, order_row, source_time
from erpgate.store.records import ChannelRecord, InvoiceRecord, InvoiceState, OrderRecord
from erpgate.store.sales_channels import note_seen
from erpgate.store.sold import post_sales
from erpgate.store.tasks import Task, wake
from erpgate.store.verdicts import put_verdicts, verdicts_of
from erpgate.store.writes import Write

JUDGE_AGAIN = "judge_again"
"""Kind of the task that judges a merchant's waiting orders again."""

SHADOW_ORDER = "shadow_order"
"""Kind of the task that computes what shadow mode does not send."""

_order = schema.sales_order
_Key = tuple[str, str]

_STORED = BulkSelect(
    {"merchant": sa.Text(), "order_id": sa.Text()},
    lambda at: sa.select(_order).where(_order.c.merchant == at("merchant"), _order.c.order_id == at("order_id")),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Submitted:
    """What came of a submit.

    Attributes:
        record: As stored.
        account: The lane that got work; empty when none did.
        next_time: When an order beyond the hourly cap can be judged again; None for others.
    """

    record: OrderRecord
    account: str = ""
    next_time: dt.datetime | None = None


_SENT = (Reason.ALREADY_INVOICED, Reason.CREDIT_NOTE_SUGGESTED)


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
        answers: dict[int, Submitted | Exception] = {}
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
        self._stored = {(row.merchant, row.order_id): row for row in _STORED.all(connection, keys)}
        self._live = live_invoices(connection, self._stored) if self._stored else {}
        self._kept: dict[tuple[str, str], InvoiceRecord] = {}
        self._channels = channels_of(connection, sorted({merchant for merchant, _ in keys}))
        self._woken: dict[_Key, str] = {}
        self._baskets: dict[BasketKey, SubmitOrder] = {}
        self._caps = Caps(connection, submits[0].now)

    def run(self) -> Sequence[Submitted | Exception]:
        lock_baskets(self._connection, filter(None, (basket_of(submit.order) for submit in self._submits)))
        changed: list[OrderRecord] = []
        answers: list[OrderRecord | Exception] = []
        new_rows: list[dict[str, object]] = []
        for given in self._submits:
            row = self._stored.get(given.key)
            submit, body = _as_it_counts(given, row)
            digest = hashlib.sha256(body.encode()).hexdigest()
            if row is not None and not submit.again and (stored := self._unchanged(row, digest, submit)) is not None:
                answers.append(stored)
                continue
            basket = basket_of(submit.order)
            if row is not None and row.basket and basket is not None and basket[2] != row.basket:
                answers.append(Conflict("basket", row.basket))
                continue
            record = self._judged(submit, row, digest) if basket is None else _unjudged(submit, row, digest)
            values = order_row(record, body, digest)
            if row is None:
                new_rows.append(values)
            elif row.digest != digest:
                self._replace(row, values)
            if basket is None:
                changed.append(record)
            else:
                self._baskets[basket] = submit
            answers.append(record)
        if new_rows:
            self._connection.execute(sa.insert(_order), new_rows)
            seen = ((str(row["merchant"]), str(row["sales_channel"])) for row in new_rows)
            note_seen(self._connection, seen, self._submits[0].now)
        begun = self._begin(changed)
        self._put_verdicts(begun)
        settled = (*begun, *self._settled_baskets())
        self._post_sales(settled)
        by_key = {(record.order.merchant, record.order_id): record for record in settled}
        self._plan(by_key)
        return [
            answer if isinstance(answer, Exception) else self._answer(submit, by_key.get(submit.key, answer))
            for submit, answer in zip(self._submits, answers, strict=True)
        ]

    def _answer(self, submit: SubmitOrder, record: OrderRecord) -> Submitted:
        later = self._caps.later.values()
        waits = {v.channel for v in record.verdicts if v.reason is Reason.HOURLY_CAP_REACHED}
        next_time = min((time for channel, time in later if channel.channel in waits), default=None)
        return Submitted(record=record, account=self._woken.get(submit.key, ""), next_time=next_time)

    def _plan(self, records: Mapping[_Key, OrderRecord]) -> None:
        """Lets lanes compute what shadow mode holds back, and judge again what the hourly cap holds back."""
        now = self._submits[0].now
        tasks = [
            Task(
                account=channel.account,
                kind=SHADOW_ORDER,
                subject=f"merchants/{merchant}/orders/{order_id}",
                due_time=now,
            )
            for (merchant, order_id), record in records.items()
            for channel in self._channels[merchant]
            if any(v.channel == channel.channel and v.reason is Reason.SHADOW_MODE for v in record.verdicts)
        ]
        if not self._submits[0].again:  # whoever judges again comes back by itself
            tasks += [
                Task(account=account, kind=JUDGE_AGAIN, subject=channel.name, due_time=time)
                for account, (channel, time) in self._caps.later.items()
            ]
        wake(self._connection, tasks)

    def _settled_baskets(self) -> Iterator[OrderRecord]:
        """The orders of every basket that an order of the batch is part of."""
        for key, submit in self._baskets.items():
            channels = self._channels[key[0]]
            for record in settle_basket(self._connection, key, submit.judge, submit.stage_of, submit.now, self._caps):
                channel = next((c for c in channels if c.channel == _invoicing(record)), None)
                if channel is not None:
                    self._woken[record.order.merchant, record.order_id] = channel.account
                yield record

    def _unchanged(self, row: sa.Row[Any], digest: str, submit: SubmitOrder) -> OrderRecord | None:
        """The stored order, if the submit brings nothing new: no newer content, and no channel that has not judged."""
        if not _is_old(row, digest, submit.order):
            return None
        verdicts = verdicts_of(self._connection, row.merchant, [row.order_id]).get(row.order_id, ())
        judged = {verdict.channel for verdict in verdicts}
        if row.digest == digest and any(c.channel not in judged for c in self._channels[row.merchant]):
            return None
        return order_record(row, verdicts)

    def _judged(self, submit: SubmitOrder, row: sa.Row[Any] | None, digest: str) -> OrderRecord:
        verdicts = submit.judge(submit.order, self._channels[submit.order.merchant], self._live.get(submit.key))
        return replace(_unjudged(submit, row, digest), verdicts=tuple(verdicts))

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
        begun: list[tuple[Sequence[Order], InvoiceRecord]] = []
        results = []
        for record, submit in zip(records, self._changed(records), strict=True):
            channel = wanted[record.order.merchant, record.order_id]
            live = self._live.get(submit.key)
            if live is not None and (settled := self._settle(record, live, channel, submit.now)) is not None:
                self._kept[submit.key] = live
                results.append(settled)
                continue
            if channel is None:
                results.append(record)
                continue
            holder = taken.get((channel.account, record.order.sales_channel, record.order.external_id))
            if holder is not None:
                results.append(already_invoiced(record, channel.channel, holder))
                continue
            next_time = self._caps.admit(channel)
            if next_time is not None:
                results.append(capped(record, channel, next_time))
                continue
            invoice = new_invoice([record.order], channel, submit.stage_of(channel), submit.now)
            begun.append(([record.order], invoice))
            self._woken[submit.key] = invoice.account
            results.append(with_invoice(record, channel.channel, invoice.invoice))
        if begun:
            begin_invoices(self._connection, begun, self._submits[0].now)
        return results

    def _changed(self, records: Sequence[OrderRecord]) -> list[SubmitOrder]:
        submits = {submit.key: submit for submit in self._submits}
        return [submits[record.order.merchant, record.order_id] for record in records]

    def _channel_that_invoices(self, record: OrderRecord) -> ChannelRecord | None:
        invoicing = _invoicing(record)
        return next((c for c in self._channels[record.order.merchant] if c.channel == invoicing), None)

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
        return with_invoice(record, live.channel, live.invoice)

    def _post_sales(self, records: Sequence[OrderRecord]) -> None:
        """Notes what was sold for whoever asks for stock, unless no channel invoices it; what was sent stays noted."""
        records = [r for r in records if not any(v.reason in _SENT for v in r.verdicts)]
        sold = [r.order for r in records if any(v.outcome is not Outcome.SKIPPED for v in r.verdicts)]
        new = {submit.key for submit in self._submits} - self._stored.keys()
        known = [r.order for r in records if (r.order.merchant, r.order_id) not in new]
        post_sales(self._connection, sold, known=known, invoices=self._kept)

    def _put_verdicts(self, records: Sequence[OrderRecord]) -> None:
        merchants = {record.order.merchant for record in records}
        for merchant in sorted(merchants):
            put_verdicts(
                self._connection,
                merchant,
                {record.order_id: record.verdicts for record in records if record.order.merchant == merchant},
            )


def _as_it_counts(submit: SubmitOrder, row: sa.Row[Any] | None) -> tuple[SubmitOrder, str]:
    """A submit and its order's JSON: an order that was in a basket stays in it, also where that is not repeated."""
    if row is not None and submit.again:  # whoever judges again may have read the order before its last change
        return replace(submit, order=from_json(Order, row.body)), row.body
    if row is not None and row.basket and submit.order.basket is None:
        submit = replace(submit, order=replace(submit.order, basket=from_json(Order, row.body).basket))
    return submit, to_json(Order, submit.order)


def _invoicing(record: OrderRecord) -> str:
    """The channel whose verdict says that it invoices the order; empty where none does."""
    return next((verdict.channel for verdict in record.verdicts if verdict.outcome is Outcome.INVOICE), "")


def _unjudged(submit: SubmitOrder, row: sa.Row[Any] | None, digest: str) -> OrderRecord:
    return OrderRecord(
        order=submit.order,
        order_id=submit.order.order_id,
        revision=1 if row is None else row.revision + (row.digest != digest),
        create_time=submit.now if row is None else from_micros(row.create_time),
        update_time=submit.now,
    )


def _is_old(row: sa.Row[Any], digest: str, order: Order) -> bool:
    return bool(row.digest == digest or row.source_update_time > source_time(order))
