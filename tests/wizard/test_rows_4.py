"""Rows 4.0 to 4.13: which orders become invoices by themselves, and what stands on them."""

import datetime as dt
from typing import Any

import pytest
from erpgate.v1 import channel_pb2, fiscal_state_pb2, form_pb2, order_pb2
from fixtures.alegra_world import AlegraWorld
from fixtures.orders import a_buyer, an_order
from fixtures.shop import DRAFT, OPEN, Shop, automation, reason_name
from fixtures.waiting import eventually
from google.protobuf.struct_pb2 import Struct
from rpc.harness import refusal

from .test_rows_3 import contact, in_the_erp, row

STATES = {
    name: getattr(channel_pb2, f"ORDER_STATE_{name}")
    for name in ("PENDING", "SHIPPED", "COMPLETED", "CANCELLED", "OTHER")
}
INVOICE = order_pb2.VERDICT_OUTCOME_INVOICE
OPENED = channel_pb2.INITIAL_STATE_OPEN


def own(**values: Any) -> Struct:
    """Alegra's own settings."""
    options = Struct()
    options.update({"identification_type": "CC"} | values)
    return options


async def judged(shop: Shop, **order: Any) -> str:
    """The reason of the verdict on an order."""
    submitted = await shop.submit(an_order(**order))
    return reason_name((await shop.verdict(submitted.name)).reason)


async def step_4(shop: Shop, name: str) -> form_pb2.FormField:
    return await row(shop, name, step=2)


async def test_row_4_0_automatic_invoicing_can_be_skipped(shop: Shop) -> None:
    """The channel is connected all the same, and one click works."""
    await shop.create(automation=None)
    connected = await shop.finish()
    assert (connected.state, connected.settings.automation.enabled) == (channel_pb2.CHANNEL_STATE_CONNECTED, False)
    order = await shop.submit(an_order())
    assert reason_name((await shop.verdict(order.name)).reason) == "AUTOMATION_OFF"
    await shop.create_invoice(order.name, initial_state=OPENED)
    assert (await shop.settled(order.name)).total == "119000.00"


@pytest.mark.parametrize(("on", "reason"), [(True, "ELIGIBLE"), (False, "AUTOMATION_OFF")], ids=["on", "off"])
async def test_row_4_1_on_or_off(shop: Shop, on: bool, reason: str) -> None:
    assert (await step_4(shop, "automation.enabled")).kind == form_pb2.FORM_FIELD_KIND_BOOL
    await shop.connect(automation=automation(enabled=on))
    assert await judged(shop) == reason


async def test_row_4_1_orders_before_the_start_are_left_out(shop: Shop) -> None:
    """The start can be chosen together with the automation."""
    field = await step_4(shop, "automation.start_time")
    assert (field.kind, field.required, field.live_options) == (form_pb2.FORM_FIELD_KIND_DATE_TIME, False, False)
    chosen = automation()
    chosen.start_time.FromJsonString(field.example)
    await shop.connect(automation=chosen)
    start = chosen.start_time.ToDatetime(dt.UTC)
    assert await judged(shop, external_id="1", order_time=start - dt.timedelta(seconds=1)) == "BEFORE_START"
    assert await judged(shop, external_id="2", order_time=start) == "ELIGIBLE"


@pytest.mark.parametrize(
    ("chosen", "reason"),
    [([], "ELIGIBLE"), (["shop-co", "amazon"], "ELIGIBLE"), (["amazon"], "SALES_CHANNEL_NOT_SELECTED")],
    ids=["all", "this", "another"],
)
async def test_row_4_2_source_channels(shop: Shop, chosen: list[str], reason: str) -> None:
    field = await step_4(shop, "automation.sales_channels")
    assert (field.kind, field.live_options) == (form_pb2.FORM_FIELD_KIND_MULTISELECT, True)
    await shop.declare(amazon="Amazon")
    await shop.connect(automation=automation(sales_channels=chosen))
    assert await judged(shop) == reason
    options = (await shop.options(field.path)).options
    assert [(option.value, option.label) for option in options] == [("amazon", "Amazon"), ("shop-co", "shop-co")]


