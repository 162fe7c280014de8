"""Who a token belongs to, and whether plan and user allow what is needed."""

import datetime as dt
import logging
from typing import TYPE_CHECKING

import pytest
from erpgate.plugin import Company, Draft, Misconfigured, RateReading, Reason, Repeats, RoundingPolicy, Stage
from erpgate_alegra.erp import ALEGRA
from erpgate_alegra.settings import AlegraSettings

if TYPE_CHECKING:
    from plugins.alegra.conftest import OpenShop

PLAIN = {
    "amount_places": 2,
    "settle_seconds": 0.5,
    "multicurrency": False,
    "application_version": "colombia",
    "can_stamp": False,
    "electronic_invoicing": False,
}


async def test_a_probe_says_who_the_token_belongs_to(open_shop: "OpenShop") -> None:
    shop = await open_shop(name="Tienda de Ana", decimalPrecision="0")

    assert await shop.connection.probe() == Company(
        id="colombia:900123456",  # type: ignore[arg-type]
        name="Tienda de Ana",
        country_code="CO",
        currency_code="COP",
        time_zone="America/Bogota",
        facts=PLAIN | {"amount_places": 0},
    )
    assert await shop.counts() == {"GET /company": 1, "GET /price-lists": 1, "GET /warehouses": 1}
    assert shop.guard.asked == [("*", False)] * 3
    assert shop.guard.readings[0] == RateReading(remaining=149, reset=dt.timedelta(0), limit=150)


async def test_the_policy_follows_from_the_company(open_shop: "OpenShop") -> None:
    shop = await open_shop(
        decimalPrecision="0", multicurrency=True, currencies=[{"code": "COP"}, {"code": "USD", "exchangeRate": 4000}]
    )

    policy = ALEGRA.policy(await shop.connection.probe(), AlegraSettings())

    assert policy.rounding == RoundingPolicy(unit_price_places=6, quantity_places=4, amount_places=0, rounds="gross")
    assert policy.repeats == Repeats(by="nothing")
    assert policy.create_stages == {Stage.DRAFT, Stage.OPEN}
    assert policy.settle_time == dt.timedelta(seconds=0.5)
    assert policy.stock_moves_at is Stage.OPEN
    assert policy.currencies == {"COP", "USD"}


@pytest.mark.parametrize(
    ("tenant", "field", "reason"),
    [
        pytest.param({"plan": {"price_lists": False}}, "price_list", Reason.ERP_PLAN_LACKS_PRICE_LISTS, id="no-lists"),
        pytest.param({"plan": {"warehouses": False}}, "warehouse", Reason.ERP_PLAN_LACKS_WAREHOUSES, id="no-stores"),
        pytest.param({"denied": ["warehouses:view"]}, "token", Reason.ERP_PERMISSION_MISSING, id="permission"),
        pytest.param({"token": "another"}, "token", Reason.ERP_CREDENTIALS_INVALID, id="token"),
        pytest.param({"country_code": "MX"}, "country_code", Reason.ERP_COUNTRY_MISMATCH, id="country"),
        pytest.param({"identification": ""}, "token", Reason.CONFIGURATION_INCOMPLETE, id="identification"),
        pytest.param({"switches": {"suspended": True}}, "token", Reason.ERP_PLAN_LACKS_FEATURE, id="suspended"),
    ],
)
async def test_what_is_missing_is_named(
    open_shop: "OpenShop", tenant: dict[str, object], field: str, reason: Reason
) -> None:
    shop = await open_shop(**({"items": []} | tenant))

    with pytest.raises(Misconfigured) as raised:
        await shop.connection.probe()

    assert (raised.value.field, raised.value.reason) == (field, reason)


async def test_an_empty_list_is_a_missing_one(open_shop: "OpenShop") -> None:
    shop = await open_shop()
    await shop.call("DELETE", "warehouses/1")

    with pytest.raises(Misconfigured) as raised:
        await shop.connection.probe()

    assert (raised.value.field, raised.value.reason) == ("warehouse", Reason.ERP_PLAN_LACKS_WAREHOUSES)


@pytest.mark.parametrize("shown", ["900.123.456-8", "900123456", "900 123 456 - 8"])
async def test_the_company_keeps_its_id_however_its_number_is_written(open_shop: "OpenShop", shown: str) -> None:
    shop = await open_shop(identification=shown)

    assert (await shop.connection.probe()).id == "colombia:900123456"


async def test_the_token_is_in_no_text(open_shop: "OpenShop", caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    shop = await open_shop(token="wr0ng-t0k3n")

    with pytest.raises(Misconfigured) as raised:
        await shop.connection.probe()

    written = f"{shop.connection!r} {raised.value!r} {raised.value.details} {vars(shop.connection)} {caplog.text}"
    assert "wr0ng" not in written


async def test_issuing_is_refused_unsent_where_alegra_says_that_it_is_off(
    open_shop: "OpenShop", draft: Draft, company: Company
) -> None:
    shop = await open_shop(contacts=[{"name": "Ana", "identification": "1"}])
    await shop.connection.probe()
    document = await shop.connection.create(
        ALEGRA.mapper.invoice(draft, AlegraSettings(), company), Stage.DRAFT, key=""
    )
    before = await shop.counts()

    with pytest.raises(Misconfigured) as raised:
        await shop.connection.advance(document, Stage.ISSUED, key="")

    assert (raised.value.field, raised.value.reason) == ("automation.issue", Reason.ERP_PLAN_LACKS_FEATURE)
    assert await shop.counts() == before
