"""The operator's settings, and those of each ERP, from the environment."""

import pydantic
import pytest
from erpgate.settings import Settings, operator_settings


def test_every_setting_has_a_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"ERPGATE_{name.upper()}", raising=False)
    settings = Settings()
    assert (settings.listen, settings.database_url) == ("127.0.0.1:8484", "sqlite:///erpgate.sqlite3")
    assert (settings.key, settings.key_file, settings.disabled_plugins) == (None, None, [])


def test_a_setting_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERPGATE_LISTEN", "0.0.0.0:1")
    monkeypatch.setenv("ERPGATE_KEY", "s3cr3t")
    monkeypatch.setenv("ERPGATE_DISABLE_PLUGINS", " toy, ,other ")
    settings = Settings()
    assert settings.listen == "0.0.0.0:1"
    assert settings.disabled_plugins == ["toy", "other"]
    assert settings.key is not None
    assert settings.key.get_secret_value() == "s3cr3t"
    assert "s3cr3t" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("log_level", "LOUD"),
        ("lease_seconds", "0"),
        ("lease_seconds", "-1"),
        ("lookup_delays", ""),
        ("lookup_delays", "1,,2"),
        ("lookup_delays", "-1"),
        ("retry_delays", "soon"),
        ("allowed_networks", "10.0.0.1/8"),
        ("allowed_networks", "10.0.0.0/8,intranet"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"ERPGATE_{name.upper()}", value)
    with pytest.raises(pydantic.ValidationError, match=name):
        Settings()


def test_an_erp_gets_the_settings_that_it_declares() -> None:
    environ = {
        "ERPGATE_ERP_TOY_BOOKS_BASE_URL": "https://toy.test",
        "ERPGATE_ERP_TOY_BOOKS_OTHER": "not declared",
        "ERPGATE_ERP_ALEGRA_BASE_URL": "https://alegra.test",
        "ERPGATE_BASE_URL": "not an ERP's",
    }
    assert operator_settings({"toy-books": ["base_url", "timeout"], "none": ["base_url"]}, environ) == {
        "toy-books": {"base_url": "https://toy.test"},
        "none": {},
    }
