"""A company's credit notes: invoices with quantities below zero, which Tryton numbers apart."""

import logging
from dataclasses import replace
from decimal import Decimal

from erpgate.plugin import (
    Document,
    DocumentId,
    Draft,
    ErpError,
    Found,
    Misconfigured,
    OutcomeUnknown,
    Payload,
    Rejected,
    Stage,
)

from erpgate_tryton.client import TrytonClient
from erpgate_tryton.errors import outcome_must_be_readable, read_must_be_readable
from erpgate_tryton.invoices import INVOICE, Invoices
from erpgate_tryton.payments import Payments
from erpgate_tryton.values import Record, ids_of, number, records, text

_SETTLED = ["state", "amount_to_pay", "lines_to_pay", "payment_lines"]
_LOG = logging.getLogger(__name__)


class CreditNotes:
    """Writes and finds credit notes.

    One takes several calls: it is created as a draft with our reference, posted, and set against its invoice. So
    whoever finds it later goes on where it was left.

    Args:
        client: Signed in.
        invoices: Of the same company.
        payments: Of the same company.
    """

    def __init__(self, client: TrytonClient, invoices: Invoices, payments: Payments) -> None:
        self._client = client
        self._invoices = invoices
        self._payments = payments

    async def create(self, original: Document, payload: Payload) -> Document:
        """Creates and posts a note.

        Raises:
            Rejected: Tryton does not take it, and nothing is left of it.
            OutcomeUnknown: Something of it may be there.
        """
        draft = await self._invoices.create(payload)
        try:
            return await self._finished(draft, original)
        except (Rejected, Misconfigured, OutcomeUnknown):
            raise
        except ErpError as error:
            raise OutcomeUnknown(f"A credit note is not finished in Tryton: {error.message}") from error

    async def find(self, original: Document, draft: Draft) -> Found[Document]:
        """Notes with the draft's reference; a single one is finished first."""
        found = await self._invoices.find(draft.reference)
        if not found.complete or len(found.matches) != 1:
            return replace(found, matches=tuple(map(_credited, found.matches)))
        return replace(found, matches=(await self._finished(found.matches[0], original),))

    async def _finished(self, note: Document, original: Document) -> Document:
        posted = await self._posted(note) if note.stage is Stage.DRAFT else note
        try:
            await self._set_against(posted, original)
        except (Rejected, Misconfigured) as error:
            _LOG.warning("Credit note %s of Tryton is not set against its invoice: %s", posted.number, error.message)
        return _credited(posted)

    async def _posted(self, note: Document) -> Document:
        """A draft that Tryton does not post is not kept, so that the next one is not a second one."""
        try:
            return await self._invoices.post(note)
        except (Rejected, Misconfigured):
            with outcome_must_be_readable():
                await self._invoices.discard(note)
            raise

    async def _set_against(self, note: Document, original: Document) -> None:
        """Takes the note as a payment of its invoice, unless less than that is left to pay: that is the buyer's."""
        credit, invoice = await self._row(note.id), await self._row(original.id)
        lines, known = ids_of(credit.get("lines_to_pay")), ids_of(invoice.get("payment_lines"))
        if text(credit.get("state")) != "posted" or text(invoice.get("state")) != "posted":
            return
        if not set(lines) <= set(known):
            if _left(invoice) < -note.total:
                return
            changes = {"payment_lines": [["add", lines]]}
            await self._client.write(f"model.{INVOICE}.write", [int(original.id)], changes)
            invoice = await self._row(original.id)
        if _left(invoice) == 0:
            await self._payments.reconcile(original, note.date)

    async def _row(self, id: DocumentId) -> Record:  # noqa: A002
        answer = await self._client.read(f"model.{INVOICE}.read", [int(id)], _SETTLED)
        with read_must_be_readable():
            return records(answer, INVOICE)[0]


def _left(row: Record) -> Decimal:
    with read_must_be_readable():
        return number(row.get("amount_to_pay") or 0, "amount_to_pay")


def _credited(note: Document) -> Document:
    """With amounts above zero, as credit notes are shown."""
    return replace(
        note,
        total=-note.total,
        tax_base=-note.tax_base,
        tax=-note.tax,
        balance=-note.balance,
        lines=tuple(replace(line, quantity=-line.quantity, total=-line.total) for line in note.lines),
    )
