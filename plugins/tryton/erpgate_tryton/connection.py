"""One company in Tryton."""

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
    Misconfigured,
    Option,
    Payload,
    Payment,
    Reason,
    Stage,
    Wiring,
)

from erpgate_tryton.catalogue import Catalogue
from erpgate_tryton.choices import choices
from erpgate_tryton.client import TrytonClient
from erpgate_tryton.companies import FIELDS, company_number, company_of
from erpgate_tryton.credit_notes import CreditNotes
from erpgate_tryton.errors import read_must_be_readable
from erpgate_tryton.invoices import Invoices
from erpgate_tryton.parties import Parties
from erpgate_tryton.payments import Payments
from erpgate_tryton.printing import pdf_of
from erpgate_tryton.settings import TrytonCredentials, TrytonSettings
from erpgate_tryton.values import id_of, number, record, records, text

SETTLE_SECONDS = "settle_seconds"

BASE_URL = "base_url"

OPERATOR_SETTINGS: Mapping[str, str] = {BASE_URL: "", SETTLE_SECONDS: "30"}
"""What the operator may set, with defaults: the only server there is, whatever merchants type; how long Tryton may
go on with a call whose answer was given up."""

_MODULES = {
    "sale_price_list": ("price_list", Reason.ERP_PLAN_LACKS_PRICE_LISTS, "price lists"),
    "stock": ("warehouse", Reason.ERP_PLAN_LACKS_WAREHOUSES, "warehouses"),
    "account_invoice": ("database", Reason.ERP_PLAN_LACKS_FEATURE, "invoices"),
    "account_product": ("database", Reason.ERP_PLAN_LACKS_FEATURE, "accounts of products"),
}


