"""Rows 3.1 to 3.9: how products are read, and what completes an invoice."""

from decimal import Decimal
from typing import Any

import pytest
from erpgate.v1 import channel_pb2, field_options_pb2, form_pb2
from fixtures.alegra_world import AlegraWorld
from fixtures.catalogue import SHIPPING, SHIRT, SHOE
from fixtures.orders import a_buyer, an_order
from fixtures.shop import Shop, reason_name
from rpc.harness import refusal

from .test_rows_1_and_2 import form

BARCODE = channel_pb2.SKU_SOURCE_BARCODE
LINE = channel_pb2.SHIPPING_POLICY_LINE
NOT_INVOICED = channel_pb2.SHIPPING_POLICY_NOT_INVOICED
SHIRT_BARCODE, SHOE_BARCODE = "770001", "770007"


async def row(shop: Shop, name: str, step: int = 1) -> form_pb2.FormField:
    """A field of a step of the form."""
    drawn = (await form(shop)).steps[step]
    return next(field for field in drawn.fields if field.path == f"settings.{name}")


async def in_the_erp(alegra: AlegraWorld) -> dict[str, Any]:
    """The only invoice, as Alegra has it."""
    (invoice,) = await alegra.rows()
    found: dict[str, Any] = await alegra.call("GET", f"/invoices/{invoice['id']}")
    return found


async def contact(alegra: AlegraWorld) -> dict[str, Any]:
    """The customer of the only invoice, as Alegra has it."""
    client = (await in_the_erp(alegra))["client"]
    found: dict[str, Any] = await alegra.call("GET", f"/contacts/{client['id']}")
    return found


@pytest.mark.parametrize("on", [True, False], ids=["on", "off"])
async def test_row_3_1_show_notes_on_the_invoice_pdf(shop: Shop, alegra: AlegraWorld, on: bool) -> None:
    """On: in the printed field; off: in the internal one only."""
    assert (await row(shop, "print_notes")).kind == form_pb2.FORM_FIELD_KIND_BOOL
    await shop.connect(print_notes=on)
    await shop.sold(an_order(notes="Leave it at the door"))
    document = await in_the_erp(alegra)
    printed, internal = ("Leave it at the door" in (document[key] or "") for key in ("anotation", "observations"))
    assert (printed, internal) == (on, not on)


async def test_row_3_2_use_barcode(shop: Shop) -> None:
    """The SKU is the barcode and nothing else; each variant has its own and can be invoiced."""
    field = await row(shop, "sku_source")
    assert [option.value for option in field.options] == ["SKU_SOURCE_REFERENCE", "SKU_SOURCE_BARCODE"]
    await shop.connect(sku_source=BARCODE)
    by_barcode, by_reference, variant = await shop.lookup(SHIRT_BARCODE, SHIRT, SHOE_BARCODE)
    assert (by_barcode.product.sku, by_reference.HasField("product")) == (SHIRT_BARCODE, False)
    assert variant.product.sku == SHOE_BARCODE
    assert (await shop.sold(an_order(sku=SHOE_BARCODE))).total == "119000.00"


async def test_row_3_2_use_reference(shop: Shop) -> None:
    """The SKU is the reference; a variant shares its parent's and is refused, even where it matches."""
    await shop.connect()
    by_reference, by_barcode = await shop.lookup(SHIRT, SHIRT_BARCODE)
    assert (by_reference.product.sku, by_barcode.HasField("product")) == (SHIRT, False)
    invoice = await shop.blocked(an_order(sku=SHOE))
    assert reason_name(invoice.failure.reason) == "VARIANT_NOT_INVOICEABLE"


@pytest.mark.parametrize(("on", "price"), [(True, 119_000), (False, 100_000)], ids=["on", "off"])
async def test_row_3_3_use_taxes(shop: Shop, on: bool, price: int) -> None:
    """Prices that are read come with taxes; invoices are the same either way."""
    assert (await row(shop, "catalog_prices_with_taxes")).affects == form_pb2.FORM_FIELD_AFFECTS_READING
    await shop.connect(catalog_prices_with_taxes=on)
    (shirt,) = await shop.lookup(SHIRT)
    assert Decimal(shirt.product.price) == price
    assert (await shop.sold(an_order())).total == "119000.00"


async def test_row_3_4_price_list(shop: Shop, alegra: AlegraWorld) -> None:
    await alegra.seed(price_lists=[{"name": "Mayorista", "type": "percentage", "percentage": "10"}])
    assert (await row(shop, "price_list")).live_options
    await shop.create(price_list="2")
    options = (await shop.options("settings.price_list")).options
    assert [(option.value, option.label) for option in options] == [("1", "General"), ("2", "Mayorista")]
    await shop.finish()
    (shirt,) = await shop.lookup(SHIRT)
    assert Decimal(shirt.product.price) == 90_000


async def test_row_3_5_warehouse(shop: Shop, alegra: AlegraWorld) -> None:
    """Stock comes from the chosen one."""
    await alegra.seed(
        warehouses=[{"name": "Norte"}],
        items=[{"name": "Bolt", "reference": "BOLT", "price": 100, "stock": {"Principal": 3, "Norte": 8}}],
    )
    assert (await row(shop, "warehouse")).live_options
    await shop.create(warehouse="2")
    options = (await shop.options("settings.warehouse")).options
    assert [(option.value, option.label) for option in options] == [("1", "Principal"), ("2", "Norte")]
    await shop.finish()
    (bolt,) = await shop.lookup("BOLT")
    assert bolt.product.stock == "8"


