"""Tryton's plugin passes the suite against a real Tryton."""

from typing import Any, ClassVar

import pytest
from erpgate.plugin import Erp, Simulator
from erpgate.testing import ErpConformance
from erpgate.testing.conformance import CHECKS, Level
from erpgate_tryton.erp import TRYTON
from fixtures.tryton_world import SharedSimulator, SharedTryton


class TestTryton(ErpConformance):
    """The last level; `erpgate plugin conformance tryton` runs all of them, a server of its own for each check."""

    simulator: ClassVar[Simulator]

    @classmethod
    def offers(cls) -> tuple[Erp[Any, Any], Simulator]:
        """The plugin, and a server that the other tests have too."""
        return TRYTON, cls.simulator

    def pytest_generate_tests(self, metafunc: Any) -> None:
        """Makes a test of each check of that level."""
        if "conformance_check" in metafunc.fixturenames:
            wanted = [check for check in CHECKS if check.level is Level.NEVER_DUPLICATES]
            metafunc.parametrize("conformance_check", wanted, ids=[check.name for check in wanted])


@pytest.fixture(scope="module", autouse=True)
def shared(tryton_8_2: SharedTryton) -> None:
    """The company that each check has a copy of."""
    TestTryton.simulator = SharedSimulator(tryton_8_2).offer
