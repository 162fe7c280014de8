"""Issuing: what a stamp needs is asked for before anything is sent, and every way in which a stamp can go wrong."""

from typing import Any

import pytest
from erpgate.v1 import invoice_pb2
from fixtures.shop import OPEN, reason_name

from .cases import CASES
from .conftest import OpenCompany

BY_CODE = {case.code: case for case in CASES}
ACCEPTED = invoice_pb2.FISCAL_STATE_ACCEPTED


@pytest.mark.parametrize(
    ("country", "lacks", "field"),
    [
        ("CO", "city", "buyer.address.city"),
        ("CO", "region", "buyer.address.region"),
        ("MX", "postal_code", "buyer.address.postal_code"),
    ],
)
async def test_what_a_stamp_needs_is_asked_for_before_anything_is_sent(
    open_company: OpenCompany, country: str, lacks: str, field: str
) -> None:
    case = BY_CODE[country]
    company = await open_company(case)
    shop = await company.connect(issue=True)
    address: dict[str, Any] = {"city": "Medellín", "region": "Antioquia", "postal_code": "050013"}
    order = case.order()
    order.buyer.address.Clear()
    for name, value in address.items():
        setattr(order.buyer.address, name, "" if name == lacks else value)

    blocked = await shop.blocked(order)

    assert reason_name(blocked.failure.reason) == "FIELD_INVALID"
    assert list(blocked.failure.details) == [field]
    assert (await company.contacts(), await company.invoices()) == ([], [])

    setattr(order.buyer.address, lacks, address[lacks])
    await shop.submit(order)
    await shop.retry(blocked.name)
    assert (await company.settled(order, ACCEPTED)).name == blocked.name


async def test_what_only_a_stamp_needs_is_not_asked_for_without_one(open_company: OpenCompany) -> None:
    company = await open_company(BY_CODE["CO"])
    shop = await company.connect()
    order = BY_CODE["CO"].order()
    order.buyer.address.Clear()

    assert (await shop.sold(order)).state == OPEN


async def test_a_customer_whom_alegra_knows_needs_no_address_on_the_order(open_company: OpenCompany) -> None:
    known = {
        "name": "Luz Mora",
        "identificationObject": {"type": "NIT", "number": "900123456", "dv": 8},
        "kindOfPerson": "LEGAL_ENTITY",
        "regime": "COMMON_REGIME",
        "address": {"city": "Medellín", "department": "Antioquia"},
    }
    company = await open_company(BY_CODE["CO"], contacts=[known])
    await company.connect(issue=True)
    order = BY_CODE["CO"].order()
    order.buyer.address.Clear()

    await company.settled(order, ACCEPTED)
    assert len(await company.contacts()) == 1
