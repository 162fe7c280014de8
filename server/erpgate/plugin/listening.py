"""What a listener offers, and what it is given: its settings, and a way to the outside."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import pydantic

from erpgate.plugin.http import Http


class NoSettings(pydantic.BaseModel, frozen=True):
    """Settings of a listener that has none."""


L = TypeVar("L", bound=pydantic.BaseModel)


@dataclass(frozen=True, kw_only=True, slots=True)
class Listener(Generic[L]):
    """What a plugin with event hooks says about itself.

    Attributes:
        api_version: The `API_VERSION` that it was written for.
        settings: Model of the operator's settings, each of them `ERPGATE_PLUGIN_<PLUGIN>_<SETTING>` in the environment;
            secrets are `pydantic.SecretStr`. Where it has fields without a default, the plugin listens only once the
            operator has set one of its settings: until then no event is stored for it.
        timeout: How long one call of a hook may take.
    """

    api_version: int
    settings: type[L]
    timeout: dt.timedelta = dt.timedelta(seconds=10)


@dataclass(frozen=True, kw_only=True, slots=True)
class Listening(Generic[L]):
    """What an event hook is given beside the event.

    Attributes:
        settings: The operator's, valid.
        http: A client for a base URL, for hooks that are `async def`: the same one whenever the same URL is asked for,
            closed by the host in the end. It follows no redirects.
    """

    settings: L
    http: Callable[[str], Http]
