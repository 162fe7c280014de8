"""The server knows no ERP by name: what it must know about one, the plugin declares."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMES = re.compile(r"alegra|tryton|odoo|siigo|xero|quickbooks|netsuite|business.?central", re.IGNORECASE)
CHOICE = re.compile(r"""\berp(\.name)?\s*(==|!=|\bin\b)\s*[("'{\[]""")
SOURCES = [path for path in (ROOT / "server").rglob("*") if path.suffix in (".py", ".pyi", ".json", ".csv", ".mako")]


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in [*SOURCES, *(ROOT / "protos").rglob("*.proto")]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]


@pytest.mark.parametrize("pattern", [NAMES, CHOICE], ids=["a name", "a choice by name"])
def test_no_erp_is_named(pattern: re.Pattern[str]) -> None:
    assert len(SOURCES) > 100
    assert lines_with(pattern) == []
