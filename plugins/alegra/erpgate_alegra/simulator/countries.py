"""What differs between the countries that Alegra serves, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from .jsontext import Document, loads


@dataclass(frozen=True, kw_only=True, slots=True)
class Country:
    """The facts of one country.

    Attributes:
        key: `applicationVersion` of its companies.
        currency: Code of its currency.
        symbol: Sign of its currency.
        timezone: IANA name of the zone in which its dates are counted.
        precision: Decimals of a total.
        address: Keys of a contact's address.
        enums: Codes that a field may have; a field without an entry is not checked.
        taxes: The taxes of a new company.
        unit_required: Whether an item must name its unit (code 1039).
        product_key_required: Whether an item must carry a product key (code 1093).
        reference_object: Whether an item's reference is an object (code 1106).
    """

    key: str
    currency: str
    symbol: str
    timezone: str
    precision: str
    address: tuple[str, ...]
    enums: Mapping[str, tuple[str, ...]]
    taxes: tuple[Document, ...]
    unit_required: bool
    product_key_required: bool
    reference_object: bool

    def allows(self, field: str, value: object) -> bool:
        """Whether a coded field may have the value."""
        return field not in self.enums or value in self.enums[field]


@cache
def _countries() -> Document:
    text = files(__package__).joinpath("countries.json").read_text(encoding="utf-8")
    document: Document = loads(text)
    return document


@cache
def country(key: str) -> Country:
    """Looks a country up.

    Raises:
        ValueError: There is no data for it.
    """
    rows = _countries()
    if key not in rows:
        raise ValueError(f"unknown country {key!r}; known are {', '.join(sorted(rows))}")
    row = rows[key]
    return Country(
        key=key,
        currency=row["currency"],
        symbol=row.get("symbol", "$"),
        timezone=row["timezone"],
        precision=row.get("precision", "2"),
        address=tuple(row.get("address", ("address", "city", "department", "country", "zipCode"))),
        enums={field: tuple(codes) for field, codes in row.get("enums", {}).items()},
        taxes=tuple(row.get("taxes", ())),
        unit_required=row.get("unit_required", False),
        product_key_required=row.get("product_key_required", False),
        reference_object=row.get("reference_object", False),
    )
