"""What plugin authors import: everything they need, and nothing of the server."""

import ast
import subprocess
import sys
from pathlib import Path

import erpgate.plugin
import pytest
from erpgate.plugin import hookspecs

HEAVY = ("alembic", "cryptography", "google", "grpc", "sqlalchemy", "starlette", "erpgate.store", "erpgate.v1")


def test_the_list_of_names_is_sorted() -> None:
    """Constants, then classes, then functions."""
    names = erpgate.plugin.__all__
    assert names == sorted(names, key=lambda name: (not name.isupper(), not name[0].isupper(), name))


def test_the_list_of_names_is_complete() -> None:
    tree = ast.parse(Path(erpgate.plugin.__file__).read_text(encoding="utf-8"))
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    assert {alias.asname or alias.name for node in imports for alias in node.names} == set(erpgate.plugin.__all__)


@pytest.mark.parametrize("module", ["erpgate.plugin", "erpgate_alegra.plugin"])
def test_importing_it_loads_nothing_of_the_server(module: str) -> None:
    code = f"import sys, {module}; print('\\n'.join(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert module in loaded
    assert [name for name in loaded if name.startswith(HEAVY)] == []


def test_importing_erpgate_loads_nothing() -> None:
    code = "import sys; before = set(sys.modules); import erpgate; print('\\n'.join(set(sys.modules) - before))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert loaded == ["erpgate"]


def test_every_hook_says_when_it_is_called_and_since_when() -> None:
    hooks = {name: hook for name, hook in vars(hookspecs).items() if name.startswith("erpgate_")}
    assert sorted(hooks) == [
        "erpgate_channel_health_changed",
        "erpgate_erps",
        "erpgate_invoice_changed",
        "erpgate_listener",
        "erpgate_simulators",
    ]
    for hook in hooks.values():
        for part in ("Called once", "Example:", "Since API version 1."):
            assert part in (hook.__doc__ or "")


def test_no_docstring_promises_a_version_that_is_not_there_yet() -> None:
    assert f".. versionadded:: {erpgate.plugin.OLDEST_API_VERSION}" in (erpgate.plugin.__doc__ or "")
    for name in erpgate.plugin.__all__:
        told = getattr(erpgate.plugin, name).__doc__ or ""
        versions = [int(line.split("::")[1]) for line in told.splitlines() if ".. versionadded::" in line]
        assert all(1 < version <= erpgate.plugin.API_VERSION for version in versions), name
