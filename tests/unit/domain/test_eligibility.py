"""Which orders become invoices by themselves."""

import dataclasses
import datetime as dt
import itertools
from typing import Any

import pytest
from erpgate.domain.eligibility import ChannelView, Outcome, RuleResult, Verdict, combine, judge
from erpgate.plugin.reasons import Reason
from erpgate.plugin.settings import Automation, OrderState

from .builders import NOON, an_order

RULES = [
    "not_invoiced",
    "channel_connected",
    "channel_not_paused",
    "automation_enabled",
    "erp_proven",
    "order_time",
    "sales_channel",
    "order_state",
    "fulfillment",
    "refunded",
    "not_shadow",
]
INVOICE = "merchants/acme/channels/main/invoices/01"


def a_channel(name: str = "main", state: str = "connected", **automation: Any) -> ChannelView:
    return ChannelView(name=name, state=state, automation=Automation(**{"enabled": True, **automation}))


def failed(verdict: Verdict) -> list[str]:
    return [result.rule for result in verdict.trace if not result.passed]


def test_every_rule_is_asked_and_written_down() -> None:
    channel = a_channel(
        start_time=NOON - dt.timedelta(days=1),
        sales_channels=("shop-co", "market-co"),
        order_states=(OrderState.COMPLETED,),
        skip_refunded=True,
    )
    assert judge(an_order(), channel, already_invoiced="") == Verdict(
        channel="main",
        outcome=Outcome.INVOICE,
        reason=Reason.ELIGIBLE,
        trace=(
            RuleResult(rule="not_invoiced", value="none", expected="none", passed=True),
            RuleResult(rule="channel_connected", value="connected", expected="connected, paused", passed=True),
            RuleResult(rule="channel_not_paused", value="connected", expected="not paused", passed=True),
            RuleResult(rule="automation_enabled", value="yes", expected="yes", passed=True),
            RuleResult(rule="erp_proven", value="yes", expected="yes", passed=True),
            RuleResult(
                rule="order_time",
                value="2026-03-02T12:00:00+00:00",
                expected="2026-03-01T12:00:00+00:00 or later",
                passed=True,
            ),
            RuleResult(rule="sales_channel", value="shop-co", expected="shop-co, market-co", passed=True),
            RuleResult(rule="order_state", value="completed", expected="completed", passed=True),
            RuleResult(rule="fulfillment", value="no", expected="no", passed=True),
            RuleResult(rule="refunded", value="no", expected="no", passed=True),
            RuleResult(rule="not_shadow", value="sending", expected="sending", passed=True),
        ),
    )


@pytest.mark.parametrize(
    ("order", "channel", "invoice", "outcome", "reason", "rule"),
    [
        ({}, {}, INVOICE, Outcome.SKIPPED, Reason.ALREADY_INVOICED, "not_invoiced"),
        ({"refunded": True}, {}, INVOICE, Outcome.SKIPPED, Reason.CREDIT_NOTE_SUGGESTED, "not_invoiced"),
        (
            {"state": OrderState.CANCELLED},
            {},
            INVOICE,
            Outcome.SKIPPED,
            Reason.CREDIT_NOTE_SUGGESTED,
            "not_invoiced",
        ),
        (
            {},
            {"state": "configuration_pending"},
            "",
            Outcome.SKIPPED,
            Reason.CHANNEL_NOT_CONNECTED,
            "channel_connected",
        ),
        ({}, {"state": "paused"}, "", Outcome.WAITING, Reason.CHANNEL_PAUSED, "channel_not_paused"),
        ({}, {"enabled": False}, "", Outcome.SKIPPED, Reason.AUTOMATION_OFF, "automation_enabled"),
        (
            {},
            {"start_time": NOON + dt.timedelta(seconds=1)},
            "",
            Outcome.SKIPPED,
            Reason.BEFORE_START,
            "order_time",
        ),
        (
            {},
            {"sales_channels": ("market-co",)},
            "",
            Outcome.SKIPPED,
            Reason.SALES_CHANNEL_NOT_SELECTED,
            "sales_channel",
        ),
        ({"fulfillment": True}, {}, "", Outcome.SKIPPED, Reason.FULFILLMENT_EXCLUDED, "fulfillment"),
        ({"refunded": True}, {"skip_refunded": True}, "", Outcome.SKIPPED, Reason.REFUNDED_EXCLUDED, "refunded"),
        ({}, {"shadow": True}, "", Outcome.SKIPPED, Reason.SHADOW_MODE, "not_shadow"),
    ],
    ids=lambda value: value.value if isinstance(value, Reason) else "",
)
def test_a_rule_that_does_not_hold_decides(
    order: dict[str, Any], channel: dict[str, Any], invoice: str, outcome: Outcome, reason: Reason, rule: str
) -> None:
    verdict = judge(an_order(**order), a_channel(**channel), already_invoiced=invoice)
    assert (verdict.outcome, verdict.reason) == (outcome, reason)
    assert failed(verdict) == [rule]
    assert [result.rule for result in verdict.trace] == RULES


