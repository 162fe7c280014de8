"""What is announced: which changes of invoices and channels become events, in the commit that makes them."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
import ulid

from erpgate.plugin.events import ChannelHealthChanged, Health, InvoiceChanged, InvoiceState
from erpgate.plugin.reasons import Reason
from erpgate.store import schema
from erpgate.store.changes import Announcement, note_announcement
from erpgate.store.codecs import to_json
from erpgate.store.records import InvoiceRecord

INVOICE = "invoice"
CHANNEL_HEALTH = "channel_health"

KINDS: Mapping[str, type[InvoiceChanged | ChannelHealthChanged]] = {
    INVOICE: InvoiceChanged,
    CHANNEL_HEALTH: ChannelHealthChanged,
}
"""Kinds of events as they are stored."""

EARS = "erpgate_ears"
"""Where a writing connection has them."""

_ENDS = (InvoiceState.BLOCKED, InvoiceState.VOIDED, InvoiceState.WITHDRAWN, InvoiceState.MISSING)
_channel = schema.channel


@dataclass(frozen=True, kw_only=True, slots=True)
class Ears:
    """Who listens.

    Attributes:
        listeners: Names of plugins by the kind of event.
        now: Where an event's time comes from.
    """

    listeners: Mapping[str, tuple[str, ...]]
    now: Callable[[], dt.datetime]


def announce_invoice(
    connection: sa.Connection, invoice: InvoiceRecord, announced: Callable[[InvoiceRecord], str]
) -> str | None:
    """Announces an invoice if there is something new to say; part of the write that stores it.

    Args:
        connection: Of the transaction.
        invoice: As it is stored from now on.
        announced: Gives what was announced of it before; asked only where there is something to say.

    Returns:
        What is announced of it from now on; None where nobody listens.
    """
    ears, listeners = _heard_by(connection, INVOICE)
    if ears is None:
        return None
    news = _news(invoice)
    if news and news != announced(invoice):
        now = ears.now()
        _announce(connection, listeners, invoice.merchant, INVOICE, _invoice_changed(invoice, now), now)
    return news


def announce_health(connection: sa.Connection, *where: sa.ColumnElement[bool]) -> None:
    """Announces those of these channels whose health is another one than was announced; part of a caller's write."""
    ears, listeners = _heard_by(connection, CHANNEL_HEALTH)
    if ears is None:
        return
    changed = (
        sa.update(_channel)
        .where(_channel.c.announced != _channel.c.health, *where)
        .values(announced=_channel.c.health)
        .returning(_channel.c.merchant, _channel.c.channel, _channel.c.erp, _channel.c.health)
    )
    now = ears.now()
    for row in connection.execute(changed).all():
        event = ChannelHealthChanged(
            event_id=_event_id(now),
            time=now,
            channel=f"merchants/{row.merchant}/channels/{row.channel}",
            erp=row.erp,
            health=Health(row.health),
        )
        _announce(connection, listeners, row.merchant, CHANNEL_HEALTH, event, now)


def is_heard(connection: sa.Connection, kind: str) -> bool:
    """Whether somebody listens to events of this kind."""
    return _heard_by(connection, kind)[0] is not None


def _heard_by(connection: sa.Connection, kind: str) -> tuple[Ears | None, tuple[str, ...]]:
    ears: Ears | None = connection.info.get(EARS)
    listeners = () if ears is None else ears.listeners.get(kind, ())
    return (ears, listeners) if listeners else (None, ())


def _announce(
    connection: sa.Connection, listeners: tuple[str, ...], merchant: str, kind: str, event: Any, now: dt.datetime
) -> None:
    announcement = Announcement(
        listeners=listeners,
        merchant=merchant,
        channel=event.channel.rpartition("/")[2],
        kind=kind,
        body=to_json(KINDS[kind], event),
        time=now,
    )
    note_announcement(connection, announcement)


def _news(invoice: InvoiceRecord) -> str:
    """What there is to say; empty while the invoice is on its way."""
    document = invoice.document
    is_there = document is not None and document.stage.rank >= invoice.stage.rank
    if invoice.state not in _ENDS and not (invoice.state in (InvoiceState.DRAFT, InvoiceState.OPEN) and is_there):
        return ""
    reason = _reason(invoice)
    parts = (invoice.state, invoice.fiscal_state, invoice.payment_state, str(int(invoice.reversed)), reason or "")
    return " ".join(parts)


def _reason(invoice: InvoiceRecord) -> Reason | None:
    """What people shall mend; what passes by itself is no news."""
    failure = invoice.failure
    return None if failure is None or failure.retryable else failure.reason


def _invoice_changed(invoice: InvoiceRecord, now: dt.datetime) -> InvoiceChanged:
    document = invoice.document
    return InvoiceChanged(
        event_id=_event_id(now),
        time=now,
        channel=f"merchants/{invoice.merchant}/channels/{invoice.channel}",
        invoice=invoice.name,
        orders=tuple(f"merchants/{invoice.merchant}/orders/{order_id}" for order_id in invoice.order_ids),
        reference=invoice.reference,
        version=invoice.version,
        state=invoice.state,
        fiscal_state=invoice.fiscal_state,
        payment_state=invoice.payment_state,
        is_reversed=invoice.reversed,
        reason=_reason(invoice),
        document_id="" if document is None else document.id,
        document_number="" if document is None else document.number or "",
        currency_code=invoice.currency_code,
        paid_total=invoice.paid_total,
        total=None if document is None else document.total,
        tax=None if document is None else document.tax,
    )


def _event_id(now: dt.datetime) -> str:
    return str(ulid.ULID.from_datetime(now))
