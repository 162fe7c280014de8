"""The code of the plugin guide is one plugin; its tests pass, and it shows every public name at work."""

import ast
import io
import os
import re
import subprocess
import sys
import tokenize
from pathlib import Path

import erpgate.plugin
import pytest
from erpgate.plugin import hookspecs

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "plugins"
PAGES = (
    "facts",
    "forms",
    "thinking",
    "answers",
    "connection",
    "abilities",
    "offer",
    "simulators",
    "conformance",
    "compatibility",
    "events",
    "testing",
)
"""In which they are read, and in which their code makes one module."""


def code_of_the_guide() -> str:
    """The blocks marked as the plugin and as its tests, in order."""
    pages = [(GUIDE / f"{page}.md").read_text() for page in PAGES]
    blocks = [re.findall(r"^```python (?:plugin|test)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL) for page in pages]
    return "\n\n".join(block for page in blocks for block in page)


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
def acme(tmp_path: Path) -> Path:
    path = tmp_path / "test_acme.py"
    path.write_text(code_of_the_guide())
    return path


def test_the_guides_own_tests_pass(acme: Path) -> None:
    done = run("pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", acme.name, folder=acme.parent)

    assert done.returncode == 0, done.stdout
    assert re.search(r"\d\d passed", done.stdout)


def test_the_guides_code_type_checks(acme: Path) -> None:
    done = run("mypy", str(acme), folder=ROOT)

    assert done.returncode == 0, done.stdout


def test_the_guide_uses_every_public_name() -> None:
    """An import alone shows nobody how to use it."""
    tree = ast.parse(code_of_the_guide())
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert sorted(set(erpgate.plugin.__all__) - used) == [], "use these in an example of docs/plugins/"


def test_the_guide_implements_every_hook() -> None:
    hooks = {name for name in vars(hookspecs) if name.startswith("erpgate_")}
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    implemented = {node.name for node in ast.walk(ast.parse(code_of_the_guide())) if isinstance(node, functions)}
    assert sorted(hooks - implemented) == [], "implement these in an example of docs/plugins/"


def test_the_size_of_a_minimal_plugin_is_told() -> None:
    """Lines, and those of them that are code and neither blank, comment nor docstring."""
    package = ROOT / "plugins" / "template" / "erpgate_template"
    texts = {path.name: path.read_text() for path in package.glob("*.py")}
    simulator = texts.pop("simulator.py")
    lines, code = (sum(map(count, texts.values())) for count in (_lines, _lines_of_code))
    assert (
        f"It has {lines} lines, of which {code} are code, and a simulator of {_lines(simulator)} lines."
        in (GUIDE / "README.md").read_text()
    )


def _lines(text: str) -> int:
    return len(text.splitlines())


def _lines_of_code(text: str) -> int:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    silent = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
    told = {line for token in tokens if token.type not in silent for line in range(token.start[0], token.end[0] + 1)}
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Expr)]
    docstrings = [node for node in nodes if isinstance(node.value, ast.Constant)]
    return len(told - {line for node in docstrings for line in range(node.lineno, (node.end_lineno or 0) + 1)})


def test_reasons_for_plugins_are_reasons() -> None:
    table = re.findall(
        r"^\| `(?:Rejected|Misconfigured)` \| (.*) \|$", (GUIDE / "answers.md").read_text(), re.MULTILINE
    )
    told = set(re.findall(r"`([A-Z_]+)`", " ".join(table)))
    assert len(told) > 10
    assert told <= set(erpgate.plugin.Reason)


def test_every_page_is_listed_and_run_or_has_no_code() -> None:
    pages = {path.stem for path in GUIDE.glob("*.md")}
    listed = set(re.findall(r"\]\(([a-z]+)\.md\)", (GUIDE / "README.md").read_text()))
    assert listed == pages - {"README"}
    marked = {
        path.stem
        for path in GUIDE.glob("*.md")
        if re.search(r"^```python (?:plugin|test)$", path.read_text(), re.MULTILINE)
    }
    assert marked == set(PAGES)
