"""Choices that a channel's settings have stored, each held against what the ERP offers now."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pydantic

from erpgate.engine.session import Session
from erpgate.plugin.errors import Unavailable
from erpgate.plugin.forms import BoundField, Source, fields_of, holds, text_of
from erpgate.plugin.settings import ChannelSettings

_MOST_PAGES = 40
"""That are read to find one choice; a list so long that it is not found by then is not a list of choices."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredOption:
    """A value that only the ERP can confirm.

    Attributes:
        path: Of its field in a channel, such as `settings.automation.warehouse`.
        source: List of choices that it is from.
        value: As stored.
        given: Values that decide which choices there are.
    """

    path: str
    source: str
    value: str
    given: Mapping[str, str]


def stored_options(settings: ChannelSettings, country_code: str) -> Iterator[StoredOption]:
    """Every such value whose field is shown."""
    own = frozenset(type(settings).model_fields) - frozenset(ChannelSettings.model_fields)
    texts = Texts(settings, country_code)
    for bound in fields_of(type(settings)):
        for field, path in _places(bound, settings):
            value = texts.at(path)
            if value and field.form.live and field.source != Source.SALES_CHANNEL and texts.is_shown(field, path):
                within = f"erp_options.{path}" if path.split(".", 1)[0] in own else path
                given = texts.neighbours(path, field.form.depends_on)
                yield StoredOption(path=f"settings.{within}", source=field.source, value=value, given=given)


async def is_offered(session: Session, option: StoredOption) -> bool:
    """Whether the ERP still has the choice; inactive ones are none.

    Raises:
        ErpError: It could not be asked.
    """
    page = ""
    for _ in range(_MOST_PAGES):
        options, page = await session.connection.options(option.source, option.value, option.given, page)
        if any(offered.value == option.value for offered in options):
            return True
        if not page:
            return False
    raise Unavailable(f"The list {option.source} is too long to look for {option.value!r} in it.")


def _places(bound: BoundField, settings: pydantic.BaseModel) -> Iterator[tuple[BoundField, str]]:
    if not bound.columns:
        yield bound, bound.path
        return
    rows: Mapping[str, pydantic.BaseModel] = getattr(settings, bound.path)
    for key in rows:
        for column in bound.columns:
            yield column, column.path.replace("*", key)


class Texts:
    """The values of a channel's fields as text, by path.

    Args:
        settings: Of the channel.
        country_code: Of the channel.
    """

    def __init__(self, settings: ChannelSettings, country_code: str) -> None:
        self._country_code = country_code
        self._settings = settings

    def at(self, path: str) -> str:
        """One of them."""
        if path == "country_code":
            return self._country_code
        value: Any = self._settings
        for part in path.split("."):
            value = value.get(part) if isinstance(value, Mapping) else getattr(value, part, None)
        return text_of(value)

    def neighbours(self, path: str, names: tuple[str, ...]) -> dict[str, str]:
        """Those of neighbouring fields that have a value, by their own names."""
        parent = path.rpartition(".")[0]
        paths = {name: f"{parent}.{name}" if parent and name != "country_code" else name for name in names}
        return {name: value for name, other in paths.items() if (value := self.at(other))}

    def is_shown(self, field: BoundField, path: str) -> bool:
        """Whether a form would show the field."""
        return holds(field.form.visible_if, self.neighbours(path, tuple(field.form.visible_if)))
