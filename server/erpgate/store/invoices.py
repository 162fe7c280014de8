"""Invoices and their business keys."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from operator import attrgetter
from typing import Any, Self

import sqlalchemy as sa
import ulid

from erpgate.domain.order import Order
from erpgate.domain.reference import basket_reference, document_reference
from erpgate.domain.sale import Sale
from erpgate.plugin.model import Document, Stage
from erpgate.store import schema
from erpgate.store.announce import announce_invoice
from erpgate.store.attempts import attempts_of_each
from erpgate.store.bulk import BulkSelect
from erpgate.store.changes import Change, ChangeKind, note_changes
from erpgate.store.codecs import from_json, from_micros, to_json, to_micros
from erpgate.store.errors import Conflict
from erpgate.store.failure import Failure
from erpgate.store.later import NOTHING_LATER, Later
from erpgate.store.reads import Read
from erpgate.store.records import (
    AttemptRecord,
    ChannelRecord,
    FiscalState,
    Frozen,
    InvoiceRecord,
    InvoiceState,
    Overrides,
    PaymentState,
    VerdictRecord,
)
from erpgate.store.tasks import CompleteTask, Task, wake
from erpgate.store.verdicts import put_verdicts
from erpgate.store.writes import Lease, Write

_invoice = schema.invoice
_key = schema.invoice_order

# Statements of the busiest paths are built once: building one costs more than running it.
_SAVE = (
    sa.update(_invoice)
    .where(*(_invoice.c[name] == sa.bindparam(f"at_{name}") for name in ("merchant", "channel", "invoice", "version")))
    .values({column.name: sa.bindparam(column.name) for column in _invoice.c if column.name != "announced"})
    .values(announced=sa.func.coalesce(sa.bindparam("announced", type_=sa.Text), _invoice.c.announced))
)

_INVOICE_KEY = {"merchant": sa.Text(), "channel": sa.Text(), "invoice": sa.Text()}
_GET = BulkSelect(
    _INVOICE_KEY, lambda at: sa.select(_invoice).where(*(_invoice.c[name] == at(name) for name in _INVOICE_KEY))
)
_VERSIONS = BulkSelect(
    _INVOICE_KEY,
    lambda at: (
        sa.select(_invoice.c.merchant, _invoice.c.channel, _invoice.c.invoice, _invoice.c.version, _invoice.c.announced)
        .where(*(_invoice.c[name] == at(name) for name in _INVOICE_KEY))
        .order_by(_invoice.c.merchant, _invoice.c.channel, _invoice.c.invoice)
        .with_for_update(of=_invoice)
    ),
)
_LIVE = BulkSelect(
    {"merchant": sa.Text(), "order_id": sa.Text()},
    lambda at: (
        sa.select(_invoice, _key.c.order_id.label("member"))
        .join(_key, sa.and_(*(_key.c[name] == _invoice.c[name] for name in _INVOICE_KEY)))
        .where(_key.c.live == sa.literal_column("1"), _key.c.merchant == at("merchant"))
        .where(_key.c.order_id == at("order_id"))
    ),
)
_TAKEN = BulkSelect(
    {"account": sa.Text(), "sales_channel": sa.Text(), "external_id": sa.Text()},
    lambda at: sa.select(_key).where(
        *(_key.c[name] == at(name) for name in ("account", "sales_channel", "external_id"))
    ),
)

FIRST_ISSUE = 1
"""Issue number of the first document for an order."""

ISSUE_INVOICE = "issue_invoice"
"""Kind of the task that brings an invoice into the ERP."""


def get_invoice(connection: sa.Connection, merchant: str, channel: str, invoice: str) -> InvoiceRecord | None:
    """One invoice."""
    rows = _GET.all(connection, [(merchant, channel, invoice)])
    return invoice_record(rows[0]) if rows else None


@dataclass(frozen=True)
class InvoiceWithAttempts(Read[tuple[InvoiceRecord, Sequence[AttemptRecord]] | None]):
    """One invoice and everything that was tried for it."""

    merchant: str
    channel: str
    invoice: str

    @classmethod
    def answer_all(
        cls, connection: sa.Connection, reads: Sequence[Self]
    ) -> Sequence[tuple[InvoiceRecord, Sequence[AttemptRecord]] | None]:
        """Looks them up, each once."""
        keys = {(read.merchant, read.channel, read.invoice): None for read in reads}
        rows = _GET.all(connection, keys)
        records = {(row.merchant, row.channel, row.invoice): invoice_record(row) for row in rows}
        attempts = attempts_of_each(connection, [(record.account, record.name) for record in records.values()])
        found = {key: (record, attempts[record.account, record.name]) for key, record in records.items()}
        return [found.get((read.merchant, read.channel, read.invoice)) for read in reads]


def live_invoices(connection: sa.Connection, orders: Iterable[tuple[str, str]]) -> dict[tuple[str, str], InvoiceRecord]:
    """The live invoice of each (merchant, order id) that has one."""
    return {(row.merchant, row.member): invoice_record(row) for row in _LIVE.all(connection, orders)}


def new_invoice(
    orders: Sequence[Order],
    channel: ChannelRecord,
    stage: Stage,
    now: dt.datetime,
    overrides: Overrides | None = None,
    *,
    basket: str = "",
    issue_no: int = FIRST_ISSUE,
) -> InvoiceRecord:
    """A PENDING invoice of an order, or of the orders of a basket, with the reference of its business key."""
    sale = Sale(tuple(orders))
    first = orders[0]
    key = document_reference if not basket else basket_reference
    return InvoiceRecord(
        merchant=first.merchant,
        channel=channel.channel,
        invoice=str(ulid.ULID.from_datetime(now)),
        account=channel.account,
        order_id=first.order_id,
        basket=tuple(order.order_id for order in orders) if basket else (),
        reference=key(channel.account, first.sales_channel, basket or first.external_id, issue_no),
        issue_no=issue_no,
        overrides=overrides or Overrides(),
        stage=stage,
        paid_total=sale.total_paid,
        currency_code=sale.currency_code,
        create_time=now,
        update_time=now,
    )


def taken_keys(connection: sa.Connection, keys: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str, str], str]:
    """Which of these (account, sales channel, external id) were invoiced before, each with its last invoice's name."""
    return {
        (row.account, row.sales_channel, row.external_id): (
            f"merchants/{row.merchant}/channels/{row.channel}/invoices/{row.invoice}"
        )
        for row in sorted(_TAKEN.all(connection, keys), key=attrgetter("issue_no"))
    }


