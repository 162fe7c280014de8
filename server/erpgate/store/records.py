"""What is stored, as values: the rows of the database in the words of the product."""

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from erpgate.domain.eligibility import Outcome, RuleResult
from erpgate.domain.order import Order
from erpgate.domain.problem import LineProblem
from erpgate.plugin.events import FiscalState as FiscalState  # the words of records are those of the SDK
from erpgate.plugin.events import Health as Health
from erpgate.plugin.events import InvoiceState as InvoiceState
from erpgate.plugin.events import PaymentState as PaymentState
from erpgate.plugin.model import Buyer, Company, Document, Draft, Payload, Stage
from erpgate.plugin.reasons import Reason
from erpgate.store.failure import Failure
from erpgate.store.later import NOTHING_LATER, Later


class ChannelState(enum.StrEnum):
    """How far a connection is."""

    CREDENTIALS_PENDING = "credentials_pending"
    CONFIGURATION_PENDING = "configuration_pending"
    CONNECTED = "connected"
    PAUSED = "paused"


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelRecord:
    """A merchant's connected ERP.

    Attributes:
        merchant: Tenant.
        channel: Id, unique for the merchant.
        erp: Name of the ERP.
        display_name: Free text.
        country_code: ISO 3166-1 alpha-2.
        account: Key of the lane: the ERP's company, or the channel itself while the company is not known.
        company: Who the credentials belong to; None before the first answer.
        settings: JSON of the ERP's settings model.
        state: How far it is.
        health: How it is.
        health_message: A sentence about that.
        check_time: When it was checked last; None before the first time.
        version: Counts changes.
        create_time: When it was created.
        update_time: When it was changed last.
    """

    merchant: str
    channel: str
    erp: str
    display_name: str
    country_code: str
    account: str
    company: Company | None
    settings: Payload
    state: ChannelState
    health: Health = Health.OK
    health_message: str = ""
    check_time: dt.datetime | None = None
    version: int = 1
    create_time: dt.datetime
    update_time: dt.datetime

    @property
    def name(self) -> str:
        """Resource name."""
        return f"merchants/{self.merchant}/channels/{self.channel}"


@dataclass(frozen=True, kw_only=True, slots=True)
class VerdictRecord:
    """What one channel makes of an order.

    Attributes:
        channel: Id of the channel.
        outcome: What follows.
        reason: What decided.
        message: One sentence.
        details: Values that decided.
        line_problems: Lines that stop the order.
        invoice: Id of the invoice that was begun; empty when there is none.
        trace: Every rule that was asked.
        evaluate_time: When it was judged.
    """

    channel: str
    outcome: Outcome
    reason: Reason
    message: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    line_problems: tuple[LineProblem, ...] = ()
    invoice: str = ""
    trace: tuple[RuleResult, ...] = ()
    evaluate_time: dt.datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderRecord:
    """An order with what the merchant's channels make of it.

    Attributes:
        order: As submitted last.
        order_id: Last part of its resource name.
        revision: Counts accepted changes, from 1.
        verdicts: One per channel, by channel id.
        create_time: When it was first submitted.
        update_time: When it was last changed.
    """

    order: Order
    order_id: str
    revision: int
    verdicts: tuple[VerdictRecord, ...] = ()
    create_time: dt.datetime
    update_time: dt.datetime