class TrytonConnection:
    """The contract's `Connection`, and the optional abilities that Tryton has."""

    def __init__(self, wiring: Wiring[TrytonCredentials, TrytonSettings]) -> None:
        self._company = wiring.company
        self._country_code = wiring.country_code
        self._settings = wiring.settings or TrytonSettings()
        operator = {**OPERATOR_SETTINGS, **wiring.operator}
        self._settle_seconds = float(operator[SETTLE_SECONDS])
        http = wiring.http(operator[BASE_URL] or wiring.credentials.base_url, headers={"Accept": "application/json"})
        number_ = None if wiring.company is None else company_number(wiring.company)
        self._client = TrytonClient(http, wiring.credentials, number_)
        self._invoices: Invoices | None = None

    async def probe(self) -> Company:
        """Reads the user's company, and whether modules and rights are there for everything that is done later."""
        await self._require_modules()
        if self._client.company is None:
            preferences = await self._client.read("model.res.user.get_preferences", True)
            with read_must_be_readable():
                self._client.company = id_of(record(preferences, "preferences").get("company"), "the user's company")
        await self._require_one("product.price_list", [], "sale_price_list")
        await self._require_one("stock.location", [["type", "=", "warehouse"]], "stock")
        await self._client.search("account.invoice", [], ["state"], limit=1)
        self._company = await self._read_company(self._client.company)
        return self._company

    async def options(
        self, field: str, query: str, given: Mapping[str, str], page: str
    ) -> tuple[Sequence[Option], str]:
        """Choices of a field."""
        return await choices(self._client, field, query, page)

    async def items(self, cursor: str) -> AsyncIterator[tuple[Sequence[Item], str]]:
        """The whole catalogue, by id."""
        async with aclosing((await self._catalogue()).pages(cursor)) as pages:
            async for page in pages:
                yield page

    async def items_by_sku(self, skus: Sequence[str]) -> Sequence[Item] | None:
        """Products by code or barcode."""
        return await (await self._catalogue()).with_codes(skus)

    async def taxes(self) -> Mapping[str, Decimal]:
        """The company's taxes that are percentages."""
        return await (await self._catalogue()).taxes()

    async def find_customer(self, buyer: Buyer) -> Found[CustomerId]:
        """Parties with the buyer's number."""
        return await Parties(self._client, await self._known_company()).find(buyer)

    async def create_customer(self, payload: Payload, *, key: str) -> CustomerId:
        """Creates a party; Tryton knows no idempotency key."""
        return await Parties(self._client, await self._known_company()).create(payload)

    async def create(self, payload: Payload, stage: Stage, *, key: str) -> Document:
        """Creates a draft; Tryton knows no idempotency key."""
        return await (await self._documents()).create(payload)

    async def advance(self, document: Document, to: Stage, *, key: str) -> Document:
        """Posts a draft; an invoice that is there already costs no call."""
        return document if document.stage.rank >= to.rank else await (await self._documents()).post(document)

    async def read(self, id: DocumentId) -> Document | None:  # noqa: A002
        """The invoice as it is now."""
        return await (await self._documents()).read(id)

    async def find(self, draft: Draft, since: dt.datetime) -> Found[Document]:
        """Invoices with the draft's reference, whenever they were created."""
        return await (await self._documents()).find(draft.reference)

    async def discard(self, draft: Document) -> None:
        """Deletes a draft."""
        await (await self._documents()).discard(draft)

    async def void(self, document: Document, reason: str, *, key: str) -> Document:
        """Cancels an invoice; Tryton takes no reason."""
        return await (await self._documents()).cancel(document)

    async def credit(self, document: Document, payload: Payload, stage: Stage, *, key: str) -> Document:
        """Creates and posts a credit note, and sets it against the invoice."""
        return await (await self._credit_notes()).create(document, payload)

    async def find_credits(self, document: Document, draft: Draft) -> Found[Document]:
        """Credit notes with the draft's reference; one that was left as a draft is posted."""
        return await (await self._credit_notes()).find(document, draft)

    async def pay(self, document: Document, payment: Payment, *, key: str) -> str:
        """Records a payment; Tryton knows no idempotency key."""
        return await (await self._payments()).create(document, payment, self._settings.payment_method)

    async def find_payments(self, document: Document, reference: str) -> Found[str]:
        """Payments of the invoice with our reference."""
        return await (await self._payments()).find(document, reference)

    async def pdf(self, document: Document) -> AsyncIterator[bytes]:
        """The printed invoice, in one piece."""
        yield await pdf_of(self._client, document)

    async def aclose(self) -> None:
        """Gives connections back."""
        await self._client.aclose()

    async def _documents(self) -> Invoices:
        if self._invoices is None:
            self._invoices = Invoices(self._client, await self._known_company())
        return self._invoices

    async def _credit_notes(self) -> CreditNotes:
        return CreditNotes(self._client, await self._documents(), await self._payments())

    async def _payments(self) -> Payments:
        return Payments(self._client, await self._known_company())

    async def _catalogue(self) -> Catalogue:
        return Catalogue(self._client, (await self._known_company()).currency_code)

    async def _known_company(self) -> Company:
        """The company as it was wired or probed, else probed now: once in the life of a connection."""
        return self._company or await self.probe()

    async def _require_modules(self) -> None:
        domain: list[object] = [["name", "in", list(_MODULES)], ["state", "=", "activated"]]
        active = {text(row.get("name")) for row in await self._client.search("ir.module", domain, ["name"])}
        for name in _MODULES:
            if name not in active:
                raise self._lacking(name)

    async def _require_one(self, model: str, domain: list[object], module: str) -> None:
        if not await self._client.search(model, domain, ["name"], limit=1):
            raise self._lacking(module)

    def _lacking(self, module: str) -> Misconfigured:
        field, reason, name = _MODULES[module]
        return Misconfigured(
            f"This Tryton must have {name}: activate the module {module} and set them up.", field=field, reason=reason
        )

    async def _read_company(self, id_: int) -> Company:
        rows = await self._client.search("company.company", [["id", "=", id_]], FIELDS)
        rounding = await self._client.read("model.account.configuration.read", [1], ["tax_rounding"])
        units = await self._client.search("product.uom", [], ["digits"])
        types = await self._client.read("model.party.identifier.get_types")
        with read_must_be_readable():
            return company_of(
                record(rows[0] if rows else None, "company"),
                country_code=self._country_code,
                tax_rounding=text(records(rounding, "configuration")[0].get("tax_rounding")),
                quantity_places=max((int(number(row.get("digits"), "digits")) for row in units), default=0),
                types=[text(pair[0]) for pair in types if isinstance(pair, list)] if isinstance(types, list) else [],
                settle_seconds=self._settle_seconds,
            )
