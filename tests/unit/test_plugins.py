"""Loading plugins: one that fails is reported with its reason, and harms no other."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pydantic
import pytest
from erpgate.plugin import Erp, Listener, hookimpl
from erpgate.plugins import PluginInfo, Registry, load_plugins
from erpgate.testing import ToyLedger
from erpgate.testing.toy import toy_erp

TOY: Erp[Any, Any] = toy_erp(ToyLedger())
GOOD = replace(TOY, name="good")


@dataclass(frozen=True)
class Distribution:
    """That a plugin was installed from."""

    name: str
    version: str = "1.2"


@dataclass(frozen=True)
class EntryPoint:
    """An entry point, as installed."""

    name: str
    load: Callable[[], object]
    dist: Distribution | None = Distribution("erpgate-other")


class Offers:
    """A plugin that offers ERPs."""

    def __init__(self, *erps: object) -> None:
        self._erps = erps

    @hookimpl
    def erpgate_erps(self) -> Any:
        """Offers them."""
        return self._erps


class Raises:
    """A plugin whose hook fails."""

    @hookimpl
    def erpgate_erps(self) -> Any:
        """Fails."""
        raise ValueError("no licence")


class Unknown(Offers):
    """A plugin for an erpgate that has other hooks."""

    @hookimpl
    def erpgate_dances(self) -> None:
        """Does what nobody asks for."""


class Misshapen:
    """A plugin whose hook wants what it is not given."""

    @hookimpl
    def erpgate_erps(self, merchant: str) -> Any:  # noqa: ARG002
        """Wants a merchant."""
        return []


class NoSimulators(Offers):
    """A plugin whose simulators can't be imported."""

    @hookimpl
    def erpgate_simulators(self) -> Any:
        """Fails."""
        raise ImportError("no module named starlette")


def fails_to_import() -> object:
    raise ImportError("no module named rocket")


def load(*points: EntryPoint, **options: Any) -> Registry:
    """What is loaded of these."""
    return load_plugins(entry_points=points, **options)  # type: ignore[arg-type] # as much of one as is looked at


def a_point(name: str, plugin: object) -> EntryPoint:
    return EntryPoint(name, lambda: plugin)


GOOD_POINT = a_point("good", Offers(GOOD))


def test_a_good_plugin_is_loaded() -> None:
    registry = load(GOOD_POINT)
    assert {name: erp.title for name, erp in registry.erps.items()} == {"good": GOOD.title}
    assert registry.plugins == [
        PluginInfo(name="good", distribution="erpgate-other", version="1.2", api_version=1, status="ok")
    ]
    assert registry.plugin_of("good") == registry.plugins[0]


class Listens:
    """A plugin that is told of invoices, and offers what it is given."""

    def __init__(self, offer: object = None) -> None:
        self._offer = offer

    @hookimpl
    def erpgate_listener(self) -> Any:
        """Offers it."""
        return self._offer

    @hookimpl
    def erpgate_invoice_changed(self, event: object) -> None:
        """Is told."""


class Chat(pydantic.BaseModel, frozen=True):
    """Settings of which one must be set."""

    room: str
    loud: bool = False


class TakesMore:
    """A plugin whose hook takes what there is not."""

    @hookimpl
    def erpgate_invoice_changed(self, event: object, weather: object) -> None:
        """Is told."""


CHAT = Listener(api_version=1, settings=Chat)


def test_a_listener_without_settings_listens_always() -> None:
    registry = load(a_point("plain", Listens()))
    assert list(registry.listeners["plain"].hooks) == ["invoice"]
    assert registry.plugins[0].api_version == 0


