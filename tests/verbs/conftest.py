"""The worlds and shops of the end-to-end tests, and a clerk who works with invoices."""

import pytest
from e2e.conftest import alegra, alegra_shop, door, shop, toy, toy_shop, world
from fixtures.shop import Shop

from .clerk import Clerk

__all__ = ["alegra", "alegra_shop", "door", "shop", "toy", "toy_shop", "world"]


@pytest.fixture
def clerk(shop: Shop) -> Clerk:
    return Clerk(shop)
