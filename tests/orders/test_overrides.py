"""What a person says for one invoice counts instead of the channel's and the order's, and is shown on the invoice."""

from typing import Any

import grpc
import pytest
from erpgate.v1 import channel_pb2
from fixtures.alegra_world import AlegraWorld
from fixtures.catalogue import SHIRT
from fixtures.orders import PRICE, a_buyer, a_line, an_order
from fixtures.shop import BLOCKED, DRAFT, OPEN, PENDING, Shop, automation, settings
from fixtures.toy_world import ToyWorld
from google.protobuf.struct_pb2 import Struct
from rpc.harness import refusal

LINE = channel_pb2.SHIPPING_POLICY_LINE


def options(**values: Any) -> Struct:
    made = Struct()
    made.update(values)
    return made


async def by_hand(shop: Shop, **order: Any) -> str:
    """An order that the automation leaves alone."""
    rules = automation(enabled=False)
    await shop.update("settings", settings=settings(shop.world, automation=rules))
    return (await shop.submit(an_order(**order))).name


async def test_an_own_field_of_the_erp(toy_shop: Shop, toy: ToyWorld) -> None:
    order = await by_hand(toy_shop)
    await toy_shop.create_invoice(order, erp_options=options(series="Z"))
    invoice = await toy_shop.settled(order)
    assert invoice.document_number == "Z-1"
    assert (dict(invoice.overrides.erp_options), invoice.requested) == ({"series": "Z"}, True)
    other = (await toy_shop.submit(an_order())).name
    await toy_shop.create_invoice(other)
    plain = await toy_shop.settled(other)
    assert plain.document_number.startswith("A-")
    assert not plain.HasField("overrides")


async def test_shipping_as_a_line_with_its_item(toy_shop: Shop, toy: ToyWorld) -> None:
    order = await by_hand(toy_shop, shipping_amount="9000", total_paid=str(PRICE + 9000))
    await toy_shop.create_invoice(order, shipping_policy=LINE, shipping_item="8")
    invoice = await toy_shop.settled(order)
    assert (invoice.total, invoice.shipping_left_out) == (f"{PRICE + 9000}.00", "0.00")
    assert [line.item for line in toy.ledger.vouchers[0].lines] == ["1", "8"]


async def test_who_when_and_where(alegra_shop: Shop, alegra: AlegraWorld) -> None:
    """Everything that stands on Alegra's document."""
    order = await by_hand(alegra_shop, buyer=a_buyer(name="Nobody", document=""))
    await alegra.seed(contacts=[{"name": "Otro", "identification": {"type": "CC", "number": "99"}}])
    (other,) = await alegra.call("GET", "/contacts?identification=99")
    await alegra_shop.create_invoice(
        order,
        customer_id=str(other["id"]),
        due_date="2099-12-31",
        warehouse="1",
        price_list="1",
        initial_state=channel_pb2.INITIAL_STATE_DRAFT,
    )
    invoice = await alegra_shop.settled(order, DRAFT)
    (row,) = await alegra.rows()
    assert (invoice.customer_id, str(row["client"])) == (str(other["id"]),) * 2
    assert (invoice.due_date, list(invoice.defaults_used)) == ("2099-12-31", [])
    assert row["status"] == "draft"


async def test_another_buyer_is_looked_up_or_made(toy_shop: Shop, toy: ToyWorld) -> None:
    order = await by_hand(toy_shop)
    before = await toy.customers()
    await toy_shop.create_invoice(order, buyer=a_buyer(name="Luz", document="5550001"))
    invoice = await toy_shop.settled(order)
    assert invoice.customer_id == toy.ledger.parties["5550001"]
    assert await toy.customers() == before + 1
    assert invoice.overrides.buyer.name == "Luz"


async def test_days_from_the_documents_date(toy_shop: Shop) -> None:
    order = await by_hand(toy_shop)
    await toy_shop.create_invoice(order, payment_term_days=0)
    invoice = await toy_shop.settled(order)
    assert invoice.due_date == invoice.date


