"""How the ERP has a document now, and what somebody else changed in it."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from erpgate.engine.session import Session
from erpgate.plugin.model import Document, Draft, ItemId, Stage
from erpgate.store.later import Change
from erpgate.store.records import FISCAL, InvoiceRecord, InvoiceState, PaymentState


async def looked_at(session: Session, invoice: InvoiceRecord, now: dt.datetime) -> InvoiceRecord:
    """The invoice with its document as the ERP has it now; MISSING only if a complete listing lacks it too.

    Raises:
        ErpError: The ERP could not be asked.
    """
    frozen, document = invoice.frozen, invoice.document
    if frozen is None or document is None:
        return invoice
    current = await session.connection.read(document.id)
    if current is None:
        found = await session.connection.find(frozen.draft, invoice.create_time)
        if found.complete and not found.matches:
            return replace(invoice, state=InvoiceState.MISSING, later=replace(invoice.later, look_time=now))
        changes: tuple[Change, ...] = (Change(what="document", sent=document.id, found=_ids(found.matches)),)
    else:
        invoice = seen(invoice, current)
        changes = () if current.voided else tuple(changes_of(frozen.draft, current))
    drift_time = None if not changes else invoice.later.drift_time or now
    return replace(invoice, later=replace(invoice.later, changes=changes, drift_time=drift_time, look_time=now))


def seen(invoice: InvoiceRecord, document: Document) -> InvoiceRecord:
    """The invoice once the ERP has shown its document; what waits for a person goes on waiting."""
    shown = replace(invoice, document=document)
    follows = invoice.state in (InvoiceState.DRAFT, InvoiceState.OPEN) or document.voided
    return replace(
        shown,
        state=state_of(document) if follows else invoice.state,
        fiscal_state=FISCAL[document.fiscal],
        payment_state=payment_state_of(shown),
    )


def state_of(document: Document) -> InvoiceState:
    """The state that a document brings its invoice into."""
    if document.voided:
        return InvoiceState.VOIDED
    return InvoiceState.DRAFT if document.stage is Stage.DRAFT else InvoiceState.OPEN


def payment_state_of(invoice: InvoiceRecord) -> PaymentState:
    """How much of the document is paid; what was credited is not."""
    document = invoice.document
    if document is None:
        return invoice.payment_state
    paid = document.total - document.balance - invoice.credited_total
    if paid <= 0:
        return PaymentState.UNPAID
    return PaymentState.PAID if document.balance <= 0 else PaymentState.PARTIALLY_PAID


def changes_of(draft: Draft, document: Document) -> Iterator[Change]:
    """In what a document differs from what was sent."""
    pairs = {
        "reference": (draft.reference, document.reference or ""),
        "date": (draft.date.isoformat(), document.date.isoformat()),
        "customer": (draft.customer, document.customer),
        "currency_code": (draft.currency_code, document.currency_code),
    }
    for what, (sent, found) in pairs.items():
        if sent != found:
            yield Change(what=what, sent=sent, found=found)
    for what in ("total", "tax_base", "tax"):
        sent_amount, found_amount = getattr(draft, what), getattr(document, what)
        if sent_amount != found_amount:
            yield Change(what=what, sent=str(sent_amount), found=str(found_amount))
    ours = Counter((line.item, line.quantity) for line in draft.lines)
    theirs = Counter((line.item, line.quantity) for line in document.lines)
    if document.lines and ours != theirs:
        yield Change(what="lines", sent=_written(ours - theirs), found=_written(theirs - ours))


def _written(lines: "Counter[tuple[ItemId, Decimal]]") -> str:
    return ", ".join(f"{quantity} of {item}" for item, quantity in lines.elements())


def _ids(documents: tuple[Document, ...]) -> str:
    return ", ".join(sorted(document.id for document in documents)) or "not known"
