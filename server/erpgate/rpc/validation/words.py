"""Checks of single values that several messages have."""

import datetime as dt
import re
from typing import Final

from erpgate.domain.money import is_currency
from erpgate.rpc import names
from erpgate.rpc.validation.checks import Violations, between, decimal, matching, text

ID: Final = matching(names.ID.pattern, "must be lower-case letters, digits and dashes, at most 63.")
SALES_CHANNEL: Final = matching(
    r"[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?",
    "must be lower-case letters, digits, dots, dashes and underscores, at most 63.",
)
FIELD: Final = matching(r"[a-z][a-z0-9_]{0,62}", "must be the name of a field.")
FIELD_PATH: Final = matching(
    r"(?=.{1,200}\Z)[a-z][a-z0-9_]*(?:\.(?:[a-z0-9][a-z0-9._-]*|\*))*",
    "must be the path of a field, such as settings.price_list.",
)
COUNTRY: Final = matching(r"[A-Z]{2}", "must be an ISO 3166-1 alpha-2 code, such as CO.")
LANGUAGE: Final = matching(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,3}", "must be a language code, such as es or pt-BR.")
EMAIL: Final = matching(
    r"(?=.{3,254}\Z)[^\s@<>,;\x00-\x1f\x7f]+@[^\s@.<>,;\x00-\x1f\x7f]+(?:\.[^\s@.<>,;\x00-\x1f\x7f]+)+",
    "must be an e-mail address.",
)
UUID: Final = matching(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", "must be a UUID.")
PAGE_SIZE: Final = between(0, 2**31 - 1)
OPTION: Final = text(100)
AMOUNT: Final = decimal()


def currency(value: str, path: str, wrong: Violations) -> None:
    """An active ISO 4217 code."""
    if not is_currency(value):
        wrong.add(path, "must be an ISO 4217 code, such as COP.")


def day(value: str, path: str, wrong: Violations) -> None:
    """A calendar date of this century."""
    try:
        found = re.fullmatch(r"20\d\d-\d\d-\d\d", value) is not None and dt.date.fromisoformat(value)
    except ValueError:
        found = False
    if not found:
        wrong.add(path, "must be a date such as 2026-03-31.")
