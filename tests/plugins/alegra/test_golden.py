"""Orders of every country and what Alegra is sent for them, as readable files.

A file of `golden/` with an `order` is one case; ``pytest tests/plugins/alegra --rewrite-golden`` writes the rest of it.
"""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from erpgate.domain.order import Order, OrderLine
from erpgate.domain.sale import sale_of
from erpgate.domain.totals import Remainder, plan
from erpgate.plugin import Address, Buyer, Company, CompanyId, CustomerId, Draft, DraftLine, Item, ItemId
from erpgate.plugin.settings import OrderState
from erpgate_alegra.countries import COUNTRIES
from erpgate_alegra.erp import ALEGRA
from erpgate_alegra.settings import AlegraSettings

GOLDEN = Path(__file__).parent / "golden"
FILES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in GOLDEN.glob("*.json")}
CASES = {name: content["order"] for name, content in FILES.items() if "order" in content}
DAY = dt.date(2026, 9, 1)


def company_of(given: Mapping[str, Any]) -> Company:
    return Company(
        id=CompanyId("simulated:1"),
        name="Tienda",
        country_code=given["country"],
        currency_code=given["currency"],
        time_zone="UTC",
        facts={"amount_places": given["amount_places"], "exchange_rates": given.get("exchange_rates", {})},
    )


def order_of(given: Mapping[str, Any]) -> Order:
    return Order(
        merchant="acme",
        sales_channel="shop",
        external_id="1001",
        state=OrderState.COMPLETED,
        order_time=dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC),
        currency_code=given.get("order_currency", given["currency"]),
        price_includes_tax=given["price_includes_tax"],
        lines=tuple(
            OrderLine(
                line_id=str(number),
                sku=line["item"],
                title=line["title"],
                quantity=Decimal(line["quantity"]),
                unit_price=Decimal(line["unit_price"]),
            )
            for number, line in enumerate(given["lines"])
        ),
        total_paid=Decimal(given["total_paid"]),
        buyer=Buyer(**given["buyer"] | {"address": Address(**given["buyer"]["address"])}),
        notes=given.get("notes", ""),
    )


def items_of(given: Mapping[str, Any]) -> dict[str, Item]:
    return {
        str(number): Item(
            id=ItemId(line["item"]),
            name=line["title"],
            kind="product",
            tax_rates={tax: Decimal(rate) for tax, rate in line["taxes"].items()},
        )
        for number, line in enumerate(given["lines"])
    }


@pytest.mark.parametrize("name", sorted(CASES))
def test_an_order_becomes_what_the_file_says(name: str, golden: Callable[[str, object], None]) -> None:
    given = CASES[name]
    company, order = company_of(given), order_of(given)
    settings = AlegraSettings.model_validate(given["settings"])
    rounding = ALEGRA.policy(company, settings).rounding
    planned = plan(sale_of([order]), items_of(given), policy=rounding, shipping=None, remainder=Remainder())
    buyer, _ = ALEGRA.defaults.complete(order.buyer, settings, company)
    draft = Draft(
        reference="ABCDEFGHIJKLMNOPQRSTUVWX",
        date=DAY,
        due_date=DAY + dt.timedelta(days=settings.payment_term_days),
        customer=CustomerId("57"),
        currency_code=order.currency_code,
        lines=tuple(
            DraftLine(
                item=line.item,
                description=line.description,
                quantity=line.quantity,
                unit_price=line.unit_price,
                tax_ids=line.tax_ids,
            )
            for line in planned.lines
        ),
        total=planned.prediction.total,
        tax_base=planned.prediction.tax_base,
        tax=planned.prediction.tax,
        order_number=order.external_id,
        note=order.notes,
        document_type=buyer.document_type,
    )

    contact = ALEGRA.mapper.customer(buyer, settings, company)
    invoice = ALEGRA.mapper.invoice(draft, settings, company)

    golden(name, {"order": given, "contact": contact, "invoice": invoice})


def test_every_country_has_a_file() -> None:
    assert {given["country"] for given in CASES.values()} == set(COUNTRIES)
