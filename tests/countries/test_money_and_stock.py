"""Currencies that the company has or lacks, currencies without decimals, and stock that is too small."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from fixtures.catalogue import SHIRT
from fixtures.orders import a_line
from fixtures.shop import reason_name
from rpc.harness import refusal

from .cases import CASES, Case
from .conftest import OpenCompany

BY_CODE = {case.code: case for case in CASES}
GUARANI = replace(BY_CODE["US"], currency="PYG", places=0, tax=Decimal("0.10"), price="99999", base="90908")
DOLLARS: dict[str, Any] = {
    "multicurrency": True,
    "currencies": [{"code": "CLP", "name": "Peso"}, {"code": "USD", "name": "Dólar", "exchangeRate": 950}],
}


def in_dollars(case: Case, price: str) -> Any:
    line = a_line(SHIRT, quantity="1", unit_price=price)
    return case.order(currency_code="USD", order_lines=[line], total_paid=price)


@pytest.mark.parametrize("case", [BY_CODE["CL"], GUARANI], ids=["CLP", "PYG"])
async def test_a_currency_without_decimals_is_invoiced_in_whole_units(open_company: OpenCompany, case: Case) -> None:
    company = await open_company(case)
    shop = await company.connect()

    invoice = await shop.sold(case.order())

    (document,) = await company.invoices()
    assert Decimal(invoice.total) == Decimal(case.price) == document["total"]
    assert Decimal(str(document["tax"])) == Decimal(case.price) - Decimal(case.base)


@pytest.mark.parametrize("case", [BY_CODE["CL"], GUARANI], ids=["CLP", "PYG"])
async def test_a_fraction_of_such_a_currency_is_refused(open_company: OpenCompany, case: Case) -> None:
    company = await open_company(case)
    shop = await company.connect()

    line = a_line(SHIRT, quantity="1", unit_price="99.50")
    refused = await refusal(shop.submit(case.order(order_lines=[line], total_paid="99.50")))

    assert (refused.reason, "order.total_paid" in refused.fields) == ("FIELD_INVALID", True)
    assert list((await shop.orders()).orders) == []


async def test_a_currency_that_the_company_does_not_have_sends_nothing(open_company: OpenCompany) -> None:
    company = await open_company(BY_CODE["CO"])
    shop = await company.connect()

    blocked = await shop.blocked(in_dollars(BY_CODE["CO"], "119.00"))

    assert reason_name(blocked.failure.reason) == "CURRENCY_NOT_SUPPORTED"
    assert dict(blocked.failure.details) == {"currency_code": "USD", "supported": "COP"}
    assert (await company.contacts(), await company.invoices()) == ([], [])


async def test_another_currency_of_the_company_is_invoiced_at_its_rate(open_company: OpenCompany) -> None:
    """The rate is Alegra's own of the day, not the one that it had when the channel was connected."""
    company = await open_company(BY_CODE["CO"], **DOLLARS)
    shop = await company.connect()
    await company.world.seed(currencies=[{"code": "USD", "name": "Dólar", "exchangeRate": 960}])

    invoice = await shop.sold(in_dollars(BY_CODE["CO"], "119.00"))

    (document,) = await company.invoices()
    assert (invoice.currency_code, Decimal(invoice.total)) == ("USD", Decimal("119.00"))
    assert (document["currency"]["code"], document["currency"]["exchangeRate"]) == ("USD", 960)
    assert Decimal(str(document["total"])) == Decimal("119.00")


async def test_cents_that_the_company_does_not_count_in_are_unreachable(open_company: OpenCompany) -> None:
    """Alegra rounds every currency to the company's own decimals."""
    company = await open_company(BY_CODE["CL"], **DOLLARS)
    shop = await company.connect()

    blocked = await shop.blocked(in_dollars(BY_CODE["CL"], "11.90"))

    assert reason_name(blocked.failure.reason) == "TOTAL_UNREACHABLE"
    assert await company.invoices() == []


async def test_stock_that_is_too_small_stops_at_the_draft_and_is_opened_once_there_is_enough(
    open_company: OpenCompany,
) -> None:
    case = BY_CODE["CO"]
    few = {"name": "Gorra", "reference": "CAP", "price": 100_000, "tax_percentage": 19, "stock": 2}
    company = await open_company(case, items=[few])
    shop = await company.connect()
    line = a_line("CAP", quantity="3", unit_price="119000")

    blocked = await shop.blocked(case.order(order_lines=[line]))

    assert reason_name(blocked.failure.reason) == "INSUFFICIENT_STOCK"
    assert [document["status"] for document in await company.invoices()] == ["draft"]
    (item,) = await company.world.call("GET", "/items")
    arrived = {"id": item["id"], "type": "in", "quantity": 1, "unitCost": 1}
    adjustment = {"date": "2026-09-01", "warehouse": {"id": "1"}, "items": [arrived]}
    await company.world.call("POST", "/inventory-adjustments", adjustment)
    await shop.retry(blocked.name)
    assert (await shop.settled(blocked.order)).name == blocked.name
    assert [document["status"] for document in await company.invoices()] == ["open"]
