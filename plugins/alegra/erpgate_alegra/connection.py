"""One company in Alegra."""

import datetime as dt
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from decimal import Decimal

from erpgate.plugin import (
    Buyer,
    Company,
    CustomerId,
    Document,
    DocumentId,
    Draft,
    Found,
    Item,
    ItemId,
    Misconfigured,
    Option,
    Payload,
    Payment,
    Reason,
    Stage,
    Wiring,
)

from erpgate_alegra.assumptions import DEFAULT_SETTLE_SECONDS
from erpgate_alegra.catalogue import Catalogue
from erpgate_alegra.choices import choices
from erpgate_alegra.client import AlegraClient
from erpgate_alegra.companies import MULTICURRENCY, company_of, never_stamps, with_currencies
from erpgate_alegra.contacts import Contacts
from erpgate_alegra.countries import COUNTRIES
from erpgate_alegra.credit_notes import CreditNotes
from erpgate_alegra.errors import read_must_be_readable
from erpgate_alegra.events import subscribe, unsubscribe
from erpgate_alegra.invoices import Invoices
from erpgate_alegra.mapping import currency_of
from erpgate_alegra.payments import Payments, payment_payload
from erpgate_alegra.rate import read_rate
from erpgate_alegra.settings import AlegraCredentials, AlegraSettings

BASE_URL = "base_url"
SETTLE_SECONDS = "settle_seconds"

OPERATOR_SETTINGS: Mapping[str, str] = {
    BASE_URL: "https://api.alegra.com/api/v1/",
    SETTLE_SECONDS: str(DEFAULT_SETTLE_SECONDS),
}
"""What the operator may set, with defaults: where Alegra is, and how soon a created invoice is in its lists."""

VOID_CAUSES = ("01", "02", "03", "04")
"""Codes of why a Mexican document is cancelled."""

_PLAN = (Reason.ERP_PLAN_LACKS_FEATURE, Reason.ERP_ACCOUNT_SUSPENDED)


