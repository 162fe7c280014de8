"""A real Tryton for each test, and a shop connected to it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from erpgate_tryton.real.environment import TrytonUnavailable
from erpgate_tryton.real.releases import RELEASES
from erpgate_tryton.real.running import start
from erpgate_tryton.real.site import CompanyData, copy_of, new_site
from fixtures.server import Door, open_server
from fixtures.shop import Shop
from fixtures.tryton_world import Stocked, TrytonWorld, skip, stocked

COMPANY = CompanyData(name="Tienda")


def _stocked(release: str, folder: Path) -> Stocked:
    try:
        return asyncio.run(stocked(new_site(RELEASES[release], COMPANY, folder, print)))
    except TrytonUnavailable as error:
        skip(error)


@pytest.fixture(scope="session")
def stocked_8_2(tmp_path_factory: pytest.TempPathFactory) -> Stocked:
    """A company with the catalogue in the newest Tryton."""
    return _stocked("8.2", tmp_path_factory.mktemp("tryton-8.2"))


@pytest.fixture(scope="session")
def stocked_7_0(tmp_path_factory: pytest.TempPathFactory) -> Stocked:
    """The same in the one with long-term support."""
    return _stocked("7.0", tmp_path_factory.mktemp("tryton-7.0"))


@pytest.fixture
def release() -> str:
    """Of Tryton; a module that tests both has a fixture of its own."""
    return "8.2"


@pytest.fixture
def template(release: str, request: pytest.FixtureRequest) -> Stocked:
    """What the world is a copy of."""
    found: Stocked = request.getfixturevalue(f"stocked_{release.replace('.', '_')}")
    return found


@pytest.fixture
async def world(template: Stocked, tmp_path: Path) -> AsyncIterator[TrytonWorld]:
    """A company with the catalogue, in a server of its own."""
    opened = TrytonWorld(template, start(copy_of(template.site, tmp_path / "tryton")))
    yield opened
    await opened.aclose()


@pytest.fixture
async def door(world: TrytonWorld, sqlite_url: str) -> AsyncIterator[Door]:
    async with open_server(sqlite_url, world) as opened:
        yield opened


@pytest.fixture
async def shop(door: Door, world: TrytonWorld) -> Shop:
    """Connected; it invoices every order and opens the invoice."""
    return await Shop(door, world).connect()
