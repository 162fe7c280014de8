"""What is wrong with a request is told by field, all of it at once, and nothing is done."""

from typing import Any

import grpc
import pytest
from erpgate.v1 import catalog_service_pb2 as catalog
from erpgate.v1 import channel_pb2, order_pb2, party_pb2
from erpgate.v1 import channel_service_pb2 as channels
from erpgate.v1 import field_options_pb2 as options_pb2
from erpgate.v1 import invoicing_operations_pb2 as operations
from erpgate.v1 import invoicing_service_pb2 as invoicing
from erpgate.v1 import sales_channel_pb2 as sales_pb2
from erpgate.v1 import sku_alias_pb2 as aliases
from erpgate.v1.invoice_pb2 import InvoiceOverrides
from erpgate.v1.operation_pb2 import CreditNoteLine
from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp

from .builders import CHANNEL, INVOICE, ORDER, a_channel_message, a_line_message, an_order_message
from .harness import METHODS, Door, refusal

MERCHANT = "merchants/acme"
PATHS = {method.input_type.full_name: path for path, method in METHODS.items()}

Bad = tuple[Message, set[str]]


def struct(**values: Any) -> Struct:
    made = Struct()
    made.update(values)
    return made


def submit(**changes: Any) -> invoicing.SubmitOrderRequest:
    return invoicing.SubmitOrderRequest(parent=MERCHANT, order=an_order_message(**changes))


def submit_line(**changes: Any) -> invoicing.SubmitOrderRequest:
    return submit(lines=[a_line_message(**changes)])


def create(**changes: Any) -> channels.CreateChannelRequest:
    given: dict[str, Any] = {"parent": MERCHANT, "channel": a_channel_message(), "credentials": {"token": "x"}}
    return channels.CreateChannelRequest(**given | changes)


def create_with(**settings: Any) -> channels.CreateChannelRequest:
    return create(channel=a_channel_message(settings=channel_pb2.ChannelSettings(**settings)))


def update(*paths: str, **channel: Any) -> channels.UpdateChannelRequest:
    given: dict[str, Any] = {"name": CHANNEL, **channel}
    return channels.UpdateChannelRequest(channel=channel_pb2.Channel(**given), update_mask=FieldMask(paths=paths))


def credit(*parts: tuple[int, str]) -> operations.CreateCreditNoteRequest:
    lines = [CreditNoteLine(line_number=number, quantity=quantity) for number, quantity in parts]
    return operations.CreateCreditNoteRequest(parent=INVOICE, lines=lines)


def pay(**changes: Any) -> operations.RecordPaymentRequest:
    given: dict[str, Any] = {"name": INVOICE, "amount": "1", "method": 1}
    return operations.RecordPaymentRequest(**given | changes)


def invoice(**overrides: Any) -> invoicing.CreateInvoiceRequest:
    return invoicing.CreateInvoiceRequest(parent=CHANNEL, order=ORDER, overrides=InvoiceOverrides(**overrides))


