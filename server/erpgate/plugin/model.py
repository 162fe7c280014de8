"""The neutral model: what every ERP has, in the field's own words.

All values are frozen. Money and quantities are `Decimal`, dates are the company's local dates, instants are aware.
"""

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Generic, Literal, NewType, TypeVar

from erpgate.plugin.forms import Text

CompanyId = NewType("CompanyId", str)
ItemId = NewType("ItemId", str)
CustomerId = NewType("CustomerId", str)
DocumentId = NewType("DocumentId", str)

T = TypeVar("T")

Payload = Mapping[str, object]
"""JSON for one ERP; only its plugin reads it."""


class Stage(enum.Enum):
    """How far a document is."""

    DRAFT = "draft"
    """It can be changed and removed without a trace."""
    OPEN = "open"
    """It counts in the books."""
    ISSUED = "issued"
    """The tax authority has it."""

    @property
    def rank(self) -> int:
        """Position on the way from draft to issued."""
        return list(Stage).index(self)


@dataclass(frozen=True, kw_only=True, slots=True)
class Company:
    """Who the credentials belong to.

    Attributes:
        id: Stable over renames and new tokens; it is the key of everything that is kept about the company.
        name: As the ERP shows it.
        country_code: ISO 3166-1 alpha-2.
        currency_code: ISO 4217, the currency of its books.
        time_zone: IANA name; document dates are dates there.
        facts: What `Erp.policy` needs later, such as decimals or plan.
    """

    id: CompanyId
    name: str
    country_code: str
    currency_code: str
    time_zone: str
    facts: Payload = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A product, variant, kit or service that can stand on an invoice line.

    Attributes:
        id: The ERP's id, opaque text.
        name: As the ERP shows it.
        reference: The ERP's item code; variants may share their parent's.
        barcode: EAN, UPC or similar.
        kind: `variant_parent` cannot be sold, its variants can.
        parent: Of a variant.
        unit: The ERP's unit code.
        active: Whether the ERP lets it be sold.
        currency_code: Of the prices.
        prices: Price list id to net unit price; percentage lists are resolved.
        tax_rates: Tax id to rate as a fraction (0.19).
        stock: Warehouse id to quantity on hand; empty when the item keeps no stock.
    """

    id: ItemId
    name: str
    reference: str | None = None
    barcode: str | None = None
    kind: Literal["product", "service", "kit", "variant", "variant_parent"] = "product"
    parent: ItemId | None = None
    unit: str = ""
    active: bool = True
    currency_code: str = ""
    prices: Mapping[str, Decimal] = field(default_factory=dict)
    tax_rates: Mapping[str, Decimal] = field(default_factory=dict)
    stock: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """A postal address; empty parts are unknown."""

    street: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country_code: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Buyer:
    """Who bought; empty text is unknown.

    Attributes:
        name: Full name or company name.
        document_type: As the order says it, such as `CC` or `NIT`; the plugin reads it.
        document: Identity document or tax number, as given.
        email: Where the invoice may be sent.
        phone: As given.
        address: Postal address.
    """

    name: str
    document_type: str = ""
    document: str = ""
    email: str = ""
    phone: str = ""
    address: Address = field(default_factory=Address)


@dataclass(frozen=True, kw_only=True, slots=True)
class DraftLine:
    """One line of a document to be written.

    Attributes:
        item: What is sold.
        description: Text on the line.
        quantity: In the item's unit.
        unit_price: Net, or gross where the policy accepts gross prices; discounts are already in it.
        tax_ids: The ERP's taxes of this line.
    """

    item: ItemId
    description: str
    quantity: Decimal
    unit_price: Decimal
    tax_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A document as it shall be; frozen at the first attempt.

    Attributes:
        reference: Ours, machine readable, derived from the business key alone: the same after a restore.
        date: Company-local document date.
        due_date: Company-local due date.
        customer: The ERP's customer.
        currency_code: ISO 4217.
        lines: At least one.
        total: What the core predicts the ERP will compute.
        tax_base: Predicted sum before tax.
        tax: Predicted tax.
        order_number: The marketplace's own number, for people.
        note: The order's notes, whole; the mapper cuts and places them.
        stage: How far the document shall go in the end.
        document_type: Of the buyer's identity document, as the plugin's defaults completed it.
    """

    reference: str
    date: dt.date
    due_date: dt.date
    customer: CustomerId
    currency_code: str
    lines: tuple[DraftLine, ...]
    total: Decimal
    tax_base: Decimal
    tax: Decimal
    order_number: str = ""
    note: str = ""
    stage: Stage = Stage.DRAFT
    document_type: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentLine:
    """One line of a document as the ERP has it."""

    item: ItemId
    quantity: Decimal
    total: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A document as the ERP has it.

    Attributes:
        id: The ERP's id.
        number: The fiscal or internal number, once it has one.
        reference: Ours, as read back.
        stage: How far it is.
        voided: Whether it was cancelled.
        fiscal: What the tax authority said.
        date: Document date.
        customer: The ERP's customer.
        currency_code: ISO 4217.
        total: With tax.
        tax_base: Before tax.
        tax: All taxes.
        balance: Not yet paid.
        lines: As the ERP lists them.
        revision: Etag or sync token that a later verb must send back.
        messages: Notices of the ERP or the tax authority, for people.
    """

    id: DocumentId
    number: str | None
    reference: str | None
    stage: Stage
    voided: bool
    fiscal: Literal["none", "pending", "accepted", "observed", "rejected"]
    date: dt.date
    customer: CustomerId
    currency_code: str
    total: Decimal
    tax_base: Decimal
    tax: Decimal
    balance: Decimal
    lines: tuple[DocumentLine, ...] = ()
    revision: str | None = None
    messages: tuple[str, ...] = ()


class PaymentMethod(enum.Enum):
    """How a buyer paid."""

    CASH = "cash"
    TRANSFER = "transfer"
    DEPOSIT = "deposit"
    CHECK = "check"
    CREDIT_CARD = "credit_card"
    DEBIT_CARD = "debit_card"


@dataclass(frozen=True, kw_only=True, slots=True)
class Payment:
    """Money that was received for a document.

    Attributes:
        reference: Ours, machine readable, so that `TakesPayments.find_payments` can find it.
        date: Company-local date.
        amount: In the document's currency, above zero.
        method: How it was paid.
        account: The ERP's id of the cash or bank account; empty means the one that the channel's settings name.
    """

    reference: str
    date: dt.date
    amount: Decimal
    method: PaymentMethod
    account: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found(Generic[T]):
    """Answer of a search, in three values: found, absent, don't know.

    Attributes:
        matches: Re-checked hits.
        complete: Whether everything that could match was seen. Only `complete` and no matches means absent.
    """

    matches: tuple[T, ...]
    complete: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One choice of a form field.

    Attributes:
        value: What is stored.
        label: What the merchant sees: in three languages where it is the plugin's word, as it is where it is the
            merchant's own.
    """

    value: str
    label: str | Text