@pytest.mark.parametrize("state", STATES)
async def test_row_4_3_no_order_state_means_all(shop: Shop, state: str) -> None:
    """Cancelled included."""
    field = await step_4(shop, "automation.order_states")
    assert [option.value for option in field.options] == [f"ORDER_STATE_{name}" for name in STATES]
    await shop.connect()
    assert await judged(shop, state=STATES[state]) == "ELIGIBLE"


@pytest.mark.parametrize("state", STATES)
async def test_row_4_3_only_selected_order_states(shop: Shop, state: str) -> None:
    await shop.connect(automation=automation(order_states=[STATES["SHIPPED"], STATES["OTHER"]]))
    expected = "ELIGIBLE" if state in ("SHIPPED", "OTHER") else "ORDER_STATE_NOT_SELECTED"
    assert await judged(shop, state=STATES[state]) == expected


@pytest.mark.parametrize(
    ("included", "fulfilled", "reason"),
    [(False, True, "FULFILLMENT_EXCLUDED"), (True, True, "ELIGIBLE"), (False, False, "ELIGIBLE")],
)
async def test_row_4_4_fulfillment_orders(shop: Shop, included: bool, fulfilled: bool, reason: str) -> None:
    assert (await step_4(shop, "automation.include_fulfillment")).default_value == "false"
    await shop.connect(automation=automation(include_fulfillment=included))
    assert await judged(shop, fulfillment=fulfilled) == reason


@pytest.mark.parametrize(
    ("how", "state", "status"),
    [(channel_pb2.INITIAL_STATE_DRAFT, DRAFT, "draft"), (OPENED, OPEN, "open")],
    ids=["draft", "open"],
)
async def test_row_4_5_send_the_invoice_open(
    shop: Shop, alegra: AlegraWorld, how: Any, state: Any, status: str
) -> None:
    field = await step_4(shop, "automation.initial_state")
    assert field.default_value == "INITIAL_STATE_DRAFT"
    await shop.connect(automation=automation(initial_state=how))
    await shop.settled((await shop.submit(an_order())).name, state)
    assert (await in_the_erp(alegra))["status"] == status


@pytest.mark.parametrize(("chosen", "used"), [("2", "2"), ("", "1")], ids=["own", "falls-back"])
async def test_row_4_6_warehouse_for_automatic_invoicing(
    shop: Shop, alegra: AlegraWorld, chosen: str, used: str
) -> None:
    """Stock leaves that warehouse."""
    await alegra.seed(
        warehouses=[{"name": "Norte"}],
        items=[
            {
                "name": "Bolt",
                "reference": "BOLT",
                "price": 100_000,
                "tax_percentage": 19,
                "stock": {"Principal": 5, "Norte": 5},
            }
        ],
    )
    assert (await step_4(shop, "automation.warehouse")).live_options
    await shop.connect(automation=automation(warehouse=chosen))
    await shop.sold(an_order(sku="BOLT"))
    assert (await in_the_erp(alegra))["warehouse"]["id"] == used
    (bolt,) = await alegra.call("GET", "/items?reference=BOLT")
    stock = {each["id"]: int(each["availableQuantity"]) for each in bolt["inventory"]["warehouses"]}
    assert stock == {"1": 5, "2": 5} | {used: 4}


@pytest.mark.parametrize(("chosen", "used"), [("2", "2"), ("", "1")], ids=["own", "falls-back"])
async def test_row_4_7_price_list_for_automatic_invoicing(
    shop: Shop, alegra: AlegraWorld, chosen: str, used: str
) -> None:
    """It is recorded on the document; the price stays what was paid."""
    await alegra.seed(price_lists=[{"name": "Mayorista", "type": "percentage", "percentage": "10"}])
    assert (await step_4(shop, "automation.price_list")).live_options
    await shop.connect(automation=automation(price_list=chosen))
    assert (await shop.sold(an_order())).total == "119000.00"
    assert (await in_the_erp(alegra))["priceList"]["id"] == used