BAD_NAMES: tuple[tuple[Any, str, tuple[str, ...]], ...] = (
    (channels.GetErpRequest, "name", ("", "erps", "erps/", "erps/Acme", "erps/a/b", "merchants/acme")),
    (
        channels.GetChannelRequest,
        "name",
        ("", MERCHANT, f"{CHANNEL}/", "merchants/-/channels/main", f"{CHANNEL}\n"),
    ),
    (channels.ConnectChannelRequest, "name", ("", "merchants/acme/channels/Main")),
    (sales_pb2.ListSalesChannelsRequest, "parent", ("", CHANNEL)),
    (channels.PauseChannelRequest, "name", ("", f"merchants/acme/channels/{'a' * 64}")),
    (channels.ResumeChannelRequest, "name", ("", "merchants//channels/main")),
    (channels.RotateCredentialsRequest, "name", ("", "merchants/acme/channels/")),
    (channels.CheckChannelRequest, "name", ("", "merchants/acme")),
    (channels.DeleteChannelRequest, "name", ("", "merchants/acme-/channels/main")),
    (channels.ListChannelsRequest, "parent", ("", "merchants", "merchants/acme/", "merchants/ácme")),
    (invoicing.GetOrderRequest, "name", ("", f"{MERCHANT}/orders/1001", f"{MERCHANT}/orders/a:b c")),
    (invoicing.GetOrderRequest, "name", (f"{MERCHANT}/orders/a:%2", f"{MERCHANT}/orders/a:{'b' * 599}")),
    (invoicing.ListOrdersRequest, "parent", ("", CHANNEL)),
    (invoicing.GetInvoiceRequest, "name", ("", CHANNEL, INVOICE.lower(), INVOICE + "0")),
    (invoicing.ListInvoicesRequest, "parent", ("", MERCHANT)),
    (invoicing.RetryInvoiceRequest, "name", ("", f"{CHANNEL}/invoices/1")),
)
NAMES: dict[str, Bad] = {
    f"{field} {name[:40]!r}-{kind.__name__}": (kind(**{field: name}), {field})
    for kind, field, bad in BAD_NAMES
    for name in bad
}

CHANNELS: dict[str, Bad] = {
    "nothing given": (channels.CreateChannelRequest(), {"parent", "channel"}),
    "an empty channel": (
        create(channel=channel_pb2.Channel()),
        {"channel.erp", "channel.display_name", "channel.country_code"},
    ),
    "a blank name": (create(channel=a_channel_message(display_name=" \t")), {"channel.display_name"}),
    "a long name": (create(channel=a_channel_message(display_name="é" * 101)), {"channel.display_name"}),
    "a control character in the name": (
        create(channel=a_channel_message(display_name="a\x00")),
        {"channel.display_name"},
    ),
    "an ERP without prefix": (create(channel=a_channel_message(erp="toy-books")), {"channel.erp"}),
    "a country in words": (create(channel=a_channel_message(country_code="co")), {"channel.country_code"}),
    "a channel id in capitals": (create(channel_id="Main"), {"channel_id"}),
    "a request id that is no UUID": (create(request_id="1"), {"request_id"}),
    "a credential that cannot be a field": (create(credentials={"To ken": "x"}), {"credentials.To ken"}),
    "a credential with a null": (create(credentials={"token": "x\x00"}), {"credentials.token"}),
    "51 credentials": (create(credentials={f"c{n}": "x" for n in range(51)}), {"credentials"}),
    "an unknown enum value": (create_with(sku_source=9), {"channel.settings.sku_source"}),
    "a default e-mail that is none": (create_with(default_email="ana@"), {"channel.settings.default_email"}),
    "a tolerance with an exponent": (
        create_with(remainder_tolerance="1e-2"),
        {"channel.settings.remainder_tolerance"},
    ),
    "a negative term": (create_with(payment_term_days=-1), {"channel.settings.payment_term_days"}),
    "a term of two years": (create_with(payment_term_days=730), {"channel.settings.payment_term_days"}),
    "an order state that is none": (
        create_with(automation=channel_pb2.Automation(order_states=[1, 0])),  # type: ignore[list-item]
        {"channel.settings.automation.order_states[1]"},
    ),
    "a sales channel with a space": (
        create_with(automation=channel_pb2.Automation(sales_channels=["ok", "not ok"])),
        {"channel.settings.automation.sales_channels[1]"},
    ),
    "a start before our time": (
        create_with(automation=channel_pb2.Automation(start_time=Timestamp(seconds=1))),
        {"channel.settings.automation.start_time"},
    ),
    "a field of every ERP among its own": (
        create_with(erp_options=struct(price_list="1")),
        {"channel.settings.erp_options.price_list"},
    ),
    "an option that is no number": (
        create_with(erp_options=struct(rates=[{"of": float("inf")}])),
        {"channel.settings.erp_options.rates"},
    ),
    "options without end": (create_with(erp_options=struct(a="x" * 20_000)), {"channel.settings.erp_options"}),
    "no mask": (channels.UpdateChannelRequest(channel=channel_pb2.Channel(name=CHANNEL)), {"update_mask"}),
    "an empty mask": (update(), {"update_mask"}),
    "a mask of what cannot change": (
        update("display_name", "country_code", "*", "settings.erp_options.ledger", display_name="x"),
        {"update_mask.paths[1]", "update_mask.paths[2]", "update_mask.paths[3]"},
    ),
    "a masked name that is missing": (update("display_name"), {"channel.display_name"}),
    "nothing to update": (channels.UpdateChannelRequest(), {"channel", "update_mask"}),
    "a language that is none": (
        channels.GetErpRequest(name="erps/toy-books", language_code="es_CO!"),
        {"language_code"},
    ),
    "no field": (options_pb2.ListFieldOptionsRequest(name=MERCHANT), {"name", "field"}),
    "a field that is none": (
        options_pb2.ListFieldOptionsRequest(name=CHANNEL, field="Settings.x", query="x" * 201, given={"A": "b"}),
        {"field", "query", "given.A"},
    ),
    "an age of two days": (
        options_pb2.ListFieldOptionsRequest(name=CHANNEL, field="item", max_age=Duration(seconds=172_800)),
        {"max_age"},
    ),
    "sales channels of another merchant": (
        sales_pb2.DeclareSalesChannelsRequest(
            parent=MERCHANT,
            sales_channels=[
                sales_pb2.SalesChannel(name=name) for name in ("merchants/b/salesChannels/shop", f"{MERCHANT}/shops/x")
            ],
        ),
        {"sales_channels[0].name", "sales_channels[1].name"},
    ),
    "no sales channels": (sales_pb2.DeclareSalesChannelsRequest(parent=MERCHANT), {"sales_channels"}),
    "a shipping rule of nonsense": (
        create_with(shipping_by_sales_channel={"Shop": channel_pb2.ShippingRule(policy=9)}),  # type: ignore[arg-type]
        {
            "channel.settings.shipping_by_sales_channel.Shop",
            "channel.settings.shipping_by_sales_channel.Shop.policy",
        },
    ),
    "a negative page": (channels.ListChannelsRequest(parent=MERCHANT, page_size=-1), {"page_size"}),
}

