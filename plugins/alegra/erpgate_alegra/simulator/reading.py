"""Reading the values of a request, each with a refusal that names its field."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from .errors import Invalid
from .jsontext import Document


def decimal_of(value: Any, field: str) -> Decimal:
    """Reads a number that was sent as a number or as text.

    Raises:
        Invalid: It is neither.
    """
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
        raise Invalid(f"El campo {field} debe ser un número")
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise Invalid(f"El campo {field} debe ser un número") from None
    if not number.is_finite():
        raise Invalid(f"El campo {field} debe ser un número")
    return number


def read_date(value: Any, field: str, code: int | None = None) -> date:
    """Reads a calendar date.

    Raises:
        Invalid: It is missing or not written as YYYY-MM-DD.
    """
    if not value:
        raise Invalid(f"El campo {field} es requerido", code)
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise Invalid(f"El campo {field} debe tener el formato yyyy-mm-dd", code) from None


def reference_id(value: Any, field: str) -> str | None:
    """Reads a reference to another document: ``5``, ``"5"`` or ``{"id": "5"}``; None when it is absent.

    Raises:
        Invalid: It is something else.
    """
    if isinstance(value, dict):
        value = value.get("id")
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise Invalid(f"El campo {field} no es válido")
    return str(value)


def read_object(value: Any, field: str) -> Document:
    """Reads an object; what is absent is an empty one.

    Raises:
        Invalid: It is something else.
    """
    if value is None or value in ("", []):
        return {}
    if not isinstance(value, dict):
        raise Invalid(f"El campo {field} debe ser un objeto")
    return value


def read_rows(value: Any, field: str) -> list[Document]:
    """Reads a list of objects; what is absent is an empty one.

    Raises:
        Invalid: It is something else.
    """
    if value is None or value == "":
        return []
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise Invalid(f"El campo {field} debe ser una lista de objetos")
    return value


def read_text(value: Any, field: str) -> str | None:
    """Reads a text; numbers are taken as their digits.

    Raises:
        Invalid: It is an object or a list.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dict | list):
        raise Invalid(f"El campo {field} debe ser un texto")
    return str(value)
