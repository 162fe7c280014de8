"""Between values and columns: instants are whole microseconds since 1970, values are JSON text."""

import datetime as dt
import functools
from typing import Any, TypeVar

import pydantic

T = TypeVar("T")

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)

NEVER = 2**62
"""An instant that does not come: a lane without due tasks."""


def micros(span: dt.timedelta) -> int:
    """Microseconds of a span."""
    return span // _MICROSECOND


def to_micros(time: dt.datetime) -> int:
    """Microseconds since 1970 of an aware instant."""
    return (time - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> dt.datetime:
    """The instant, in UTC."""
    return _EPOCH + dt.timedelta(microseconds=micros)


@functools.cache
def _adapter(kind: Any) -> pydantic.TypeAdapter[Any]:
    return pydantic.TypeAdapter(kind)


def to_json(kind: Any, value: object) -> str:
    """JSON text of a value of `kind`; decimals are text, so that nothing is lost."""
    return _adapter(kind).dump_json(value).decode()


def from_json(kind: type[T], text: str | bytes) -> T:
    """The value of `kind` that `to_json` wrote."""
    value: T = _adapter(kind).validate_json(text)  # type: ignore[arg-type]
    return value
