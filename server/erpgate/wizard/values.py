"""What is filled in: JSON values by the paths of a form, as the API's own JSON mapping has them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from google.protobuf.json_format import MessageToDict, ParseDict

from erpgate.v1 import channel_pb2, form_pb2

_INPUT: Final = ("name", "erp", "display_name", "country_code", "settings", "etag")
_DOT: Final = "\x00"
"""Stands for a dot within the key of a mapping, so that paths can be split at the others."""


class Values:
    """The values of one channel's form.

    Args:
        channel: As stored; None before there is one.
    """

    def __init__(self, channel: channel_pb2.Channel | None = None) -> None:
        self._document: dict[str, Any] = {} if channel is None else _document(channel)

    def get(self, path: str) -> Any:
        """The value at a path; None where nothing is filled in."""
        value: Any = self._document
        for part in _split(path):
            value = value.get(part) if isinstance(value, Mapping) else None
        return value

    def put(self, path: str, value: Any) -> None:
        """Fills a field in; None empties it."""
        *parents, name = _split(path)
        place = self._document
        for parent in parents:
            place = place.setdefault(parent, {})
        if value is None:
            place.pop(name, None)
        else:
            place[name] = value

    def current(self, field: form_pb2.FormField) -> Any:
        """The value of a field, or its default."""
        value = self.get(field.path)
        if value is not None or not field.default_value:
            return value
        if field.kind == form_pb2.FORM_FIELD_KIND_BOOL:
            return field.default_value == "true"
        return field.default_value

    def credentials(self) -> dict[str, str]:
        """Step 2."""
        return {name: str(value) for name, value in self._document.get("credentials", {}).items()}

    def channel(self) -> channel_pb2.Channel:
        """All but the credentials, as a message."""
        kept = {name: value for name, value in self._document.items() if name != "credentials"}
        return ParseDict(kept, channel_pb2.Channel())

    def holds(self, conditions: Sequence[form_pb2.FormCondition], fields: Mapping[str, form_pb2.FormField]) -> bool:
        """Whether all conditions hold; a field that is not filled in has its default."""
        return all(self._meets(condition, fields.get(condition.path)) for condition in conditions)

    def _meets(self, condition: form_pb2.FormCondition, field: form_pb2.FormField | None) -> bool:
        value = text_of(self.get(condition.path) if field is None else self.current(field))
        return value in condition.values if condition.values else value != ""


def text_of(value: Any) -> str:
    """A value as conditions compare it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ",".join(map(str, value))
    return "" if value is None else str(value)


def masks(fields: Sequence[form_pb2.FormField]) -> list[str]:
    """Paths of an update mask for these fields; an ERP's own fields are changed together."""
    own = "settings.erp_options"
    return list(dict.fromkeys(own if field.path.startswith(f"{own}.") else field.path for field in fields))


def at_row(column: form_pb2.FormField, key: str) -> form_pb2.FormField:
    """A column of a mapping as a field of the row with this key."""
    placed = form_pb2.FormField()
    placed.CopyFrom(column)
    key = key.replace(".", _DOT)
    placed.path = column.path.replace("*", key)
    for condition in (*placed.visible_if, *placed.required_if):
        condition.path = condition.path.replace("*", key)
    return placed


def live_path(field: form_pb2.FormField, mapping: form_pb2.FormField | None) -> str:
    """The path under which a field's options are asked for: a column's with `*` for the key."""
    return field.path if mapping is None else f"{mapping.path}.*.{field.path.rpartition('.')[2]}"


def every(form: form_pb2.Form) -> Iterator[form_pb2.FormField]:
    """All fields of a form."""
    for step in form.steps:
        yield from step.fields


def _split(path: str) -> list[str]:
    return [part.replace(_DOT, ".") for part in path.split(".")]


def _document(channel: channel_pb2.Channel) -> dict[str, Any]:
    document: dict[str, Any] = MessageToDict(channel, preserving_proto_field_name=True)
    return {name: value for name, value in document.items() if name in _INPUT}
