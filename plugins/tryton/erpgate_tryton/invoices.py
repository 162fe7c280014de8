"""A company's invoices: created, posted, read, found, cancelled and discarded."""

import logging
from collections.abc import Mapping

from erpgate.plugin import (
    Company,
    Document,
    DocumentId,
    ErpError,
    Found,
    Misconfigured,
    Payload,
    Reason,
    Rejected,
    Stage,
)

from erpgate_tryton.client import TrytonClient
from erpgate_tryton.companies import company_number, currency_number
from erpgate_tryton.documents import FIELDS, document_of
from erpgate_tryton.errors import Warned, outcome_must_be_readable, read_must_be_readable
from erpgate_tryton.mapping import NOTE
from erpgate_tryton.values import Unreadable, record, records

INVOICE = "account.invoice"
"""What Tryton calls invoices and credit notes."""

_LINE = "account.invoice.line"
_LOG = logging.getLogger(__name__)
_CONFIRMED = ("invoice_payment_term",)
"""Kinds of warnings that need no person: the due date passed while an invoice waited."""


class Invoices:
    """Writes and reads invoices.

    Args:
        client: Signed in.
        company: Whose they are.
    """

    def __init__(self, client: TrytonClient, company: Company) -> None:
        self._client = client
        self._company = company

    async def create(self, payload: Payload) -> Document:
        """Creates a draft: with the accounts, address and units that Tryton proposes for party and products."""
        values = {key: value for key, value in payload.items() if key not in (NOTE, "lines")}
        proposed = await self._proposed(payload)
        accounts = {row["product"]: await self._account(row["product"]) for row in records(payload["lines"], "lines")}
        lines = [{**accounts[row["product"]], **row} for row in records(payload["lines"], "lines")]
        id_ = await self._client.create(INVOICE, {**values, **proposed, "lines": [["create", lines]]})
        await self._note(id_, str(payload.get(NOTE, "")))
        return await self._after(DocumentId(str(id_)))

    async def post(self, document: Document) -> Document:
        """Posts a draft, which gives it its number."""
        await self._confirmed("post", document.id)
        posted = await self._after(document.id)
        if posted.voided or posted.stage is Stage.DRAFT:
            raise Rejected("Tryton did not post the invoice: somebody cancelled it or took it back.")
        return posted

    async def cancel(self, document: Document) -> Document:
        """Cancels a posted invoice, whose number stays; only where the company allows that.

        Raises:
            Rejected: Tryton does not, or something was paid or credited, which would then be for nothing.
        """
        current = await self._known(document.id)
        if current.voided:
            return current
        if current.balance != current.total:
            raise Rejected("Something was paid or credited in Tryton: the invoice is not cancelled, but credited.")
        await self._confirmed("cancel", document.id)
        cancelled = await self._after(document.id)
        if not cancelled.voided:
            raise Rejected("Tryton did not cancel the invoice.")
        return cancelled

    async def read(self, id: DocumentId) -> Document | None:  # noqa: A002
        """The invoice as it is now; None if Tryton has none with this id."""
        rows = await self._client.search(INVOICE, [["id", "=", int(id)]], FIELDS)
        with read_must_be_readable():
            return document_of(rows[0]) if rows else None

    async def find(self, reference: str) -> Found[Document]:
        """Invoices with this reference that are not cancelled; their number is asked for apart."""
        domain: list[object] = [
            ["reference", "=", reference],
            ["type", "=", "out"],
            ["company", "=", company_number(self._company)],
        ]
        rows, complete = await self._client.every(INVOICE, domain, FIELDS)
        with read_must_be_readable():
            found = [document_of(row) for row in rows]
        matches = tuple(document for document in found if document.reference == reference and not document.voided)
        filtered = all(document.reference == reference for document in found)
        return Found(matches=matches, complete=filtered and complete)

    async def discard(self, draft: Document) -> None:
        """Deletes a draft; Tryton itself refuses to delete what has a number."""
        if await self.read(draft.id) is not None:
            await self._client.write(f"model.{INVOICE}.delete", [int(draft.id)])

    async def _proposed(self, payload: Payload) -> Mapping[str, object]:
        """Account, journal and address that Tryton proposes for the party."""
        given = {"id": -1, "type": "out", "state": "draft", "lines": [], "taxes": [], "journal": None}
        known = {name: payload[name] for name in ("company", "currency", "party", "invoice_date")}
        answer = await self._client.read(f"model.{INVOICE}.on_change", {**given, **known}, ["type", "party"])
        with read_must_be_readable():
            proposed = record(answer, "proposal")
        if not proposed.get("invoice_address"):
            message = "The customer has no address in Tryton: add one there, then retry."
            raise Rejected(message, fields={"buyer.address": message})
        return {name: self._needed(proposed, name) for name in ("account", "journal", "invoice_address")}

    async def _account(self, product: int) -> Mapping[str, object]:
        """Account and unit that Tryton proposes for a product."""
        given = {"id": -1, "type": "line", "invoice_type": "out", "quantity": 1, "taxes": [], "party": None}
        known = {
            "product": product,
            "company": company_number(self._company),
            "currency": currency_number(self._company),
        }
        answer = await self._client.read(f"model.{_LINE}.on_change", {**given, **known}, ["product"])
        with read_must_be_readable():
            proposed = record(answer, "proposal")
        return {name: self._needed(proposed, name) for name in ("account", "unit")}

    def _needed(self, proposed: Mapping[str, object], name: str) -> object:
        found = proposed.get(name)
        if found is None:
            raise Misconfigured(
                f"Tryton proposes no {name.replace('_', ' ')} for the invoice: complete the accounting set-up there.",
                field="database",
                reason=Reason.CONFIGURATION_INCOMPLETE,
            )
        return found

    async def _note(self, id_: int, text: str) -> None:
        """Attaches an internal note. It is for people, so that an invoice is not held up for it."""
        if not text:
            return
        try:
            await self._client.create("ir.note", {"resource": f"{INVOICE},{id_}", "message": text})
        except ErpError as error:
            _LOG.warning("Invoice %s of Tryton is without its note: %s", id_, error.message)

    async def _confirmed(self, action: str, id: DocumentId) -> None:  # noqa: A002
        """Calls a button, and confirms what needs no person."""
        try:
            await self._client.write(f"model.{INVOICE}.{action}", [int(id)])
        except Warned as warning:
            if not warning.name.endswith(_CONFIRMED):
                raise
            await self._client.write("model.res.user.warning.skip", warning.name, False)
            await self._client.write(f"model.{INVOICE}.{action}", [int(id)])

    async def _known(self, id: DocumentId) -> Document:  # noqa: A002
        current = await self.read(id)
        if current is None:
            raise Rejected("The invoice is not in Tryton any more.")
        return current

    async def _after(self, id: DocumentId) -> Document:  # noqa: A002
        """The invoice after a write: Tryton answers with nothing, also where it did nothing."""
        with outcome_must_be_readable():
            current = await self.read(id)
            if current is None:
                raise Unreadable("the invoice is gone")
            return current
