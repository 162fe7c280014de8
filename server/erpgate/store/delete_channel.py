"""Deleting a channel: what stands against it, and what is stopped by force."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import sqlalchemy as sa

from erpgate.plugin.reasons import Reason
from erpgate.store import schema
from erpgate.store.announce import INVOICE, announce_invoice, is_heard
from erpgate.store.channels import get_channel
from erpgate.store.errors import Conflict
from erpgate.store.failure import Failure
from erpgate.store.invoices import ISSUE_INVOICE, get_invoice, invoice_record, save
from erpgate.store.later import OperationState
from erpgate.store.records import ChannelRecord, InvoiceRecord, InvoiceState
from erpgate.store.request_operation import RUN_OPERATION
from erpgate.store.writes import Write

_UNFINISHED = (InvoiceState.PENDING, InvoiceState.BLOCKED, InvoiceState.SENDING, InvoiceState.UNKNOWN)
_STOPPED = Failure(
    reason=Reason.CHANNEL_NOT_CONNECTED, message="The channel was deleted before anything was sent for it."
)


@dataclass(frozen=True)
class DeleteChannel(Write[None]):
    """Forgets a channel and its credentials; invoices and business keys stay.

    By force, what was not begun is stopped; of what was, nothing more is sent until the company is connected again.
    """

    merchant: str
    channel: str
    version: int | None
    force: bool

    def apply(self, connection: sa.Connection) -> None:
        """Removes it at its version, unless an invoice of it is unfinished, or something is under way with one."""
        record = get_channel(connection, self.merchant, self.channel)
        if record is None or self.version not in (None, record.version):
            raise Conflict("version")
        if not self.force and (count := len(_unfinished(connection, record) | set(_worked_on(connection, record)))):
            raise Conflict("unfinished", str(count))
        for table in (schema.channel, schema.credential, schema.channel_check):
            where = (table.c.merchant == self.merchant, table.c.channel == self.channel)
            connection.execute(sa.delete(table).where(*where))
        _withdraw_unsent(connection, record)
        for invoice in _to_stop(connection, record):
            operation = invoice.later.unfinished
            assert operation is not None  # noqa: S101 - it was chosen by that
            stopped = replace(operation, state=OperationState.FAILED, failure=_STOPPED)
            save(connection, replace(invoice, later=invoice.later.with_operation(stopped)))


def _unfinished(connection: sa.Connection, channel: ChannelRecord) -> set[str]:
    """Names of invoices that are not where they should be."""
    invoice = schema.invoice
    found = connection.execute(sa.select(invoice.c.invoice).where(*_of(channel), invoice.c.state.in_(_UNFINISHED)))
    return {f"{channel.name}/invoices/{row.invoice}" for row in found}


def _worked_on(connection: sa.Connection, channel: ChannelRecord, *kinds: str) -> list[str]:
    """Names of invoices with which something is under way."""
    task = schema.task
    mine = (
        task.c.account == channel.account,
        task.c.kind.in_(kinds or (ISSUE_INVOICE, RUN_OPERATION)),
        task.c.subject.startswith(f"{channel.name}/invoices/", autoescape=True),
    )
    return list(connection.execute(sa.select(task.c.subject).where(*mine).order_by(task.c.subject)).scalars())


def _to_stop(connection: sa.Connection, channel: ChannelRecord) -> Iterator[InvoiceRecord]:
    """Invoices with an operation that was not begun; nobody changes them until the transaction ends."""
    ids = [name.rpartition("/")[2] for name in _worked_on(connection, channel, RUN_OPERATION)]
    row = schema.invoice.c
    locked = sa.select(row.invoice).where(*_of(channel), row.invoice.in_(ids)).order_by(row.invoice).with_for_update()
    for id_ in connection.execute(locked).scalars().all():
        found = get_invoice(connection, channel.merchant, channel.channel, id_)
        operation = None if found is None else found.later.unfinished
        if found is not None and operation is not None and operation.state is OperationState.PENDING:
            yield found


def _withdraw_unsent(connection: sa.Connection, channel: ChannelRecord) -> None:
    """Frees the business keys of invoices of which nothing was sent, so that another channel can take them."""
    invoice, key = schema.invoice, schema.invoice_order
    unsent = sa.and_(*_of(channel), invoice.c.frozen.is_(None), invoice.c.state.in_(_UNFINISHED))
    if is_heard(connection, INVOICE):
        for row in connection.execute(sa.select(invoice).where(unsent).order_by(invoice.c.invoice)).all():
            record = invoice_record(row)
            gone = replace(record, state=InvoiceState.WITHDRAWN, failure=None, version=record.version + 1)
            announce_invoice(connection, gone, lambda _, row=row: row.announced)  # type: ignore[misc]
    ids = sa.select(invoice.c.invoice).where(unsent)
    connection.execute(sa.delete(key).where(key.c.merchant == channel.merchant, key.c.invoice.in_(ids)))
    connection.execute(
        sa.update(invoice)
        .where(unsent)
        .values(state=InvoiceState.WITHDRAWN, failure=None, version=invoice.c.version + 1)
    )


def _of(channel: ChannelRecord) -> tuple[sa.ColumnElement[bool], ...]:
    invoice = schema.invoice
    return invoice.c.merchant == channel.merchant, invoice.c.channel == channel.channel
