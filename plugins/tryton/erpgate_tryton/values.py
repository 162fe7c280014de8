"""Tryton's JSON: values with a class beside plain ones, read with suspicion."""

import base64
import datetime as dt
import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from erpgate.plugin import Payload

Record = Mapping[str, Any]
"""One record of an answer: fields by name; those of a related record are under the field's name and a dot."""

_LARGEST_EXPONENT = 20


class Unreadable(ValueError):
    """An answer is not what the reference says; the text names the part."""


def decode(content: bytes) -> object:
    """Parses an answer; floats and Tryton's decimals become `Decimal`, its dates `date`.

    Raises:
        Unreadable: It is not Tryton's JSON.
    """
    try:
        return cast("object", json.loads(content, parse_float=Decimal, parse_constant=_refuse, object_hook=_with_class))
    except (ValueError, TypeError, KeyError, ArithmeticError, RecursionError) as error:
        raise Unreadable("it is not Tryton's JSON") from error


def decimal_value(value: Decimal) -> Payload:
    """A decimal as Tryton takes it."""
    return {"__class__": "Decimal", "decimal": format(value, "f")}


def date_value(value: dt.date) -> Payload:
    """A date as Tryton takes it."""
    return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}


def record(value: object, name: str) -> Record:
    """The value, if it is a record.

    Raises:
        Unreadable: It is something else.
    """
    if not isinstance(value, dict):
        raise Unreadable(f"{name} is not a record")
    return value


def records(value: object, name: str) -> list[Record]:
    """The value, if it is a list of records.

    Raises:
        Unreadable: It is something else.
    """
    if not isinstance(value, list):
        raise Unreadable(f"{name} is not a list")
    return [record(each, name) for each in value]


def related(value: Record, name: str) -> Record:
    """The fields of a related record; empty where there is none."""
    found = value.get(f"{name}.")
    return found if isinstance(found, dict) else {}


def related_list(value: Record, name: str) -> list[Record]:
    """The fields of related records, in Tryton's order."""
    found = value.get(f"{name}.")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def text(value: object) -> str:
    """The value as text; empty for null and for what is no scalar."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return ""
    return str(value).strip()


def id_of(value: object, name: str) -> int:
    """A record's id.

    Raises:
        Unreadable: It is none.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise Unreadable(f"{name} is missing")
    return value


def ids_of(value: object) -> list[int]:
    """The ids in an optional list."""
    return [each for each in value if isinstance(each, int)] if isinstance(value, list) else []


def number(value: object, name: str) -> Decimal:
    """A number.

    Raises:
        Unreadable: It is none, or absurdly large.
    """
    try:
        found = Decimal(text(value))
    except InvalidOperation:
        raise Unreadable(f"{name} is not a number") from None
    if not found.is_finite() or abs(found.adjusted()) > _LARGEST_EXPONENT:
        raise Unreadable(f"{name} is out of range")
    return found


def _with_class(value: dict[str, Any]) -> object:
    match value.get("__class__"):
        case "Decimal":
            return Decimal(value["decimal"])
        case "date":
            return dt.date(value["year"], value["month"], value["day"])
        case "bytes":
            return base64.b64decode(value["base64"])
    return value


def _refuse(constant: str) -> object:
    raise ValueError(constant)
