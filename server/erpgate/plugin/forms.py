"""The wizard as data: a form is read off typed settings, so that nothing is declared twice."""

import enum
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pydantic
from pydantic.fields import FieldInfo

FieldKind = Literal["text", "secret", "email", "phone", "select", "multiselect", "bool", "money", "integer"]


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

    Attributes:
        kind: The control.
        label: What the merchant reads.
        help: A sentence beneath.
        options: Fixed choices, value to label.
        live: Whether the choices come from the ERP or from erpgate.
        visible_if: Other field to the value it must have.
        affects: What a change touches.
        example: A value that would be accepted.
    """

    kind: FieldKind
    label: Text
    help: Text | None = None
    options: Mapping[str, Text] = field(default_factory=dict)
    live: bool = False
    visible_if: Mapping[str, str] = field(default_factory=dict)
    affects: Literal["credentials", "reading", "issuing", "document"] = "document"
    example: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class BoundField:
    """A form field with its place in the model.

    Attributes:
        path: Dotted path, such as `automation.warehouse`.
        form: How it is drawn.
        required: Whether the model has no default for it.
        default: The default as text; lists are joined by commas.
    """

    path: str
    form: FormField
    required: bool
    default: str


def fields_of(model: type[pydantic.BaseModel], prefix: str = "") -> Iterator[BoundField]:
    """Every drawable field of `model`, nested models included, in order of declaration."""
    for name, info in model.model_fields.items():
        nested = _model_in(info.annotation)
        if nested is not None:
            yield from fields_of(nested, f"{prefix}{name}.")
            continue
        form = next((part for part in info.metadata if isinstance(part, FormField)), None)
        if form is not None:
            yield BoundField(path=prefix + name, form=form, required=info.is_required(), default=_default_text(info))


def _model_in(annotation: Any) -> type[pydantic.BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel):
        return annotation
    if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is typing.Union:
        return next((found for part in typing.get_args(annotation) if (found := _model_in(part))), None)
    return None


def _default_text(info: FieldInfo) -> str:
    if info.is_required() or info.default is None:
        return ""
    if isinstance(info.default, tuple):
        return ",".join(map(_scalar_text, info.default))
    return _scalar_text(info.default)


def _scalar_text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value.value) if isinstance(value, enum.Enum) else str(value)