@pytest.mark.parametrize("given", ["", "luis@example.com"], ids=["missing", "given"])
async def test_row_3_6_default_email(shop: Shop, alegra: AlegraWorld, given: str) -> None:
    assert (await row(shop, "default_email")).kind == form_pb2.FORM_FIELD_KIND_EMAIL
    await shop.connect(default_email="facturas@example.com")
    invoice = await shop.sold(an_order(buyer=a_buyer(document="99887766", email=given)))
    assert (await contact(alegra))["email"] == (given or "facturas@example.com")
    assert ("default_email" in invoice.defaults_used) == (not given)


@pytest.mark.parametrize("given", ["", "3009999999"], ids=["missing", "given"])
async def test_row_3_7_default_phone(shop: Shop, alegra: AlegraWorld, given: str) -> None:
    assert (await row(shop, "default_phone")).kind == form_pb2.FORM_FIELD_KIND_PHONE
    await shop.connect(default_phone="6011234567")
    invoice = await shop.sold(an_order(buyer=a_buyer(document="99887766", phone=given)))
    assert (await contact(alegra))["phonePrimary"] == (given or "6011234567")
    assert ("default_phone" in invoice.defaults_used) == (not given)


@pytest.mark.parametrize(
    ("document", "phone", "used"),
    [
        ("", "3009999999", {"default_document"}),
        ("99887766", "", {"default_phone"}),
        ("", "", {"default_document", "default_phone"}),
        ("99887766", "3009999999", set()),
    ],
    ids=["no-document", "no-phone", "neither", "both"],
)
async def test_row_3_8_default_document(
    shop: Shop, alegra: AlegraWorld, document: str, phone: str, used: set[str]
) -> None:
    """It stands for a missing document, and never for a missing phone; contacts are never updated."""
    await shop.connect(default_document="2222222222", default_phone="6011234567")
    invoice = await shop.sold(an_order(buyer=a_buyer(document=document, document_type="", phone=phone)))
    customer = await contact(alegra)
    assert customer["identificationObject"]["number"] == (document or "2222222222")
    assert customer["phonePrimary"] == (phone or "6011234567")
    assert set(invoice.defaults_used) & {"default_document", "default_phone"} == used
    assert [call for call in await alegra.counts() if call.startswith("PUT /contacts")] == []


async def test_row_3_8_a_contact_that_exists_is_found_and_stays_as_it_is(shop: Shop, alegra: AlegraWorld) -> None:
    before = (await alegra.call("GET", "/contacts"))[0]
    await shop.connect(default_email="facturas@example.com")
    await shop.sold(an_order(buyer=a_buyer(name="Somebody Else", email="", phone="1")))
    assert await alegra.call("GET", "/contacts") == [before]


async def shipping_item(shop: Shop) -> str:
    """Id of the item for shipping, as the form's options give it."""
    (option,) = (await shop.options("settings.shipping_item", query=SHIPPING)).options
    return option.value


async def test_row_3_9_shipping_is_left_out_by_default(shop: Shop) -> None:
    assert (await row(shop, "shipping_policy")).default_value == "SHIPPING_POLICY_NOT_INVOICED"
    await shop.connect()
    invoice = await shop.sold(an_order(shipping_amount="9900", total_paid="128900"))
    assert (invoice.total, invoice.shipping_left_out) == ("119000.00", "9900.00")


async def test_row_3_9_shipping_is_a_line(shop: Shop) -> None:
    await shop.create()
    item = await shipping_item(shop)
    await shop.update(
        "settings.shipping_policy",
        "settings.shipping_item",
        settings=channel_pb2.ChannelSettings(shipping_policy=LINE, shipping_item=item),
    )
    await shop.finish()
    invoice = await shop.sold(an_order(shipping_amount="9900", total_paid="128900"))
    assert (invoice.total, invoice.shipping_left_out) == ("128900.00", "0.00")


async def test_row_3_9_shipping_differs_by_sales_channel(shop: Shop) -> None:
    mapping = await row(shop, "shipping_by_sales_channel")
    assert mapping.kind == form_pb2.FORM_FIELD_KIND_MAPPING
    await shop.declare(shop_co="My shop")
    await shop.create()
    keys = await shop.options(mapping.path)
    assert (keys.status, keys.options[0].value) == (field_options_pb2.FIELD_OPTIONS_STATUS_OK, "shop-co")
    rule = channel_pb2.ShippingRule(policy=LINE, item=await shipping_item(shop))
    await shop.update(
        "settings.shipping_by_sales_channel",
        settings=channel_pb2.ChannelSettings(shipping_by_sales_channel={"shop-co": rule}),
    )
    assert dict((await shop.finish()).settings.shipping_by_sales_channel) == {"shop-co": rule}
    with_line = await shop.sold(an_order(shipping_amount="9900", total_paid="128900"))
    without = await shop.sold(an_order(sales_channel="amazon", shipping_amount="9900", total_paid="128900"))
    assert (with_line.total, without.total) == ("128900.00", "119000.00")


async def test_row_3_9_a_line_needs_an_item(shop: Shop) -> None:
    rules = {"shop-co": channel_pb2.ShippingRule(policy=LINE)}
    told = await refusal(shop.create(shipping_policy=LINE, shipping_by_sales_channel=rules))
    assert set(told.fields) == {
        "channel.settings.shipping_item",
        "channel.settings.shipping_by_sales_channel.shop-co.item",
    }