ORDERS: dict[str, Bad] = {
    "nothing given": (invoicing.SubmitOrderRequest(), {"parent", "order"}),
    "an empty order": (
        invoicing.SubmitOrderRequest(parent=MERCHANT, order=order_pb2.Order()),
        {
            f"order.{field}"
            for field in (
                "sales_channel",
                "external_id",
                "state",
                "order_time",
                "currency_code",
                "lines",
                "total_paid",
            )
        },
    ),
    "an empty line": (submit(lines=[order_pb2.OrderLine()]), {"order.lines[0].quantity", "order.lines[0].unit_price"}),
    "a slash in the sales channel": (submit(sales_channel="shop/co"), {"order.sales_channel"}),
    "a long external id": (submit(external_id="1" * 129), {"order.external_id"}),
    "an external id with a space behind": (submit(external_id="1 "), {"order.external_id"}),
    "an external id of a line break": (submit(external_id="1\n2"), {"order.external_id"}),
    "an external id that is long when encoded": (submit(external_id="界" * 80), {"order.external_id"}),
    "an unknown state": (submit(state=77), {"order.state"}),
    "an order of 1999": (submit(order_time=Timestamp(seconds=946_684_799)), {"order.order_time"}),
    "an order of 2100": (submit(order_time=Timestamp(seconds=4_102_444_800)), {"order.order_time"}),
    "an instant that is none": (
        submit(source_update_time=Timestamp(seconds=1_767_323_045, nanos=-1)),
        {"order.source_update_time"},
    ),
    "a currency in small letters": (submit(currency_code="cop"), {"order.currency_code"}),
    "a currency that is a metal": (submit(currency_code="XAU"), {"order.currency_code"}),
    "an amount in words": (submit(total_paid="ten"), {"order.total_paid"}),
    "not a number": (submit(total_paid="NaN"), {"order.total_paid"}),
    "an infinite amount": (submit(total_paid="Infinity"), {"order.total_paid"}),
    "an exponent": (submit(total_paid="1E3"), {"order.total_paid"}),
    "a plus": (submit(total_paid="+1"), {"order.total_paid"}),
    "a space": (submit(total_paid=" 1"), {"order.total_paid"}),
    "a comma": (submit(total_paid="1,5"), {"order.total_paid"}),
    "underscores": (submit(total_paid="1_000"), {"order.total_paid"}),
    "no digit before the point": (submit(total_paid=".5"), {"order.total_paid"}),
    "no digit after the point": (submit(total_paid="5."), {"order.total_paid"}),
    "other digits": (submit(total_paid="٣"), {"order.total_paid"}),
    "a line break behind": (submit(total_paid="1\n"), {"order.total_paid"}),
    "a negative amount": (submit(total_paid="-1"), {"order.total_paid"}),
    "a negative zero": (submit(total_paid="-0"), {"order.total_paid"}),
    "sixteen digits": (submit(total_paid="1234567890123456"), {"order.total_paid"}),
    "more decimals than pesos have": (submit(total_paid="1190.505"), {"order.total_paid"}),
    "decimals of a currency without": (
        submit(currency_code="CLP", total_paid="1190.5", shipping_amount="0.1", discount_amount="0.1"),
        {"order.total_paid", "order.shipping_amount", "order.discount_amount"},
    ),
    "a discount on shipping below a cent": (
        submit(shipping_discount_amount="0.001"),
        {"order.shipping_discount_amount"},
    ),
    "a basket without size": (submit(basket=order_pb2.Basket(id="c")), {"order.basket.size"}),
    "a basket without id": (submit(basket=order_pb2.Basket(size=2)), {"order.basket.id"}),
    "a basket of 101 orders": (submit(basket=order_pb2.Basket(id="c", size=101)), {"order.basket.size"}),
    "a basket that does not name its order": (
        submit(basket=order_pb2.Basket(id="c", external_ids=["1", " 2"])),
        {"order.basket.external_ids[1]", "order.basket.external_ids"},
    ),
    "a basket that names more than it has": (
        submit(external_id="1", basket=order_pb2.Basket(id="c", size=1, external_ids=["1", "2"])),
        {"order.basket.external_ids"},
    ),
    "an alias without its SKUs": (
        aliases.SetSkuAliasRequest(parent=CHANNEL, alias=aliases.SkuAlias(sku=" ")),
        {"alias.sku", "alias.item_sku"},
    ),
    "no alias": (aliases.SetSkuAliasRequest(parent=CHANNEL), {"alias"}),
    "an alias to forget without SKU": (aliases.DeleteSkuAliasRequest(parent="x"), {"parent", "sku"}),
    "a preview of nothing": (invoicing.PreviewInvoiceRequest(), {"parent", "order"}),
    "a quantity of zero": (submit_line(quantity="0.000"), {"order.lines[0].quantity"}),
    "a quantity of thirteen digits": (submit_line(quantity="1000000000000"), {"order.lines[0].quantity"}),
    "a price with seven decimals": (submit_line(unit_price="1.0000001"), {"order.lines[0].unit_price"}),
    "a negative discount": (submit_line(discount_amount="-1"), {"order.lines[0].discount_amount"}),
    "a long SKU": (submit_line(sku="x" * 101), {"order.lines[0].sku"}),
    "a long title": (submit_line(title="x" * 501), {"order.lines[0].title"}),
    "the same line twice": (
        submit(lines=[a_line_message(line_id="a"), a_line_message(), a_line_message(line_id="a")]),
        {"order.lines[2].line_id"},
    ),
    "a line with the default id of another": (
        submit(lines=[a_line_message(line_id="2"), a_line_message()]),
        {"order.lines[1].line_id"},
    ),
    "2,001 lines": (submit(lines=[a_line_message()] * 2001), {"order.lines"}),
    "an e-mail address that is none": (submit(buyer=party_pb2.Party(email="ana at shop.co")), {"order.buyer.email"}),
    "a long buyer": (
        submit(buyer=party_pb2.Party(name="x" * 151, document="x" * 51, phone="x" * 51)),
        {"order.buyer.name", "order.buyer.document", "order.buyer.phone"},
    ),
    "a country of three letters": (
        submit(buyer=party_pb2.Party(address=party_pb2.Address(country_code="COL"))),
        {"order.buyer.address.country_code"},
    ),
    "notes with an escape": (submit(notes="\x1b[2J"), {"order.notes"}),
    "long notes": (submit(notes="x" * 2001), {"order.notes"}),
    "several lines are wrong": (
        submit(lines=[a_line_message(quantity="x"), a_line_message(), a_line_message(unit_price="y")], total_paid=""),
        {"order.lines[0].quantity", "order.lines[2].unit_price", "order.total_paid"},
    ),
    "a filter by no outcome": (
        invoicing.ListOrdersRequest(parent=MERCHANT, outcome=99, sales_channel="!"),  # type: ignore[arg-type]
        {"outcome", "sales_channel"},
    ),
}

