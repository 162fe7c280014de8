"""The wizard: a form drawn from what an ERP's plugin declares."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from erpgate.plugin.erp import Erp
from erpgate.plugin.forms import BoundField, Bounds, Conditions, FormField, Text, fields_of
from erpgate.rpc.convert.countries import country
from erpgate.rpc.convert.scalars import WireEnum
from erpgate.rpc.convert.settings import ENUMS, NEUTRAL
from erpgate.v1 import form_pb2

_KINDS: Final = WireEnum(form_pb2.FormFieldKind, "FORM_FIELD_KIND_")
_AFFECTS: Final = WireEnum(form_pb2.FormFieldAffects, "FORM_FIELD_AFFECTS_")
_LANGUAGES: Final = ("es", "en", "pt")
_STEPS: Final = {
    "credentials": Text(es="Conectar la cuenta", en="Connect the account", pt="Conectar a conta"),
    "settings": Text(es="Configurar el canal", en="Set up the channel", pt="Configurar o canal"),
    "automation": Text(es="Facturación automática", en="Automatic invoicing", pt="Faturamento automático"),
}
_DISPLAY_NAME: Final = FormField(
    kind="text",
    affects="credentials",
    example="ERP (my shop)",
    label=Text(es="Nombre", en="Name", pt="Nome"),
    help=Text(
        es="Como quieras reconocer este canal.",
        en="However you want to recognise this channel.",
        pt="Como você quiser reconhecer este canal.",
    ),
)
_COUNTRY: Final = Text(es="País", en="Country", pt="País")

_PathOf = Callable[[str], str]


def form_of(erp: Erp[Any, Any], language_code: str) -> form_pb2.Form:
    """The ERP's wizard in one language; Spanish where none is asked for, English where it is not known."""
    language = language_of(language_code)
    steps: dict[str, list[form_pb2.FormField]] = {step: [] for step in _STEPS}
    for field in _credential_fields(erp, language):
        steps["credentials"].append(_draw(field, _credential_path, language))
    for field in fields_of(erp.settings):
        steps[_step_of(field)].append(_draw(field, _settings_path, language))
    return form_pb2.Form(
        language_code=language,
        prerequisites=[sentence.in_language(language) for sentence in erp.prerequisites],
        steps=[
            form_pb2.FormStep(id=step, title=title.in_language(language), fields=steps[step])
            for step, title in _STEPS.items()
        ],
    )


def language_of(language_code: str) -> str:
    """The language that is spoken: Spanish where none is asked for, English where it is not known."""
    language = (language_code or "es").split("-", 1)[0].lower()
    return language if language in _LANGUAGES else "en"


def _credential_fields(erp: Erp[Any, Any], language: str) -> Iterator[BoundField]:
    yield BoundField(path="display_name", form=_DISPLAY_NAME, required=True, default="", bounds=Bounds(max_length=100))
    names = {code: country(code) for code in erp.countries}
    countries = FormField(
        kind="select",
        affects="credentials",
        label=_COUNTRY,
        options=dict(sorted(names.items(), key=lambda each: each[1].in_language(language))),
    )
    yield BoundField(path="country_code", form=countries, required=True, default="")
    yield from fields_of(erp.credentials)


def _step_of(field: BoundField) -> str:
    within_automation = field.path.startswith("automation.")
    return field.form.step or ("automation" if within_automation else "settings")


def _credential_path(path: str) -> str:
    return path if path in ("display_name", "country_code") else f"credentials.{path}"


def _settings_path(path: str) -> str:
    if path == "country_code":
        return path
    return f"settings.{path}" if path.split(".", 1)[0] in NEUTRAL else f"settings.erp_options.{path}"


def _draw(field: BoundField, path_of: _PathOf, language: str) -> form_pb2.FormField:
    form = field.form
    return form_pb2.FormField(
        path=path_of(field.path),
        kind=_KINDS.number(form.kind),
        label=form.label.in_language(language),
        help=form.help.in_language(language) if form.help else "",
        required=field.required,
        default_value=_value(field.path, field.default),
        options=[
            form_pb2.FormOption(value=_value(field.path, value), label=label.in_language(language))
            for value, label in form.options.items()
        ],
        live_options=form.live,
        visible_if=_conditions(field, form.visible_if, path_of),
        example=form.example,
        required_if=_conditions(field, form.required_if, path_of),
        depends_on=[path_of(field.neighbour(name)) for name in form.depends_on],
        pattern=field.bounds.pattern,
        max_length=field.bounds.max_length,
        minimum=field.bounds.minimum,
        maximum=field.bounds.maximum,
        columns=[_draw(column, path_of, language) for column in field.columns],
        affects=_AFFECTS.number(form.affects),
    )


def _conditions(field: BoundField, conditions: Conditions, path_of: _PathOf) -> Iterator[form_pb2.FormCondition]:
    for name, wanted in conditions.items():
        other = field.neighbour(name)
        values = (wanted,) if isinstance(wanted, str) else wanted
        yield form_pb2.FormCondition(path=path_of(other), values=[_value(other, value) for value in values])


def _value(path: str, word: str) -> str:
    """A value as it is written to the wire: enums by their full names."""
    return ENUMS[path].name(word) if path in ENUMS else word
