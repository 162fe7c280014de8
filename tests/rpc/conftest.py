"""The door that every test of this folder goes through."""

from collections.abc import AsyncIterator

import pytest

from .harness import Door, open_door


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with open_door() as opened:
        yield opened