def retire(connection: sa.Connection, invoices: Iterable[InvoiceRecord]) -> None:
    """Lets others take the place of invoices whose documents do not stand any more; part of a caller's write.

    Their business keys stay taken: the next document has a higher issue number.
    """
    for invoice in invoices:
        own = sa.and_(_key.c.account == invoice.account, _key.c.invoice == invoice.invoice)
        connection.execute(sa.update(_key).where(own).values(live=0))


def is_reversed(connection: sa.Connection, key: tuple[str, str, str]) -> bool:
    """Whether the last document for an (account, sales channel, external id) does not stand any more."""
    row = connection.execute(
        sa.select(_invoice)
        .join(
            _key,
            sa.and_(
                _key.c.merchant == _invoice.c.merchant,
                _key.c.channel == _invoice.c.channel,
                _key.c.invoice == _invoice.c.invoice,
            ),
        )
        .where(_key.c.account == key[0], _key.c.sales_channel == key[1], _key.c.external_id == key[2])
        .order_by(_key.c.issue_no.desc())
        .limit(1)
    ).one_or_none()
    return row is not None and invoice_record(row).reversed


def next_issue(connection: sa.Connection, keys: Sequence[tuple[str, str, str]]) -> int:
    """Issue number of the next document for business keys: above every one that they have."""
    return max((row.issue_no for row in _TAKEN.all(connection, keys)), default=FIRST_ISSUE - 1) + 1


