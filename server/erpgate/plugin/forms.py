"""The wizard as data: a form is read off typed settings, so that nothing is declared twice."""

import enum
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pydantic
from pydantic.fields import FieldInfo

FieldKind = Literal[
    "text", "secret", "email", "phone", "select", "multiselect", "bool", "money", "integer", "mapping", "date_time"
]

Step = Literal["credentials", "settings", "automation"]

Conditions = Mapping[str, str | tuple[str, ...]]
"""Other field to the value, or the values, of which it must have one; `()` stands for any value but an empty one.

All entries must hold. The fields are neighbours, of the same model, or `country_code`.
"""


class Source(enum.StrEnum):
    """Lists of choices that every ERP may be asked for; a plugin's own fields add names of their own."""

    SALES_CHANNEL = "sales_channel"
    """The merchant's sales channels; erpgate itself has them, and no plugin is asked."""
    PRICE_LIST = "price_list"
    WAREHOUSE = "warehouse"
    ITEM = "item"
    """What can stand on a document's line."""
    TAX = "tax"
    BANK_ACCOUNT = "bank_account"
    """Where a payment goes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """A sentence in the wizard's three languages."""

    es: str
    en: str
    pt: str

    def in_language(self, language_code: str) -> str:
        """The sentence in `language_code` (`pt-BR` reads as `pt`); English where the language is not known."""
        primary = language_code.split("-", 1)[0].lower()
        return str(getattr(self, primary)) if primary in ("es", "pt") else self.en


@dataclass(frozen=True, kw_only=True, slots=True)
class FormField:
    """How one settings field is drawn; put it into the field's `Annotated`.

    Limits (`pattern`, `ge`, `le`, `max_length`) are not said here: they are read off the pydantic field.

    Attributes:
        kind: The control. A `mapping` is a table: the field is a mapping of text to a model, whose fields are the
            columns.
        label: What the merchant reads.
        help: A sentence beneath.
        step: Of the wizard, where it is not the place of the model: step 3 for settings, step 4 for `automation`.
        options: Fixed choices, value to label.
        live: Whether the choices, or a mapping's keys, are asked for instead, with `Connection.options`.
        source: Name under which they are asked for; empty for the field's own name.
        depends_on: Fields whose values decide which live choices there are: neighbours, or `country_code`.
        visible_if: When the field is shown.
        required_if: When it must have a value; the host sees to it.
        affects: What a change touches.
        example: A value that would be accepted.
    """

    kind: FieldKind
    label: Text
    help: Text | None = None
    step: Step | None = None
    options: Mapping[str, Text] = field(default_factory=dict)
    live: bool = False
    source: str = ""
    depends_on: tuple[str, ...] = ()
    visible_if: Conditions = field(default_factory=dict)
    required_if: Conditions = field(default_factory=dict)
    affects: Literal["credentials", "reading", "issuing", "document"] = "document"
    example: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """What a value must keep to, beside its kind.

    Attributes:
        pattern: Regular expression of the whole text; empty for any.
        max_length: Characters, or rows of a mapping, at most; 0 for any number.
        minimum: Of a number, as text; empty for none.
        maximum: Of a number, as text; empty for none.
    """

    pattern: str = ""
    max_length: int = 0
    minimum: str = ""
    maximum: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class BoundField:
    """A form field with its place in the model.

    Attributes:
        path: Dotted path, such as `automation.warehouse`; a mapping's columns are below `name.*`.
        form: How it is drawn.
        required: Whether the model has no default for it.
        default: The default as text; lists are joined by commas.
        bounds: What a value must keep to.
        columns: Of a mapping.
    """

    path: str
    form: FormField
    required: bool
    default: str
    bounds: Bounds = Bounds()
    columns: tuple["BoundField", ...] = ()

    @property
    def source(self) -> str:
        """Name under which live choices are asked for."""
        return self.form.source or self.path.rpartition(".")[2]

    def neighbour(self, name: str) -> str:
        """Path of a field that a condition or a dependency names; `country_code` is every field's neighbour."""
        parent = self.path.rpartition(".")[0]
        return f"{parent}.{name}" if parent and name != "country_code" else name


def fields_of(model: type[pydantic.BaseModel], prefix: str = "") -> Iterator[BoundField]:
    """Every drawable field of `model`, nested models included, in order of declaration."""
    schemas = model.model_json_schema()["properties"] if model.model_fields else {}
    for name, info in model.model_fields.items():
        form = next((part for part in info.metadata if isinstance(part, FormField)), None)
        nested = model_in(info.annotation)
        if form is not None:
            columns = () if nested is None else tuple(fields_of(nested, f"{prefix}{name}.*."))
            yield BoundField(
                path=prefix + name,
                form=form,
                required=info.is_required(),
                default=_default_text(info),
                bounds=_bounds(schemas[info.alias or name]),
                columns=columns,
            )
        elif nested is not None:
            yield from fields_of(nested, f"{prefix}{name}.")


def holds(conditions: Conditions, values: Mapping[str, str]) -> bool:
    """Whether all conditions hold for neighbouring fields with these values, as text."""
    return all(_is_one_of(values.get(name, ""), wanted) for name, wanted in conditions.items())


def text_of(value: object) -> str:
    """A field's value as conditions compare it: enums by value, flags as `true` and `false`, lists with commas."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | list):
        return ",".join(map(text_of, value))
    if isinstance(value, pydantic.SecretStr):
        return "set" if value.get_secret_value() else ""
    return str(value.value) if isinstance(value, enum.Enum) else str(value)


def missing_in(model: pydantic.BaseModel, prefix: str = "") -> Iterator[tuple[str, Conditions]]:
    """Paths of fields that are empty although their `required_if` holds, with that condition."""
    values = {name: getattr(model, name) for name in type(model).model_fields}
    texts = {name: text_of(value) for name, value in values.items()}
    for name, info in type(model).model_fields.items():
        form = next((part for part in info.metadata if isinstance(part, FormField)), None)
        if form is not None and form.required_if and not texts[name] and holds(form.required_if, texts):
            yield prefix + name, form.required_if
        if isinstance(values[name], pydantic.BaseModel):
            yield from missing_in(values[name], f"{prefix}{name}.")
        elif isinstance(values[name], Mapping):
            for key, row in values[name].items():
                if isinstance(row, pydantic.BaseModel):
                    yield from missing_in(row, f"{prefix}{name}.{key}.")


def model_in(annotation: Any) -> type[pydantic.BaseModel] | None:
    """The model that an annotation is, or holds as a member of a union or as a value of a mapping."""
    if isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel):
        return annotation
    origin = typing.get_origin(annotation)
    if isinstance(annotation, types.UnionType) or origin is typing.Union:
        return next((found for part in typing.get_args(annotation) if (found := model_in(part))), None)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return model_in(typing.get_args(annotation)[1])
    return None


def _is_one_of(value: str, wanted: str | tuple[str, ...]) -> bool:
    if wanted == ():
        return value != ""
    return value in ((wanted,) if isinstance(wanted, str) else wanted)


def _default_text(info: FieldInfo) -> str:
    if info.is_required() or isinstance(info.default, Mapping):
        return ""
    return text_of(info.default)


def _bounds(schema: Mapping[str, Any]) -> Bounds:
    variants = (schema, *schema.get("anyOf", ()))

    def first(key: str) -> Any:
        return next((variant[key] for variant in variants if key in variant), "")

    return Bounds(
        pattern=first("pattern"),
        max_length=first("maxLength") or first("maxProperties") or 0,
        minimum=str(first("minimum")),
        maximum=str(first("maximum")),
    )
