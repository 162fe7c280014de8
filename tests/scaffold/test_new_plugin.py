"""`erpgate plugin new` writes what is in plugins/template, and that is well as an installed wheel."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from erpgate.scaffold import ScaffoldError, write_plugin

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "plugins" / "template"


def files_of(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def run(*command: str | Path, environ: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ERPGATE_")}
    return subprocess.run(
        [str(part) for part in command],
        env=clean | (environ or {}),
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


def erpgate(*arguments: str, environ: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-m", "erpgate.cli", *arguments, environ=environ)


def test_the_template_is_what_it_writes(tmp_path: Path) -> None:
    assert files_of(write_plugin("template", tmp_path)) == files_of(TEMPLATE)


def test_a_new_plugin_has_its_own_name_everywhere(tmp_path: Path) -> None:
    done = erpgate("plugin", "new", "acme-books", "--folder", str(tmp_path))
    assert done.returncode == 0, done.stderr
    written = files_of(tmp_path / "erpgate-acme-books")
    assert "erpgate_acme_books/plugin.py" in written
    assert 'name="acme-books",\n    title="Acme Books"' in written["erpgate_acme_books/erp.py"]
    assert "class AcmeBooksConnection" in written["erpgate_acme_books/connection.py"]
    assert not [path for path, text in written.items() if "template" in f"{path} {text}".lower()]


@pytest.mark.parametrize("name", ["", "Acme", "acme_books", "-acme", "acme--books", "../acme"])
def test_what_is_no_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ScaffoldError, match="no name"):
        write_plugin(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    write_plugin("acme", tmp_path)
    with pytest.raises(ScaffoldError, match="exists already"):
        write_plugin("acme", tmp_path)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a new plugin's wheel is installed, beside nothing else."""
    folder = tmp_path_factory.mktemp("new")
    package = write_plugin("acme-books", folder)
    wheels, target = folder / "wheels", folder / "installed"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    built = run(*pip, "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", wheels, package)
    assert built.returncode == 0, built.stderr
    (wheel,) = wheels.iterdir()
    done = run(*pip, "install", "--quiet", "--no-deps", "--target", target, wheel)
    assert done.returncode == 0, done.stderr
    return target


def test_an_installed_plugin_is_discovered_and_well(installed: Path) -> None:
    environ = {"PYTHONPATH": str(installed), "COLUMNS": "200"}
    listed = erpgate("plugin", "list", environ=environ)
    assert "erpgate-acme-books" in listed.stdout
    assert "nothing (no automatic invoicing)" in listed.stdout
    seen = erpgate("plugin", "doctor", "acme-books", environ=environ)
    assert seen.returncode == 0, seen.stdout + seen.stderr
    assert "failed" not in seen.stdout


def test_a_doctor_tells_why_a_plugin_cannot_be_loaded(tmp_path: Path) -> None:
    package = tmp_path / "erpgate_broken-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: erpgate-broken\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text("[erpgate.plugins]\nbroken = erpgate_broken\n")
    (tmp_path / "erpgate_broken.py").write_text("raise RuntimeError('its licence has expired')\n")
    environ = {"PYTHONPATH": str(tmp_path), "COLUMNS": "200"}
    seen = erpgate("plugin", "doctor", "broken", environ=environ)
    assert seen.returncode == 1
    assert "RuntimeError: its licence has expired" in seen.stderr
    listed = erpgate("plugin", "list", environ=environ)
    assert "RuntimeError: its licence has expired" in listed.stdout
    assert "alegra" in listed.stdout
