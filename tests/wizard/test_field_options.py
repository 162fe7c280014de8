"""Live options: searched, paged, remembered, and what keeps an ERP from giving them."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from erpgate.plugin import ErpError, Misconfigured, RateLimited, Reason, Unavailable
from erpgate.v1 import field_options_pb2 as pb
from fixtures.alegra_world import AlegraWorld
from fixtures.catalogue import an_item
from fixtures.server import QUICK, open_server
from fixtures.shop import Shop, reason_name
from fixtures.toy_world import ToyWorld
from rpc.harness import refusal

OK = pb.FIELD_OPTIONS_STATUS_OK
EMPTY = pb.FIELD_OPTIONS_STATUS_EMPTY
UNREACHABLE = pb.FIELD_OPTIONS_STATUS_UNREACHABLE
ITEM = "settings.shipping_item"


def values(answer: pb.ListFieldOptionsResponse) -> list[str]:
    return [option.value for option in answer.options]


async def begun(shop: Shop) -> Shop:
    """The wizard is at step 3."""
    await shop.create()
    return shop


@pytest.mark.parametrize(
    ("field", "label"),
    [
        ("settings.price_list", "General"),
        ("settings.warehouse", "Principal"),
        ("settings.automation.price_list", "General"),
        ("settings.automation.warehouse", "Principal"),
        ("settings.shipping_item", "Shirt (SHIRT)"),
        ("settings.remainder_item", "Shirt (SHIRT)"),
        ("settings.shipping_by_sales_channel.*.item", "Shirt (SHIRT)"),
        ("settings.erp_options.number_template", "Factura electrónica (FE)"),
        ("settings.erp_options.seller", "Luz"),
        ("settings.erp_options.identification_type", "Cédula de ciudadanía"),
        ("settings.erp_options.person_type", "Persona natural"),
        ("settings.erp_options.regime", "No responsable de IVA"),
        ("settings.erp_options.payment_form", "De contado"),
        ("settings.erp_options.payment_method", "Efectivo"),
        ("tax", "IVA 19.00 %"),
        ("bank_account", "Caja general"),
    ],
)
async def test_a_channel_that_is_being_configured_has_options(
    shop: Shop, alegra: AlegraWorld, field: str, label: str
) -> None:
    await alegra.seed(sellers=[{"name": "Luz"}])
    answer = await (await begun(shop)).options(field)
    assert (answer.status, answer.options[0].label) == (OK, label)
    assert answer.read_time.seconds > 0
    assert (answer.reason, answer.message) == (0, "")


async def test_options_are_searched(shop: Shop) -> None:
    answer = await (await begun(shop)).options(ITEM, query="ship")
    assert [option.label for option in answer.options] == ["Shipping (SHIPPING)"]
    nothing = await shop.options(ITEM, query="no such thing")
    assert (nothing.status, list(nothing.options), nothing.next_page_token) == (EMPTY, [], "")


@pytest.mark.parametrize("size", [1, 2, 7, 50])
async def test_pages_join_to_the_whole_list(toy_shop: Shop, toy: ToyWorld, size: int) -> None:
    """Whatever the ERP's own pages are; no option is given twice and none is left out."""
    toy.ledger.options_page = 3
    await begun(toy_shop)
    seen: list[str] = []
    token = ""
    while True:
        answer = await toy_shop.options(ITEM, page_size=size, page_token=token)
        assert len(answer.options) <= size
        seen += values(answer)
        token = answer.next_page_token
        if not token:
            break
    assert seen == [item.id for item in toy.ledger.items if item.active]


async def test_a_page_token_is_good_for_its_question_only(toy_shop: Shop) -> None:
    await begun(toy_shop)
    token = (await toy_shop.options(ITEM, page_size=1)).next_page_token
    told = await refusal(toy_shop.options(ITEM, page_size=1, query="x", page_token=token))
    assert told.reason == "PAGE_TOKEN_INVALID"


async def test_options_are_remembered_for_a_while(toy_shop: Shop, toy: ToyWorld) -> None:
    await begun(toy_shop)
    first = await toy_shop.options(ITEM)
    toy.ledger.items.append(an_item(9, "NEW"))
    again = await toy_shop.options(ITEM)
    assert (again, toy.ledger.calls["options"]) == (first, 1)
    fresh = await toy_shop.options(ITEM, seconds=0)
    assert (values(fresh)[-1], toy.ledger.calls["options"]) == ("9", 2)
    assert fresh.read_time.ToDatetime() > first.read_time.ToDatetime()


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (
            Misconfigured("No lists.", field="price_list", reason=Reason.ERP_PLAN_LACKS_PRICE_LISTS),
            pb.FIELD_OPTIONS_STATUS_NOT_IN_PLAN,
            "ERP_PLAN_LACKS_PRICE_LISTS",
        ),
        (
            Misconfigured("Not in it.", field="price_list", reason=Reason.ERP_PLAN_LACKS_FEATURE),
            pb.FIELD_OPTIONS_STATUS_NOT_IN_PLAN,
            "ERP_PLAN_LACKS_FEATURE",
        ),
        (
            Misconfigured("You may not.", field="price_list", reason=Reason.ERP_PERMISSION_MISSING),
            pb.FIELD_OPTIONS_STATUS_NOT_ALLOWED,
            "ERP_PERMISSION_MISSING",
        ),
        (
            Misconfigured("Who are you?", field="passphrase", reason=Reason.ERP_CREDENTIALS_INVALID),
            pb.FIELD_OPTIONS_STATUS_NOT_ALLOWED,
            "ERP_CREDENTIALS_INVALID",
        ),
        (RateLimited(dt.timedelta(seconds=40)), pb.FIELD_OPTIONS_STATUS_RATE_LIMITED, "ERP_RATE_LIMITED"),
        (Unavailable("Away."), UNREACHABLE, "ERP_UNREACHABLE"),
    ],
    ids=["plan-lists", "plan", "permission", "credentials", "rate", "away"],
)
async def test_what_keeps_an_erp_from_giving_options_is_told_apart(
    toy_shop: Shop, toy: ToyWorld, error: ErpError, status: Any, reason: str
) -> None:
    """What was read before is given all the same, with the time of that reading."""
    await begun(toy_shop)
    before = await toy_shop.options(ITEM)
    toy.ledger.options_fail = error
    told = await toy_shop.options(ITEM, seconds=0)
    assert (told.status, reason_name(told.reason), told.message) == (status, reason, error.message)
    assert (list(told.options), told.read_time) == (list(before.options), before.read_time)
    never = await toy_shop.options("settings.price_list")
    assert (never.status, list(never.options), never.HasField("read_time")) == (status, [], False)


