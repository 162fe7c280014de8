"""JSON in which a number is a decimal on the way in and its exact text on the way out."""

import json
import re
import secrets
from decimal import Decimal
from typing import Any

Document = dict[str, Any]
"""One JSON object: what the API reads, keeps and answers."""

_MARK = secrets.token_hex(8)
_MARKED = re.compile(f'"{_MARK}([-0-9.]+)"')


def number_text(value: Decimal) -> str:
    """Writes a decimal without exponent and without trailing zeros: ``84.00`` becomes ``84``."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def _mark(value: object) -> str:
    if isinstance(value, Decimal):
        return _MARK + number_text(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def dumps(value: object) -> str:
    """Writes JSON with every decimal as a number of exactly its own digits."""
    text = json.dumps(value, default=_mark, separators=(",", ":"))
    return _MARKED.sub(r"\1", text) if _MARK in text else text


def loads(text: str | bytes) -> Any:
    """Reads JSON with every fraction as a decimal, so that no digit is lost.

    Raises:
        ValueError: The text is not JSON.
    """
    return json.loads(text, parse_float=Decimal)
