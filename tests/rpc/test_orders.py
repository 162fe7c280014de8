"""Orders through the door."""

import datetime as dt
from decimal import Decimal

from erpgate.domain.eligibility import Outcome, RuleResult
from erpgate.domain.order import Order, OrderLine
from erpgate.domain.problem import LineProblem
from erpgate.plugin import Address, Buyer, OrderState, Reason
from erpgate.service.commands import OrderQuery
from erpgate.store.records import VerdictRecord
from erpgate.v1 import channel_pb2, error_reason_pb2, order_pb2, party_pb2
from erpgate.v1 import invoicing_service_pb2 as pb
from google.protobuf.timestamp_pb2 import Timestamp

from .builders import CHANNEL, INVOICE, INVOICE_ID, NOW, ORDER, an_order, an_order_message, an_order_record
from .harness import Door, refusal

NOW_MESSAGE = Timestamp(seconds=1_767_323_045, nanos=678_000_000)


async def test_submit_gives_every_field(door: Door) -> None:
    door.service.answer = an_order_record()
    await door.invoicing.SubmitOrder(
        pb.SubmitOrderRequest(
            parent="merchants/acme",
            order=order_pb2.Order(
                name="merchants/other/orders/x:y",
                sales_channel="shop-co",
                external_id="1/ñ",
                state=channel_pb2.ORDER_STATE_SHIPPED,
                source_state="on its way",
                fulfillment=True,
                refunded=True,
                order_time=NOW_MESSAGE,
                source_update_time=Timestamp(seconds=1_767_323_046, nanos=999),
                currency_code="COP",
                price_includes_tax=False,
                lines=[
                    order_pb2.OrderLine(
                        line_id="a",
                        sku="A-1",
                        title="Shirt",
                        quantity="1.5",
                        unit_price="10.123456",
                        discount_amount="0.1",
                        price_includes_tax=True,
                    ),
                    order_pb2.OrderLine(quantity="1", unit_price="0"),
                ],
                discount_amount="1",
                shipping_amount="2.50",
                shipping_discount_amount="0.50",
                total_paid="16.18",
                buyer=party_pb2.Party(
                    name="Ana",
                    document_type="CC",
                    document="123",
                    email="ana@shop.co",
                    phone="300",
                    address=party_pb2.Address(
                        street="Calle 1", city="Bogotá", region="DC", postal_code="11", country_code="CO"
                    ),
                ),
                notes="Gift\nplease",
                revision=9,
            ),
        )
    )
    assert door.service.calls == [
        (
            "submit",
            (
                Order(
                    merchant="acme",
                    sales_channel="shop-co",
                    external_id="1/ñ",
                    state=OrderState.SHIPPED,
                    source_state="on its way",
                    fulfillment=True,
                    refunded=True,
                    order_time=NOW,
                    source_update_time=dt.datetime(2026, 1, 2, 3, 4, 6, tzinfo=dt.UTC),
                    currency_code="COP",
                    price_includes_tax=False,
                    lines=(
                        OrderLine(
                            line_id="a",
                            sku="A-1",
                            title="Shirt",
                            quantity=Decimal("1.5"),
                            unit_price=Decimal("10.123456"),
                            discount_amount=Decimal("0.1"),
                            price_includes_tax=True,
                        ),
                        OrderLine(line_id="2", sku="", title="", quantity=Decimal(1), unit_price=Decimal(0)),
                    ),
                    discount_amount=Decimal(1),
                    shipping_amount=Decimal("2.50"),
                    shipping_discount_amount=Decimal("0.50"),
                    total_paid=Decimal("16.18"),
                    buyer=Buyer(
                        name="Ana",
                        document_type="CC",
                        document="123",
                        email="ana@shop.co",
                        phone="300",
                        address=Address(
                            street="Calle 1", city="Bogotá", region="DC", postal_code="11", country_code="CO"
                        ),
                    ),
                    notes="Gift\nplease",
                ),
            ),
            {},
        )
    ]


