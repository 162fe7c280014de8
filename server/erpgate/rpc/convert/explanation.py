"""Explanations of orders."""

from typing import Final

from erpgate.rpc import names
from erpgate.rpc.convert.invoice import STATES
from erpgate.rpc.convert.order import OUTCOMES, line_problem_to_wire
from erpgate.rpc.convert.scalars import REASONS, WireEnum, reason_to_wire, timestamp
from erpgate.service.explain import ChannelExplanation, ExplanationStep, OrderExplanation
from erpgate.v1 import order_explanation_pb2

_RESULTS: Final = WireEnum(order_explanation_pb2.StepResult, "STEP_RESULT_")


def explanation_to_wire(explanation: OrderExplanation) -> order_explanation_pb2.OrderExplanation:
    """An explanation as callers see it."""
    return order_explanation_pb2.OrderExplanation(
        order=names.order_name(explanation.merchant, explanation.order_id),
        answer=explanation.answer,
        channels=[_channel_to_wire(explanation.merchant, channel) for channel in explanation.channels],
    )


def _channel_to_wire(merchant: str, channel: ChannelExplanation) -> order_explanation_pb2.ChannelExplanation:
    invoice = channel.invoice
    return order_explanation_pb2.ChannelExplanation(
        channel=names.channel_name(merchant, channel.channel),
        outcome=OUTCOMES.number(channel.outcome),
        reason=REASONS[channel.reason],
        answer=channel.answer,
        remedy=channel.remedy,
        details=channel.details,
        steps=map(_step_to_wire, channel.steps),
        line_problems=map(line_problem_to_wire, channel.line_problems),
        invoice="" if invoice is None else invoice.name,
        invoice_state=STATES.number("" if invoice is None else invoice.state),
        evaluate_time=timestamp(channel.evaluate_time),
    )


def _step_to_wire(step: ExplanationStep) -> order_explanation_pb2.ExplanationStep:
    return order_explanation_pb2.ExplanationStep(
        step=step.step,
        value=step.value,
        expected=step.expected,
        result=_RESULTS.number(step.result),
        reason=reason_to_wire(step.reason),
    )
