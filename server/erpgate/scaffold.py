"""Writes a new plugin: the template that is examined in erpgate's own tests, under another name."""

import importlib.resources
import re
from collections.abc import Iterator, Mapping
from importlib.resources.abc import Traversable
from pathlib import Path

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LEFT_OUT = ("__pycache__", ".pytest_cache", "conformance.json")


class ScaffoldError(Exception):
    """The plugin can't be written; the message says what to do."""


def write_plugin(name: str, parent: Path) -> Path:
    """Writes a package that connects an ERP of this name, and gives its folder.

    Args:
        name: Lower-case words with dashes, such as `acme-books`; it becomes the name of the ERP.
        parent: Where the folder `erpgate-NAME` is made.

    Raises:
        ScaffoldError: The name is none, or the folder exists.
    """
    if not _NAME.fullmatch(name):
        raise ScaffoldError(f"{name!r} is no name: give lower-case words with dashes, such as acme-books.")
    folder = parent / f"erpgate-{name}"
    if folder.exists():
        raise ScaffoldError(f"{folder} exists already: choose another name or --folder.")
    for path, text in _files(_template(), ""):
        target = folder / _renamed(path, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_renamed(text, name), encoding="utf-8")
    return folder


def _renamed(text: str, name: str) -> str:
    words = name.split("-")
    spellings: Mapping[str, str] = {
        "erpgate_template": f"erpgate_{'_'.join(words)}",
        "TEMPLATE": "_".join(words).upper(),
        "Template": " ".join(word.capitalize() for word in words),
        "template": name,
    }
    in_classes = re.sub(r"Template(?=[A-Z])|(?<=Test)Template", spellings["Template"].replace(" ", ""), text)
    return re.sub("|".join(spellings), lambda found: spellings[found[0]], in_classes)


def _files(folder: Traversable, path: str) -> Iterator[tuple[str, str]]:
    for entry in folder.iterdir():
        if entry.name in _LEFT_OUT:
            continue
        inner = f"{path}{entry.name}"
        if entry.is_dir():
            yield from _files(entry, f"{inner}/")
        else:
            yield inner, entry.read_text(encoding="utf-8")


def _template() -> Traversable:
    """As it is installed, or in the folder of the repository."""
    installed = importlib.resources.files("erpgate") / "plugin_template"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "plugins" / "template"