async def test_what_is_not_stated_stays_not_stated(door: Door) -> None:
    door.service.answer = an_order_record()
    await door.invoicing.SubmitOrder(pb.SubmitOrderRequest(parent="merchants/acme", order=an_order_message()))
    ((_, (order,), _),) = door.service.calls
    assert order.price_includes_tax is None
    assert order.lines[0].price_includes_tax is None
    assert order.source_update_time is None
    assert order.buyer == Buyer(name="")


async def test_verdict_with_everything(door: Door) -> None:
    door.service.answer = an_order_record(
        order=an_order(external_id="10/01"),
        revision=4,
        verdicts=(
            VerdictRecord(
                channel="main",
                outcome=Outcome.ERROR,
                reason=Reason.SKU_NOT_FOUND,
                message="No item has it.",
                details={"sku": "A-1"},
                line_problems=(
                    LineProblem(
                        line_id="1",
                        sku="A-1",
                        reason=Reason.SKU_NOT_FOUND,
                        message="No item has it.",
                        suggestions=("A-2",),
                    ),
                ),
                invoice=INVOICE_ID,
                trace=(RuleResult(rule="automation", value="on", expected="on", passed=True),),
                evaluate_time=NOW,
            ),
        ),
    )
    order = (await door.invoicing.GetOrder(pb.GetOrderRequest(name=ORDER))).order
    assert door.service.calls == [("get", ("acme", "shop-co:1001"), {})]
    assert order.name == "merchants/acme/orders/shop-co:10%2F01"
    assert (order.revision, order.create_time, order.update_time) == (4, NOW_MESSAGE, NOW_MESSAGE)
    assert list(order.verdicts) == [
        order_pb2.Verdict(
            channel=CHANNEL,
            outcome=order_pb2.VERDICT_OUTCOME_ERROR,
            reason=error_reason_pb2.ERROR_REASON_SKU_NOT_FOUND,
            message="No item has it.",
            details={"sku": "A-1"},
            line_problems=[
                order_pb2.LineProblem(
                    line_id="1",
                    sku="A-1",
                    reason=error_reason_pb2.ERROR_REASON_SKU_NOT_FOUND,
                    message="No item has it.",
                    suggestions=["A-2"],
                )
            ],
            invoice=INVOICE,
            trace=[order_pb2.RuleResult(rule="automation", value="on", expected="on", passed=True)],
            evaluate_time=NOW_MESSAGE,
        )
    ]


async def test_list_asks_for_one_more_than_the_page(door: Door) -> None:
    door.service.answer = [an_order_record(order=an_order(external_id=str(number))) for number in range(3)]
    request = pb.ListOrdersRequest(
        parent="merchants/acme", page_size=2, outcome=order_pb2.VERDICT_OUTCOME_ERROR, sales_channel="shop-co"
    )
    page = await door.invoicing.ListOrders(request)
    assert door.service.calls[0][1] == (
        OrderQuery(merchant="acme", after="", limit=3, outcome=Outcome.ERROR, sales_channel="shop-co"),
    )
    assert [order.external_id for order in page.orders] == ["0", "1"]
    request.page_token = page.next_page_token
    await door.invoicing.ListOrders(request)
    assert door.service.calls[1][1][0].after == "shop-co:1"


async def test_page_token_of_other_filters(door: Door) -> None:
    door.service.answer = [an_order_record(), an_order_record()]
    request = pb.ListOrdersRequest(parent="merchants/acme", page_size=1)
    request.page_token = (await door.invoicing.ListOrders(request)).next_page_token
    request.outcome = order_pb2.VERDICT_OUTCOME_ERROR
    told = await refusal(door.invoicing.ListOrders(request))
    assert told.reason == "PAGE_TOKEN_INVALID"


async def test_default_page(door: Door) -> None:
    door.service.answer = []
    page = await door.invoicing.ListOrders(pb.ListOrdersRequest(parent="merchants/acme"))
    assert door.service.calls[0][1] == (OrderQuery(merchant="acme", after="", limit=51),)
    assert page == pb.ListOrdersResponse()
