"""A company's credit notes: created and found. They look like invoices."""

import datetime as dt

from erpgate.plugin import Document, Draft, Found, OutcomeUnknown, Payload, Rejected, Stage

from erpgate_alegra.body import json_object, text
from erpgate_alegra.client import AlegraClient
from erpgate_alegra.documents import document_of
from erpgate_alegra.errors import outcome_must_be_readable
from erpgate_alegra.policy import LIMITS
from erpgate_alegra.search import found_in

_CREDIT_NOTES = "credit-notes"
_STAMP = {"stamp": {"generateStamp": True}}
_DAY = dt.timedelta(days=1)


class CreditNotes:
    """Writes and finds credit notes.

    Args:
        client: Signed in.
        currency_code: Of notes that name none.
    """

    def __init__(self, client: AlegraClient, currency_code: str) -> None:
        self._client = client
        self._currency_code = currency_code

    async def create(self, payload: Payload, stage: Stage) -> Document:
        """Creates a credit note, stamped in the same call if the invoice is issued.

        A refused stamp proves nothing: of an invoice it leaves the document behind, so the note is looked for.
        """
        issued = stage is Stage.ISSUED
        body = {**payload, **_STAMP} if issued else payload
        try:
            answer = await self._client.post(_CREDIT_NOTES, body, timeout=LIMITS.issue_timeout if issued else None)
        except Rejected as error:
            if not issued:
                raise
            raise OutcomeUnknown(
                f"The stamp of a credit note was refused, and the note may be there: {error.message}",
                details=error.details,
            ) from error
        with outcome_must_be_readable():
            return self._document(answer)

    async def find(self, draft: Draft) -> Found[Document]:
        """Credit notes of the customer around the draft's date whose internal note begins with its reference."""
        return await found_in(self._client, _CREDIT_NOTES, draft, draft.date - _DAY, self._document)

    def _document(self, body: object) -> Document:
        """A note without a status is open: nobody has seen one in another."""
        note = json_object(body, "credit note")
        return document_of({**note, "status": text(note.get("status")) or "open"}, self._currency_code)