INVOICES: dict[str, Bad] = {
    "nothing given": (invoicing.CreateInvoiceRequest(), {"parent", "order"}),
    "an order of another merchant": (
        invoicing.CreateInvoiceRequest(parent=CHANNEL, order="merchants/other/orders/shop-co:1001"),
        {"order"},
    ),
    "a request id that is no UUID": (
        invoicing.CreateInvoiceRequest(parent=CHANNEL, order=ORDER, request_id="x" * 36),
        {"request_id"},
    ),
    "issuing a draft": (invoice(issue=True, initial_state=channel_pb2.INITIAL_STATE_DRAFT), {"overrides.issue"}),
    "issuing without saying how far": (invoice(issue=True), {"overrides.initial_state"}),
    "an unknown initial state": (invoice(initial_state=7), {"overrides.initial_state"}),
    "a blank SKU": (invoice(line_skus={"1": " "}), {"overrides.line_skus.1"}),
    "a long warehouse": (invoice(warehouse="x" * 101), {"overrides.warehouse"}),
    "overrides of a retry": (
        invoicing.RetryInvoiceRequest(name=INVOICE, overrides=InvoiceOverrides(price_list="\x7f")),
        {"overrides.price_list"},
    ),
    "a filter by no state": (
        invoicing.ListInvoicesRequest(parent=CHANNEL, state=99, page_size=-5),  # type: ignore[arg-type]
        {"state", "page_size"},
    ),
}

