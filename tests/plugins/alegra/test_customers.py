"""Customers: found by identity document, created once, adopted when Alegra knows them."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from erpgate.plugin import Buyer, Company, Found, Misconfigured, OutcomeUnknown, RateLimited, Reason, Rejected
from erpgate_alegra.erp import ALEGRA
from erpgate_alegra.settings import AlegraSettings

if TYPE_CHECKING:
    from plugins.alegra.conftest import OpenShop

ANA = {"name": "Ana", "identification": "1020304050"}
SETTINGS = AlegraSettings()


@pytest.mark.parametrize(
    ("kept", "document", "kind"),
    [
        pytest.param("1020304050", "1.020.304.050", "CC", id="bare"),
        pytest.param("1.020.304.050", "1.020.304.050", "CC", id="as-written"),
        pytest.param("900123456", "900.123.456-8", "NIT", id="nit"),
        pytest.param("900123456-8", "900123456-8", "NIT", id="nit-with-digit"),
    ],
)
async def test_a_customer_is_found_by_number(
    open_shop: "OpenShop", buyer: Buyer, kept: str, document: str, kind: str
) -> None:
    shop = await open_shop(contacts=[{"name": "Otro", "identification": "1"}, {"name": "Ana", "identification": kept}])

    found = await shop.connection.find_customer(replace(buyer, document=document, document_type=kind))

    assert found == Found(matches=("2",), complete=True)
    assert {resource for resource, _ in shop.guard.asked} == {"contacts"}


async def test_an_unknown_customer_is_absent(open_shop: "OpenShop", buyer: Buyer) -> None:
    shop = await open_shop(contacts=[{"name": "Otro", "identification": "10203040501"}])

    assert await shop.connection.find_customer(buyer) == Found(matches=(), complete=True)
    assert await shop.counts() == {"GET /contacts": 2}


async def test_an_ignored_filter_means_dont_know(open_shop: "OpenShop", buyer: Buyer) -> None:
    shop = await open_shop(
        contacts=[{"name": f"Otro {n}", "identification": str(n)} for n in range(1, 70)],
        switches={"contact_filters": []},
    )

    assert await shop.connection.find_customer(buyer) == Found(matches=(), complete=False)
    assert await shop.counts() == {"GET /contacts": 1}


async def test_two_customers_with_one_number_are_both_given(open_shop: "OpenShop", buyer: Buyer) -> None:
    shop = await open_shop(contacts=[ANA, ANA])

    assert await shop.connection.find_customer(buyer) == Found(matches=("1", "2"), complete=True)


async def test_the_one_with_the_buyers_type_of_document_is_preferred(open_shop: "OpenShop", buyer: Buyer) -> None:
    number = "1020304050"
    shop = await open_shop(
        contacts=[
            {"name": "Empresa", "identificationObject": {"type": "NIT", "number": number}},
            {"name": "Ana", "identificationObject": {"type": "CC", "number": number}},
        ]
    )

    assert await shop.connection.find_customer(buyer) == Found(matches=("2",), complete=True)


async def test_a_customer_is_created(open_shop: "OpenShop", buyer: Buyer, company: Company) -> None:
    shop = await open_shop(electronic_invoicing=True)

    created = await shop.connection.create_customer(ALEGRA.mapper.customer(buyer, SETTINGS, company), key="k")

    assert created == "1"
    assert await shop.connection.find_customer(buyer) == Found(matches=("1",), complete=True)
    assert (await shop.counts())["POST /contacts"] == 1


async def test_a_duplicate_is_adopted(open_shop: "OpenShop", buyer: Buyer, company: Company) -> None:
    shop = await open_shop(contacts=[ANA | {"identification": "1.020.304.050"}])

    adopted = await shop.connection.create_customer(ALEGRA.mapper.customer(buyer, SETTINGS, company), key="k")

    assert adopted == "1"
    assert await shop.counts() == {"POST /contacts": 1, "GET /contacts/{id}": 1}


@pytest.mark.parametrize("gone", ["inactive", "deleted"])
async def test_a_duplicate_that_cannot_be_invoiced_is_refused(
    open_shop: "OpenShop", buyer: Buyer, company: Company, gone: str
) -> None:
    shop = await open_shop(contacts=[ANA | ({"status": "inactive"} if gone == "inactive" else {})])
    if gone == "deleted":
        await shop.call("DELETE", "contacts/1")

    with pytest.raises(Rejected, match="inactive or deleted") as raised:
        await shop.connection.create_customer(ALEGRA.mapper.customer(buyer, SETTINGS, company), key="k")

    assert list(raised.value.fields) == ["buyer.document"]
    assert raised.value.details["contact_id"] == "1"


async def test_a_duplicate_with_another_number_is_not_believed(
    open_shop: "OpenShop", buyer: Buyer, company: Company
) -> None:
    shop = await open_shop(contacts=[ANA | {"identification": "77"}])
    body = '{"code": 2006, "message": "Ya existe un contacto", "contactId": 1}'
    await shop.break_({"method": "POST", "action": {"kind": "garbage", "status": 400, "text": body}})

    with pytest.raises(Rejected) as raised:
        await shop.connection.create_customer(ALEGRA.mapper.customer(buyer, SETTINGS, company), key="k")

    assert raised.value.reason is Reason.CUSTOMER_AMBIGUOUS


async def test_a_duplicate_that_is_not_named_is_a_refusal(
    open_shop: "OpenShop", buyer: Buyer, company: Company
) -> None:
    shop = await open_shop()
    body = '{"code": 2006, "message": "Ya existe un contacto"}'
    await shop.break_({"method": "POST", "action": {"kind": "garbage", "status": 400, "text": body}})

    with pytest.raises(Rejected, match="Ya existe un contacto"):
        await shop.connection.create_customer(ALEGRA.mapper.customer(buyer, SETTINGS, company), key="k")


async def test_the_throttle_of_contacts_hides_in_a_400(open_shop: "OpenShop", buyer: Buyer) -> None:
    shop = await open_shop()
    body = '{"code": 429, "message": "Too many requests"}'
    await shop.break_({"path": "/contacts", "action": {"kind": "garbage", "status": 400, "text": body}})

    with pytest.raises(RateLimited) as raised:
        await shop.connection.find_customer(buyer)

    assert raised.value.resource == "contacts"
    assert raised.value.retry_after.total_seconds() == 20


async def test_a_full_plan_is_the_merchants_to_mend(open_shop: "OpenShop", buyer: Buyer, company: Company) -> None:
    shop = await open_shop(contacts=[{"name": "Otro", "identification": "1"}], contacts_limit=1)

    with pytest.raises(Misconfigured) as raised:
        await shop.connection.create_customer(ALEGRA.mapper.customer(buyer, SETTINGS, company), key="k")

    assert raised.value.reason is Reason.ERP_PLAN_LACKS_FEATURE


async def test_a_lost_answer_to_a_create_is_unknown(open_shop: "OpenShop", buyer: Buyer, company: Company) -> None:
    shop = await open_shop()
    await shop.break_({"method": "POST", "times": 1, "action": {"kind": "drop_after"}})
    payload = ALEGRA.mapper.customer(buyer, SETTINGS, company)

    with pytest.raises(OutcomeUnknown):
        await shop.connection.create_customer(payload, key="k")

    assert await shop.connection.find_customer(buyer) == Found(matches=("1",), complete=True)
