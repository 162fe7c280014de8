"""Alegra's JSON, read with suspicion: numbers come as text, ids as numbers, objects as null."""

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, cast

Json = Mapping[str, Any]
"""One JSON object of an answer."""

_LARGEST_EXPONENT = 20


class Unreadable(ValueError):
    """An answer is not what the reference says; the text names the part."""


def decode(content: bytes) -> object:
    """Parses an answer by its content, whatever its headers say; fractions become `Decimal`.

    Raises:
        Unreadable: It is not JSON.
    """
    try:
        return cast("object", json.loads(content, parse_float=Decimal, parse_constant=_refuse))
    except (ValueError, RecursionError) as error:
        raise Unreadable("it is not JSON") from error


def json_object(value: object, name: str) -> Json:
    """The value, if it is an object.

    Raises:
        Unreadable: It is something else.
    """
    if not isinstance(value, dict):
        raise Unreadable(f"{name} is not an object")
    return value


def part(value: object) -> Json:
    """The value if it is an object, else an empty one: for optional parts that also come as null or text."""
    return value if isinstance(value, dict) else {}


def parts(value: object) -> list[Json]:
    """The objects in an optional list."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def text(value: object) -> str:
    """The value as text; empty for null and for what is no scalar."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return ""
    return str(value).strip()


def identifier(value: object, name: str) -> str:
    """An id as opaque text, given as text, as a number or as an object that has it.

    Raises:
        Unreadable: There is none.
    """
    found = text(value.get("id") if isinstance(value, dict) else value)
    if not found:
        raise Unreadable(f"{name} is missing")
    return found


def number(value: object, name: str) -> Decimal:
    """A number given as a number or as text.

    Raises:
        Unreadable: It is neither, or absurdly large.
    """
    try:
        found = Decimal(text(value))
    except InvalidOperation:
        raise Unreadable(f"{name} is not a number") from None
    if not found.is_finite() or abs(found.adjusted()) > _LARGEST_EXPONENT:
        raise Unreadable(f"{name} is out of range")
    return found


def number_or_none(value: object, name: str) -> Decimal | None:
    """A number, or None where the answer leaves it out: null or empty text.

    Raises:
        Unreadable: It is something else.
    """
    return None if value is None or value == "" else number(value, name)


def _refuse(constant: str) -> object:
    raise ValueError(constant)
