"""From Template's answers to neutral values."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from erpgate.plugin import Company, CompanyId, CustomerId, Document, DocumentId, Item, ItemId, Stage


def company_of(row: Mapping[str, Any]) -> Company:
    """Who the token belongs to."""
    return Company(
        id=CompanyId(row["id"]),
        name=row["name"],
        country_code=row["country"],
        currency_code=row["currency"],
        time_zone=row["time_zone"],
        facts={"places": row["places"]},
    )


def item_of(row: Mapping[str, Any]) -> Item:
    """Something that can stand on a line."""
    return Item(
        id=ItemId(row["id"]),
        name=row["name"],
        reference=row["code"],
        barcode=row["ean"],
        kind="service",
        active=row["active"],
        currency_code=row["currency"],
        prices={"": Decimal(row["price"])},
        tax_rates={tax["id"]: Decimal(tax["rate"]) for tax in row["taxes"]},
    )


def document_of(row: Mapping[str, Any]) -> Document:
    """An invoice."""
    return Document(
        id=DocumentId(row["id"]),
        number=row["number"],
        reference=row["mark"],
        stage=Stage.DRAFT if row["status"] == "draft" else Stage.OPEN,
        voided=row["status"] == "void",
        fiscal="none",
        date=dt.date.fromisoformat(row["date"]),
        customer=CustomerId(row["customer"]),
        currency_code=row["currency"],
        total=Decimal(row["total"]),
        tax_base=Decimal(row["net"]),
        tax=Decimal(row["tax"]),
        balance=Decimal(row["unpaid"]),
    )