@pytest.mark.parametrize(
    ("order", "channel"),
    [
        ({}, {"start_time": NOON}),
        ({"fulfillment": True}, {"include_fulfillment": True}),
        ({"refunded": True}, {}),
    ],
    ids=["placed at the start", "fulfillment is included", "refunds are not skipped by default"],
)
def test_a_rule_that_is_switched_off_lets_the_order_pass(order: dict[str, Any], channel: dict[str, Any]) -> None:
    verdict = judge(an_order(**order), a_channel(**channel), already_invoiced="")
    assert (verdict.outcome, verdict.reason, failed(verdict)) == (Outcome.INVOICE, Reason.ELIGIBLE, [])


@pytest.mark.parametrize("state", list(OrderState))
def test_no_state_selected_means_every_state(state: OrderState) -> None:
    assert judge(an_order(state=state), a_channel(), already_invoiced="").outcome is Outcome.INVOICE


@pytest.mark.parametrize(("state", "selected"), list(itertools.product(OrderState, OrderState)))
def test_a_state_that_is_not_selected_waits_unless_it_is_final(state: OrderState, selected: OrderState) -> None:
    verdict = judge(an_order(state=state), a_channel(order_states=(selected,)), already_invoiced="")
    if state is selected:
        assert (verdict.outcome, verdict.reason) == (Outcome.INVOICE, Reason.ELIGIBLE)
    else:
        final = state in (OrderState.COMPLETED, OrderState.CANCELLED)
        assert verdict.outcome is (Outcome.SKIPPED if final else Outcome.WAITING)
        assert verdict.reason is Reason.ORDER_STATE_NOT_SELECTED


def test_the_first_rule_that_does_not_hold_is_the_reason() -> None:
    order = an_order(fulfillment=True, refunded=True, sales_channel="other")
    channel = a_channel(state="paused", enabled=False, sales_channels=("shop-co",), skip_refunded=True)
    verdict = judge(order, channel, already_invoiced="")
    assert (verdict.outcome, verdict.reason) == (Outcome.WAITING, Reason.CHANNEL_PAUSED)
    assert failed(verdict) == ["channel_not_paused", "automation_enabled", "sales_channel", "fulfillment", "refunded"]


def test_a_person_is_not_asked_for_the_rules_of_automation() -> None:
    order = an_order(fulfillment=True, state=OrderState.CANCELLED)
    channel = a_channel(enabled=False, order_states=(OrderState.COMPLETED,))
    verdict = judge(order, channel, already_invoiced="", requested=True)
    assert (verdict.outcome, verdict.reason) == (Outcome.INVOICE, Reason.REQUESTED_BY_PERSON)
    assert [result.rule for result in verdict.trace] == RULES[:3]


@pytest.mark.parametrize(
    ("channel", "invoice", "reason"),
    [
        (a_channel(), INVOICE, Reason.ALREADY_INVOICED),
        (a_channel(state="credentials_pending"), "", Reason.CHANNEL_NOT_CONNECTED),
        (a_channel(state="paused"), "", Reason.CHANNEL_PAUSED),
    ],
    ids=["invoiced", "not connected", "paused"],
)
def test_some_rules_bind_persons_too(channel: ChannelView, invoice: str, reason: Reason) -> None:
    verdict = judge(an_order(), channel, already_invoiced=invoice, requested=True)
    assert verdict.reason is reason
    assert verdict.outcome is not Outcome.INVOICE


def test_of_several_channels_that_would_invoice_a_person_chooses() -> None:
    verdicts = [
        judge(an_order(), a_channel(name, enabled=enabled), already_invoiced="")
        for name, enabled in (("a", True), ("b", False), ("c", True))
    ]
    first, second, third = combine(verdicts)
    conflict = RuleResult(
        rule="only_channel",
        value="a, c",
        expected="one channel",
        passed=False,
        reason=Reason.SEVERAL_CHANNELS_ELIGIBLE,
    )
    for before, after in ((verdicts[0], first), (verdicts[2], third)):
        assert after == Verdict(
            channel=before.channel,
            outcome=Outcome.WAITING,
            reason=Reason.SEVERAL_CHANNELS_ELIGIBLE,
            trace=(*before.trace, conflict),
        )
    assert second == verdicts[1]


def test_one_channel_that_would_invoice_does() -> None:
    verdicts = tuple(
        judge(an_order(), a_channel(name, enabled=enabled), already_invoiced="")
        for name, enabled in (("a", True), ("b", False))
    )
    assert combine(verdicts) == verdicts
    assert combine(()) == ()


def test_an_erp_of_which_nothing_is_proved_waits_for_a_person() -> None:
    channel = dataclasses.replace(a_channel(), erp_proven=False)
    verdict = judge(an_order(), channel, already_invoiced="")
    assert (verdict.outcome, verdict.reason, failed(verdict)) == (
        Outcome.WAITING,
        Reason.ERP_NOT_PROVEN,
        ["erp_proven"],
    )
    assert judge(an_order(), channel, already_invoiced="", requested=True).outcome is Outcome.INVOICE
