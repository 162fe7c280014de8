"""The suite: every check in order, for one plugin."""

import asyncio
import datetime as dt
import unittest
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from erpgate.plugin.erp import Erp
from erpgate.plugin.simulator import Simulator
from erpgate.plugins import load_plugins
from erpgate.proofs import SUITE_VERSION, Level, Proof
from erpgate.testing.conformance import connects, duplicates, invoices, offer, reads, served, thinks
from erpgate.testing.conformance.bench import open_bench
from erpgate.testing.conformance.check import Check, NotConformant

CHECKS: Sequence[Check] = tuple(
    sorted(
        (
            value
            for module in (offer, connects, reads, thinks, invoices, duplicates, served)
            for value in vars(module).values()
            if isinstance(value, Check)
        ),
        key=lambda check: check.level,
    )
)
"""Level by level."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What a check said.

    Attributes:
        check: That was run.
        outcome: Whether the plugin passed; `skipped` where the ERP has nothing that it is about.
        message: What is wrong and what to do, or why it was skipped.
    """

    check: Check
    outcome: Literal["passed", "failed", "skipped"]
    message: str = ""


class ErpConformance:
    """The exam of a plugin: subclass it in a test module, and set `plugin`.

    ```python
    import erpgate_acme.plugin
    from erpgate.testing import ErpConformance, Level


    class TestAcme(ErpConformance):
        plugin = erpgate_acme.plugin
        level = Level.NEVER_DUPLICATES
    ```

    Attributes:
        plugin: The module or object that has the hooks; it offers one ERP and its simulator.
        erp: Name of the ERP, where the plugin offers several.
        level: Checks up to it are run; raise it as the plugin grows.
    """

    plugin: object = None
    erp: str = ""
    level: Level = Level.NEVER_DUPLICATES

    @classmethod
    def offers(cls) -> tuple[Erp[Any, Any], Simulator]:
        """The ERP under test and its simulator; override it where they are made in another way."""
        return offers_of(cls.plugin, cls.erp)

    def pytest_generate_tests(self, metafunc: Any) -> None:
        """Makes a test of each check."""
        if "conformance_check" in metafunc.fixturenames:
            wanted = [check for check in CHECKS if check.level <= self.level]
            ids = [f"{check.level.name.lower()}-{check.name}" for check in wanted]
            metafunc.parametrize("conformance_check", wanted, ids=ids)

    def test_conformance(self, conformance_check: Check) -> None:
        """One behaviour."""
        erp, simulator = self.offers()
        asyncio.run(run_check(conformance_check, erp, simulator))


async def run_check(check: Check, erp: Erp[Any, Any], simulator: Simulator) -> None:
    """Runs one check in a simulator of its own.

    Raises:
        NotConformant: The plugin lacks the behaviour.
        NotApplicable: The ERP has nothing that it is about.
    """
    async with open_bench(erp, simulator) as bench:
        await check.run(bench)


def run_suite(
    erp: Erp[Any, Any],
    simulator: Simulator,
    *,
    level: Level = Level.NEVER_DUPLICATES,
    told: Callable[[Result], None] = lambda _: None,
) -> Sequence[Result]:
    """Runs every check up to a level.

    Args:
        erp: Under test.
        simulator: Of the ERP.
        level: The highest one.
        told: Each result as soon as it is there.
    """
    results = []
    for check in CHECKS:
        if check.level <= level:
            results.append(_result(check, erp, simulator))
            told(results[-1])
    return results


def level_of(results: Sequence[Result]) -> Level:
    """The highest level of which, and of those before, no check failed."""
    failed = [result.check.level for result in results if result.outcome == "failed"]
    reached = max((result.check.level for result in results), default=Level.NONE)
    return min(reached, Level(min(failed) - 1)) if failed else reached


def proof_of(results: Sequence[Result], version: str) -> Proof:
    """What these results prove of a plugin of this version."""
    return Proof(
        level=level_of(results),
        suite_version=SUITE_VERSION,
        plugin_version=version,
        date=dt.datetime.now(dt.UTC).date(),
        passed=sum(result.outcome == "passed" for result in results),
        skipped=sum(result.outcome == "skipped" for result in results),
    )


def offers_of(plugin: object, name: str = "") -> tuple[Erp[Any, Any], Simulator]:
    """The ERP that a plugin object offers, and its simulator.

    Raises:
        LookupError: It offers none of that name, or no simulator.
    """
    registry = load_plugins(entry_points=(), extra={"under-test": plugin})
    if registry.plugins[0].status != "ok":
        raise LookupError(f"the plugin can't be loaded: {registry.plugins[0].failure}")
    names = [name] if name else list(registry.erps)
    if len(names) != 1 or names[0] not in registry.erps:
        raise LookupError(f"the plugin offers {', '.join(registry.erps) or 'no ERP'}: set `erp` to one of them")
    simulator = registry.simulators().get(names[0])
    if simulator is None:
        raise LookupError(f"the plugin offers no simulator of {names[0]}: implement `erpgate_simulators`")
    return registry.erps[names[0]], simulator


def _result(check: Check, erp: Erp[Any, Any], simulator: Simulator) -> Result:
    try:
        asyncio.run(run_check(check, erp, simulator))
    except unittest.SkipTest as skipped:
        return Result(check=check, outcome="skipped", message=str(skipped))
    except NotConformant as failure:
        return Result(check=check, outcome="failed", message=str(failure))
    return Result(check=check, outcome="passed")
