"""Who a token belongs to: ``/company`` as the neutral company, with the facts that its policy needs."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from erpgate.plugin import Company, CompanyId, Misconfigured, Reason

from erpgate_alegra.assumptions import DEFAULT_AMOUNT_PLACES, DEFAULT_SETTLE_SECONDS
from erpgate_alegra.body import Json, Unreadable, identifier, number, number_or_none, part, text
from erpgate_alegra.countries import country_of_version
from erpgate_alegra.document_types import plain

AMOUNT_PLACES = "amount_places"
SETTLE_SECONDS = "settle_seconds"
MULTICURRENCY = "multicurrency"
CAN_STAMP = "can_stamp"
ELECTRONIC = "electronic_invoicing"
EXCHANGE_RATES = "exchange_rates"

_MOST_PLACES = 10
_CHECK_DIGIT = re.compile(r"-\s*\d\s*$")


def company_of(body: Json, *, country_code: str, settle_seconds: float) -> Company:
    """Reads ``/company``.

    Args:
        body: The answer.
        country_code: As the merchant chose it; stands where Alegra's version names no country.
        settle_seconds: The operator's setting.

    Raises:
        Misconfigured: The company is of another country, or has no identification.
        Unreadable: Something that must be known is missing.
    """
    version = text(body.get("applicationVersion"))
    own_country = country_of_version(version) or country_code
    if own_country != country_code:
        raise Misconfigured(
            f"The company of this token is registered in {own_country}, not in {country_code}.",
            field="country_code",
            reason=Reason.ERP_COUNTRY_MISMATCH,
            details={"country_code": own_country},
        )
    settings = part(body.get("settings"))
    return Company(
        id=_company_id(body, version),
        name=text(body.get("name")),
        country_code=own_country,
        currency_code=_currency_code(body),
        time_zone=_time_zone(body),
        facts={
            AMOUNT_PLACES: _amount_places(body),
            SETTLE_SECONDS: settle_seconds,
            MULTICURRENCY: body.get("multicurrency") is True,
            "application_version": version,
            CAN_STAMP: settings.get("canStampInvoices"),
            ELECTRONIC: settings.get("electronicInvoicing"),
        },
    )


def with_currencies(company: Company, rows: Iterable[Json]) -> Company:
    """The company with the other currencies that it may invoice in, each with Alegra's exchange rate.

    Raises:
        Unreadable: A currency has no code or no rate.
    """
    rates = {
        identifier(row.get("code"), "currency code"): str(number(row.get("exchangeRate"), "exchangeRate"))
        for row in rows
        if text(row.get("status")) in ("", "active")
    }
    return replace(company, facts={**company.facts, EXCHANGE_RATES: rates})


def exchange_rate(company: Company, currency_code: str) -> Decimal:
    """What one unit of a foreign currency is worth, as the company's Alegra had it when it was probed."""
    return Decimal(exchange_rates(company)[currency_code])


def exchange_rates(company: Company) -> dict[str, str]:
    """Foreign currencies of the company with their rates as text."""
    return dict(_fact(company, EXCHANGE_RATES, {}))


def amount_places(company: Company) -> int:
    """Decimals of the company's totals."""
    return int(_fact(company, AMOUNT_PLACES, DEFAULT_AMOUNT_PLACES))


def never_stamps(company: Company) -> bool:
    """Whether Alegra says that the company does not invoice electronically; saying nothing is not that."""
    return _fact(company, CAN_STAMP, None) is False and _fact(company, ELECTRONIC, None) is False


def settle_time(company: Company) -> dt.timedelta:
    """How long a created invoice may stay out of the lists."""
    return dt.timedelta(seconds=float(_fact(company, SETTLE_SECONDS, DEFAULT_SETTLE_SECONDS)))


def _fact(company: Company, name: str, default: Any) -> Any:
    return company.facts.get(name, default)


def _company_id(body: Json, version: str) -> CompanyId:
    """Alegra shows no id of a company: its version and its tax number stand for it.

    Both stay over renames and new tokens. The number is taken without punctuation and, in Colombia, without the check
    digit, which is shown by some answers and not by others.
    """
    number_shown = text(part(body.get("identificationObject")).get("number")) or text(body.get("identification"))
    if country_of_version(version) == "CO":
        number_shown = _CHECK_DIGIT.sub("", number_shown)
    digits = plain(number_shown)
    if not digits:
        raise Misconfigured(
            "The company has no identification in Alegra; fill it in under Settings, Company, and try again.",
            field="token",
            reason=Reason.CONFIGURATION_INCOMPLETE,
        )
    return CompanyId(f"{version or 'unknown'}:{digits}")


def _currency_code(body: Json) -> str:
    currency = body.get("currency")
    return identifier(currency.get("code") if isinstance(currency, dict) else currency, "currency").upper()


def _time_zone(body: Json) -> str:
    name = identifier(body.get("timezone"), "timezone")
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Unreadable("timezone is not known") from None
    return name


def _amount_places(body: Json) -> int:
    places = number_or_none(body.get("decimalPrecision"), "decimalPrecision")
    if places is None:
        return DEFAULT_AMOUNT_PLACES
    if places not in range(_MOST_PLACES + 1):
        raise Unreadable("decimalPrecision is out of range")
    return int(places)
