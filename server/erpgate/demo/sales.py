"""Real sales of a British gift shop, read from a CSV that is not part of erpgate."""

import csv
import datetime as dt
import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from erpgate.plugin import Item, ItemId, SimulatedCompany
from erpgate.v1 import channel_pb2, order_pb2, party_pb2

SALES_CHANNEL = "gift-shop"
CURRENCY = "GBP"

_NUMERIC = re.compile(r"\d+")
_PENNY = Decimal("0.01")


@dataclass(frozen=True, kw_only=True)
class Sale:
    """One clean sale: every quantity and price is above zero, no price is finer than a penny.

    Attributes:
        number: Of the shop's own invoice.
        order: As a sales channel would submit it.
        total: Sum of its lines.
    """

    number: str
    order: order_pb2.Order
    total: Decimal


def clean_sales(path: Path) -> list[Sale]:
    """The clean sales of the file, in its order."""
    return [_sale(number, rows) for number, rows in _invoices(path) if _is_clean(number, rows)]


def company_of(sales: list[Sale]) -> SimulatedCompany:
    """A company that has an untaxed item for every code that was sold."""
    names = {line.sku: line.title for sale in sales for line in sale.order.lines}
    return SimulatedCompany(
        name="Gift shop",
        country_code="US",
        currency_code=CURRENCY,
        amount_places=2,
        items=tuple(
            Item(id=ItemId(str(position)), name=name, reference=sku, kind="service", currency_code=CURRENCY)
            for position, (sku, name) in enumerate(sorted(names.items()), start=1)
        ),
    )


def _invoices(path: Path) -> Iterator[tuple[str, list[dict[str, str]]]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        grouped: dict[str, list[dict[str, str]]] = {}
        for row in csv.DictReader(file):
            grouped.setdefault(row["InvoiceNo"], []).append(row)
    yield from grouped.items()


def _is_clean(number: str, rows: list[dict[str, str]]) -> bool:
    return bool(_NUMERIC.fullmatch(number)) and all(
        Decimal(row["Quantity"]) > 0
        and Decimal(row["UnitPrice"]) > 0
        and Decimal(row["UnitPrice"]) == Decimal(row["UnitPrice"]).quantize(_PENNY)
        for row in rows
    )


def _sale(number: str, rows: list[dict[str, str]]) -> Sale:
    total = sum((Decimal(row["Quantity"]) * Decimal(row["UnitPrice"]) for row in rows), Decimal(0)).quantize(_PENNY)
    order = order_pb2.Order(
        sales_channel=SALES_CHANNEL,
        external_id=number,
        state=channel_pb2.ORDER_STATE_COMPLETED,
        currency_code=CURRENCY,
        price_includes_tax=True,
        lines=[
            order_pb2.OrderLine(
                sku=row["StockCode"],
                title=row["Description"] or row["StockCode"],
                quantity=row["Quantity"],
                unit_price=row["UnitPrice"],
            )
            for row in rows
        ],
        total_paid=str(total),
        buyer=_buyer(rows[0]["CustomerID"], rows[0]["Country"]),
    )
    placed = dt.datetime.strptime(rows[0]["InvoiceDate"], "%Y-%m-%d %H:%M").replace(tzinfo=dt.UTC)
    order.order_time.FromDatetime(placed)
    return Sale(number=number, order=order, total=total)


def _buyer(customer: str, country: str) -> party_pb2.Party:
    if not customer:
        return party_pb2.Party(name="Unknown customer", document="0")
    return party_pb2.Party(name=f"Customer {customer}", document=customer, address=party_pb2.Address(region=country))