BAD: list[Any] = [
    pytest.param(
        {"erp_options": options(no_such_field="x")}, "overrides.erp_options.no_such_field", id="no such field"
    ),
    pytest.param({"erp_options": options(series=[1])}, "overrides.erp_options.series", id="field of another kind"),
    pytest.param({"erp_options": options(warehouse="1")}, "overrides.erp_options.warehouse", id="field of every erp"),
    pytest.param({"shipping_policy": LINE}, "overrides.shipping_item", id="shipping without its item"),
    pytest.param({"due_date": "2020-01-01"}, "overrides.due_date", id="due before today"),
    pytest.param({"due_date": "31/12/2099"}, "overrides.due_date", id="no date"),
    pytest.param({"due_date": "2099-01-01", "payment_term_days": 3}, "overrides.due_date", id="two due dates"),
    pytest.param({"payment_term_days": 366}, "overrides.payment_term_days", id="too many days"),
    pytest.param({"buyer": a_buyer(), "customer_id": "7"}, "overrides.customer_id", id="buyer and customer"),
    pytest.param({"buyer": a_buyer(email="no")}, "overrides.buyer.email", id="buyer's e-mail"),
    pytest.param({"remember_line_skus": True}, "overrides.remember_line_skus", id="nothing to remember"),
    pytest.param({"line_skus": {"9": SHIRT}}, "overrides.line_skus[9]", id="no such line"),
]


@pytest.mark.parametrize("how", ["create", "preview", "retry"])
@pytest.mark.parametrize(("overrides", "field"), BAD)
async def test_what_does_not_fit_is_refused_by_field(
    toy_shop: Shop, toy: ToyWorld, overrides: dict[str, Any], field: str, how: str
) -> None:
    order = await by_hand(toy_shop, order_lines=[a_line("NO-SUCH")])
    if how == "create":
        call: Any = toy_shop.create_invoice(order, **overrides)
    elif how == "preview":
        call = toy_shop.preview(order, **overrides)
    else:
        await toy_shop.create_invoice(order)
        call = toy_shop.retry((await toy_shop.settled(order, BLOCKED)).name, **overrides)
    refused = await refusal(call)
    assert (refused.code, refused.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "FIELD_INVALID")
    assert list(refused.fields) == [field]
    assert await toy.sends() == 0


async def test_retrying_takes_the_same_values_while_nothing_was_sent(toy_shop: Shop, toy: ToyWorld) -> None:
    blocked = await toy_shop.blocked(an_order(sku="NO-SUCH"))
    await toy_shop.retry(blocked.name, line_skus={"1": SHIRT}, erp_options=options(series="R"))
    invoice = await toy_shop.settled(blocked.order)
    assert invoice.document_number == "R-1"
    assert dict(invoice.overrides.line_skus) == {"1": SHIRT}
    refused = await refusal(toy_shop.retry(invoice.name, warehouse="2"))
    assert (refused.reason, list(refused.fields)) == ("STATE_CONFLICT", ["overrides"])


async def test_values_count_for_an_invoice_that_waits_for_the_erp_too(toy_shop: Shop, toy: ToyWorld) -> None:
    toy.unplug()
    order = (await toy_shop.submit(an_order())).name
    waiting = await toy_shop.settled(order, PENDING)
    await toy_shop.retry(waiting.name, erp_options=options(series="W"))
    toy.plug_in()
    await toy_shop.retry(waiting.name)
    assert (await toy_shop.settled(order, OPEN)).document_number == "W-1"


async def test_a_request_id_with_other_values_is_refused(toy_shop: Shop) -> None:
    order = await by_hand(toy_shop)
    request_id = "00000000-0000-4000-8000-000000000001"
    first = await toy_shop.create_invoice(order, request_id=request_id, payment_term_days=3)
    again = await toy_shop.create_invoice(order, request_id=request_id, payment_term_days=3)
    assert first.name == again.name
    refused = await refusal(toy_shop.create_invoice(order, request_id=request_id, payment_term_days=4))
    assert refused.reason == "REQUEST_ID_REUSED"