LATER: dict[str, Bad] = {
    "nothing to void": (operations.VoidInvoiceRequest(), {"name"}),
    "a long reason": (operations.VoidInvoiceRequest(name=INVOICE, reason="x" * 201), {"reason"}),
    "a request id that is no UUID": (operations.OpenInvoiceRequest(name=INVOICE, request_id="1"), {"request_id"}),
    "a channel instead of an invoice": (operations.RefreshInvoiceRequest(name=CHANNEL), {"name"}),
    "a line twice": (credit((1, "1"), (2, "1"), (1, "2")), {"lines[2].line_number"}),
    "a line zero": (credit((0, "1")), {"lines[0].line_number"}),
    "a line below zero": (credit((-1, "1")), {"lines[0].line_number"}),
    "a quantity of nothing": (credit((1, "0")), {"lines[0].quantity"}),
    "nothing to pay": (operations.RecordPaymentRequest(name=INVOICE), {"amount", "method"}),
    "a payment of nothing": (pay(amount="0.00"), {"amount"}),
    "a payment back": (pay(amount="-1"), {"amount"}),
    "an unknown way to pay": (pay(method=99), {"method"}),
    "a day that is none": (pay(date="2026-02-29"), {"date"}),
    "an instant instead of a day": (pay(date="2026-02-28T00:00:00Z"), {"date"}),
    "a recipient that is none": (
        operations.EmailInvoiceRequest(name=INVOICE, recipients=["a@example.com", "b"]),
        {"recipients[1]"},
    ),
    "11 recipients": (
        operations.EmailInvoiceRequest(name=INVOICE, recipients=["a@example.com"] * 11),
        {"recipients"},
    ),
    "an unknown reason to filter by": (invoicing.ListInvoicesRequest(parent=CHANNEL, reason=9999), {"reason"}),  # type: ignore[arg-type]
    "an order to filter by that is none": (invoicing.ListInvoicesRequest(parent=CHANNEL, order="1001"), {"order"}),
}

