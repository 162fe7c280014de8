"""Instants, numbers and enums."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from google.protobuf.timestamp_pb2 import Timestamp

from erpgate.domain.money import is_currency, minor_units, written
from erpgate.plugin.reasons import Reason
from erpgate.v1 import error_reason_pb2

if TYPE_CHECKING:
    from google.protobuf.internal.enum_type_wrapper import _EnumTypeWrapper

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

V = TypeVar("V", bound=int)


def timestamp(instant: dt.datetime) -> Timestamp:
    """An aware instant as a message."""
    since = instant - _EPOCH
    return Timestamp(seconds=since.days * 86_400 + since.seconds, nanos=since.microseconds * 1000)


def timestamp_or_none(instant: dt.datetime | None) -> Timestamp | None:
    """The same for an instant that may be missing."""
    return None if instant is None else timestamp(instant)


def instant(message: Timestamp) -> dt.datetime:
    """A valid message as an aware instant; what is finer than a microsecond is cut."""
    return _EPOCH + dt.timedelta(seconds=message.seconds, microseconds=message.nanos // 1000)


def decimal_text(number: Decimal) -> str:
    """A number in plain notation, with the decimals that it has."""
    return format(number, "f")


def amount_text(amount: Decimal, currency_code: str) -> str:
    """An amount with at least the currency's decimals, such as `119.00`; an ERP may know other currencies than ISO."""
    return written(amount, minor_units(currency_code) if is_currency(currency_code) else 0)


def decimal(text: str) -> Decimal:
    """Valid decimal text as a number; empty means 0."""
    return Decimal(text or 0)


class WireEnum(Generic[V]):
    """An enum of the wire beside its values in our words: the names without prefix, in lower case.

    Args:
        wire: The generated enum.
        prefix: Of its values' names.
    """

    def __init__(self, wire: "_EnumTypeWrapper[V]", prefix: str) -> None:
        self._unspecified = wire.Value(f"{prefix}UNSPECIFIED")
        self._names = {name.removeprefix(prefix).lower(): name for name in wire.keys()}  # noqa: SIM118 - not a mapping
        self._numbers = {word: wire.Value(name) for word, name in self._names.items()}
        self._words: dict[int, str] = {number: word for word, number in self._numbers.items() if number}

    def number(self, word: str) -> V:
        """The wire's value of a word; unspecified where it has none."""
        return self._numbers.get(word, self._unspecified)

    def word(self, number: int) -> str:
        """The word of a value; empty for the unspecified one."""
        return self._words.get(number, "")

    def name(self, word: str) -> str:
        """The value's full name, as JSON has it; what is no word of this enum is given back."""
        return self._names.get(word, word)

    def word_of(self, name: str) -> str:
        """The word of a full name; what is no name of this enum is given back."""
        return next((word for word, known in self._names.items() if known == name), name)


REASONS: Final = {reason: error_reason_pb2.ErrorReason.Value(f"ERROR_REASON_{reason}") for reason in Reason}
"""The wire's value of each reason."""


def reason_to_wire(reason: Reason | None) -> "error_reason_pb2.ErrorReason.ValueType":
    """The wire's value of a reason that may be missing."""
    return error_reason_pb2.ERROR_REASON_UNSPECIFIED if reason is None else REASONS[reason]
