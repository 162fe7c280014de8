"""Level 1 without I/O: the offer, its forms and its facts."""

import re

import pydantic

from erpgate.plugin.erp import API_VERSION, OLDEST_API_VERSION
from erpgate.plugin.forms import BoundField, Text, fields_of
from erpgate.plugin.policy import Ability
from erpgate.proofs import Level
from erpgate.testing.conformance.bench import Bench
from erpgate.testing.conformance.check import check, expect

_CONNECTS = Level.CONNECTS
_METHODS = {
    Ability.DISCARD: ("discard",),
    Ability.VOID: ("void",),
    Ability.CREDIT_NOTE: ("credit", "find_credits"),
    Ability.PAYMENT: ("pay", "find_payments"),
    Ability.EMAIL: ("email",),
    Ability.PDF: ("pdf",),
}


def _fields(bench: Bench) -> list[BoundField]:
    return [*fields_of(bench.erp.credentials), *fields_of(bench.erp.settings)]


def _is_complete(text: Text) -> bool:
    return all(sentence.strip() for sentence in (text.es, text.en, text.pt))


@check(
    _CONNECTS,
    "Set `Erp.name` to lower-case letters, digits and dashes, `title` to its brand, `countries` to codes.",
)
async def the_offer_has_a_name(bench: Bench) -> None:
    """The ERP has a name that can stand in a resource name, a title, and countries."""
    erp = bench.erp
    expect(re.fullmatch(r"[a-z][a-z0-9-]{0,62}", erp.name), f"its name is {erp.name!r}")
    expect(erp.title.strip(), "its title is empty")
    expect(erp.countries, "it names no country")
    wrong = sorted(code for code in erp.countries if not re.fullmatch("[A-Z]{2}", code))
    expect(not wrong, f"these are no ISO 3166-1 codes: {', '.join(wrong)}")


@check(_CONNECTS, "Set `Erp.api_version` to the `API_VERSION` that the plugin was written for.")
async def the_contract_version_is_supported(bench: Bench) -> None:
    """The plugin was written for a version of the contract that this erpgate has."""
    expect(OLDEST_API_VERSION <= bench.erp.api_version <= API_VERSION, f"it says version {bench.erp.api_version}")


@check(_CONNECTS, "Give every `FormField` label, help and option in Spanish, English and Portuguese.")
async def labels_are_complete(bench: Bench) -> None:
    """Every label, help and option of the wizard is there in es, en and pt."""
    for bound in _fields(bench):
        texts = [bound.form.label, *([bound.form.help] if bound.form.help else []), *bound.form.options.values()]
        expect(all(map(_is_complete, texts)), f"the field {bound.path} lacks a language")
    expect(all(map(_is_complete, bench.erp.prerequisites)), "a prerequisite lacks a language")


@check(_CONNECTS, "Give a select field `options`, or `live=True`; a default must be one of the options.")
async def choices_have_options(bench: Bench) -> None:
    """Every choice has something to choose from, and its default is among that."""
    for bound in _fields(bench):
        form = bound.form
        if form.kind in ("select", "multiselect"):
            expect(form.live or form.options, f"the field {bound.path} has no options")
        if form.kind == "select" and form.options and not form.live and bound.default:
            expect(bound.default in form.options, f"the default of {bound.path} is not among its options")


@check(_CONNECTS, "Name neighbouring fields of the same form in `visible_if` and `required_if`.")
async def conditions_name_fields(bench: Bench) -> None:
    """A field depends only on fields that the form has."""
    paths = {bound.path.rpartition(".")[2] for bound in _fields(bench)} | {"country_code"}
    for bound in _fields(bench):
        unknown = {*bound.form.visible_if, *bound.form.required_if} - paths
        expect(not unknown, f"the field {bound.path} depends on {', '.join(sorted(unknown))}")


@check(_CONNECTS, "Type secrets as `pydantic.SecretStr` and draw them with `kind='secret'`, both or neither.")
async def secrets_are_secret_fields(bench: Bench) -> None:
    """What the form draws as a secret is one in the model, and the other way round."""
    model = bench.erp.credentials
    hidden = {name for name, info in model.model_fields.items() if info.annotation is pydantic.SecretStr}
    expect(
        hidden == set(bench.secret_fields), f"secret in the model: {sorted(hidden)}; in the form: {bench.secret_fields}"
    )
    expect(hidden, "there is no secret among the credentials")


@check(_CONNECTS, "Use `pydantic.SecretStr`, and `hide_input_in_errors=True` on the credentials model.")
async def credentials_hide_their_secrets(bench: Bench) -> None:
    """No secret is in the text of credentials, nor in what is said about wrong ones."""
    credentials = bench.credentials
    told = f"{credentials!r} {credentials} {credentials.model_dump_json()}"
    try:
        bench.erp.credentials.model_validate({**bench.seeded.credentials, "no_such_field": "x"})
    except pydantic.ValidationError as error:
        told += str(error)
    for name in bench.secret_fields:
        expect(bench.seeded.credentials[name] not in told, f"the secret {name} is readable")


@check(_CONNECTS, "Make settings frozen with `extra='forbid'`, and every field storable as JSON.")
async def settings_survive_storage(bench: Bench) -> None:
    """Settings read back from JSON are what they were, and unknown ones are refused."""
    stored = bench.settings.model_dump(mode="json")
    expect(bench.erp.settings.model_validate(stored) == bench.settings, "they changed on the way")
    try:
        bench.erp.settings.model_validate({"no_such_setting": "1"})
    except pydantic.ValidationError:
        return
    expect(False, "an unknown setting was accepted")


@check(_CONNECTS, "Remove the ability from `Erp.abilities`, or give the connection the methods of its protocol.")
async def abilities_are_there(bench: Bench) -> None:
    """What the ERP announces, its connection has."""
    connection = bench.connect()
    for ability in bench.erp.abilities:
        for method in _METHODS.get(ability, ()):
            expect(callable(getattr(connection, method, None)), f"{ability.value} is announced and {method} is missing")


@check(_CONNECTS, "Correct `Erp.limits`: all counts and times are above zero.")
async def limits_are_above_zero(bench: Bench) -> None:
    """The limits let something through."""
    limits = bench.erp.limits
    expect(limits.in_flight > 0, "in_flight is not above 0")
    expect(limits.timeout.total_seconds() > 0, "timeout is not above 0")
    for resource, windows in limits.windows.items():
        for count, per in windows:
            expect(count > 0 and per.total_seconds() > 0, f"the window of {resource} lets nothing through")