CATALOG: dict[str, Bad] = {
    "nothing given": (catalog.LookupSkusRequest(), {"parent", "skus"}),
    "a blank SKU": (catalog.LookupSkusRequest(parent=CHANNEL, skus=["A", "", " "]), {"skus[1]", "skus[2]"}),
    "501 SKUs": (catalog.LookupSkusRequest(parent=CHANNEL, skus=["A"] * 501), {"skus"}),
}

CASES = [
    pytest.param(request, wrong, id=f"{PATHS[request.DESCRIPTOR.full_name].rpartition('/')[2]}-{case}")
    for table in (NAMES, CHANNELS, ORDERS, INVOICES, LATER, CATALOG)
    for case, (request, wrong) in table.items()
]


@pytest.mark.parametrize(("request_", "wrong"), CASES)
async def test_fields_are_named(door: Door, request_: Message, wrong: set[str]) -> None:
    told = await refusal(door.raw(PATHS[request_.DESCRIPTOR.full_name], request_.SerializeToString()))
    assert (told.code, told.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "FIELD_INVALID")
    assert set(told.fields) == wrong
    assert told.metadata == {}
    assert door.service.calls == []


async def test_message_of_one_violation_names_the_field(door: Door) -> None:
    told = await refusal(door.invoicing.SubmitOrder(submit(total_paid="-1")))
    assert told.message == "order.total_paid: must not be negative."


async def test_message_of_many_violations_counts_them(door: Door) -> None:
    """Two thousand wrong lines are an answer that still fits into the trailers."""
    told = await refusal(door.invoicing.SubmitOrder(submit(lines=[a_line_message(quantity="x")] * 2000)))
    assert told.message.startswith("2000 fields are missing or wrong; the first is order.lines[0].quantity: must be a")
    assert list(told.fields)[:2] == ["order.lines[0].quantity", "order.lines[1].quantity"]


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(submit(total_paid="1190.500"), id="zeros behind are no decimals"),
        pytest.param(submit(total_paid="0"), id="nothing was paid"),
        pytest.param(submit(notes="a\r\n\tb"), id="line breaks in notes"),
        pytest.param(submit_line(sku="", title=""), id="a line without SKU"),
        pytest.param(submit_line(unit_price="999999999999999.999999"), id="the largest price"),
        pytest.param(submit(external_id="ñ/%:?"), id="an external id of any characters"),
        pytest.param(submit(buyer=party_pb2.Party(email="ana.maría+x@sub.shop.co")), id="an e-mail address"),
        pytest.param(invoice(issue=True, initial_state=channel_pb2.INITIAL_STATE_OPEN), id="open and issue"),
        pytest.param(create(request_id="0F2B3C4D-0000-4000-8000-000000000000"), id="a UUID"),
        pytest.param(channels.ListChannelsRequest(parent=MERCHANT, page_size=2**31 - 1), id="a large page"),
    ],
)
async def test_good_requests_reach_the_service(door: Door, request_: Message) -> None:
    told = await refusal(door.raw(PATHS[request_.DESCRIPTOR.full_name], request_.SerializeToString()))
    assert told.reason == "RESOURCE_NOT_FOUND"
    assert len(door.service.calls) == 1
