"""Each check of the suite finds the plugin that lacks its behaviour, and says what to do."""

import asyncio
import os
from collections.abc import Iterator

import pytest
from erpgate.testing import ToyLedger, toy_simulator
from erpgate.testing.conformance import CHECKS, Check, NotConformant
from erpgate.testing.conformance.suite import run_check
from erpgate.testing.toy import toy_erp

from testing.defects import DEFECTS, LEAKS


@pytest.fixture(autouse=True)
def _nothing_leaks() -> Iterator[None]:
    yield
    while LEAKS:
        os.close(LEAKS.pop())


def test_there_is_a_defect_for_every_check() -> None:
    assert sorted(DEFECTS) == sorted(check.name for check in CHECKS)
    assert len(CHECKS) == len({check.name for check in CHECKS})


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_a_check_finds_what_it_is_about(check: Check) -> None:
    defect = DEFECTS[check.name]
    ledger = ToyLedger(**defect.ledger)
    asyncio.run(run_check(check, toy_erp(ledger), toy_simulator(ledger)))
    ledger = ToyLedger(**defect.ledger)
    with pytest.raises(NotConformant, match="What to do: ") as failure:
        asyncio.run(run_check(check, defect.bend(toy_erp(ledger)), toy_simulator(ledger)))
    assert check.promise in str(failure.value)
    assert check.remedy in str(failure.value)
