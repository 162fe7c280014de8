"""Records of the conformance suite: what was proved of a plugin, kept in the plugin's own distribution."""

import datetime as dt
import enum
import importlib.resources
import json
import types
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path

import pydantic

RECORD = "conformance.json"
"""Name of the file, beside the module that has the plugin's hooks."""

SUITE_VERSION = 1
"""Rises when checks are added that a plugin may fail; records of older suites count on."""


class Level(enum.IntEnum):
    """How much is proved of a plugin; each level needs those before it."""

    NONE = 0
    CONNECTS = 1
    READS = 2
    INVOICES = 3
    NEVER_DUPLICATES = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """One pass of the suite.

    Attributes:
        level: The highest that was passed, with all before it.
        suite_version: Of the suite.
        plugin_version: Of the distribution that was examined.
        date: Of the run.
        passed: Checks.
        skipped: Checks about something that the ERP does not have.
    """

    level: Level
    suite_version: int
    plugin_version: str
    date: dt.date
    passed: int
    skipped: int


_RECORDS = pydantic.TypeAdapter(Mapping[str, Proof])


def proofs_of(plugin: object, version: str) -> Mapping[str, Proof]:
    """What is recorded for each ERP of a plugin of this version; a record of another version proves nothing."""
    try:
        text = folder_of(plugin).joinpath(RECORD).read_text(encoding="utf-8")
        records = _RECORDS.validate_json(text)
    except (OSError, TypeError, ValueError, ImportError):
        return {}
    return {
        erp: proof
        for erp, proof in records.items()
        if proof.plugin_version == version and 1 <= proof.suite_version <= SUITE_VERSION
    }


def record(plugin: object, erp: str, proof: Proof) -> Path:
    """Writes down what was proved, beside what is recorded of the plugin's other ERPs.

    Raises:
        OSError: The plugin is installed where nothing can be written.
    """
    path = Path(str(folder_of(plugin).joinpath(RECORD)))
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    known[erp] = json.loads(pydantic.TypeAdapter(Proof).dump_json(proof))
    path.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return path


def folder_of(plugin: object) -> Traversable:
    """The package in which a plugin, a module or an object, is defined.

    Raises:
        ImportError: It is not in a package.
    """
    module = plugin.__name__ if isinstance(plugin, types.ModuleType) else type(plugin).__module__
    package, _, _ = module.rpartition(".")
    if not package:
        raise ImportError(f"{module} is in no package")
    return importlib.resources.files(package)
