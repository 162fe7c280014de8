"""Records of the conformance suite: written into the plugin's package, and counted for the version that passed."""

import datetime as dt
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from erpgate import __version__
from erpgate.plugins import load_plugins
from erpgate.proofs import SUITE_VERSION, Level, Proof, proofs_of, record
from erpgate.testing import ToyLedger, toy_with_simulator
from erpgate.testing.conformance import CHECKS

PROOF = Proof(level=Level.READS, suite_version=1, plugin_version="1.2", date=dt.date(2026, 3, 2), passed=30, skipped=1)


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """A plugin in a package of its own."""
    package = tmp_path / "erpgate_some"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "plugin.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("erpgate_some.plugin")
    for name in ("erpgate_some.plugin", "erpgate_some"):
        del sys.modules[name]


def test_a_record_is_read_back(plugin: ModuleType) -> None:
    path = record(plugin, "some", PROOF)
    record(plugin, "other", PROOF)
    assert path.name == "conformance.json"
    assert proofs_of(plugin, "1.2") == {"some": PROOF, "other": PROOF}


def test_a_record_of_another_version_proves_nothing(plugin: ModuleType) -> None:
    record(plugin, "some", PROOF)
    assert proofs_of(plugin, "1.3") == {}


@pytest.mark.parametrize("text", ["", "[]", "{", '{"some": {"level": 9}}'])
def test_a_record_that_cannot_be_read_proves_nothing(plugin: ModuleType, text: str) -> None:
    record(plugin, "some", PROOF).write_text(text)
    assert proofs_of(plugin, "1.2") == {}


def test_a_plugin_that_is_in_no_package_has_no_record() -> None:
    assert proofs_of(ModuleType("lonely"), "1.2") == {}


SHIPPED = {
    "alegra": "erpgate plugin conformance alegra --record",
    "tryton": "erpgate plugin conformance tryton --record",
    "toy": "python tests/testing/test_toy_conformance.py",
}
"""ERPs whose record is in the wheel, each with the command that makes it anew."""


@pytest.mark.parametrize("erp", SHIPPED)
def test_the_record_that_is_shipped_is_of_this_version_and_this_suite(erp: str) -> None:
    extra = {"toy": toy_with_simulator(ToyLedger())}
    proof = load_plugins(extra=extra).proofs.get(erp)
    told = f"the record of {erp} is of another version: run `{SHIPPED[erp]}` and commit what it writes"
    assert proof is not None, told
    assert (proof.plugin_version, proof.suite_version) == (__version__, SUITE_VERSION), told
    assert proof.level is Level.NEVER_DUPLICATES, told
    assert proof.passed + proof.skipped == len(CHECKS), f"there are other checks now: raise SUITE_VERSION, and {told}"


def test_every_plugin_that_is_shipped_has_a_record() -> None:
    assert set(load_plugins().origins) == set(SHIPPED) - {"toy"}
