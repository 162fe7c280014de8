"""Explanations: why an order was or was not invoiced, from the first rule to the document in the ERP."""

import datetime as dt
import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from erpgate.domain.eligibility import Outcome
from erpgate.domain.problem import LineProblem
from erpgate.plugin.model import Stage
from erpgate.plugin.reasons import Reason
from erpgate.service.errors import not_found
from erpgate.service.orders import SENTENCES
from erpgate.service.remedies import REMEDIES
from erpgate.service.sources import Sources
from erpgate.store.channels import get_channel
from erpgate.store.failure import Failure
from erpgate.store.invoices import get_invoice
from erpgate.store.orders import get_order
from erpgate.store.records import ChannelRecord, ChannelState, Health, InvoiceRecord, InvoiceState, VerdictRecord


class StepResult(enum.StrEnum):
    """What came of a rule or a step."""

    PASSED = "passed"
    FAILED = "failed"
    WAITING = "waiting"
    NOT_REACHED = "not_reached"


@dataclass(frozen=True, kw_only=True, slots=True)
class ExplanationStep:
    """One rule, or one step towards the document.

    Attributes:
        step: Its name.
        value: What it saw.
        expected: What it asks for.
        result: What came of it.
        reason: Why it failed.
    """

    step: str
    value: str = ""
    expected: str = ""
    result: StepResult
    reason: Reason | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelExplanation:
    """One channel's decision.

    Attributes:
        channel: Id of the channel.
        outcome: What follows.
        reason: What decided.
        answer: One sentence for a person.
        remedy: What to do about the reason.
        details: Values that decided.
        steps: Every rule and every step, in order.
        line_problems: Lines that stop the order.
        invoice: That was begun.
        evaluate_time: When the rules were asked last, or the invoice was stopped.
    """

    channel: str
    outcome: Outcome
    reason: Reason
    answer: str
    remedy: str
    details: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[ExplanationStep, ...]
    line_problems: tuple[LineProblem, ...] = ()
    invoice: InvoiceRecord | None = None
    evaluate_time: dt.datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderExplanation:
    """Every channel's decision about an order.

    Attributes:
        merchant: Tenant.
        order_id: Of the order.
        channels: By id.
    """

    merchant: str
    order_id: str
    channels: Sequence[ChannelExplanation]

    @property
    def answer(self) -> str:
        """The answer of the channel that got furthest."""
        if not self.channels:
            return "No channel has judged the order: connect one, and submit the order again."
        return min(self.channels, key=lambda channel: _FURTHEST.index(channel.outcome)).answer


_FURTHEST = (Outcome.INVOICE, Outcome.ERROR, Outcome.WAITING, Outcome.SKIPPED)


class Explanations:
    """The use case.

    Args:
        sources: Database, plugins and clock.
    """

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    async def explain(self, merchant: str, order_id: str) -> OrderExplanation:
        """Why an order was or was not invoiced; the ERP is not asked."""
        database = self._sources.database
        record = await database.read(lambda c: get_order(c, merchant, order_id))
        if record is None:
            raise not_found(f"merchants/{merchant}/orders/{order_id}")
        channels = [await self._explain(merchant, verdict) for verdict in record.verdicts]
        return OrderExplanation(merchant=merchant, order_id=order_id, channels=channels)

    async def _explain(self, merchant: str, verdict: VerdictRecord) -> ChannelExplanation:
        invoice = await self._invoice(merchant, verdict)
        channel = await self._sources.database.read(lambda c: get_channel(c, merchant, verdict.channel))
        return _explained(verdict, invoice, _failure(invoice, channel))

    async def _invoice(self, merchant: str, verdict: VerdictRecord) -> InvoiceRecord | None:
        if not verdict.invoice:
            return None
        return await self._sources.database.read(lambda c: get_invoice(c, merchant, verdict.channel, verdict.invoice))


def _failure(invoice: InvoiceRecord | None, channel: ChannelRecord | None) -> Failure | None:
    """What stops the invoice: what was noted on it, or what holds its whole channel up."""
    if invoice is None or invoice.state not in (*_UNDER_WAY, InvoiceState.WITHDRAWN):
        return None if invoice is None else invoice.failure
    if channel is None:
        gone = "The channel was deleted before the invoice was made: connect one, and submit the order again."
        return Failure(reason=Reason.CHANNEL_NOT_CONNECTED, message=gone)
    if channel.state is ChannelState.PAUSED and invoice.state in _UNDER_WAY:
        paused = "The channel was paused before the invoice was made; it goes on when the channel is resumed."
        return Failure(reason=Reason.CHANNEL_PAUSED, message=paused, details={"channel": channel.name}, retryable=True)
    unwell = _UNWELL.get(channel.health)
    if invoice.failure is not None or invoice.state not in _UNDER_WAY or unwell is None:
        return invoice.failure
    return Failure(reason=unwell, message=channel.health_message, retryable=True)


_UNDER_WAY = (InvoiceState.PENDING, InvoiceState.SENDING, InvoiceState.UNKNOWN)

_UNWELL: Mapping[Health, Reason] = {
    Health.AUTH_FAILED: Reason.ERP_CREDENTIALS_INVALID,
    Health.DEGRADED: Reason.ERP_UNREACHABLE,
    Health.PLUGIN_UNAVAILABLE: Reason.PLUGIN_UNAVAILABLE,
}
"""What an invoice waits for that could not even be begun, by the health of its channel."""