def test_a_listener_listens_once_it_is_set_up() -> None:
    point = a_point("my-chat", Listens(CHAT))
    idle = load(point, environ={})
    assert (idle.listeners, idle.plugins[0].status, idle.plugins[0].api_version) == ({}, "ok", 1)
    assert idle.listener_settings == {
        "my-chat": {"ERPGATE_PLUGIN_MY_CHAT_ROOM": "", "ERPGATE_PLUGIN_MY_CHAT_LOUD": "False"}
    }
    told = load(point, environ={"ERPGATE_PLUGIN_MY_CHAT_ROOM": "hall"})
    assert told.listeners["my-chat"].settings == Chat(room="hall")


@pytest.mark.parametrize(
    ("plugin", "environ", "failure"),
    [
        pytest.param(Listens(42), {}, "erpgate_listener offers a int instead of a Listener", id="no-listener"),
        pytest.param(
            Listens(replace(CHAT, api_version=99)), {}, "its listener was written for plugin API 99", id="version"
        ),
        pytest.param(TakesMore(), {}, "weather", id="argument"),
        pytest.param(
            Listens(CHAT),
            {"ERPGATE_PLUGIN_CHAT_LOUD": "s3cr3t"},
            "ERPGATE_PLUGIN_CHAT_ROOM: Field required; ERPGATE_PLUGIN_CHAT_LOUD: Input should be a valid boolean",
            id="settings",
        ),
    ],
)
def test_a_listener_that_cannot_be_used_harms_no_other(
    plugin: object, environ: dict[str, str], failure: str, caplog: pytest.LogCaptureFixture
) -> None:
    registry = load(a_point("chat", plugin), GOOD_POINT, environ=environ)
    chat, good = registry.plugins
    assert (chat.status, good.status, registry.listeners) == ("failed", "ok", {})
    assert failure in chat.failure
    assert "s3cr3t" not in chat.failure + caplog.text


@pytest.mark.parametrize(
    ("point", "failure"),
    [
        pytest.param(EntryPoint("bad", fails_to_import), "ImportError: no module named rocket", id="import"),
        pytest.param(a_point("bad", Raises()), "ValueError: no licence", id="hook"),
        pytest.param(
            a_point("bad", Unknown(TOY)),
            "PluginError: implements hooks that do not exist: erpgate_dances",
            id="unknown-hook",
        ),
        pytest.param(
            a_point("bad", Offers(replace(TOY, api_version=2))),
            "PluginError: ERP toy was written for plugin API 2, this erpgate has 1: upgrade erpgate",
            id="newer-api-version",
        ),
        pytest.param(
            a_point("bad", Offers(replace(TOY, api_version=0))),
            "PluginError: ERP toy was written for plugin API 0, this erpgate has 1: upgrade the plugin",
            id="older-api-version",
        ),
        pytest.param(
            a_point("bad", Misshapen()),
            "PluginValidationError: Plugin 'bad' for hook 'erpgate_erps'\nhookimpl definition: "
            "erpgate_erps(merchant: str) -> Any\nArgument(s) {'merchant'} are declared in the hookimpl but can not be "
            "found in the hookspec",
            id="registration",
        ),
        pytest.param(
            a_point("bad", Offers("toy")), "PluginError: erpgate_erps offers a str instead of an Erp", id="no-erp"
        ),
        pytest.param(
            a_point("late", Offers(replace(TOY, name="good"))),
            "PluginError: ERP good is offered by erpgate-other and by plugin good: remove one",
            id="taken-name",
        ),
        pytest.param(
            a_point("bad", Offers(TOY, replace(TOY, title="Twin"))),
            "PluginError: ERP toy is offered twice by erpgate-other",
            id="its-own-name-twice",
        ),
    ],
)
def test_a_bad_plugin_is_reported_and_harms_no_other(
    point: EntryPoint, failure: str, caplog: pytest.LogCaptureFixture
) -> None:
    registry = load(point, GOOD_POINT)
    assert list(registry.erps) == ["good"]
    assert registry.origins == {"good": "good"}
    by_name = {info.name: info for info in registry.plugins}
    assert by_name["good"].status == "ok"
    assert (by_name[point.name].status, by_name[point.name].failure) == ("failed", failure)
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [record.getMessage() for record in errors] == [f"Plugin {point.name} of erpgate-other 1.2 can't be used."]


