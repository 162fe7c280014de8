"""A company in a real Tryton for each test, and a shop connected to it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from erpgate_tryton.real.environment import TrytonUnavailable
from erpgate_tryton.real.releases import RELEASES
from fixtures.server import Door, open_server
from fixtures.shop import Shop
from fixtures.tryton_world import SharedTryton, Stocked, TrytonWorld, skip, stocked


@contextmanager
def _shared(release: str, folder: Path) -> Iterator[SharedTryton]:
    try:
        tryton = SharedTryton(RELEASES[release], folder)
    except TrytonUnavailable as error:
        skip(error)
    try:
        yield tryton
    finally:
        tryton.stop()


@pytest.fixture(scope="session")
def tryton_8_2(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedTryton]:
    """The newest Tryton."""
    with _shared("8.2", tmp_path_factory.mktemp("tryton-8.2")) as tryton:
        yield tryton


@pytest.fixture(scope="session")
def tryton_7_0(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedTryton]:
    """The one with long-term support."""
    with _shared("7.0", tmp_path_factory.mktemp("tryton-7.0")) as tryton:
        yield tryton


@pytest.fixture(scope="session")
def stocked_8_2(tryton_8_2: SharedTryton) -> Stocked:
    """A company with the catalogue in the newest Tryton."""
    return asyncio.run(stocked(tryton_8_2))


@pytest.fixture(scope="session")
def stocked_7_0(tryton_7_0: SharedTryton) -> Stocked:
    """The same in the one with long-term support."""
    return asyncio.run(stocked(tryton_7_0))


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
async def world(template: Stocked) -> AsyncIterator[TrytonWorld]:
    """A company with the catalogue."""
    opened = await TrytonWorld(template).open()
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