def begin_invoices(
    connection: sa.Connection, begun: Sequence[tuple[Sequence[Order], InvoiceRecord]], now: dt.datetime
) -> None:
    """Stores invoices with the business keys of their orders and wakes their lanes; part of a caller's write."""
    if not begun:
        return
    connection.execute(sa.insert(_invoice), [_row(invoice) for _, invoice in begun])
    connection.execute(sa.insert(_key), [_key_row(order, invoice) for orders, invoice in begun for order in orders])
    note_changes(connection, (_change(invoice) for _, invoice in begun))
    wake(connection, [issue_task(invoice, now) for _, invoice in begun])


def replace_orders(connection: sa.Connection, invoice: InvoiceRecord, orders: Sequence[Order]) -> None:
    """Gives an invoice of which nothing was sent the business keys of these orders; part of a caller's write."""
    connection.execute(sa.delete(_key).where(_key.c.account == invoice.account, _key.c.invoice == invoice.invoice))
    connection.execute(sa.insert(_key), [_key_row(order, invoice) for order in orders])


def _key_row(order: Order, invoice: InvoiceRecord) -> dict[str, object]:
    return {
        "account": invoice.account,
        "sales_channel": order.sales_channel,
        "external_id": order.external_id,
        "issue_no": invoice.issue_no,
        "merchant": order.merchant,
        "order_id": order.order_id,
        "channel": invoice.channel,
        "invoice": invoice.invoice,
        "live": 1,
    }


def issue_task(invoice: InvoiceRecord, now: dt.datetime) -> Task:
    """The task that brings an invoice into the ERP."""
    return Task(account=invoice.account, kind=ISSUE_INVOICE, subject=invoice.name, due_time=now)


def withdraw(connection: sa.Connection, invoice: InvoiceRecord, now: dt.datetime) -> None:
    """Gives up an invoice of which nothing was sent, and frees its business key; part of a caller's write."""
    save(connection, replace(invoice, state=InvoiceState.WITHDRAWN, failure=None, update_time=now))
    connection.execute(sa.delete(_key).where(_key.c.account == invoice.account, _key.c.invoice == invoice.invoice))


def save(connection: sa.Connection, invoice: InvoiceRecord) -> InvoiceRecord:
    """Replaces an invoice that is still at its version.

    Raises:
        Conflict: It was changed meanwhile.
    """
    stored = replace(invoice, version=invoice.version + 1)
    announced = announce_invoice(connection, stored, lambda _: _announced(connection, invoice))
    result = connection.execute(_SAVE, _at(invoice) | _row(stored) | {"announced": announced})
    if result.rowcount != 1:
        raise Conflict("version")
    note_changes(connection, [_change(stored)])
    return stored


def _announced(connection: sa.Connection, invoice: InvoiceRecord) -> str:
    for row in _VERSIONS.all(connection, [(invoice.merchant, invoice.channel, invoice.invoice)]):
        if row.version == invoice.version:
            return str(row.announced)
    raise Conflict("version")


