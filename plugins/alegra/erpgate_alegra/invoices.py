"""A company's invoices: created, opened, stamped, read, found and discarded."""

import datetime as dt
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from erpgate.plugin import Document, DocumentId, Draft, Found, Payload, Reason, Rejected, Stage

from erpgate_alegra.body import Unreadable, part, parts, text
from erpgate_alegra.client import AlegraClient, resource_path
from erpgate_alegra.documents import document_of
from erpgate_alegra.errors import (
    Refusal,
    fiscal,
    outcome_must_be_readable,
    read_must_be_readable,
    refusal_in,
    refused_stamp,
)
from erpgate_alegra.policy import LIMITS
from erpgate_alegra.search import found_in

_INVOICES = "invoices"
_STAMP = {"stamp": {"generateStamp": True}}
_DAY = dt.timedelta(days=1)


class Invoices:
    """Writes and reads invoices.

    Args:
        client: Signed in.
        currency_code: Of invoices that name none.
    """

    def __init__(self, client: AlegraClient, currency_code: str) -> None:
        self._client = client
        self._currency_code = currency_code

    async def create(self, payload: Payload, stage: Stage) -> Document:
        """Creates an invoice as a draft or open; it is never stamped in the same call."""
        answer = await self._client.post(_INVOICES, {**payload, "status": stage.value})
        with outcome_must_be_readable():
            return self._document(answer)

    async def open(self, document: Document) -> Document:
        """Opens a draft.

        Where Alegra answers with a message instead of the invoice, a draft that has its number already is not read
        again: opening changes nothing else, and a call is the scarcest thing there is.
        """
        answer = await self._client.post(_path(document.id, "open"), {})
        if document.number and not _is_invoice(answer):
            return replace(document, stage=Stage.OPEN)
        return await self._after(document, answer)

    async def issue(self, document: Document) -> Document:
        """Has an invoice stamped; a draft is opened in the same call.

        A stamp can show some seconds after the call that made it, so one that is not there yet is pending.
        """
        try:
            issued = await (self._opened_and_stamped if document.stage is Stage.DRAFT else self._stamped)(document)
        except Rejected as error:
            raise fiscal(error) from error
        unanswered = issued.stage is Stage.OPEN and issued.fiscal == "none"
        return replace(issued, fiscal="pending") if unanswered else issued

    async def read(self, id: DocumentId) -> Document | None:  # noqa: A002
        """The invoice as it is now; None if Alegra says that it does not exist."""
        body = await self._client.get_if_exists(_path(id))
        with read_must_be_readable():
            return None if body is None else self._document(body)

    async def void(self, document: Document, cause: str) -> Document:
        """Cancels an invoice; where the country wants a cause, the code says it."""
        answer = await self._client.post(_path(document.id, "void"), {"cause": cause} if cause else {})
        return await self._after(document, answer)

    async def email(self, document: Document, to: Sequence[str]) -> None:
        """Has Alegra send an invoice."""
        await self._client.post(_path(document.id, "email"), {"emails": list(to), "sendCopyToUser": False})

    async def pdf(self, document: Document) -> AsyncGenerator[bytes, None]:
        """The printed invoice, from the signed address that Alegra names for a while."""
        body = await self._client.get(_path(document.id), {"fields": "pdf"})
        address = text(body.get("pdf"))
        if not address:
            raise Rejected("Alegra has no PDF of this invoice.", reason=Reason.DOCUMENT_FILE_UNAVAILABLE)
        async with aclosing(self._client.download(address)) as pieces:
            async for piece in pieces:
                yield piece

    async def discard(self, draft: Document) -> None:
        """Deletes a draft; Alegra itself refuses to delete what is no draft any more."""
        await self._client.delete(_path(draft.id))

    async def find(self, draft: Draft, since: dt.datetime) -> Found[Document]:
        """Looks through the customer's invoices from the day before `since` to the day after the draft's date.

        No filter knows our reference, and a filter that Alegra does not know is ignored silently: so every row is
        held against the filter, and the number of rows against the total that Alegra tells. Whatever does not fit
        makes the search incomplete.
        """
        first = min(draft.date, since.astimezone(dt.UTC).date()) - _DAY
        return await found_in(self._client, _INVOICES, draft, first, self._document)

    async def _opened_and_stamped(self, document: Document) -> Document:
        path, timeout = _path(document.id, "open"), LIMITS.issue_timeout
        return await self._after(document, await self._client.post(path, _STAMP, timeout=timeout))

    async def _stamped(self, document: Document) -> Document:
        path, timeout = resource_path(_INVOICES, "stamp"), LIMITS.issue_timeout
        answer = await self._client.post(path, {"ids": [document.id]}, timeout=timeout)
        refusal = _refusal_of(document.id, answer)
        stamped = await self._after(document, None)
        if stamped.fiscal == "none" and refusal.message:
            raise refused_stamp(refusal)
        return stamped

    async def _after(self, document: Document, answer: object) -> Document:
        """The invoice after a write: as the answer shows it, else read again."""
        with outcome_must_be_readable():
            if _is_invoice(answer):
                return self._document(answer)
            current = await self.read(document.id)
            if current is None:
                raise Unreadable("the invoice is gone")
            return current

    def _document(self, body: object) -> Document:
        return document_of(body, self._currency_code)


def _is_invoice(answer: object) -> bool:
    body = part(answer)
    return "status" in body and "id" in body


def _path(id: DocumentId, *action: str) -> str:  # noqa: A002
    return resource_path(_INVOICES, id, *action)


def _refusal_of(id: DocumentId, answer: object) -> Refusal:  # noqa: A002
    """Why one invoice of a bulk stamp was not stamped; empty if it was."""
    for row in parts(answer if isinstance(answer, list) else part(answer).get("data")):
        if text(row.get("id")) == id and row.get("success") is not True:
            return refusal_in(row) or Refusal()
    return Refusal()
