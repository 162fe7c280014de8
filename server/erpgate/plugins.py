"""Loads plugins, each by itself: one that fails is reported and harms no other."""

import importlib.metadata
import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import pluggy

from erpgate import __version__
from erpgate.defects import Defects
from erpgate.ears import LoadedListener
from erpgate.listeners import ListenerError, listener_variables, load_listener
from erpgate.plugin import hookspecs
from erpgate.plugin.erp import API_VERSION, OLDEST_API_VERSION, Erp
from erpgate.plugin.listening import Listener
from erpgate.plugin.simulator import Simulator
from erpgate.proofs import Level, Proof, proofs_of

GROUP = "erpgate.plugins"
"""Entry-point group."""

_log = logging.getLogger(__name__)
_STANDARD = "erpgate"


@dataclass(frozen=True, kw_only=True, slots=True)
class PluginInfo:
    """A plugin and how it is.

    Attributes:
        name: Of its entry point.
        distribution: That it was installed from.
        version: Of the distribution.
        api_version: Of the contract that its ERPs were written for; 0 when it offers none.
        status: Whether it works.
        failure: Why it does not.
        defect: What it did against its contract last, since this process started; empty when nothing.
    """

    name: str
    distribution: str
    version: str
    api_version: int = 0
    status: Literal["ok", "failed", "disabled"]
    failure: str = ""
    defect: str = ""


class PluginError(Exception):
    """A plugin breaks the contract; the message says how."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Registry:
    """What is loaded: ERPs by name, and every plugin with its health.

    Attributes:
        erps: Offers of loaded plugins.
        plugins: All plugins, loaded or not, by name.
        origins: ERP name to the name of its plugin.
        proofs: ERP name to what the conformance suite has proved of it, where that is recorded.
        unproven: ERPs that the operator lets invoice by themselves without such a record; `*` for all.
        defects: What plugins do against their contract.
        listeners: Plugins that are told events, by name.
        listener_settings: Plugin to the environment variables of its listener's settings, each with its default; of
            plugins that are not told events too, because theirs are not set.
    """

    erps: Mapping[str, Erp[Any, Any]]
    plugins: Sequence[PluginInfo]
    origins: Mapping[str, str]
    _manager: pluggy.PluginManager = field(repr=False)
    proofs: Mapping[str, Proof] = field(default_factory=dict)
    unproven: frozenset[str] = frozenset()
    defects: Defects = field(default_factory=Defects, repr=False)
    listeners: Mapping[str, LoadedListener] = field(default_factory=dict, repr=False)
    listener_settings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def plugin_of(self, erp: str) -> PluginInfo:
        """The plugin that offers an ERP.

        Raises:
            KeyError: None does.
        """
        origin = self.origins[erp]
        info = next(info for info in self.plugins if info.name == origin and info.status == "ok")
        defect = self.defects.last.get(erp)
        return info if defect is None else replace(info, defect=defect.message)

    def plugin_object(self, name: str) -> object:
        """The module or object that was loaded as a plugin; None when none was."""
        return self._manager.get_plugin(name)

    def may_automate(self, erp: str) -> bool:
        """Whether the ERP may invoice without a person: it is proved that it never duplicates, or the operator says so.

        Work for an ERP that is not loaded is parked anyway.
        """
        if erp not in self.erps or self.unproven & {erp, "*"}:
            return True
        return erp in self.proofs and self.proofs[erp].level >= Level.NEVER_DUPLICATES

    def simulators(self) -> Mapping[str, Simulator]:
        """The offered simulators by the name of their ERP; imports them, so only what needs one asks."""
        found: dict[str, Simulator] = {}
        for name, plugin in self._manager.list_name_plugin():
            others = [other for other in self._manager.get_plugins() if other is not plugin]
            try:
                offers = self._manager.subset_hook_caller("erpgate_simulators", others)()
                found |= {offer.erp: offer for offered in offers for offer in offered}
            except Exception:
                _log.exception("The simulators of plugin %s can't be used.", name)
        return found


def load_plugins(
    *,
    disabled: Iterable[str] = (),
    external: bool = True,
    extra: Mapping[str, object] | None = None,
    entry_points: Iterable[importlib.metadata.EntryPoint] | None = None,
    unproven: Iterable[str] = (),
    environ: Mapping[str, str] = os.environ,
) -> Registry:
    """Loads every plugin that is installed.

    Args:
        disabled: Names of entry points to leave out.
        external: Whether plugins of other distributions are loaded too.
        extra: Plugin objects to register beside the installed ones, by name.
        entry_points: Instead of the installed ones. erpgate's own come first, so nobody takes their names.
        unproven: ERPs that may invoice by themselves without a record of the conformance suite.
        environ: Where the operator's settings of listeners are.
    """
    loader = _Loader(frozenset(disabled), external, environ)
    found = importlib.metadata.entry_points(group=GROUP) if entry_points is None else entry_points
    for entry_point in sorted(found, key=lambda point: (_distribution(point) != _STANDARD, point.name)):
        loader.load_entry_point(entry_point)
    for name, plugin in (extra or {}).items():
        loader.load(PluginInfo(name=name, distribution=_STANDARD, version=__version__, status="ok"), lambda p=plugin: p)
    return Registry(
        erps=loader.erps,
        plugins=loader.plugins,
        origins=loader.origins,
        proofs=loader.proofs,
        unproven=frozenset(unproven),
        defects=loader.defects,
        listeners=loader.listeners,
        listener_settings=loader.listener_settings,
        _manager=loader.manager,
    )


def incompatibility(api_version: int) -> str:
    """Why a plugin that was written for this version of the contract can't be used; empty when it can."""
    if OLDEST_API_VERSION <= api_version <= API_VERSION:
        return ""
    known = f"{OLDEST_API_VERSION} to {API_VERSION}" if OLDEST_API_VERSION < API_VERSION else str(API_VERSION)
    remedy = "upgrade erpgate" if api_version > API_VERSION else "upgrade the plugin"
    return f"was written for plugin API {api_version}, this erpgate has {known}: {remedy}"


