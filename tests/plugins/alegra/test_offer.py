"""What the plugin offers, and what it must not touch."""

import ast
from pathlib import Path

import erpgate_alegra
import pydantic
import pytest
from erpgate.plugin import API_VERSION, Ability, fields_of
from erpgate_alegra import plugin
from erpgate_alegra.countries import COUNTRIES
from erpgate_alegra.erp import ALEGRA
from erpgate_alegra.settings import AlegraCredentials, AlegraSettings

MODULES = sorted(Path(erpgate_alegra.__file__).parent.glob("*.py"))


def test_alegra_is_offered() -> None:
    assert plugin.erpgate_erps() == (ALEGRA,)
    assert (ALEGRA.name, ALEGRA.api_version) == ("alegra", API_VERSION)
    assert ALEGRA.countries == {"CO", "MX", "PE", "CR", "DO", "AR", "PA", "CL", "ES", "US"}
    assert ALEGRA.abilities == set(Ability) - {Ability.ITEM_CHANGES}
    assert dict(ALEGRA.operator_settings) == {
        "base_url": "https://api.alegra.com/api/v1/",
        "settle_seconds": "120",
    }


def test_a_sku_is_trimmed_and_keeps_its_case() -> None:
    assert ALEGRA.sku.normalise(" aB-1\t") == "aB-1"


def test_its_simulator_is_offered() -> None:
    (simulator,) = plugin.erpgate_simulators()

    assert (simulator.erp, simulator.title) == ("alegra", "Alegra (simulated)")


def test_the_form_asks_for_what_alegra_needs() -> None:
    assert [(field.path, field.form.kind, field.required) for field in fields_of(AlegraCredentials)] == [
        ("email", "email", True),
        ("token", "secret", True),
    ]
    own = set(AlegraSettings.model_fields) - set(AlegraSettings.__mro__[1].model_fields)  # type: ignore[attr-defined]
    assert own == {
        "identification_type",
        "person_type",
        "regime",
        "payment_form",
        "payment_method",
        "invoice_use",
        "number_template",
        "business_number_template",
        "seller",
        "payment_account",
    }
    assert own < {field.path for field in fields_of(AlegraSettings)}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"email": "ana", "token": "t"}, "email"),
        ({"email": "ana@example.com", "token": "  "}, "token"),
        ({"email": "ana@example.com"}, "token"),
        ({"email": "ana@example.com", "token": "t", "user": "x"}, "user"),
    ],
)
def test_wrong_credentials_name_the_field_and_never_the_token(given: dict[str, str], field: str) -> None:
    with pytest.raises(pydantic.ValidationError) as raised:
        AlegraCredentials.model_validate(given)

    assert [error["loc"] for error in raised.value.errors()] == [(field,)]
    assert "input_value" not in str(raised.value)


def test_credentials_are_trimmed_and_masked() -> None:
    credentials = AlegraCredentials.model_validate({"email": " ana@example.com ", "token": " s3cr3t "})

    assert (credentials.email, credentials.token.get_secret_value()) == ("ana@example.com", "s3cr3t")
    assert "s3cr3t" not in f"{credentials!r} {credentials} {credentials.model_dump()}"


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_a_plugin_knows_of_erpgate_only_its_contract(module: Path) -> None:
    imported = {
        name
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }

    assert {name for name in imported if name.split(".")[0] == "erpgate"} <= {"erpgate.plugin"}
    assert "httpx" not in imported


@pytest.mark.parametrize("country", COUNTRIES.values(), ids=lambda country: country.code)
def test_the_codes_of_a_country_have_a_key(country: object) -> None:
    for name in ("identification_type", "person_type", "regime", "payment_form", "payment_method"):
        choice = getattr(country, name)
        assert bool(choice.codes) == bool(choice.key) or name == "identification_type"


def test_an_invoice_on_credit_needs_a_term() -> None:
    with pytest.raises(pydantic.ValidationError, match="payment_term_days"):
        AlegraSettings(payment_form="CREDIT")
    assert AlegraSettings(payment_form="CREDIT", payment_term_days=1).payment_term_days == 1
