"""Worlds: each ERP on each database."""

from collections.abc import AsyncIterator

import pytest

from sale.world import AlegraBooks, Books, ToyBooks, World, open_world


@pytest.fixture(params=["toy", "alegra"])
async def books(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Books]:
    """An ERP with its items."""
    made: Books = ToyBooks() if request.param == "toy" else AlegraBooks(monkeypatch)
    await made.prepare()
    yield made
    await made.aclose()


@pytest.fixture
async def world(books: Books, database_url: str) -> AsyncIterator[World]:
    """A running server with that ERP."""
    async with open_world(books, database_url) as opened:
        yield opened


@pytest.fixture
async def alegra(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AlegraBooks]:
    """Alegra's books."""
    made = AlegraBooks(monkeypatch)
    await made.prepare()
    yield made
    await made.aclose()


@pytest.fixture
async def alegra_world(alegra: AlegraBooks, database_url: str) -> AsyncIterator[World]:
    """A running server with Alegra."""
    async with open_world(alegra, database_url) as opened:
        yield opened
