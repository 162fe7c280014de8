"""What callers ask of the service, as values."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from erpgate.domain.credit import CreditedLine
from erpgate.domain.eligibility import Outcome
from erpgate.domain.product import Availability, Product
from erpgate.plugin.model import Payload, PaymentMethod
from erpgate.plugin.reasons import Reason
from erpgate.store.changes import Change
from erpgate.store.later import Verb
from erpgate.store.records import ChannelRecord, InvoiceRecord, InvoiceState, Overrides


@dataclass(frozen=True, kw_only=True, slots=True)
class NewChannel:
    """A merchant connects an ERP.

    Attributes:
        merchant: Tenant.
        channel: Wished id; empty means the ERP's name.
        erp: Name of the ERP.
        display_name: Free text.
        country_code: ISO 3166-1 alpha-2.
        credentials: Fields of step 2 as typed.
        settings: Steps 3 and 4 as JSON of the ERP's model; may be empty.
        request_id: Makes it repeatable; may be empty.
    """

    merchant: str
    channel: str
    erp: str
    display_name: str
    country_code: str
    credentials: Mapping[str, str] = field(repr=False)
    settings: Payload
    request_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelChange:
    """A change of a channel; None leaves a part as it is.

    Attributes:
        merchant: Tenant.
        channel: Id.
        version: Must be the stored one; None for any.
        display_name: Free text.
        settings: All of steps 3 and 4 as JSON of the ERP's model.
    """

    merchant: str
    channel: str
    version: int | None = None
    display_name: str | None = None
    settings: Payload | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class NewCredentials:
    """A merchant replaces a channel's credentials.

    Attributes:
        merchant: Tenant.
        channel: Id.
        credentials: Fields of step 2 as typed.
        request_id: Makes it repeatable; may be empty.
    """

    merchant: str
    channel: str
    credentials: Mapping[str, str] = field(repr=False)
    request_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderQuery:
    """A page of a merchant's orders, by id.

    Attributes:
        merchant: Tenant.
        after: Id of the last order of the page before.
        limit: Orders per page.
        outcome: Only orders with such a verdict.
        sales_channel: Only orders of it; empty for all.
    """

    merchant: str
    after: str
    limit: int
    outcome: Outcome | None = None
    sales_channel: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewInvoice:
    """A person invoices one order now.

    Attributes:
        merchant: Tenant.
        channel: Id of the channel.
        order_id: Of the order.
        overrides: Values instead of the channel's.
        request_id: Makes it repeatable; may be empty.
    """

    merchant: str
    channel: str
    order_id: str
    overrides: Overrides
    request_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NewPayment:
    """Money that was received.

    Attributes:
        amount: In the invoice's currency.
        date: Company-local; None for today.
        method: How it was paid.
        account: The ERP's id; empty for the channel's.
    """

    amount: Decimal
    date: dt.date | None
    method: PaymentMethod
    account: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NewOperation:
    """A person asks for something to be done with an invoice.

    Attributes:
        merchant: Tenant.
        channel: Id of the channel.
        invoice: Id of the invoice.
        verb: What is done.
        note: A person's words.
        lines: Of a credit note; empty for everything that is left.
        payment: To record.
        recipients: Of an e-mail; empty for the buyer.
        request_id: Makes it repeatable; may be empty.
    """

    merchant: str
    channel: str
    invoice: str
    verb: Verb
    note: str = ""
    lines: tuple[CreditedLine, ...] = ()
    payment: NewPayment | None = None
    recipients: tuple[str, ...] = ()
    request_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class InvoiceQuery:
    """A page of a channel's invoices, oldest first.

    Attributes:
        merchant: Tenant.
        channel: Id of the channel.
        after: Id of the last invoice of the page before.
        limit: Invoices per page.
        state: Only invoices in it.
        reason: Only invoices that wait or stopped for it.
        sales_channel: Only invoices of its orders; empty for all.
        order_id: Only invoices of this order; empty for all.
        start: Only invoices that were asked for then or later.
        end: Only invoices that were asked for before.
    """

    merchant: str
    channel: str
    after: str
    limit: int
    state: InvoiceState | None = None
    reason: Reason | None = None
    sales_channel: str = ""
    order_id: str = ""
    start: dt.datetime | None = None
    end: dt.datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CatalogEntry:
    """A product as it was read, and how it is now.

    Attributes:
        product: Under the channel's settings.
        version: Counts its changes.
        sync_time: When it was read last.
        change_time: When it was first read as it is.
        age: How long ago it was read.
        availability: What can still be sold; None when it keeps no stock.
    """

    product: Product
    version: int
    sync_time: dt.datetime
    change_time: dt.datetime
    age: dt.timedelta
    availability: Availability | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SkuAnswer:
    """What the catalogue says about one SKU.

    Attributes:
        sku: As asked.
        entries: Products that an order's line with this SKU would be matched with; of several that are switched off,
            or refused, one.
        suggestions: SKUs that exist and look alike, best first.
    """

    sku: str
    entries: tuple[CatalogEntry, ...]
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ProductQuery:
    """A page of a channel's products, by the ERP's id.

    Attributes:
        merchant: Tenant.
        channel: Id of the channel.
        after: Id of the last product of the page before.
        limit: Products per page.
        sku: Only with this SKU; empty for any.
        text: Only with this text; empty for any.
        active: None for both.
        stock_below: Only with less on hand.
        changed_since: Only changed then or later.
    """

    merchant: str
    channel: str
    after: str
    limit: int
    sku: str = ""
    text: str = ""
    active: bool | None = None
    stock_below: Decimal | None = None
    changed_since: dt.datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchedChange:
    """A change of a product as a watcher gets it.

    Attributes:
        change: From the feed.
        entry: The product as it is now; None when it is gone.
    """

    change: Change
    entry: CatalogEntry | None


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchedPage:
    """What a watcher gets at a time.

    Attributes:
        channel: As it is now.
        changes: In order.
        position: Where to go on.
    """

    channel: ChannelRecord
    changes: tuple[WatchedChange, ...]
    position: int


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchedInvoices:
    """Changes of invoices, in order.

    Attributes:
        changes: Each with the invoice as it is now.
        position: Up to where the watcher knows the feed by now.
    """

    changes: tuple[tuple[Change, InvoiceRecord], ...]
    position: int
