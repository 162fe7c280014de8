"""Credentials go in, and come out nowhere: not in the database, the logs, the errors or the resources."""

import logging
from pathlib import Path

import pytest
from erpgate.service.commands import NewCredentials
from fixtures.command import command
from fixtures.databases import contents
from fixtures.keyed import with_key
from fixtures.orders import an_order
from fixtures.server import KEY, open_server
from fixtures.shop import Shop
from fixtures.waiting import eventually
from fixtures.world import World
from rpc.harness import refusal

REFUSED = "a-secret-that-opens-nothing"


def traces(folder: Path, secret: str) -> list[str]:
    """Files that hold a secret."""
    return [path.name for path in folder.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]


async def test_a_secret_is_in_no_file_log_or_answer(
    world: World, database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the ERP's, nor the one it was replaced by, nor a caller's key, nor the master key; in either database."""
    key = command("callers", "add", "office", "--all-merchants", database_url=database_url).told
    secrets = {world.credentials[world.secret], REFUSED, key, KEY}
    told = []
    caplog.set_level(logging.DEBUG)
    async with open_server(database_url, world) as opened:
        told.append(str(await refusal(Shop(with_key(opened, f"{key}x"), world).get())))
        shop = await Shop(with_key(opened, key), world).connect()
        told += [str(await shop.sold(an_order())), str(await shop.rotate(world.credentials))]
        told.append(str(await refusal(shop.rotate({**world.credentials, world.secret: REFUSED}))))
        told += [str(await shop.check()), repr(opened.app)]
        world.unplug()
        told += [str(await shop.check()), str(await refusal(shop.rotate(world.credentials)))]
        world.plug_in()
        told.append(repr(NewCredentials(merchant="m", channel="c", credentials={"a": REFUSED}, request_id="")))
        stored = contents(database_url)
        assert [secret for secret in secrets if secret.encode() in stored or traces(tmp_path, secret)] == []
    stored = contents(database_url)
    assert [secret for secret in secrets if secret.encode() in stored or traces(tmp_path, secret)] == []
    assert [secret for secret in secrets if any(secret in text for text in (*told, caplog.text))] == []
    assert len(caplog.records) > 0


async def test_a_refused_secret_is_in_no_file_log_or_answer(
    world: World, database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with open_server(database_url, world) as door:
        shop = Shop(door, world)
        for given in ({**world.credentials, world.secret: REFUSED}, {world.secret: REFUSED}, {"other": REFUSED}):
            assert REFUSED not in str(await refusal(shop.create(credentials=given)))
    assert traces(tmp_path, REFUSED) == []
    assert REFUSED.encode() not in contents(database_url)
    assert REFUSED not in caplog.text


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
