"""The wizard can be drawn in three languages for every ERP."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import pydantic
import pytest
from erpgate.plugin import BoundField, Bounds, Erp, FormField, Text, fields_of, missing_in
from erpgate.plugin.forms import Conditions, holds
from erpgate.testing import ToyLedger
from erpgate.testing.toy import toy_erp
from erpgate_alegra.erp import ALEGRA

LABEL = Text(es="x", en="x", pt="x")


def with_columns(field: BoundField) -> Iterator[BoundField]:
    yield field
    yield from field.columns


ERPS: list[Erp[Any, Any]] = [ALEGRA, toy_erp(ToyLedger())]
FIELDS = [
    pytest.param(field, id=f"{erp.name}-{field.path}")
    for erp in ERPS
    for model in (erp.credentials, erp.settings)
    for drawn in fields_of(model)
    for field in with_columns(drawn)
]


def texts(field: BoundField) -> Iterator[tuple[str, Text]]:
    form = field.form
    yield "label", form.label
    if form.help is not None:
        yield "help", form.help
    for value, label in form.options.items():
        yield f"options[{value}]", label


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_is_labelled_in_every_language(field: BoundField) -> None:
    missing = [
        f"{field.path}.{what}.{language}"
        for what, text in texts(field)
        for language in ("es", "en", "pt")
        if not getattr(text, language).strip()
    ]
    assert missing == []


@pytest.mark.parametrize("field", FIELDS)
def test_a_choice_has_options(field: BoundField) -> None:
    if field.form.kind in ("select", "multiselect"):
        assert field.form.live or field.form.options
    if field.default and field.form.options and field.form.kind == "select":
        assert field.default in field.form.options


@pytest.mark.parametrize("erp", ERPS, ids=lambda erp: erp.name)
def test_a_field_depends_on_fields_that_there_are(erp: Erp[Any, Any]) -> None:
    fields = [*fields_of(erp.credentials), *fields_of(erp.settings)]
    every = [part for field in fields for part in with_columns(field)]
    paths = {field.path for field in every} | {"country_code"}
    named = {
        field.neighbour(other)
        for field in every
        for other in (*field.form.visible_if, *field.form.required_if, *field.form.depends_on)
    }
    assert named <= paths


@pytest.mark.parametrize("erp", ERPS, ids=lambda erp: erp.name)
def test_every_secret_is_a_secret_in_the_model_too(erp: Erp[Any, Any]) -> None:
    secret = {field.path for field in fields_of(erp.credentials) if field.form.kind == "secret"}
    hidden = {name for name, info in erp.credentials.model_fields.items() if info.annotation is pydantic.SecretStr}
    assert secret == hidden != set()


@pytest.mark.parametrize("erp", ERPS, ids=lambda erp: erp.name)
def test_credentials_hide_their_secrets(erp: Erp[Any, Any]) -> None:
    given = dict.fromkeys(erp.credentials.model_fields, "ana@example.com")
    given |= {field.path: "s3cr3t" for field in fields_of(erp.credentials) if field.form.kind == "secret"}
    credentials = erp.credentials.model_validate(given)
    assert "s3cr3t" not in f"{credentials!r} {credentials} {credentials.model_dump_json()}"


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("es", "sí"), ("es-CO", "sí"), ("PT-br", "sim"), ("en", "yes"), ("fr", "yes"), ("", "yes")],
)
def test_a_language_that_is_not_known_reads_english(language: str, sentence: str) -> None:
    assert Text(es="sí", en="yes", pt="sim").in_language(language) == sentence


def test_nested_models_and_defaults_are_fields_too() -> None:
    class Inner(pydantic.BaseModel):
        numbers: Annotated[tuple[int, ...], FormField(kind="multiselect", label=LABEL)] = (1, 2)

    class Outer(pydantic.BaseModel):
        flag: Annotated[bool, FormField(kind="bool", label=LABEL)] = True
        needed: Annotated[str, FormField(kind="text", label=LABEL)]
        hidden: str = "not drawn"
        inner: Inner | None = None

    found = [(field.path, field.required, field.default) for field in fields_of(Outer)]
    assert found == [("flag", False, "true"), ("needed", True, ""), ("inner.numbers", False, "1,2")]


class Row(pydantic.BaseModel):
    """A row of a mapping whose second column hangs on the first."""

    kind: Annotated[str, FormField(kind="text", label=LABEL)] = "none"
    item: Annotated[
        str, FormField(kind="text", label=LABEL, required_if={"kind": ("line", "lines")}, visible_if={"kind": ()})
    ] = ""


class Table(pydantic.BaseModel):
    """A mapping beside fields with bounds."""

    email: Annotated[str, pydantic.StringConstraints(pattern="^.+@.+$"), FormField(kind="email", label=LABEL)] = "a@b"
    days: Annotated[int | None, FormField(kind="integer", label=LABEL)] = pydantic.Field(default=None, ge=1, le=9)
    rows: Annotated[Mapping[str, Row], FormField(kind="mapping", live=True, source="shops", label=LABEL)] = (
        pydantic.Field(default_factory=dict, max_length=5)
    )


def test_bounds_are_read_off_the_model() -> None:
    email, days, rows = fields_of(Table)
    assert email.bounds == Bounds(pattern="^.+@.+$")
    assert days.bounds == Bounds(minimum="1", maximum="9")
    assert rows.bounds == Bounds(max_length=5)


def test_a_mapping_has_its_rows_fields_as_columns() -> None:
    *_, rows = fields_of(Table)
    assert [(column.path, column.source) for column in rows.columns] == [
        ("rows.*.kind", "kind"),
        ("rows.*.item", "item"),
    ]
    assert rows.source == "shops"
    assert rows.columns[1].neighbour("kind") == "rows.*.kind"
    assert rows.columns[1].neighbour("country_code") == "country_code"


@pytest.mark.parametrize(
    ("row", "missing"),
    [
        ({"kind": "line"}, ["rows.shop.item"]),
        ({"kind": "lines"}, ["rows.shop.item"]),
        ({"kind": "line", "item": "7"}, []),
        ({"kind": "none"}, []),
    ],
)
def test_what_a_condition_requires_is_missing(row: dict[str, str], missing: list[str]) -> None:
    table = Table.model_validate({"rows": {"shop": row}})
    assert [path for path, _ in missing_in(table)] == missing


@pytest.mark.parametrize(
    ("conditions", "met"),
    [
        ({}, True),
        ({"a": "1"}, True),
        ({"a": "2"}, False),
        ({"a": ("2", "1"), "b": ()}, True),
        ({"a": "1", "c": ()}, False),
        ({"d": ()}, False),
    ],
)
def test_all_conditions_must_hold(conditions: Conditions, met: bool) -> None:
    assert holds(conditions, {"a": "1", "b": "x", "c": ""}) is met
