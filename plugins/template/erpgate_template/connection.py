"""One company in Template: the only module that talks to it."""

import datetime as dt
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from erpgate.plugin import (
    Buyer,
    Company,
    CustomerId,
    Document,
    DocumentId,
    Draft,
    Found,
    Item,
    Option,
    Payload,
    Stage,
    Unavailable,
    Wiring,
)

from erpgate_template.answers import body_of, unreadable
from erpgate_template.reading import company_of, document_of, item_of
from erpgate_template.settings import TemplateCredentials, TemplateSettings

T = TypeVar("T")


class TemplateConnection:
    """The contract's `Connection` and `Discards`."""

    def __init__(self, wiring: Wiring[TemplateCredentials, TemplateSettings]) -> None:
        token = wiring.credentials.token.get_secret_value()
        self._http = wiring.http(wiring.operator["base_url"], headers={"Authorization": f"Bearer {token}"})

    async def probe(self) -> Company:
        """Reads the company."""
        return await self._get("company", company_of)

    async def options(
        self, field: str, query: str, given: Mapping[str, str], page: str
    ) -> tuple[Sequence[Option], str]:
        """No field has choices from Template."""
        return (), ""

    async def items(self, cursor: str) -> AsyncIterator[tuple[Sequence[Item], str]]:
        """The whole catalogue, a page at a time, held against the total that Template tells."""
        while True:
            page = await self._get("items", dict, after=cursor)
            cursor = page["next"]
            rows = [item_of(row) for row in page["rows"]]
            if len(rows) != page["count"]:
                raise Unavailable("Template's page lacks rows.")
            yield rows, cursor
            if not cursor:
                return

    async def items_by_sku(self, skus: Sequence[str]) -> Sequence[Item] | None:
        """Template has no such filter: erpgate reads the catalogue again when it is old."""
        return None

    async def taxes(self) -> Mapping[str, Decimal]:
        """Every tax with its rate."""
        return await self._get("taxes", lambda rows: {row["id"]: Decimal(row["rate"]) for row in rows})

    async def find_customer(self, buyer: Buyer) -> Found[CustomerId]:
        """Customers with exactly this document."""
        page = await self._get("customers", dict, tax_number=buyer.document)
        hits = [CustomerId(row["id"]) for row in page["rows"] if row["tax_number"] == buyer.document]
        return Found(matches=tuple(hits), complete=len(page["rows"]) == page["count"])

    async def create_customer(self, payload: Payload, *, key: str) -> CustomerId:
        """Creates a customer; Template remembers no keys."""
        return await self._post("customers", payload, lambda row: CustomerId(row["id"]))

    async def create(self, payload: Payload, stage: Stage, *, key: str) -> Document:
        """Creates an invoice; Template remembers no keys."""
        return await self._post("invoices", {**payload, "status": stage.value}, document_of)

    async def advance(self, document: Document, to: Stage, *, key: str) -> Document:
        """Opens a draft; an open one costs no call."""
        if document.stage.rank >= to.rank:
            return document
        return await self._post(f"invoices/{document.id}/open", {}, document_of)

    async def read(self, id: DocumentId) -> Document | None:  # noqa: A002
        """The invoice as it is now."""
        response = await self._http.read(f"invoices/{id}")
        if response.status_code == 404:
            return None
        return _parsed(body_of(response, write=False), document_of, write=False)

    async def find(self, draft: Draft, since: dt.datetime) -> Found[Document]:
        """Invoices with exactly this mark, without voided ones."""
        page = await self._get("invoices", dict, mark=draft.reference)
        documents = [document_of(row) for row in page["rows"]]
        hits = [document for document in documents if document.reference == draft.reference and not document.voided]
        return Found(matches=tuple(hits), complete=len(documents) == page["count"])

    async def discard(self, draft: Document) -> None:
        """Deletes a draft; one that is gone is a success."""
        response = await self._http.write("DELETE", f"invoices/{draft.id}")
        if response.status_code != 404:
            body_of(response, write=True)

    async def aclose(self) -> None:
        """Gives connections back."""
        await self._http.aclose()

    async def _get(self, path: str, read: Callable[[Any], T], **params: str) -> T:
        return _parsed(body_of(await self._http.read(path, params=params), write=False), read, write=False)

    async def _post(self, path: str, payload: Payload, read: Callable[[Any], T]) -> T:
        return _parsed(body_of(await self._http.write("POST", path, json=payload), write=True), read, write=True)


def _parsed(body: Any, read: Callable[[Any], T], *, write: bool) -> T:
    try:
        return read(body)
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise unreadable(write=write) from error
