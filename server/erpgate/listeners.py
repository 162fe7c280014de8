"""Finds what listens among plugins, and gives it the operator's settings."""

import inspect
from collections.abc import Mapping
from typing import Any, Final

import pluggy
import pydantic

from erpgate.ears import Hook, LoadedListener
from erpgate.plugin.erp import API_VERSION
from erpgate.plugin.listening import Listener, NoSettings

HOOKS: Final = {"invoice": "erpgate_invoice_changed", "channel_health": "erpgate_channel_health_changed"}
"""Event hooks by kind of event."""

_NOTHING: Final = Listener(api_version=API_VERSION, settings=NoSettings)


class ListenerError(Exception):
    """A listener can't be used as it is set; the message says what to mend, and shows no value."""


def load_listener(
    manager: pluggy.PluginManager, plugin: object, name: str, environ: Mapping[str, str]
) -> tuple[Listener[Any] | None, LoadedListener | None]:
    """What a plugin says about its event hooks, and the listener if it shall be told.

    Raises:
        ListenerError: It breaks the contract, or a setting is missing or wrong.
    """
    callers = {caller.name: caller for caller in manager.get_hookcallers(plugin) or ()}
    others = [other for other in manager.get_plugins() if other is not plugin]
    offered = manager.subset_hook_caller("erpgate_listener", others)()
    if not all(isinstance(offer, Listener) for offer in offered):
        raise ListenerError(f"erpgate_listener offers a {type(offered[0]).__name__} instead of a Listener")
    offer: Listener[Any] | None = offered[0] if offered else None
    hooks = {kind: _hook(callers[hook], plugin) for kind, hook in HOOKS.items() if hook in callers}
    if not hooks:
        return offer, None
    chosen = offer or _NOTHING
    given = {
        field: environ[variable]
        for field in chosen.settings.model_fields
        if (variable := _variable(name, field)) in environ
    }
    if not given and any(field.is_required() for field in chosen.settings.model_fields.values()):
        return offer, None
    settings = _settings(chosen.settings, given, name)
    return offer, LoadedListener(name=name, offer=chosen, settings=settings, hooks=hooks)


def listener_variables(name: str, offer: Listener[Any]) -> Mapping[str, str]:
    """The environment variables of a listener's settings, each with its default."""
    return {
        _variable(name, field): "" if info.is_required() else str(info.default)
        for field, info in offer.settings.model_fields.items()
    }


def _hook(caller: pluggy.HookCaller, plugin: object) -> Hook:
    """This plugin's own implementation: a hook's caller would call those of plugins that are loaded later too."""
    implementation = next(each for each in caller.get_hookimpls() if each.plugin is plugin)

    def call(**given: object) -> Any:
        return implementation.function(*(given[name] for name in implementation.argnames))

    return Hook(call=call, is_async=inspect.iscoroutinefunction(implementation.function))


def _settings(model: type[pydantic.BaseModel], given: Mapping[str, str], name: str) -> pydantic.BaseModel:
    try:
        return model.model_validate(given)
    except pydantic.ValidationError as error:
        problems = error.errors(include_input=False, include_url=False, include_context=False)
    wrong = [f"{_variable(name, str(problem['loc'][0]))}: {problem['msg']}" for problem in problems if problem["loc"]]
    raise ListenerError("; ".join(wrong) or "its settings do not fit together")


def _variable(name: str, field: str) -> str:
    return f"ERPGATE_PLUGIN_{name}_{field}".upper().replace("-", "_")
