"""A server with a plugin that does not work: the others do, and ListErps and the command line say why."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from erpgate.plugin import hookimpl
from erpgate.v1 import channel_pb2, channel_service_pb2, erp_pb2
from fixtures.command import command
from fixtures.orders import an_order
from fixtures.server import open_server
from fixtures.shop import Shop
from fixtures.toy_world import ToyWorld
from fixtures.waiting import eventually
from fixtures.world import World
from rpc.harness import refusal


class Broken:
    """A plugin that fails when it is asked for its ERPs."""

    @hookimpl
    def erpgate_erps(self) -> list[object]:
        """Fails."""
        raise RuntimeError("its licence has expired")


async def test_a_broken_plugin_is_shown_and_the_others_work(world: World, database_url: str) -> None:
    async with open_server(database_url, world, plugins={"broken": Broken()}) as door:
        answer = await door.channels.ListErps(channel_service_pb2.ListErpsRequest())
        assert world.erp in [erp.name.removeprefix("erps/") for erp in answer.erps]
        (broken,) = answer.unavailable_plugins
        assert (broken.name, broken.status, broken.failure) == (
            "broken",
            erp_pb2.PLUGIN_STATUS_FAILED,
            "RuntimeError: its licence has expired",
        )
        await (await Shop(door, world).connect()).sold(an_order())


async def test_a_channel_whose_plugin_is_gone_is_kept(toy: ToyWorld, database_url: str) -> None:
    """Its work is parked, which its health tells, and goes on by itself when the plugin is back."""
    async with open_server(database_url, toy) as door:
        await Shop(door, toy).connect()
    async with open_server(database_url) as door:
        shop = Shop(door, toy)
        order = await shop.submit(an_order())
        refused = await refusal(shop.create_invoice(order.name))
        assert (refused.reason, refused.metadata) == ("PLUGIN_UNAVAILABLE", {"erp": "toy"})
        assert await toy.sends() == 0

        async def tells() -> bool:
            return (await shop.get()).health == channel_pb2.CHANNEL_HEALTH_PLUGIN_UNAVAILABLE

        await eventually("the channel's health tells", tells)
    async with open_server(database_url, toy) as door:
        shop = Shop(door, toy)
        await shop.settled(order.name)
        assert (await shop.get()).health == channel_pb2.CHANNEL_HEALTH_OK
        assert len(await toy.documents()) == 1


BAD: dict[str, tuple[str, str]] = {
    "bad-import": ("raise RuntimeError('its licence has expired')", "RuntimeError: its licence has expired"),
    "bad-missing": ("import rocket_science", "ModuleNotFoundError: No module named 'rocket_science'"),
    "bad-registration": (
        "@hookimpl\ndef erpgate_erps(merchant):\n    return []",
        "PluginValidationError: Plugin 'bad-registration' for hook 'erpgate_erps'",
    ),
    "bad-hook": ("@hookimpl\ndef erpgate_erps():\n    return [1 / 0]", "ZeroDivisionError: division by zero"),
    "bad-unknown-hook": (
        "@hookimpl\ndef erpgate_dances():\n    pass",
        "PluginError: implements hooks that do not exist: erpgate_dances",
    ),
    "bad-no-erp": (
        "@hookimpl\ndef erpgate_erps():\n    return ['toy']",
        "PluginError: erpgate_erps offers a str instead of an Erp",
    ),
    "bad-version": (
        "@hookimpl\ndef erpgate_erps():\n    return [replace(TOY, name='late', api_version=9)]",
        "PluginError: ERP late was written for plugin API 9, this erpgate has 1: upgrade erpgate",
    ),
    "bad-name": (
        "@hookimpl\ndef erpgate_erps():\n    return [replace(TOY, name='alegra')]",
        "PluginError: ERP alegra is offered by erpgate-bad-name and by plugin alegra: remove one",
    ),
}
"""Plugin to its code, and to how its failure begins."""

_HEAD = """
from dataclasses import replace
from erpgate.plugin import hookimpl
from erpgate.testing import ToyLedger
from erpgate.testing.toy import toy_erp

TOY = toy_erp(ToyLedger())
"""


@pytest.fixture
def bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """All of them installed, and a second distribution with a plugin of the name `alegra`."""
    for name, (code, _) in BAD.items():
        module = name.replace("-", "_")
        install(tmp_path, f"erpgate-{name}", name, module)
        (tmp_path / f"{module}.py").write_text(_HEAD + code)
    install(tmp_path, "erpgate-twin", "alegra", "bad_import")
    monkeypatch.syspath_prepend(tmp_path)
    yield
    for name in BAD:
        sys.modules.pop(name.replace("-", "_"), None)


def install(folder: Path, distribution: str, entry_point: str, module: str) -> None:
    info = folder / f"{distribution.replace('-', '_')}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[erpgate.plugins]\n{entry_point} = {module}\n")


@pytest.mark.usefixtures("bad")
async def test_installed_plugins_that_fail_in_every_way_harm_nobody(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    world = ToyWorld()
    async with open_server(sqlite_url, world) as door:
        answer = await door.channels.ListErps(channel_service_pb2.ListErpsRequest())
        names = {erp.name: erp.plugin.distribution for erp in answer.erps}
        assert names == {"erps/alegra": "erpgate", "erps/toy": "erpgate", "erps/tryton": "erpgate"}
        failures = {plugin.distribution: plugin.failure for plugin in answer.unavailable_plugins}
        assert sorted(failures) == sorted([*(f"erpgate-{name}" for name in BAD), "erpgate-twin"])
        for name, (_, failure) in BAD.items():
            assert failures[f"erpgate-{name}"].startswith(failure)
        assert "has a plugin of this name too: remove one" in failures["erpgate-twin"]
        await (await Shop(door, world).connect()).sold(an_order())

        here = command("plugin", "list")
        there = await asyncio.to_thread(command, "plugin", "list", "--server", f"127.0.0.1:{door.app.port}")
        for told in (here.told, there.told):
            assert [failure for _, failure in BAD.values() if failure not in told] == []
        for name, (_, failure) in BAD.items():
            seen = command("plugin", "doctor", name)
            assert (seen.code, failure in seen.complained) == (1, True)