@dataclass(frozen=True)
class SaveInvoice(Write[InvoiceRecord]):
    """Notes how far an invoice is, with the verdicts of its orders by order id.

    It ends the task when it is done, and wakes another one.
    """

    invoice: InvoiceRecord
    lease: Lease
    verdicts: Mapping[str, VerdictRecord] = field(default_factory=dict)
    ends: Task | None = None
    wakes: Task | None = None

    @classmethod
    def apply_all(cls, connection: sa.Connection, writes: Sequence[Self]) -> Sequence[InvoiceRecord | Exception]:
        """Raises the versions of those that were not changed meanwhile."""
        keys = [(write.invoice.merchant, write.invoice.channel, write.invoice.invoice) for write in writes]
        rows = {tuple(row[:3]): row for row in _VERSIONS.all(connection, dict.fromkeys(keys))}

        def announced(invoice: InvoiceRecord) -> str:
            return str(rows[invoice.merchant, invoice.channel, invoice.invoice].announced)

        current = [
            key in rows and write.invoice.version == rows[key].version for write, key in zip(writes, keys, strict=True)
        ]
        saved = [replace(write.invoice, version=write.invoice.version + 1) for write in writes]
        good = [
            (write, invoice) for write, invoice, is_current in zip(writes, saved, current, strict=True) if is_current
        ]
        if good:
            connection.execute(
                _SAVE,
                [
                    _at(write.invoice) | _row(invoice) | {"announced": announce_invoice(connection, invoice, announced)}
                    for write, invoice in good
                ],
            )
            note_changes(connection, (_change(invoice) for _, invoice in good))
        ends = [CompleteTask(write.ends, write.lease) for write, _ in good if write.ends is not None]
        if ends:
            CompleteTask.apply_all(connection, ends)
        wake(connection, [write.wakes for write, _ in good if write.wakes is not None])
        for write, invoice in good:
            put_verdicts(connection, invoice.merchant, {order_id: (v,) for order_id, v in write.verdicts.items()})
        return [
            invoice if is_current else Conflict("version") for invoice, is_current in zip(saved, current, strict=True)
        ]


def _change(invoice: InvoiceRecord) -> Change:
    return Change(
        merchant=invoice.merchant,
        channel=invoice.channel,
        kind=ChangeKind.INVOICE,
        subject=invoice.invoice,
        version=invoice.version,
        time=invoice.update_time,
    )


def _at(record: InvoiceRecord) -> dict[str, object]:
    return {f"at_{name}": getattr(record, name) for name in ("merchant", "channel", "invoice", "version")}


def _row(record: InvoiceRecord) -> dict[str, object]:
    return {
        "merchant": record.merchant,
        "channel": record.channel,
        "invoice": record.invoice,
        "account": record.account,
        "order_id": record.order_id,
        "basket": to_json(tuple[str, ...], record.basket),
        "reference": record.reference,
        "state": record.state,
        "fiscal_state": record.fiscal_state,
        "payment_state": record.payment_state,
        "failure": None if record.failure is None else to_json(Failure, record.failure),
        "overrides": to_json(Overrides, record.overrides),
        "requested": int(record.requested),
        "stage": record.stage.value,
        "paid_total": str(record.paid_total),
        "currency_code": record.currency_code,
        "frozen": None if record.frozen is None else to_json(Frozen, record.frozen),
        "document": None if record.document is None else to_json(Document, record.document),
        "reason": "" if record.failure is None else record.failure.reason,
        "issue_no": record.issue_no,
        "later": None if record.later == NOTHING_LATER else to_json(Later, record.later),
        "look_due": None if record.look_due is None else to_micros(record.look_due),
        "version": record.version,
        "create_time": to_micros(record.create_time),
        "update_time": to_micros(record.update_time),
    }


def invoice_record(row: sa.Row[Any]) -> InvoiceRecord:
    """An invoice of its row."""
    return InvoiceRecord(
        merchant=row.merchant,
        channel=row.channel,
        invoice=row.invoice,
        account=row.account,
        order_id=row.order_id,
        basket=from_json(tuple[str, ...], row.basket),
        reference=row.reference,
        state=InvoiceState(row.state),
        fiscal_state=FiscalState(row.fiscal_state),
        payment_state=PaymentState(row.payment_state),
        failure=None if row.failure is None else from_json(Failure, row.failure),
        overrides=from_json(Overrides, row.overrides),
        requested=bool(row.requested),
        stage=Stage(row.stage),
        paid_total=Decimal(row.paid_total),
        currency_code=row.currency_code,
        frozen=None if row.frozen is None else from_json(Frozen, row.frozen),
        document=None if row.document is None else from_json(Document, row.document),
        issue_no=row.issue_no,
        later=NOTHING_LATER if row.later is None else from_json(Later, row.later),
        look_due=None if row.look_due is None else from_micros(row.look_due),
        version=row.version,
        create_time=from_micros(row.create_time),
        update_time=from_micros(row.update_time),
    )