def _explained(verdict: VerdictRecord, invoice: InvoiceRecord | None, failure: Failure | None) -> ChannelExplanation:
    asked = tuple(
        ExplanationStep(
            step=rule.rule,
            value=rule.value,
            expected=rule.expected,
            result=StepResult.PASSED if rule.passed else StepResult.FAILED,
            reason=rule.reason,
        )
        for rule in verdict.trace
    )
    reason = verdict.reason if failure is None else failure.reason
    return ChannelExplanation(
        channel=verdict.channel,
        outcome=verdict.outcome,
        reason=reason,
        answer=_answer(verdict, invoice) if failure is None else failure.message,
        remedy=REMEDIES.get(reason, ""),
        details=verdict.details if failure is None else failure.details,
        steps=asked if invoice is None else (*asked, *_steps(invoice, failure)),
        line_problems=verdict.line_problems,
        invoice=invoice,
        evaluate_time=verdict.evaluate_time,
    )


def _answer(verdict: VerdictRecord, invoice: InvoiceRecord | None) -> str:
    if invoice is not None and invoice.document is not None and verdict.outcome is not Outcome.ERROR:
        document = invoice.document
        fallen = invoice.state in (InvoiceState.VOIDED, InvoiceState.MISSING)
        state = invoice.state.value if fallen else document.stage.value
        return f"{_sentence(verdict)} Its document in the ERP is {document.number or document.id}, {state}."
    decided = next((rule for rule in verdict.trace if not rule.passed and rule.reason is verdict.reason), None)
    if decided is None:
        return _sentence(verdict)
    return f"{_sentence(verdict)} {decided.rule}: {decided.value}; asked for: {decided.expected}."


def _sentence(verdict: VerdictRecord) -> str:
    return verdict.message or SENTENCES.get(verdict.reason, "")


_STEPS = ("currency", "matching", "totals", "customer", "document", "comparison", "open", "issued")
"""What an invoice's process does, in order."""

_STOPS_AT: Mapping[Reason, str] = {
    Reason.CURRENCY_NOT_SUPPORTED: "currency",
    Reason.ERP_PLAN_LACKS_FEATURE: "currency",
    Reason.SKU_NOT_FOUND: "matching",
    Reason.SKU_AMBIGUOUS: "matching",
    Reason.ITEM_INACTIVE: "matching",
    Reason.VARIANT_NOT_INVOICEABLE: "matching",
    Reason.FIELD_INVALID: "totals",
    Reason.TAX_BASIS_UNKNOWN: "totals",
    Reason.DOUBLE_TAX_SUSPECTED: "totals",
    Reason.ORDER_TOTAL_INCONSISTENT: "totals",
    Reason.TOTAL_UNREACHABLE: "totals",
    Reason.OPTION_NO_LONGER_EXISTS: "totals",
    Reason.CUSTOMER_DOCUMENT_INVALID: "customer",
    Reason.CUSTOMER_AMBIGUOUS: "customer",
}
"""Where a reason stops an invoice of which the ERP has nothing; others stop at the document itself."""


def _steps(invoice: InvoiceRecord, failure: Failure | None) -> Iterator[ExplanationStep]:
    values = _values(invoice)
    wanted = [name for name in _STEPS if name not in _beyond(invoice.stage)]
    stopped = _stopped(invoice, failure, wanted, values)
    for place, name in enumerate(wanted):
        value = values.get(name, "")
        if place < stopped:
            yield ExplanationStep(step=name, value=value, result=StepResult.PASSED)
        elif place > stopped:
            yield ExplanationStep(step=name, result=StepResult.NOT_REACHED)
        elif failure is None or failure.retryable:
            reason = None if failure is None else failure.reason
            yield ExplanationStep(step=name, value=value, result=StepResult.WAITING, reason=reason)
        else:
            yield ExplanationStep(step=name, value=failure.message, result=StepResult.FAILED, reason=failure.reason)


def _beyond(stage: Stage) -> tuple[str, ...]:
    """Steps that an invoice of this stage does not take."""
    return {Stage.DRAFT: ("open", "issued"), Stage.OPEN: ("issued",), Stage.ISSUED: ()}[stage]


def _values(invoice: InvoiceRecord) -> Mapping[str, str]:
    """What is known of each step that was done."""
    found = {"currency": invoice.currency_code}
    if invoice.frozen is not None:
        draft = invoice.frozen.draft
        found["matching"] = f"{len(draft.lines)} lines of the document"
        found["totals"] = "; ".join(invoice.frozen.arithmetic)
        found["customer"] = draft.customer
    document = invoice.document
    if document is not None:
        found["document"] = document.number or document.id
        found["comparison"] = f"total {document.total}, tax base {document.tax_base}, tax {document.tax}"
        if document.stage.rank >= Stage.OPEN.rank:
            found["open"] = document.stage.value
        if document.stage is Stage.ISSUED:
            found["issued"] = invoice.fiscal_state.value
    return found


def _stopped(invoice: InvoiceRecord, failure: Failure | None, wanted: Sequence[str], values: Mapping[str, str]) -> int:
    """Position of the step that stopped, or goes on; behind the last where all are done."""
    reached = next((place for place, step in enumerate(wanted) if step not in values), len(wanted))
    if failure is None or failure.retryable:
        return reached
    if invoice.document is None:
        sent = invoice.frozen is not None  # with the first attempt of the document
        return wanted.index("document" if sent else _STOPS_AT.get(failure.reason, "document"))
    if failure.reason is Reason.TOTAL_MISMATCH:
        return wanted.index("comparison")
    return min(reached, len(wanted) - 1)
