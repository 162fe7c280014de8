"""The wizard can be drawn in three languages for every ERP."""

from typing import Annotated, Any

import pydantic
import pytest
from erpgate.plugin import BoundField, Erp, FormField, Text, fields_of
from erpgate.testing import ToyLedger
from erpgate.testing.toy import toy_erp
from erpgate_alegra.erp import ALEGRA

ERPS: list[Erp[Any, Any]] = [ALEGRA, toy_erp(ToyLedger())]
FIELDS = [
    pytest.param(field, id=f"{erp.name}-{field.path}")
    for erp in ERPS
    for model in (erp.credentials, erp.settings)
    for field in fields_of(model)
]


def is_complete(text: Text) -> bool:
    return all(sentence.strip() for sentence in (text.es, text.en, text.pt))


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_is_labelled_in_every_language(field: BoundField) -> None:
    form = field.form
    assert is_complete(form.label)
    assert form.help is None or is_complete(form.help)
    assert all(is_complete(label) for label in form.options.values())


@pytest.mark.parametrize("field", FIELDS)
def test_a_choice_has_options(field: BoundField) -> None:
    if field.form.kind in ("select", "multiselect"):
        assert field.form.live or field.form.options
    if field.default and field.form.options and field.form.kind == "select":
        assert field.default in field.form.options


@pytest.mark.parametrize("erp", ERPS, ids=lambda erp: erp.name)
def test_a_field_depends_on_fields_that_there_are(erp: Erp[Any, Any]) -> None:
    fields = [*fields_of(erp.credentials), *fields_of(erp.settings)]
    paths = {field.path for field in fields} | {"country_code"}
    assert {other for field in fields for other in field.form.visible_if} <= paths


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
    text = Text(es="x", en="x", pt="x")

    class Inner(pydantic.BaseModel):
        numbers: Annotated[tuple[int, ...], FormField(kind="multiselect", label=text)] = (1, 2)

    class Outer(pydantic.BaseModel):
        flag: Annotated[bool, FormField(kind="bool", label=text)] = True
        needed: Annotated[str, FormField(kind="text", label=text)]
        hidden: str = "not drawn"
        inner: Inner | None = None

    found = [(field.path, field.required, field.default) for field in fields_of(Outer)]
    assert found == [("flag", False, "true"), ("needed", True, ""), ("inner.numbers", False, "1,2")]