FISCAL = {
    "none": FiscalState.NOT_REQUESTED,
    "pending": FiscalState.PENDING,
    "accepted": FiscalState.ACCEPTED,
    "observed": FiscalState.ACCEPTED_WITH_OBSERVATIONS,
    "rejected": FiscalState.REJECTED,
}
"""What each word of `Document.fiscal` means for an invoice."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Overrides:
    """Values of a person for one invoice; None and empty mean the channel's, or the order's.

    Attributes:
        line_skus: Line id to SKU.
        remember: Whether these corrections become aliases.
        warehouse: The ERP's id.
        price_list: The ERP's id.
        stage: How far the invoice goes.
        erp_options: Fields that only this ERP has.
        buyer: Instead of the order's.
        customer: The ERP's id of the customer, instead of one that is found or made for the buyer.
        due_date: Company-local date.
        payment_term_days: From the document's date, instead of a due date.
        shipping_policy: `not_invoiced` or `line`.
        shipping_item: The ERP's id.
    """

    line_skus: Mapping[str, str] = field(default_factory=dict)
    remember: bool = False
    warehouse: str = ""
    price_list: str = ""
    stage: Stage | None = None
    erp_options: Payload = field(default_factory=dict)
    buyer: Buyer | None = None
    customer: str = ""
    due_date: dt.date | None = None
    payment_term_days: int | None = None
    shipping_policy: str = ""
    shipping_item: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Frozen:
    """What was mapped, fixed before the first write, so that a later change of settings never makes a retry differ.

    Attributes:
        draft: Neutral document; its customer is filled in by the customer step.
        payload: The plugin's body that creates it.
        shipping_left_out: Shipping that the policy leaves out.
        defaults_used: Settings that completed the buyer.
        arithmetic: From what was paid to the predicted total, a sentence a step.
        remainder: Predicted total less what was to be reached.
        aliases: Line id to the item's SKU, where an alias decided what the line is.
    """

    draft: Draft
    payload: Payload
    shipping_left_out: Decimal
    defaults_used: tuple[str, ...]
    arithmetic: tuple[str, ...]
    remainder: Decimal
    aliases: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class InvoiceRecord:
    """The one invoice of one sale.

    Attributes:
        merchant: Tenant.
        channel: Id of the channel.
        invoice: Id; sorts by time of creation.
        account: The ERP's company: first part of the business key.
        order_id: Of the order; of a basket's first one.
        basket: Order ids of the basket that it is for; empty where it is for one order by itself.
        reference: In the ERP's document too.
        state: How far it is.
        fiscal_state: What the tax authority said.
        payment_state: How much is paid.
        failure: Why it does not go on; None when it does.
        overrides: Values of a person.
        requested: Whether a person asked for it, whatever the automation says.
        stage: How far it shall go.
        paid_total: What the buyer paid.
        currency_code: ISO 4217.
        frozen: What is sent; None before the first attempt.
        document: As the ERP had it last; None before it answered.
        issue_no: Counts the documents for the order's business key, from 1.
        later: What happened to the document since it was made.
        look_due: When it is compared with the ERP's next; None when it is not.
        version: Counts changes.
        create_time: When it was asked for.
        update_time: When it was changed last.
    """

    merchant: str
    channel: str
    invoice: str
    account: str
    order_id: str
    basket: tuple[str, ...] = ()
    reference: str
    state: InvoiceState = InvoiceState.PENDING
    fiscal_state: FiscalState = FiscalState.NOT_REQUESTED
    payment_state: PaymentState = PaymentState.UNPAID
    failure: Failure | None = None
    overrides: Overrides = field(default_factory=Overrides)
    requested: bool = False
    stage: Stage
    paid_total: Decimal
    currency_code: str
    frozen: Frozen | None = None
    document: Document | None = None
    issue_no: int = 1
    later: Later = NOTHING_LATER
    look_due: dt.datetime | None = None
    version: int = 1
    create_time: dt.datetime
    update_time: dt.datetime

    @property
    def name(self) -> str:
        """Resource name."""
        return f"merchants/{self.merchant}/channels/{self.channel}/invoices/{self.invoice}"

    @property
    def sales_channel(self) -> str:
        """Where its order was sold: what the order's id begins with, whose characters need no encoding."""
        return self.order_id.partition(":")[0]

    @property
    def order_ids(self) -> tuple[str, ...]:
        """Of every order that it is for."""
        return self.basket or (self.order_id,)

    @property
    def credited_total(self) -> Decimal:
        """What its credit notes come to."""
        totals = (operation.document.total for operation in self.later.credits if operation.document is not None)
        return sum(totals, Decimal(0))

    @property
    def reversed(self) -> bool:
        """Whether the document does not stand any more: voided, gone, or credited in full."""
        if self.state in (InvoiceState.VOIDED, InvoiceState.MISSING):
            return True
        credited = self.credited_total
        return self.document is not None and credited > 0 and credited >= self.document.total


class BytesLeft(enum.StrEnum):
    """Whether bytes of a write reached the ERP."""

    NO = "no"
    YES = "yes"
    MAYBE = "maybe"


class AttemptOutcome(enum.StrEnum):
    """What came of a write; anything without a proven outcome is uncertain."""

    DONE = "done"
    NOT_DONE = "not_done"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, kw_only=True, slots=True)
class AttemptRecord:
    """One write to the ERP: a row of the journal.

    Attributes:
        account: Lane.
        subject: What it is done for, such as an invoice's id.
        step: Which step of the process.
        number: Counts the tries of this step, from 1.
        epoch: Fencing number of the lane at the time.
        bytes_left: Whether anything reached the ERP.
        outcome: What came of it.
        answer: The ERP's answer as JSON; only when done.
        error: What went wrong.
        start_time: When it began.
        end_time: When its outcome was known; None while it is not.
    """

    account: str
    subject: str
    step: str
    number: int
    epoch: int
    bytes_left: BytesLeft = BytesLeft.MAYBE
    outcome: AttemptOutcome = AttemptOutcome.UNCERTAIN
    answer: Payload | None = None
    error: str = ""
    start_time: dt.datetime
    end_time: dt.datetime | None = None