def test_a_plugin_that_offers_a_good_and_a_bad_erp_is_refused_whole() -> None:
    registry = load(a_point("half", Offers(TOY, replace(TOY, name="old", api_version=0))))
    assert registry.erps == {}
    assert [info.status for info in registry.plugins] == ["failed"]


def test_a_plugin_that_is_switched_off_is_not_imported() -> None:
    registry = load(EntryPoint("off", fails_to_import), GOOD_POINT, disabled=["off"])
    off = next(info for info in registry.plugins if info.name == "off")
    assert (off.status, off.failure) == ("disabled", "switched off by the operator")
    assert list(registry.erps) == ["good"]


def test_without_external_plugins_only_erpgates_own_are_loaded() -> None:
    own = EntryPoint("own", lambda: Offers(TOY), Distribution("erpgate"))
    registry = load(own, EntryPoint("theirs", fails_to_import), external=False)
    assert list(registry.erps) == ["toy"]
    assert [info.name for info in registry.plugins] == ["own"]


def test_a_plugin_may_offer_nothing() -> None:
    registry = load(a_point("quiet", object()))
    assert [(info.status, info.api_version) for info in registry.plugins] == [("ok", 0)]
    assert dict(registry.simulators()) == {}


@pytest.mark.parametrize(("written_for", "works"), [(1, False), (2, True), (3, True), (4, False)])
def test_a_plugin_of_an_older_contract_works_as_long_as_that_is_supported(
    monkeypatch: pytest.MonkeyPatch, written_for: int, *, works: bool
) -> None:
    monkeypatch.setattr("erpgate.plugins.OLDEST_API_VERSION", 2)
    monkeypatch.setattr("erpgate.plugins.API_VERSION", 3)
    registry = load(a_point("some", Offers(replace(TOY, api_version=written_for))))
    assert [info.status for info in registry.plugins] == ["ok" if works else "failed"]
    assert works or "this erpgate has 2 to 3" in registry.plugins[0].failure


def test_simulators_that_fail_harm_no_others() -> None:
    registry = load_plugins(extra={"bad": NoSimulators()})
    assert sorted(registry.simulators()) == ["alegra", "tryton"]


def test_the_installed_plugins_are_erpgates_own() -> None:
    registry = load_plugins()
    found = sorted((info.name, info.distribution, info.status) for info in registry.plugins)
    assert found == [("alegra", "erpgate", "ok"), ("tryton", "erpgate", "ok"), ("webhook", "erpgate", "ok")]
    assert sorted(registry.simulators()) == ["alegra", "tryton"]


def test_two_plugins_of_one_name_are_told_apart() -> None:
    twin = EntryPoint("good", lambda: Offers(TOY), Distribution("erpgate-twin"))
    registry = load(GOOD_POINT, twin)
    assert list(registry.erps) == ["good"]
    assert [(info.distribution, info.status) for info in registry.plugins] == [
        ("erpgate-other", "ok"),
        ("erpgate-twin", "failed"),
    ]
    assert registry.plugins[1].failure == "PluginError: erpgate-other has a plugin of this name too: remove one"
    assert registry.plugin_of("good").distribution == "erpgate-other"


def test_a_twin_that_fails_takes_no_name_and_erpgates_own_comes_first() -> None:
    own = EntryPoint("good", lambda: Offers(GOOD), Distribution("erpgate"))
    broken = EntryPoint("good", fails_to_import, Distribution("erpgate-broken"))
    twin = EntryPoint("good", lambda: Offers(TOY), Distribution("erpgate-twin"))
    for points, wanted in (((broken, twin), "erpgate-twin"), ((twin, own), "erpgate")):
        registry = load(*points)
        assert registry.plugin_of(next(iter(registry.erps))).distribution == wanted
