"""The code of the plugin guide is a plugin, and its tests pass."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "plugins.md"


def code_of(text: str) -> str:
    """The blocks marked as the plugin and as its tests, in order, as one module."""
    return "\n\n".join(re.findall(r"^```python (?:plugin|test)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))


def run(tool: str, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ERPGATE_")}
    return subprocess.run(
        [sys.executable, "-m", tool, *arguments],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.fixture
def module(tmp_path: Path) -> Path:
    path = tmp_path / "test_acme.py"
    path.write_text(code_of(GUIDE.read_text()))
    return path


def test_the_guides_own_tests_pass(module: Path) -> None:
    done = run("pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", module.name, folder=module.parent)

    assert done.returncode == 0, done.stdout
    assert "9 passed" in done.stdout


def test_the_guides_code_type_checks(module: Path) -> None:
    done = run("mypy", str(module), folder=ROOT)

    assert done.returncode == 0, done.stdout
