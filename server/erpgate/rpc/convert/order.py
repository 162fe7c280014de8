"""Orders and what the merchant's channels make of them."""

from dataclasses import replace
from typing import Final

from google.rpc import status_pb2

from erpgate.domain.eligibility import Outcome, RuleResult
from erpgate.domain.order import Basket, Order, OrderLine
from erpgate.domain.problem import LineProblem
from erpgate.plugin.settings import OrderState
from erpgate.rpc import names
from erpgate.rpc.convert.party import buyer_from_wire, buyer_to_wire
from erpgate.rpc.convert.scalars import (
    REASONS,
    WireEnum,
    decimal,
    decimal_text,
    instant,
    reason_to_wire,
    timestamp,
    timestamp_or_none,
)
from erpgate.rpc.convert.settings import ORDER_STATES
from erpgate.store.records import OrderRecord, VerdictRecord
from erpgate.v1 import invoicing_service_pb2, order_pb2

OUTCOMES: Final = WireEnum(order_pb2.VerdictOutcome, "VERDICT_OUTCOME_")


def order_from_wire(merchant: str, message: order_pb2.Order) -> Order:
    """A valid order as a value."""
    return Order(
        merchant=merchant,
        sales_channel=message.sales_channel,
        external_id=message.external_id,
        state=OrderState(ORDER_STATES.word(message.state)),
        source_state=message.source_state,
        fulfillment=message.fulfillment,
        refunded=message.refunded,
        order_time=instant(message.order_time),
        source_update_time=instant(message.source_update_time) if message.HasField("source_update_time") else None,
        currency_code=message.currency_code,
        price_includes_tax=message.price_includes_tax if message.HasField("price_includes_tax") else None,
        lines=tuple(_line_from_wire(line, number) for number, line in enumerate(message.lines, start=1)),
        discount_amount=decimal(message.discount_amount),
        shipping_amount=decimal(message.shipping_amount),
        shipping_discount_amount=decimal(message.shipping_discount_amount),
        total_paid=decimal(message.total_paid),
        buyer=buyer_from_wire(message.buyer),
        notes=message.notes,
        basket=_basket_from_wire(message.basket) if message.HasField("basket") else None,
    )


def _basket_from_wire(basket: order_pb2.Basket) -> Basket:
    return Basket(id=basket.id, size=basket.size, external_ids=tuple(basket.external_ids))


def _line_from_wire(line: order_pb2.OrderLine, number: int) -> OrderLine:
    return OrderLine(
        line_id=line.line_id or str(number),
        sku=line.sku,
        title=line.title,
        quantity=decimal(line.quantity),
        unit_price=decimal(line.unit_price),
        discount_amount=decimal(line.discount_amount),
        price_includes_tax=line.price_includes_tax if line.HasField("price_includes_tax") else None,
    )


def order_to_wire(record: OrderRecord) -> order_pb2.Order:
    """An order as callers see it."""
    order = record.order
    return order_pb2.Order(
        name=names.order_name(order.merchant, record.order_id),
        sales_channel=order.sales_channel,
        external_id=order.external_id,
        state=ORDER_STATES.number(order.state),
        source_state=order.source_state,
        fulfillment=order.fulfillment,
        refunded=order.refunded,
        order_time=timestamp(order.order_time),
        source_update_time=timestamp_or_none(order.source_update_time),
        currency_code=order.currency_code,
        price_includes_tax=order.price_includes_tax,
        lines=map(_line_to_wire, order.lines),
        discount_amount=decimal_text(order.discount_amount),
        shipping_amount=decimal_text(order.shipping_amount),
        shipping_discount_amount=decimal_text(order.shipping_discount_amount),
        total_paid=decimal_text(order.total_paid),
        buyer=buyer_to_wire(order.buyer),
        notes=order.notes,
        basket=None if order.basket is None else _basket_to_wire(order.basket),
        revision=record.revision,
        verdicts=[_verdict_to_wire(order.merchant, verdict) for verdict in record.verdicts],
        create_time=timestamp(record.create_time),
        update_time=timestamp(record.update_time),
    )


def _basket_to_wire(basket: Basket) -> order_pb2.Basket:
    return order_pb2.Basket(id=basket.id, size=basket.size, external_ids=basket.external_ids)


def acknowledgement(record: OrderRecord) -> invoicing_service_pb2.SubmitOrdersResponse:
    """What the sender of a stream is told about an order that is stored."""
    merchant = record.order.merchant
    return invoicing_service_pb2.SubmitOrdersResponse(
        status=status_pb2.Status(),
        order=names.order_name(merchant, record.order_id),
        revision=record.revision,
        verdicts=[_verdict_to_wire(merchant, replace(verdict, trace=())) for verdict in record.verdicts],
    )


def _line_to_wire(line: OrderLine) -> order_pb2.OrderLine:
    return order_pb2.OrderLine(
        line_id=line.line_id,
        sku=line.sku,
        title=line.title,
        quantity=decimal_text(line.quantity),
        unit_price=decimal_text(line.unit_price),
        discount_amount=decimal_text(line.discount_amount),
        price_includes_tax=line.price_includes_tax,
    )


def _verdict_to_wire(merchant: str, verdict: VerdictRecord) -> order_pb2.Verdict:
    return order_pb2.Verdict(
        channel=names.channel_name(merchant, verdict.channel),
        outcome=OUTCOMES.number(verdict.outcome),
        reason=REASONS[verdict.reason],
        message=verdict.message,
        details=verdict.details,
        line_problems=map(line_problem_to_wire, verdict.line_problems),
        invoice=names.invoice_name(merchant, verdict.channel, verdict.invoice) if verdict.invoice else "",
        trace=map(_rule_to_wire, verdict.trace),
        evaluate_time=timestamp(verdict.evaluate_time),
    )


def _rule_to_wire(asked: RuleResult) -> order_pb2.RuleResult:
    return order_pb2.RuleResult(
        rule=asked.rule,
        value=asked.value,
        expected=asked.expected,
        passed=asked.passed,
        reason=reason_to_wire(asked.reason),
    )


def line_problem_to_wire(problem: LineProblem) -> order_pb2.LineProblem:
    """What is wrong with a line as callers see it."""
    return order_pb2.LineProblem(
        line_id=problem.line_id,
        sku=problem.sku,
        reason=REASONS[problem.reason],
        message=problem.message,
        suggestions=problem.suggestions,
    )


def outcome_from_wire(number: int) -> Outcome | None:
    """A filter by outcome; None for all."""
    word = OUTCOMES.word(number)
    return Outcome(word) if word else None
