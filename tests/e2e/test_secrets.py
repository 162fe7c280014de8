"""Credentials go in, and come out nowhere: not in the database, the logs, the errors or the resources."""

import logging
from pathlib import Path

import pytest
from fixtures.orders import an_order
from fixtures.server import open_server
from fixtures.shop import Shop
from fixtures.waiting import eventually
from fixtures.world import World
from rpc.harness import refusal


def traces(folder: Path, secret: str) -> list[str]:
    """Files that hold a secret."""
    return [path.name for path in folder.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]


async def test_a_secret_is_in_no_file_log_or_answer(
    world: World, sqlite_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    secret = world.credentials[world.secret]
    caplog.set_level(logging.DEBUG)
    async with open_server(sqlite_url, world) as door:
        shop = await Shop(door, world).connect()
        await shop.sold(an_order())
        assert secret not in str(await shop.get())
        assert traces(tmp_path, secret) == []
    assert traces(tmp_path, secret) == []
    assert secret not in caplog.text
    assert len(caplog.records) > 0


async def test_a_refused_secret_is_in_no_file_log_or_answer(
    world: World, sqlite_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = "a-secret-that-opens-nothing"
    caplog.set_level(logging.DEBUG)
    async with open_server(sqlite_url, world) as door:
        shop = Shop(door, world)
        for credentials in ({**world.credentials, world.secret: wrong}, {world.secret: wrong}, {"other": wrong}):
            assert wrong not in str(await refusal(shop.create(credentials=credentials)))
    assert traces(tmp_path, wrong) == []
    assert wrong not in caplog.text


async def test_a_pending_secret_is_sealed(world: World, sqlite_url: str, tmp_path: Path) -> None:
    """It is stored before the ERP has ever answered, and opened again after a restart."""
    world.unplug()
    async with open_server(sqlite_url, world) as door:
        await Shop(door, world).create()
    assert traces(tmp_path, world.credentials[world.secret]) == []
    world.plug_in()
    async with open_server(sqlite_url, world) as door:
        shop = Shop(door, world)

        async def has_company() -> bool:
            return (await shop.get()).HasField("company")

        await eventually("the sealed credentials have opened the company", has_company)
