"""The tutorial for plugin authors, followed to the letter in an empty folder."""

import re
from pathlib import Path

import pytest
from fixtures.clean import ROOT, clean_machine

TUTORIAL = ROOT / "docs" / "plugins" / "tutorial.md"


@pytest.mark.timeout(300)  # two environments are made and one suite is run: half a minute on a machine that is not busy
def test_it_ends_in_a_passing_suite_and_a_wheel_that_may_invoice(tmp_path: Path) -> None:
    blocks = re.findall(r"^```bash tutorial\n(.*?)^```$", TUTORIAL.read_text(), re.MULTILINE | re.DOTALL)
    folder = tmp_path / "somewhere"
    folder.mkdir()

    script = "\n".join(["set -e", *blocks])
    done = clean_machine(tmp_path).run("bash", "-c", script, folder=folder, seconds=280)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "acme-books: 69 passed, 1 skipped, level NEVER_DUPLICATES" in done.stdout
    listed = done.stdout.split("level NEVER_DUPLICATES", 1)[1]
    assert re.search(r"erpgate-acme-books.*NEVER_DUPLICATES on", listed)
    assert "no automatic invoicing" not in listed
    installed = folder / "clean" / "lib"
    assert [path.name for path in installed.rglob("*conformance.json") if "acme" in str(path)] == ["conformance.json"]
    assert [path.name for path in installed.rglob("*.pth") if "erpgate" in path.name] == []  # nothing is editable
