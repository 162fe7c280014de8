"""What the suite sells, where and to whom."""

from decimal import Decimal

from erpgate.plugin.model import Address, Buyer, Item, ItemId
from erpgate.plugin.simulator import SimulatedCompany

_CURRENCIES = {
    "CO": ("COP", 2),
    "MX": ("MXN", 2),
    "AR": ("ARS", 2),
    "PE": ("PEN", 2),
    "BR": ("BRL", 2),
    "ES": ("EUR", 2),
    "GB": ("GBP", 2),
    "CL": ("CLP", 0),
}
"""Where it sells first, if the ERP is used there: currency and decimals."""

RATES = {
    "SHIRT": Decimal("0.19"),
    "COFFEE": Decimal("0.05"),
    "BOOK": Decimal(0),
    "MUG": Decimal("0.19"),
    "HAT": Decimal("0.19"),
}
"""Items that can be sold, with the rate of their tax."""

INACTIVE = "OLD"
"""SKU of an item that can't be sold any more."""

UNKNOWN = "NOWHERE-1"
"""SKU that no item has."""

_BULK = 120
"""Further items, so that a catalogue has several pages."""


def a_company(countries: frozenset[str]) -> SimulatedCompany:
    """A company in one of these countries."""
    country = next((code for code in _CURRENCIES if code in countries), min(countries))
    currency, places = _CURRENCIES.get(country, ("USD", 2))
    sold = [_item(number, sku, rate, currency) for number, (sku, rate) in enumerate(RATES.items(), start=1)]
    old = _item(len(sold) + 1, INACTIVE, Decimal("0.19"), currency, active=False)
    bulk = [_item(number, f"BULK-{number}", Decimal(0), currency) for number in range(10, 10 + _BULK)]
    return SimulatedCompany(
        name="Suite Ltd",
        country_code=country,
        currency_code=currency,
        amount_places=places,
        items=(*sold, old, *bulk),
    )


def a_buyer(country: str, document: str = "1020304050") -> Buyer:
    """A person with a document that has no check digit."""
    return Buyer(
        name="Ana Pérez",
        document_type="CC" if country == "CO" else "",
        document=document,
        email="ana@example.com",
        phone="3001234567",
        address=Address(street="Calle 1 # 2-3", city="Bogotá", region="Cundinamarca", country_code=country),
    )


def _item(number: int, sku: str, rate: Decimal, currency: str, *, active: bool = True) -> Item:
    return Item(
        id=ItemId(str(number)),
        name=f"Item {sku}",
        reference=sku,
        barcode=f"77000{number:04}",
        kind="service",
        unit="unit",
        active=active,
        currency_code=currency,
        prices={"1": Decimal(1000 * number)},
        tax_rates={str(rate): rate},
    )
