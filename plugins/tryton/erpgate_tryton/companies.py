"""A Tryton company: who it is, and how it computes."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from erpgate.plugin import Company, CompanyId, Misconfigured, Reason

from erpgate_tryton.values import Record, Unreadable, id_of, number, related, related_list, text

FIELDS = [
    "timezone",
    "party.name",
    "party.addresses.country.code",
    "party.identifiers.code",
    "currency.code",
    "currency.rounding",
]
"""What `company_of` reads of a `company.company`."""

_COMPANY = "company"
_CURRENCY = "currency"
_PLACES = "amount_places"
_QUANTITY_PLACES = "quantity_places"
_PER_LINE = "tax_per_line"
_TYPES = "identifier_types"
_SETTLE = "settle_seconds"


def company_of(
    row: Record,
    *,
    country_code: str,
    tax_rounding: str,
    quantity_places: int,
    types: Iterable[str],
    settle_seconds: float,
) -> Company:
    """Reads a company.

    Its own id says little, because every database has a company 1: the tax number stands for it.

    Args:
        row: The record.
        country_code: As the merchant chose it; stands where the company has no address with a country.
        tax_rounding: Of the accounting's configuration: `line` or `document`.
        quantity_places: Decimals of the finest unit.
        types: Of identifiers.
        settle_seconds: The operator's setting.

    Raises:
        Misconfigured: It is of another country, has no tax number, or a currency that erpgate cannot count in.
        Unreadable: Something that must be known is missing.
    """
    party, currency = related(row, "party"), related(row, "currency")
    countries = [text(related(address, "country").get("code")) for address in related_list(party, "addresses")]
    own_country = next(filter(None, countries), country_code)
    if own_country != country_code:
        raise Misconfigured(
            f"The company of this database is in {own_country}, not in {country_code}.",
            field="country_code",
            reason=Reason.ERP_COUNTRY_MISMATCH,
            details={"country_code": own_country},
        )
    id_ = id_of(row.get("id"), "company id")
    return Company(
        id=CompanyId(f"{_tax_number(party)}:{id_}"),
        name=text(party.get("name")),
        country_code=own_country,
        currency_code=text(currency.get("code")).upper(),
        time_zone=_time_zone(text(row.get("timezone"))),
        facts={
            _COMPANY: id_,
            _CURRENCY: id_of(currency.get("id"), "currency"),
            _PLACES: _places(number(currency.get("rounding"), "rounding")),
            _QUANTITY_PLACES: quantity_places,
            _PER_LINE: tax_rounding == "line",
            _TYPES: sorted(filter(None, types)),
            _SETTLE: settle_seconds,
        },
    )


def company_number(company: Company) -> int:
    """Tryton's id of the company."""
    return int(_fact(company, _COMPANY))


def currency_number(company: Company) -> int:
    """Tryton's id of the company's currency."""
    return int(_fact(company, _CURRENCY))


def amount_places(company: Company) -> int:
    """Decimals of the company's amounts."""
    return int(_fact(company, _PLACES))


def quantity_places(company: Company) -> int:
    """Decimals of a quantity in the finest unit that there is; a coarser unit refuses them."""
    return int(_fact(company, _QUANTITY_PLACES))


def tax_is_rounded_per_line(company: Company) -> bool:
    """Whether each line's tax is rounded, and not each tax of the document."""
    return bool(_fact(company, _PER_LINE))


def identifier_types(company: Company) -> frozenset[str]:
    """Types of identifiers that this version of Tryton has."""
    return frozenset(_fact(company, _TYPES))


def settle_time(company: Company) -> timedelta:
    """How long a call may go on after its answer was given up."""
    return timedelta(seconds=float(_fact(company, _SETTLE)))


def _fact(company: Company, name: str) -> Any:
    return company.facts[name]


def _tax_number(party: Record) -> str:
    for identifier in related_list(party, "identifiers"):
        found = "".join(filter(str.isalnum, text(identifier.get("code")).upper()))
        if found:
            return found
    raise Misconfigured(
        "The company's party has no identifier in Tryton; give it its tax number and try again.",
        field="database",
        reason=Reason.CONFIGURATION_INCOMPLETE,
    )


def _places(rounding: Decimal) -> int:
    """Decimals of amounts that are rounded to a multiple of this."""
    places = -rounding.normalize().adjusted()
    if places < 0 or rounding != Decimal(1).scaleb(-places):
        raise Misconfigured(
            f"Amounts are rounded to multiples of {rounding} in Tryton; a power of ten such as 0.01 is needed.",
            field="database",
            reason=Reason.CURRENCY_NOT_SUPPORTED,
        )
    return places


def _time_zone(name: str) -> str:
    """Tryton takes UTC for a company without one."""
    try:
        return ZoneInfo(name or "UTC").key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Unreadable("time zone is not known") from None
