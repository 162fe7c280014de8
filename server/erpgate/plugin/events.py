"""What listeners are told: events as values, in the words of the product."""

import datetime as dt
import enum
from dataclasses import dataclass
from decimal import Decimal

from erpgate.plugin.reasons import Reason


class InvoiceState(enum.StrEnum):
    """How far a document is."""

    PENDING = "pending"
    BLOCKED = "blocked"
    SENDING = "sending"
    UNKNOWN = "unknown"
    DRAFT = "draft"
    OPEN = "open"
    VOIDED = "voided"
    WITHDRAWN = "withdrawn"
    MISSING = "missing"


class FiscalState(enum.StrEnum):
    """What the tax authority said."""

    NOT_REQUESTED = "not_requested"
    PENDING = "pending"
    ACCEPTED = "accepted"
    ACCEPTED_WITH_OBSERVATIONS = "accepted_with_observations"
    REJECTED = "rejected"


class PaymentState(enum.StrEnum):
    """How much of an invoice is paid."""

    UNPAID = "unpaid"
    PARTIALLY_PAID = "partially_paid"
    PAID = "paid"


class Health(enum.StrEnum):
    """How the running system finds a channel."""

    OK = "ok"
    AUTH_FAILED = "auth_failed"
    DEGRADED = "degraded"
    MISCONFIGURED = "misconfigured"
    PLUGIN_UNAVAILABLE = "plugin_unavailable"


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """What every event says.

    Attributes:
        event_id: The same whenever the same event is told again; another one for every other event.
        time: When it happened.
        channel: Resource name, `merchants/MERCHANT/channels/CHANNEL`.
    """

    event_id: str
    time: dt.datetime
    channel: str

    @property
    def merchant(self) -> str:
        """Id of the merchant."""
        return self.channel.split("/")[1]


@dataclass(frozen=True, kw_only=True, slots=True)
class InvoiceChanged(Event):
    """An invoice has got where it shall be, was stopped, or changed afterwards.

    It names the invoice and says nothing of the buyer, nor in which words it was refused: whoever needs them asks for
    the invoice by its name.

    Attributes:
        invoice: Resource name.
        orders: Resource names of the orders that it is for; several for a basket.
        reference: By which its document is found in the ERP.
        version: Of the invoice; a later event about it has a higher one.
        state: BLOCKED waits for a person. DRAFT and OPEN are told only where the invoice shall go no further. VOIDED,
            MISSING and WITHDRAWN are ends. What is on its way (PENDING, SENDING, UNKNOWN) is not told.
        fiscal_state: What the tax authority said; ACCEPTED is what makes it issued.
        payment_state: How much is paid.
        is_reversed: Whether the document does not stand any more: voided, gone, or credited in full.
        reason: Why it is BLOCKED, or what people shall mend; None when all is well.
        document_id: The ERP's id of the document; empty while there is none.
        document_number: The ERP's number for people; empty while there is none.
        currency_code: ISO 4217.
        paid_total: What the buyer paid.
        total: Of the document; None while there is none.
        tax: Of the document; None while there is none.
    """

    invoice: str
    orders: tuple[str, ...]
    reference: str
    version: int
    state: InvoiceState
    fiscal_state: FiscalState
    payment_state: PaymentState
    is_reversed: bool
    reason: Reason | None
    document_id: str
    document_number: str
    currency_code: str
    paid_total: Decimal
    total: Decimal | None
    tax: Decimal | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelHealthChanged(Event):
    """A channel works no longer, works again, or something else is wrong with it; what exactly, the channel says.

    Attributes:
        erp: Name of its ERP.
        health: How it is by now.
    """

    erp: str
    health: Health
