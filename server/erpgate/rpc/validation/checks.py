"""The vocabulary of request validation: small checks that are put together to tables.

A check is given a value that is there (not empty), the value's path, and the collection of what is wrong. Whether an
empty value is wrong is said once, by `required`, around the check.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from erpgate.rpc.names import ResourceName

if TYPE_CHECKING:
    from google.protobuf.internal.enum_type_wrapper import _EnumTypeWrapper


class Violations:
    """What is wrong with one request, by field path; the first of a path counts."""

    _LIMIT: Final = 100

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self.count = 0

    def add(self, path: str, description: str) -> None:
        """Notes that the value at `path` is wrong; beyond a hundred they are only counted."""
        self.count += 1
        if len(self.fields) < self._LIMIT:
            self.fields.setdefault(path, description)


Check = Callable[[Any, str, Violations], None]


class Required:
    """A check of a value that must be there."""

    def __init__(self, check: Check) -> None:
        self.check = check


def required(check: Check) -> Required:
    """Refuses an absent, empty, unspecified or blank value, and checks any other."""
    return Required(check)


def fields(kind: type[Message], *rules: Check, **checks: Check | Required) -> Check:
    """Checks a message: each named field that is there, then `rules` on the message as a whole."""
    table = tuple(_rows(kind, checks))

    def check(message: Any, path: str, wrong: Violations) -> None:
        prefix = f"{path}." if path else ""
        for name, check_value, must, presence in table:
            value = getattr(message, name)
            if not (message.HasField(name) if presence else value) or (must and _is_blank(value)):
                if must:
                    wrong.add(prefix + name, "is required.")
            else:
                check_value(value, prefix + name, wrong)
        for rule in rules:
            rule(message, path, wrong)

    return check


def _rows(kind: type[Message], checks: dict[str, Check | Required]) -> Iterator[tuple[str, Check, bool, bool]]:
    for name, check in checks.items():
        presence = kind.DESCRIPTOR.fields_by_name[name].has_presence
        must = isinstance(check, Required)
        yield name, check.check if isinstance(check, Required) else check, must, presence


def _is_blank(value: object) -> bool:
    return isinstance(value, str) and not value.strip()


def each(check: Check, *, limit: int) -> Check:
    """Checks every element of a repeated field."""

    def check_all(values: Sequence[Any], path: str, wrong: Violations) -> None:
        if len(values) > limit:
            wrong.add(path, f"has {len(values)} elements; at most {limit} are allowed.")
            return
        for index, value in enumerate(values):
            check(value, f"{path}[{index}]", wrong)

    return check_all


def entries(key: Check, value: Check, *, limit: int) -> Check:
    """Checks every entry of a map."""

    def check_all(values: Any, path: str, wrong: Violations) -> None:
        if len(values) > limit:
            wrong.add(path, f"has {len(values)} entries; at most {limit} are allowed.")
            return
        for name in values:
            place = f"{path}.{name[:64]}"
            key(name, place, wrong)
            value(values[name], place, wrong)

    return check_all


_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CONTROL_IN_LINES: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def text(limit: int, *, lines: bool = False) -> Check:
    """Free text of at most `limit` characters without control characters; with `lines`, line breaks and tabs may be."""
    control = _CONTROL_IN_LINES if lines else _CONTROL

    def check(value: str, path: str, wrong: Violations) -> None:
        if len(value) > limit:
            wrong.add(path, f"has {len(value)} characters; at most {limit} are allowed.")
        elif control.search(value):
            wrong.add(path, "must not contain control characters.")

    return check


def nonblank(check: Check) -> Check:
    """Refuses blank text where `required` does not reach: in elements and entries."""

    def check_text(value: str, path: str, wrong: Violations) -> None:
        if not value.strip():
            wrong.add(path, "must not be blank.")
        else:
            check(value, path, wrong)

    return check_text


def trimmed(check: Check) -> Check:
    """Refuses text that begins or ends with white space, where it identifies something."""

    def check_text(value: str, path: str, wrong: Violations) -> None:
        if value != value.strip():
            wrong.add(path, "must not begin or end with white space.")
        else:
            check(value, path, wrong)

    return check_text


def matching(pattern: str, description: str) -> Check:
    """Text of which `pattern` matches the whole."""
    match = re.compile(pattern).fullmatch

    def check(value: str, path: str, wrong: Violations) -> None:
        if match(value) is None:
            wrong.add(path, description)

    return check


def named(kind: ResourceName) -> Check:
    """A resource name of one kind."""

    def check(value: str, path: str, wrong: Violations) -> None:
        if not kind.matches(value):
            wrong.add(path, f"must look like {kind.example}.")

    return check


def one_of(enum: "_EnumTypeWrapper[Any]") -> Check:
    """A known value of an enum, and not the unspecified one."""
    known = frozenset(enum.values()) - {0}

    def check(value: int, path: str, wrong: Violations) -> None:
        if value not in known:
            wrong.add(path, f"must be a known value of {enum.DESCRIPTOR.name}.")

    return check


def between(low: int, high: int) -> Check:
    """A whole number in a range."""

    def check(value: int, path: str, wrong: Violations) -> None:
        if not low <= value <= high:
            wrong.add(path, f"must be between {low} and {high}.")

    return check


_PLAIN: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def decimal(*, digits: int = 15, places: int = 6, positive: bool = False) -> Check:
    """Decimal text in plain notation that is not negative, or above zero with `positive`.

    Zeros that change nothing, in front or at the end, are not counted.
    """

    def check(value: str, path: str, wrong: Violations) -> None:
        if len(value) > 2 * (digits + places) or _PLAIN.fullmatch(value) is None:
            wrong.add(path, "must be a decimal number in plain notation, such as 1190.50.")
        elif value[0] == "-":
            wrong.add(path, "must not be negative.")
        elif len(value.partition(".")[0].lstrip("0")) > digits:
            wrong.add(path, f"must have at most {digits} digits before the point.")
        elif decimals_of(value) > places:
            wrong.add(path, f"must have at most {places} decimals.")
        elif positive and not value.strip("0."):
            wrong.add(path, "must be above 0.")

    return check


def decimals_of(value: str) -> int:
    """Decimals of a number in plain notation, without zeros at the end."""
    return len(value.partition(".")[2].rstrip("0"))


def age(value: Duration, path: str, wrong: Violations) -> None:
    """A span of time from zero to a day."""
    if not (0 <= value.seconds <= 86_400 and 0 <= value.nanos < 1_000_000_000):
        wrong.add(path, "must be a duration from 0 s to 86400 s.")


_YEAR_2000: Final = 946_684_800
_YEAR_2100: Final = 4_102_444_800


def instant(value: Timestamp, path: str, wrong: Violations) -> None:
    """A moment between 2000 and 2100."""
    if not (_YEAR_2000 <= value.seconds < _YEAR_2100 and 0 <= value.nanos < 1_000_000_000):
        wrong.add(path, "must be a time between the years 2000 and 2100.")