async def test_a_rate_limit_says_when_to_come_back(toy_shop: Shop, toy: ToyWorld) -> None:
    """The second call is not even sent: the lane knows."""
    await begun(toy_shop)
    toy.ledger.options_fail = RateLimited(dt.timedelta(seconds=40))
    first = await toy_shop.options(ITEM)
    asked = toy.ledger.calls["options"]
    second = await toy_shop.options(ITEM)
    assert second.status == pb.FIELD_OPTIONS_STATUS_RATE_LIMITED
    assert 0 < second.retry_after.seconds <= first.retry_after.seconds <= 40
    assert toy.ledger.calls["options"] == asked


async def test_an_erp_that_comes_back_gives_options_at_once(toy_shop: Shop, toy: ToyWorld) -> None:
    """A person who asks again does not wait for the account's pause."""
    await begun(toy_shop)
    toy.unplug()
    assert (await toy_shop.options(ITEM)).status == UNREACHABLE
    toy.plug_in()
    assert (await toy_shop.options(ITEM)).status == OK


async def test_a_channel_whose_erp_was_never_reached_has_none(toy_shop: Shop, toy: ToyWorld) -> None:
    toy.unplug()
    await toy_shop.create()
    told = await toy_shop.options(ITEM)
    assert (told.status, reason_name(told.reason)) == (UNREACHABLE, "ERP_UNREACHABLE")


@pytest.mark.parametrize("field", ["settings.default_email", "settings.nothing", "nothing", "sales"])
async def test_a_field_without_live_options_is_refused(toy_shop: Shop, field: str) -> None:
    await begun(toy_shop)
    told = await refusal(toy_shop.options(field))
    assert (told.reason, list(told.fields)) == ("FIELD_INVALID", ["field"])


async def test_options_depend_on_what_the_form_has_so_far(shop: Shop, alegra: AlegraWorld) -> None:
    """Of the numberings only electronic ones can be issued; what the form does not say is as stored."""
    await alegra.seed(number_templates=[{"name": "Papel", "isElectronic": False}])
    await begun(shop)
    field = "settings.erp_options.number_template"
    everything = await shop.options(field)
    electronic = await shop.options(field, given={"settings.automation.issue": "true"})
    assert [option.label for option in everything.options] == ["Factura electrónica (FE)", "Papel"]
    assert [option.label for option in electronic.options] == ["Factura electrónica (FE)"]


@pytest.mark.parametrize(
    ("seed", "fault", "status", "reason"),
    [
        ({"denied": ["price-lists:view"]}, None, pb.FIELD_OPTIONS_STATUS_NOT_ALLOWED, "ERP_PERMISSION_MISSING"),
        ({"plan": {"price_lists": False}}, None, pb.FIELD_OPTIONS_STATUS_NOT_IN_PLAN, "ERP_PLAN_LACKS_FEATURE"),
        ({}, {"kind": "status", "status": 429, "body": {}}, pb.FIELD_OPTIONS_STATUS_RATE_LIMITED, "ERP_RATE_LIMITED"),
        ({}, {"kind": "status", "status": 503, "body": {}}, UNREACHABLE, "ERP_UNREACHABLE"),
    ],
    ids=["permission", "plan", "rate", "away"],
)
async def test_alegras_answers_are_told_apart(
    shop: Shop, alegra: AlegraWorld, seed: dict[str, Any], fault: dict[str, Any] | None, status: Any, reason: str
) -> None:
    await begun(shop)
    await alegra.seed(**seed)
    if fault is not None:
        await alegra.break_({"method": "GET", "path": "/price-lists", "action": fault})
    told = await shop.options("settings.price_list", seconds=0)
    assert (told.status, reason_name(told.reason), bool(told.message)) == (status, reason, True)


async def test_asking_without_a_plan_does_not_stop_invoices(toy_shop: Shop, toy: ToyWorld) -> None:
    await toy_shop.connect()
    toy.ledger.options_fail = Misconfigured("No.", field="price_list", reason=Reason.ERP_PLAN_LACKS_FEATURE)
    await toy_shop.options(ITEM)
    assert (await toy_shop.get()).health_message == ""


async def test_an_erp_that_is_slow_is_told_in_time(alegra: AlegraWorld, sqlite_url: str) -> None:
    async with open_server(sqlite_url, alegra, engine=replace(QUICK, answer=dt.timedelta(seconds=0.3))) as door:
        shop = Shop(door, alegra)
        await begun(shop)
        await alegra.break_({"path": "/warehouses", "action": {"kind": "delay", "seconds": 5}})
        told = await shop.options("settings.warehouse")
    assert (told.status, reason_name(told.reason)) == (UNREACHABLE, "DEADLINE_EXCEEDED")
