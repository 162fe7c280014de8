"""The document about Alegra lists every assumption of the plugin and of its simulator, and no other."""

import dataclasses
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Literal, get_args, get_origin, get_type_hints

import pytest
from erpgate_alegra import assumptions
from erpgate_alegra.simulator import assumptions as simulator
from erpgate_alegra.simulator.assumptions import Switches
from erpgate_alegra.simulator.resources import strict

DOCUMENT = (Path(__file__).parents[2] / "docs" / "alegra-assumptions.md").read_text()


def tables() -> dict[str, list[list[str]]]:
    """First heading of each table to its rows of cells."""
    found = {}
    for block in re.findall(r"(?:^\|.*\n)+", DOCUMENT, re.MULTILINE):
        head, _, *rows = [[cell.strip() for cell in line.strip("|\n").split("|")] for line in block.splitlines()]
        found[f"{head[0]} {len(head)}"] = rows
    return found


def constants_of(module: ModuleType) -> list[str]:
    """Public constants that the module itself assigns, in order."""
    assert module.__file__ is not None
    return re.findall(r"^([A-Z][A-Z_]*) = ", Path(module.__file__).read_text(), re.MULTILINE)


def names_in(rows: list[list[str]]) -> list[str]:
    return [row[0].strip("`") for row in rows]


def value_in(cell: str) -> str:
    return {"yes": "True", "no": "False"}.get(cell, cell.strip("`"))


@pytest.mark.parametrize(
    ("module", "table"), [(assumptions, "constant 4"), (simulator, "constant 3")], ids=["plugin", "simulator"]
)
def test_every_constant_is_listed(module: ModuleType, table: str) -> None:
    rows = tables()[table]

    assert names_in(rows) == constants_of(module)
    assert all(len(cell) > 0 for row in rows for cell in row)


@pytest.mark.parametrize(
    ("module", "table"), [(assumptions, "constant 4"), (simulator, "constant 3")], ids=["plugin", "simulator"]
)
def test_plain_values_are_those_of_the_code(module: ModuleType, table: str) -> None:
    plain = {row[0].strip("`"): value_in(row[1]) for row in tables()[table]}
    actual = {
        name: str(value)
        for name in constants_of(module)
        if isinstance(value := getattr(module, name), bool | int | str) and name != "ROUNDING"
    }

    assert actual
    assert {name: plain[name] for name in actual} == actual


def test_every_switch_is_listed_with_its_default_and_its_choices() -> None:
    rows = {row[0].strip("`"): row for row in tables()["switch 4"]}
    fields = dataclasses.fields(Switches)
    hints = get_type_hints(Switches)

    assert list(rows) == [field.name for field in fields]
    for field in fields:
        listed, others = rows[field.name][1], re.findall(r"`(\w+)`", rows[field.name][2])
        if get_origin(hints[field.name]) is Literal:
            assert [value_in(listed), *others] == list(get_args(hints[field.name]))
            assert value_in(listed) == field.default
        elif isinstance(field.default, tuple):
            assert tuple(re.findall(r"`(\w+)`", listed)) == field.default
        else:
            assert value_in(listed) == str(field.default)


def test_every_strict_rule_is_listed_with_what_it_rests_on() -> None:
    rules = [strict.require_code, *dict.fromkeys(_rules())]
    listed = {row[0].strip("`"): row[3] for row in tables()["rule 4"]}

    assert sorted(listed) == sorted(rule.__name__ for rule in rules)
    for rule in rules:
        said = " ".join((rule.__doc__ or "").split())
        facts = [fact.lower() for fact in re.findall(r"Fact [\d.]*\d", said)]
        assumed = re.findall(r"[Aa]ssumption ([A-Z_]+)", said)
        assert facts or assumed, rule.__name__
        assert listed[rule.__name__] == ", ".join([*facts, *(f"`{name}`" for name in assumed)])
        assert set(assumed) <= set(constants_of(simulator))


def _rules() -> Iterator[Callable[..., object]]:
    for table in (strict.CONTACT_RULES, strict.INVOICE_RULES, strict.STAMP_RULES):
        for rules in table.values():
            yield from rules