async def test_row_4_8_issue_with_draft_is_a_field_violation(shop: Shop) -> None:
    assert (await step_4(shop, "automation.issue")).kind == form_pb2.FORM_FIELD_KIND_BOOL
    told = await refusal(shop.create(automation=automation(initial_state=channel_pb2.INITIAL_STATE_DRAFT, issue=True)))
    assert (told.reason, list(told.fields)) == ("FIELD_INVALID", ["channel.settings.automation.issue"])
    assert "draft" in told.fields["channel.settings.automation.issue"]
    assert list(await shop.channels()) == []


async def test_row_4_8_issue_sends_it_to_the_tax_authority(shop: Shop) -> None:
    await shop.connect(automation=automation(issue=True))
    buyer = a_buyer(document="1020304051")
    buyer.address.MergeFrom(type(buyer.address)(street="Calle 1", city="Bogotá", region="Bogotá"))
    order = await shop.submit(an_order(buyer=buyer))
    invoice = await shop.settled(order.name)

    async def is_accepted() -> bool:
        return (await shop.invoice(invoice.name)).fiscal_state == fiscal_state_pb2.FISCAL_STATE_ACCEPTED

    await eventually("the tax authority accepts it", is_accepted)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("identification_type", {"CC": "Cédula de ciudadanía", "NIT": "Número de identificación tributaria"}),
        ("person_type", {"PERSON_ENTITY": "Persona natural", "LEGAL_ENTITY": "Persona jurídica"}),
        ("regime", {"SIMPLIFIED_REGIME": "No responsable de IVA", "COMMON_REGIME": "Responsable de IVA"}),
        ("payment_form", {"CASH": "De contado", "CREDIT": "A crédito"}),
        ("payment_method", {"CASH": "Efectivo", "CREDIT_CARD": "Tarjeta de crédito"}),
    ],
)
async def test_rows_4_9_to_4_13_are_in_step_4_with_the_countrys_options(
    shop: Shop, name: str, options: dict[str, str]
) -> None:
    field = await step_4(shop, f"erp_options.{name}")
    assert (field.live_options, list(field.depends_on)) == (True, ["country_code"])
    await shop.create()
    found = {option.value: option.label for option in (await shop.options(field.path, page_size=200)).options}
    assert found | options == found


async def test_row_4_9_identification_type(shop: Shop, alegra: AlegraWorld) -> None:
    """Of the default document, and of orders that do not say it."""
    await shop.connect(erp_options=own(identification_type="CE"))
    await shop.sold(an_order(buyer=a_buyer(document="445566", document_type="")))
    assert (await contact(alegra))["identificationObject"]["type"] == "CE"


@pytest.mark.parametrize("chosen", ["PERSON_ENTITY", "LEGAL_ENTITY"])
async def test_row_4_10_person_type(shop: Shop, alegra: AlegraWorld, chosen: str) -> None:
    """Where the document does not tell it, as a passport does not."""
    await shop.connect(erp_options=own(person_type=chosen))
    await shop.sold(an_order(buyer=a_buyer(document="AB123", document_type="PP")))
    assert (await contact(alegra))["kindOfPerson"] == chosen


async def test_row_4_11_regime(shop: Shop, alegra: AlegraWorld) -> None:
    await shop.connect(erp_options=own(regime="SPECIAL_REGIME"))
    await shop.sold(an_order(buyer=a_buyer(document="1020304051")))
    assert (await contact(alegra))["regime"] == "SPECIAL_REGIME"


async def test_rows_4_12_and_4_13_payment_form_and_method(shop: Shop, alegra: AlegraWorld) -> None:
    await shop.connect(erp_options=own(payment_form="CREDIT", payment_method="CREDIT_CARD"), payment_term_days=30)
    await shop.sold(an_order())
    document = await in_the_erp(alegra)
    assert (document["paymentForm"], document["paymentMethod"]) == ("CREDIT", "CREDIT_CARD")
