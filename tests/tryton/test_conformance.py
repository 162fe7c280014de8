"""Tryton's plugin passes the suite against a real Tryton."""

from typing import Any

import erpgate_tryton.plugin
import pytest
from erpgate.testing import ErpConformance
from erpgate.testing.conformance import CHECKS, Level
from erpgate_tryton.real.environment import TrytonUnavailable
from erpgate_tryton.real.simulated import prepare
from fixtures.tryton_world import skip


@pytest.fixture(scope="session", autouse=True)
def fetched() -> None:
    """The Tryton that each check has a copy of."""
    try:
        prepare(print)
    except TrytonUnavailable as error:
        skip(error)


class TestTryton(ErpConformance):
    """The last level, a company of its own for each check; `erpgate plugin conformance tryton` runs all of them."""

    plugin = erpgate_tryton.plugin

    def pytest_generate_tests(self, metafunc: Any) -> None:
        """Makes a test of each check of that level."""
        if "conformance_check" in metafunc.fixturenames:
            wanted = [check for check in CHECKS if check.level is Level.NEVER_DUPLICATES]
            metafunc.parametrize("conformance_check", wanted, ids=[check.name for check in wanted])
