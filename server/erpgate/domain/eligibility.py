"""Whether a channel invoices an order by itself: a table of rules, every one of them asked and written down."""

import dataclasses
import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from erpgate.domain.order import Order
from erpgate.plugin.reasons import Reason
from erpgate.plugin.settings import Automation, OrderState


class Outcome(enum.StrEnum):
    """What follows from a verdict.

    `INVOICE`: an invoice is made. `SKIPPED`: a rule says no. `WAITING`: something is missing that may come.
    `ERROR`: a person must act.
    """

    INVOICE = "invoice"
    SKIPPED = "skipped"
    WAITING = "waiting"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelView:
    """What the rules need of a channel.

    Attributes:
        name: Its id or resource name; comes back in the verdict.
        state: `connected`, `paused`, or a state before them.
        automation: Step 4 of the wizard.
        erp_proven: Whether it is proved of its plugin that one sale makes one invoice.
    """

    name: str
    state: str
    automation: Automation
    erp_proven: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleResult:
    """What one rule saw.

    Attributes:
        rule: Its name.
        value: What the order or the channel has.
        expected: What the rule asks for.
        passed: Whether it holds.
        reason: What it gives where it does not hold; None where it does.
    """

    rule: str
    value: str
    expected: str
    passed: bool
    reason: Reason | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What one channel makes of an order.

    Attributes:
        channel: As in `ChannelView.name`.
        outcome: What follows.
        reason: What decided: the first rule that does not hold.
        trace: Every rule that was asked, in order.
        details: Values that decided, by name.
    """

    channel: str
    outcome: Outcome
    reason: Reason
    trace: tuple[RuleResult, ...]
    details: Mapping[str, str] = field(default_factory=dict)


def judge(
    order: Order, channel: ChannelView, *, already_invoiced: str, reversed_: bool = False, requested: bool = False
) -> Verdict:
    """Judges an order by the channel's rules alone; nothing is asked of the ERP.

    Args:
        order: As the sales channel reports it now.
        channel: Who would invoice it.
        already_invoiced: Name of the order's live invoice, in whatever channel; empty when there is none.
        reversed_: That invoice does not stand any more: voided, credited in full, or gone from the ERP.
        requested: A person asks for the invoice: the rules of automation are not asked.
    """
    case = _Case(order=order, channel=channel, invoice=already_invoiced, invoice_reversed=reversed_)
    asked = [rule for rule in _RULES if rule.binds_persons or not requested]
    results = [rule.ask(case) for rule in asked]
    failed = next((rule for rule, result in zip(asked, results, strict=True) if not result.passed), None)
    if failed is None:
        outcome, reason = Outcome.INVOICE, Reason.REQUESTED_BY_PERSON if requested else Reason.ELIGIBLE
    else:
        outcome, reason = failed.outcome(case), failed.reason(case)
    details = {"invoice": already_invoiced} if already_invoiced else {}
    return Verdict(channel=channel.name, outcome=outcome, reason=reason, trace=tuple(results), details=details)


def combine(verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """Keeps one order from being invoiced twice: where several channels would invoice it, a person chooses."""
    eligible = [verdict.channel for verdict in verdicts if verdict.outcome is Outcome.INVOICE]
    if len(eligible) < 2:
        return tuple(verdicts)
    conflict = RuleResult(
        rule="only_channel",
        value=", ".join(eligible),
        expected="one channel",
        passed=False,
        reason=Reason.SEVERAL_CHANNELS_ELIGIBLE,
    )
    return tuple(
        dataclasses.replace(
            verdict,
            outcome=Outcome.WAITING,
            reason=Reason.SEVERAL_CHANNELS_ELIGIBLE,
            trace=(*verdict.trace, conflict),
        )
        if verdict.outcome is Outcome.INVOICE
        else verdict
        for verdict in verdicts
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Case:
    order: Order
    channel: ChannelView
    invoice: str
    invoice_reversed: bool

    @property
    def automation(self) -> Automation:
        return self.channel.automation

    @property
    def reversed(self) -> bool:
        """Whether the sale was undone, in whole or in part."""
        return self.order.refunded or self.order.state is OrderState.CANCELLED

    @property
    def why_invoiced(self) -> Reason:
        """What an invoice that there is means for the order."""
        if self.invoice_reversed:
            return Reason.INVOICE_REVERSED
        return Reason.CREDIT_NOTE_SUGGESTED if self.reversed else Reason.ALREADY_INVOICED


@dataclass(frozen=True, kw_only=True, slots=True)
class _Rule:
    name: str
    value: Callable[[_Case], str]
    expected: Callable[[_Case], str]
    holds: Callable[[_Case], bool]
    reason: Callable[[_Case], Reason]
    outcome: Callable[[_Case], Outcome]
    binds_persons: bool

    def ask(self, case: _Case) -> RuleResult:
        passed = self.holds(case)
        return RuleResult(
            rule=self.name,
            value=self.value(case),
            expected=self.expected(case),
            passed=passed,
            reason=None if passed else self.reason(case),
        )


def _rule(
    name: str,
    *,
    value: Callable[[_Case], str],
    expected: Callable[[_Case], str],
    holds: Callable[[_Case], bool],
    reason: Reason | Callable[[_Case], Reason],
    outcome: Outcome | Callable[[_Case], Outcome] = Outcome.SKIPPED,
    binds_persons: bool = False,
) -> _Rule:
    return _Rule(
        name=name,
        value=value,
        expected=expected,
        holds=holds,
        reason=reason if callable(reason) else lambda _: reason,
        outcome=outcome if callable(outcome) else lambda _: outcome,
        binds_persons=binds_persons,
    )


def _yes_no(value: bool) -> str:
    return "yes" if value else "no"


def _one_of(values: Sequence[str]) -> str:
    return ", ".join(values) or "any"


def _started(case: _Case) -> bool:
    start = case.automation.start_time
    return start is None or case.order.order_time >= start


def _start(case: _Case) -> str:
    start = case.automation.start_time
    return "any time" if start is None else f"{start.isoformat()} or later"


def _state_selected(case: _Case) -> bool:
    return not case.automation.order_states or case.order.state in case.automation.order_states


_FINAL_STATES: Final = frozenset({OrderState.COMPLETED, OrderState.CANCELLED})

_RULES: Final = (
    _rule(
        "not_invoiced",
        value=lambda case: case.invoice or "none",
        expected=lambda _: "none",
        holds=lambda case: not case.invoice,
        reason=lambda case: case.why_invoiced,
        binds_persons=True,
    ),
    _rule(
        "channel_connected",
        value=lambda case: case.channel.state,
        expected=lambda _: "connected, paused",
        holds=lambda case: case.channel.state in ("connected", "paused"),
        reason=Reason.CHANNEL_NOT_CONNECTED,
        binds_persons=True,
    ),
    _rule(
        "channel_not_paused",
        value=lambda case: case.channel.state,
        expected=lambda _: "not paused",
        holds=lambda case: case.channel.state != "paused",
        reason=Reason.CHANNEL_PAUSED,
        outcome=Outcome.WAITING,
        binds_persons=True,
    ),
    _rule(
        "automation_enabled",
        value=lambda case: _yes_no(case.automation.enabled),
        expected=lambda _: "yes",
        holds=lambda case: case.automation.enabled,
        reason=Reason.AUTOMATION_OFF,
    ),
    _rule(
        "erp_proven",
        value=lambda case: _yes_no(case.channel.erp_proven),
        expected=lambda _: "yes",
        holds=lambda case: case.channel.erp_proven,
        reason=Reason.ERP_NOT_PROVEN,
        outcome=Outcome.WAITING,
    ),
    _rule(
        "order_time",
        value=lambda case: case.order.order_time.isoformat(),
        expected=_start,
        holds=_started,
        reason=Reason.BEFORE_START,
    ),
    _rule(
        "sales_channel",
        value=lambda case: case.order.sales_channel,
        expected=lambda case: _one_of(case.automation.sales_channels),
        holds=lambda case: (
            not case.automation.sales_channels or case.order.sales_channel in case.automation.sales_channels
        ),
        reason=Reason.SALES_CHANNEL_NOT_SELECTED,
    ),
    _rule(
        "order_state",
        value=lambda case: case.order.state,
        expected=lambda case: _one_of(case.automation.order_states),
        holds=_state_selected,
        reason=Reason.ORDER_STATE_NOT_SELECTED,
        outcome=lambda case: Outcome.SKIPPED if case.order.state in _FINAL_STATES else Outcome.WAITING,
    ),
    _rule(
        "fulfillment",
        value=lambda case: _yes_no(case.order.fulfillment),
        expected=lambda case: "any" if case.automation.include_fulfillment else "no",
        holds=lambda case: case.automation.include_fulfillment or not case.order.fulfillment,
        reason=Reason.FULFILLMENT_EXCLUDED,
    ),
    _rule(
        "refunded",
        value=lambda case: _yes_no(case.order.refunded),
        expected=lambda case: "no" if case.automation.skip_refunded else "any",
        holds=lambda case: not (case.automation.skip_refunded and case.order.refunded),
        reason=Reason.REFUNDED_EXCLUDED,
    ),
    _rule(
        "not_shadow",
        value=lambda case: "in shadow mode" if case.automation.shadow else "sending",
        expected=lambda _: "sending",
        holds=lambda case: not case.automation.shadow,
        reason=Reason.SHADOW_MODE,
    ),
)