class AlegraConnection:
    """The contract's `Connection`, and the optional abilities that Alegra has."""

    def __init__(self, wiring: Wiring[AlegraCredentials, AlegraSettings]) -> None:
        operator = {**OPERATOR_SETTINGS, **wiring.operator}
        credentials = wiring.credentials
        http = wiring.http(
            operator[BASE_URL],
            headers={"Accept": "application/json"},
            auth=(credentials.email, credentials.token.get_secret_value()),
            rate=read_rate,
        )
        self._client = AlegraClient(http)
        self._country_code = wiring.country_code
        self._settings = wiring.settings or AlegraSettings()
        self._settle_seconds = float(operator[SETTLE_SECONDS])
        self._company = wiring.company
        self._payments = Payments(self._client)
        self._contacts = Contacts(self._client, COUNTRIES[wiring.country_code])
        self._catalogue: Catalogue | None = None
        self._invoices: Invoices | None = None

    async def probe(self) -> Company:
        """Reads the company, and whether plan and user reach price lists and warehouses."""
        company = await self._read_company()
        await self._require("price-lists", "price_list", Reason.ERP_PLAN_LACKS_PRICE_LISTS, "price lists")
        await self._require("warehouses", "warehouse", Reason.ERP_PLAN_LACKS_WAREHOUSES, "warehouses")
        if company.facts.get(MULTICURRENCY):
            with read_must_be_readable():
                company = with_currencies(company, await self._client.rows("currencies"))
        self._company = company
        return company

    async def options(
        self, field: str, query: str, given: Mapping[str, str], page: str
    ) -> tuple[Sequence[Option], str]:
        """Choices of a field, from Alegra or by country."""
        return await choices(self._client, COUNTRIES[self._country_code], field, query, given, page)

    async def items(self, cursor: str) -> AsyncIterator[tuple[Sequence[Item], str]]:
        """The whole catalogue, parents and variants both, by offset."""
        async with aclosing((await self._items()).pages(cursor)) as pages:
            async for page in pages:
                yield page

    async def items_by_sku(self, skus: Sequence[str]) -> Sequence[Item] | None:
        """Items by reference; None for barcodes, which Alegra cannot filter by, and for many SKUs."""
        if self._settings.sku_source == "barcode":
            return None
        return await (await self._items()).by_reference(skus)

    async def count_items(self) -> int | None:
        """Size of the catalogue."""
        return await (await self._items()).count()

    async def item(self, id: ItemId) -> Item | None:  # noqa: A002
        """One item as it is now."""
        return await (await self._items()).item(id)

    async def subscribe(self, url: str) -> None:
        """Has Alegra tell changes of items and invoices."""
        await subscribe(self._client, url)

    async def unsubscribe(self, url: str) -> None:
        """Has Alegra tell this address nothing more."""
        await unsubscribe(self._client, url)

    async def taxes(self) -> Mapping[str, Decimal]:
        """The company's taxes that are percentages."""
        return await (await self._items()).taxes()

    async def find_customer(self, buyer: Buyer) -> Found[CustomerId]:
        """Active contacts with the buyer's identity document."""
        return await self._contacts.find(buyer)

    async def create_customer(self, payload: Payload, *, key: str) -> CustomerId:
        """Creates a contact; Alegra knows no idempotency key, but refuses a second one and names the first."""
        return await self._contacts.create(payload)

    async def create(self, payload: Payload, stage: Stage, *, key: str) -> Document:
        """Creates an invoice, in one call; Alegra knows no idempotency key."""
        return await (await self._documents()).create(payload, stage)

    async def advance(self, document: Document, to: Stage, *, key: str) -> Document:
        """Opens or stamps an invoice; one that is there already costs no call."""
        if document.stage.rank >= to.rank:
            return document
        invoices = await self._documents()
        if to is Stage.OPEN:
            return await invoices.open(document)
        if never_stamps(await self._known_company()):
            raise Misconfigured(
                "Electronic invoicing is not active in Alegra; activate it there, or do not issue invoices.",
                field="automation.issue",
                reason=Reason.ERP_PLAN_LACKS_FEATURE,
            )
        return await invoices.issue(document)

    async def read(self, id: DocumentId) -> Document | None:  # noqa: A002
        """The invoice as it is now."""
        return await (await self._documents()).read(id)

    async def find(self, draft: Draft, since: dt.datetime) -> Found[Document]:
        """Invoices whose internal note begins with the draft's reference."""
        return await (await self._documents()).find(draft, since)

    async def discard(self, draft: Document) -> None:
        """Deletes a draft."""
        await (await self._documents()).discard(draft)

    async def void(self, document: Document, reason: str, *, key: str) -> Document:
        """Cancels an invoice."""
        usual = COUNTRIES[self._country_code].void_cause
        cause = reason if usual and reason in VOID_CAUSES else usual
        return await (await self._documents()).void(document, cause)

    async def credit(self, document: Document, payload: Payload, stage: Stage, *, key: str) -> Document:
        """Creates a credit note, stamped if the invoice is."""
        return await (await self._credit_notes()).create(payload, stage)

    async def find_credits(self, document: Document, draft: Draft) -> Found[Document]:
        """Credit notes whose internal note begins with the draft's reference."""
        return await (await self._credit_notes()).find(draft)

    async def pay(self, document: Document, payment: Payment, *, key: str) -> str:
        """Records a payment; Alegra knows no idempotency key."""
        currency = currency_of(document.currency_code, await self._known_company())
        return await self._payments.create(payment_payload(document, payment, self._settings.payment_account, currency))

    async def find_payments(self, document: Document, reference: str) -> Found[str]:
        """Payments of the invoice with our reference."""
        return await self._payments.find(document, reference)

    async def email(self, document: Document, to: Sequence[str]) -> None:
        """Has Alegra send the invoice."""
        await (await self._documents()).email(document, to)

    async def pdf(self, document: Document) -> AsyncIterator[bytes]:
        """The printed invoice."""
        async with aclosing((await self._documents()).pdf(document)) as pieces:
            async for piece in pieces:
                yield piece

    async def aclose(self) -> None:
        """Gives connections back."""
        await self._client.aclose()

    async def _documents(self) -> Invoices:
        if self._invoices is None:
            self._invoices = Invoices(self._client, (await self._known_company()).currency_code)
        return self._invoices

    async def _credit_notes(self) -> CreditNotes:
        return CreditNotes(self._client, (await self._known_company()).currency_code)

    async def _items(self) -> Catalogue:
        if self._catalogue is None:
            self._catalogue = Catalogue(self._client, (await self._known_company()).currency_code)
        return self._catalogue

    async def _known_company(self) -> Company:
        """The company as it was wired or probed, else read now: once in the life of a connection."""
        if self._company is None:
            self._company = await self._read_company()
        return self._company

    async def _read_company(self) -> Company:
        with read_must_be_readable():
            body = await self._client.get("company")
            return company_of(body, country_code=self._country_code, settle_seconds=self._settle_seconds)

    async def _require(self, resource: str, field: str, reason: Reason, name: str) -> None:
        lacking = Misconfigured(f"The Alegra plan must include {name}.", field=field, reason=reason)
        try:
            page = await self._client.page(resource, {}, limit=1)
        except Misconfigured as error:
            if error.reason in _PLAN:
                raise lacking from error
            raise
        if not page.rows:
            raise lacking