class _Loader:
    def __init__(self, disabled: frozenset[str], external: bool, environ: Mapping[str, str]) -> None:
        self.manager = pluggy.PluginManager(hookspecs.PROJECT)
        self.manager.add_hookspecs(hookspecs)
        self.erps: dict[str, Erp[Any, Any]] = {}
        self.plugins: list[PluginInfo] = []
        self.origins: dict[str, str] = {}
        self.proofs: dict[str, Proof] = {}
        self.defects = Defects()
        self.listeners: dict[str, LoadedListener] = {}
        self.listener_settings: dict[str, Mapping[str, str]] = {}
        self._environ = environ
        self._disabled = disabled
        self._external = external

    def load_entry_point(self, entry_point: importlib.metadata.EntryPoint) -> None:
        distribution = entry_point.dist
        info = PluginInfo(
            name=entry_point.name,
            distribution=_distribution(entry_point),
            version=distribution.version if distribution else "",
            status="ok",
        )
        if entry_point.name in self._disabled:
            self.plugins.append(_with_status(info, "disabled", "switched off by the operator"))
        elif self._external or info.distribution == _STANDARD:
            self.load(info, entry_point.load)

    def load(self, info: PluginInfo, imported: Any) -> None:
        """Imports, registers and checks one plugin; whatever goes wrong is its failure alone."""
        plugin = None
        try:
            self._check_name(info)
            plugin = imported()
            self.manager.register(plugin, name=info.name)
            offers = self._offers(plugin, info)
            offer, listener = self._listener(plugin, info)
        except Exception as error:
            if plugin is not None and self.manager.is_registered(plugin):
                self.manager.unregister(plugin)
            _log.exception("Plugin %s of %s %s can't be used.", info.name, info.distribution, info.version)
            self.plugins.append(_with_status(info, "failed", f"{type(error).__name__}: {error}"))
            return
        proofs = proofs_of(plugin, info.version)
        for erp in offers:
            if erp.name in proofs:
                self.proofs[erp.name] = proofs[erp.name]
            self.erps[erp.name] = self.defects.guard(erp)
            self.origins[erp.name] = info.name
        if listener is not None:
            self.listeners[info.name] = listener
        versions = [erp.api_version for erp in offers]
        if offer is not None:
            self.listener_settings[info.name] = listener_variables(info.name, offer)
            versions.append(offer.api_version)
        self.plugins.append(_with_status(info, "ok", "", max(versions, default=0)))

    def _listener(self, plugin: Any, info: PluginInfo) -> tuple[Listener[Any] | None, LoadedListener | None]:
        """What a plugin says about its event hooks, and what shall be told events."""
        try:
            offer, listener = load_listener(self.manager, plugin, info.name, self._environ)
        except ListenerError as error:
            raise PluginError(str(error)) from None  # whatever is beneath it may show what was set
        if offer is not None and (why := incompatibility(offer.api_version)):
            raise PluginError(f"its listener {why}")
        return offer, listener

    def _check_name(self, info: PluginInfo) -> None:
        for other in self.plugins:
            if other.name == info.name and other.status == "ok":
                raise PluginError(f"{other.distribution} has a plugin of this name too: remove one")

    def _offers(self, plugin: Any, info: PluginInfo) -> Sequence[Erp[Any, Any]]:
        hooks = {caller.name for caller in self.manager.get_hookcallers(plugin) or ()}
        known = {name for name in vars(hookspecs) if name.startswith("erpgate_")}
        if unknown := sorted(hooks - known):
            raise PluginError(f"implements hooks that do not exist: {', '.join(unknown)}")
        others = [other for other in self.manager.get_plugins() if other is not plugin]
        answers = self.manager.subset_hook_caller("erpgate_erps", others)()
        offers = [erp for offered in answers for erp in offered]
        for erp in offers:
            self._check(erp, info)
        names = [erp.name for erp in offers]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise PluginError(f"ERP {twice} is offered twice by {info.distribution}")
        return offers

    def _check(self, erp: object, info: PluginInfo) -> None:
        if not isinstance(erp, Erp):
            raise PluginError(f"erpgate_erps offers a {type(erp).__name__} instead of an Erp")
        if why := incompatibility(erp.api_version):
            raise PluginError(f"ERP {erp.name} {why}")
        if erp.name in self.erps:
            raise PluginError(
                f"ERP {erp.name} is offered by {info.distribution} and by plugin {self.origins[erp.name]}: remove one"
            )


def _distribution(entry_point: importlib.metadata.EntryPoint) -> str:
    return entry_point.dist.name if entry_point.dist else ""


def _with_status(
    info: PluginInfo, status: Literal["ok", "failed", "disabled"], failure: str, api_version: int = 0
) -> PluginInfo:
    return replace(info, status=status, failure=failure, api_version=api_version)
