"""Why was this order not invoiced? One call answers it, for every reason that there is."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import pytest
from erpgate.plugin import Reason
from erpgate.v1 import channel_pb2, order_explanation_pb2, order_pb2
from fixtures.alegra_world import CREATE, LIST
from fixtures.catalogue import BOOK, OLD, SHOE, TWIN
from fixtures.orders import a_buyer, a_line, a_time
from fixtures.shop import reason_name
from fixtures.waiting import eventually
from unit.rpc.test_error_catalogue import documented

from . import provoking as way

INVOICE = order_pb2.VERDICT_OUTCOME_INVOICE
SKIPPED = order_pb2.VERDICT_OUTCOME_SKIPPED
WAITING = order_pb2.VERDICT_OUTCOME_WAITING
ERROR = order_pb2.VERDICT_OUTCOME_ERROR
COMPLETED = channel_pb2.ORDER_STATE_COMPLETED
PENDING = channel_pb2.ORDER_STATE_PENDING


@dataclass(frozen=True)
class Case:
    """One reason.

    Attributes:
        provoke: Makes an order have it.
        outcome: Of the verdict.
        step: That failed, or waits; empty if none does.
        says: Part of the sentence.
        details: Values beside it; more may be there.
        goes_on: Whether the step waits.
        because: The step's reason, where a person has overruled it.
    """

    provoke: way.Provoke
    outcome: int
    step: str
    says: str
    details: Mapping[str, str] = field(default_factory=dict)
    goes_on: bool = False
    because: str = ""


CASES: Mapping[str, Case] = {
    # the automation's rules
    "AUTOMATION_OFF": Case(way.rule({"enabled": False}), SKIPPED, "automation_enabled", "Automatic invoicing is off."),
    "BEFORE_START": Case(
        way.rule({"start_time": a_time()}, order_time=way.LONG_AGO), SKIPPED, "order_time", "before automatic invoicing"
    ),
    "SALES_CHANNEL_NOT_SELECTED": Case(
        way.rule({"sales_channels": ["other"]}), SKIPPED, "sales_channel", "shop-co; asked for: other"
    ),
    "ORDER_STATE_NOT_SELECTED": Case(
        way.rule({"order_states": [COMPLETED]}, state=PENDING), WAITING, "order_state", "pending; asked for: completed"
    ),
    "FULFILLMENT_EXCLUDED": Case(way.order(fulfillment=True), SKIPPED, "fulfillment", "The marketplace fulfils"),
    "REFUNDED_EXCLUDED": Case(
        way.rule({"skip_refunded": True}, refunded=True), SKIPPED, "refunded", "The order was refunded"
    ),
    "ERP_NOT_PROVEN": Case(way.not_proven, WAITING, "erp_proven", "no recorded pass of the conformance suite"),
    "CHANNEL_NOT_CONNECTED": Case(way.not_connected, SKIPPED, "channel_connected", "wizard is not finished"),
    "CHANNEL_PAUSED": Case(way.paused, WAITING, "channel_not_paused", "The channel is paused"),
    "SEVERAL_CHANNELS_ELIGIBLE": Case(way.two_channels, WAITING, "only_channel", "main, two"),
    "SHADOW_MODE": Case(way.rule({"shadow": True}), SKIPPED, "not_shadow", "shadow mode"),
    "HOURLY_CAP_REACHED": Case(way.over_the_cap, WAITING, "hourly_cap", "hour", {"hourly_cap": "1"}),
    "BASKET_INCOMPLETE": Case(
        way.order(basket={"id": "b", "size": 2}),
        WAITING,
        "basket_complete",
        "1 of 2 orders",
        {"basket": "b", "arrived": "1", "expected": "2"},
    ),
    "BASKET_INCONSISTENT": Case(
        way.basket_that_disagrees, ERROR, "basket_agrees", "differ in currency or buyer", {"field": "buyer"}
    ),
    "BASKET_CLOSED": Case(
        way.basket_closed, ERROR, "basket_not_invoiced", "after its basket was invoiced", {"basket": "b"}
    ),
    # it has its invoice, or had it
    "ELIGIBLE": Case(way.sold, INVOICE, "", "Its document in the ERP is A-1, open."),
    "REQUESTED_BY_PERSON": Case(
        way.asked_for, INVOICE, "automation_enabled", "Somebody asked for the invoice.", because="AUTOMATION_OFF"
    ),
    "ALREADY_INVOICED": Case(way.sold_again, SKIPPED, "not_invoiced", "has its invoice"),
    "CREDIT_NOTE_SUGGESTED": Case(way.sold_and_cancelled, SKIPPED, "not_invoiced", "cancelled or refunded after"),
    "INVOICE_REVERSED": Case(
        way.sold_and_voided, SKIPPED, "", "only a person makes another one. Its document in the ERP is A-1, voided."
    ),
    # the order, before anything is sent
    "SKU_NOT_FOUND": Case(way.order(sku="X"), ERROR, "matching", "'X'", {"line_id": "1", "sku": "X"}),
    "SKU_AMBIGUOUS": Case(way.order(sku=TWIN), ERROR, "matching", "Several items", {"line_id": "1", "sku": TWIN}),
    "ITEM_INACTIVE": Case(
        way.order(sku=OLD), ERROR, "matching", "is inactive in the ERP", {"line_id": "1", "sku": OLD}
    ),
    "VARIANT_NOT_INVOICEABLE": Case(way.order(sku=SHOE), ERROR, "matching", "variant", {"sku": SHOE}),
    "TAX_BASIS_UNKNOWN": Case(way.order(price_includes_tax=None), ERROR, "totals", "tax", {"line_id": "1"}),
    "DOUBLE_TAX_SUSPECTED": Case(
        way.order(price_includes_tax=False),
        ERROR,
        "totals",
        "141610.00",
        {"lines_total": "141610.00", "total_paid": "119000.00", "rate": "0.19"},
    ),
    "ORDER_TOTAL_INCONSISTENT": Case(
        way.order(total_paid="119000.01"),
        ERROR,
        "totals",
        "119000.01",
        {"computed": "119000.00", "total_paid": "119000.01", "difference": "-0.01"},
    ),
    "TOTAL_UNREACHABLE": Case(
        way.unreachable_total, ERROR, "totals", "0.03", {"target": "0.03", "below": "0.02", "above": "0.04"}
    ),
    "FIELD_INVALID": Case(
        way.order(order_lines=[a_line(BOOK, quantity="0.12345", unit_price="100")], total_paid="12.35"),
        ERROR,
        "totals",
        "0.12345",
    ),
    "OPTION_NO_LONGER_EXISTS": Case(
        way.shipping_item_gone, ERROR, "totals", "shipping", {"field": "shipping_item", "value": "8"}
    ),
    "CURRENCY_NOT_SUPPORTED": Case(
        way.order(currency_code="USD"), ERROR, "currency", "USD", {"currency_code": "USD", "supported": "COP"}
    ),
    "CUSTOMER_DOCUMENT_INVALID": Case(way.order(buyer=a_buyer(document="")), ERROR, "customer", "document"),
    "CUSTOMER_AMBIGUOUS": Case(way.two_customers, ERROR, "customer", "", {"document": "CC:1020304050"}),
    # on the way to the ERP
    "ERP_CREDENTIALS_INVALID": Case(way.wrong_passphrase, INVOICE, "document", "passphrase is wrong", goes_on=True),
    "ERP_PERMISSION_MISSING": Case(
        way.status(403, "No tiene permiso"), ERROR, "document", "permission", {"erp_message": "No tiene permiso"}
    ),
    "ERP_PLAN_LACKS_FEATURE": Case(way.status(402, "Plan", code=907), ERROR, "document", "plan"),
    "ERP_ACCOUNT_SUSPENDED": Case(way.status(402, "Cuenta suspendida"), ERROR, "document", "suspended"),
    "CONFIGURATION_INCOMPLETE": Case(way.incomplete_company, ERROR, "document", "There is no journal."),
    "INSUFFICIENT_STOCK": Case(way.no_stock, ERROR, "open", "Alegra refused it"),
    "DOCUMENT_REJECTED": Case(
        way.status(400, "La factura no es válida", code=3061), ERROR, "document", "no es válida", {"erp_code": "3061"}
    ),
    "NUMBERING_EXHAUSTED": Case(
        way.status(400, "La resolución de la numeración está vencida"), ERROR, "document", "numeración"
    ),
    "TOTAL_MISMATCH": Case(
        way.another_tax,
        ERROR,
        "comparison",
        "another total or tax base than predicted",
        {
            "expected_total": "119000.00",
            "total": "105000",
            "expected_tax_base": "100000.00",
            "tax_base": "100000",
        },
    ),
    "FISCAL_REJECTED": Case(way.stamp_refused, ERROR, "issued", "FAD06"),
    "ERP_RATE_LIMITED": Case(way.status(429, "Too Many Requests"), INVOICE, "document", "", goes_on=True),
    "ERP_UNREACHABLE": Case(way.unplugged, INVOICE, "matching", "The toy ledger is put away.", goes_on=True),
    "ERP_OUTCOME_UNKNOWN": Case(
        way.answered(
            {**CREATE, "times": 1, "action": {"kind": "drop_after"}},
            {**LIST, "action": {"kind": "truncate_page", "keep": 0}},
        ),
        ERROR,
        "document",
        "",
    ),
    "DOCUMENT_NOT_FOUND": Case(way.lost, ERROR, "document", ""),
    "DUPLICATE_DOCUMENT": Case(way.made_twice, ERROR, "document", "several documents with this reference"),
    "PLUGIN_UNAVAILABLE": Case(way.without_plugin, INVOICE, "matching", "toy", goes_on=True),
    "PLUGIN_DEFECT": Case(way.defect, INVOICE, "matching", "shaky", goes_on=True),
}

CONCERN_NO_ORDER: Mapping[str, str] = {
    "ERP_COMPANY_MISMATCH": "new credentials are refused with it",
    "ERP_COUNTRY_MISMATCH": "a channel is not created with it",
    "ERP_PLAN_LACKS_PRICE_LISTS": "a channel is not created with it, and its checks tell it; an invoice meets "
    "ERP_PLAN_LACKS_FEATURE",
    "ERP_PLAN_LACKS_WAREHOUSES": "the same",
    "ERP_COMPANY_ALREADY_CONNECTED": "a channel is not created with it",
    "CHANNEL_HAS_UNFINISHED_INVOICES": "a channel is not deleted with it",
    "DEADLINE_EXCEEDED": "of a call",
    "SERVICE_UNAVAILABLE": "of a call; what was acknowledged goes on by itself",
    "UNSUPPORTED": "said to the caller before anything is queued",
    "RESOURCE_NOT_FOUND": "of a call",
    "RESOURCE_EXISTS": "of a call",
    "STATE_CONFLICT": "of a call about an invoice that was made, and of what it asked for",
    "SALES_CHANNEL_IN_USE": "a sales channel is not forgotten with it",
    "REQUEST_ID_REUSED": "of a call",
    "ETAG_MISMATCH": "of a call",
    "PAGE_TOKEN_INVALID": "of a call",
    "MESSAGE_MALFORMED": "of a call",
    "METHOD_UNKNOWN": "of a call",
    "INTERNAL": "of a call; a defect of erpgate while an invoice is made is in the log, and the invoice goes on",
    "DOCUMENT_FILE_UNAVAILABLE": "of a call for a file",
    "CURSOR_EXPIRED": "of a call that follows changes",
    "CALLER_UNAUTHENTICATED": "of a call",
    "CLOCK_SKEWED": "a check of the channel",
    "CATALOG_OUTDATED": "a check of the channel; a SKU that is not known is asked for at the ERP",
    "BALANCE_EXCEEDED": "of a payment of an invoice that was made",
    "CREDIT_EXCEEDED": "of a credit note of an invoice that was made",
}
REMEDIES = {entry.name: entry.remedy for entry in documented()}


@pytest.fixture
async def stage(sqlite_url: str) -> AsyncIterator[way.Stage]:
    async with AsyncExitStack() as stack:
        yield way.Stage(stack, sqlite_url)


def test_no_reason_is_left_out() -> None:
    """A new reason is provoked here, or it is said why no order can have it."""
    assert not set(CASES) & set(CONCERN_NO_ORDER)
    assert set(CASES) | set(CONCERN_NO_ORDER) == {reason.value for reason in Reason}


@pytest.mark.parametrize("reason", CASES)
async def test_one_call_answers(stage: way.Stage, reason: str) -> None:
    case = CASES[reason]
    shop, name = await case.provoke(stage)

    async def told() -> order_explanation_pb2.ChannelExplanation | None:
        explained = await shop.explain(name)
        found = (reason_name(explained.reason), explained.outcome) == (reason, case.outcome)
        return explained if found else None

    explained = await eventually(f"{reason} is told", told)
    assert case.says.casefold() in explained.answer.casefold()
    assert explained.remedy == REMEDIES[reason]
    assert {key: explained.details.get(key) for key in case.details} == case.details
    result = order_explanation_pb2.STEP_RESULT_WAITING if case.goes_on else order_explanation_pb2.STEP_RESULT_FAILED
    steps = [(step.step, reason_name(step.reason)) for step in explained.steps if step.result == result]
    assert steps == ([(case.step, case.because or reason)] if case.step else [])
