"""The README's table of settings is complete and has the right defaults."""

import re
from pathlib import Path

from erpgate.engine.session import OF_EVERY_ERP
from erpgate.plugins import load_plugins
from erpgate.settings import Settings

README = Path(__file__).parents[2] / "README.md"


def rows() -> dict[str, str]:
    """Environment variable to what the table gives as its default."""
    found = re.findall(r"^\|[^|]*\| `(ERPGATE_\w+)` \| ([^|]+?) \|", README.read_text(), re.MULTILINE)
    return {variable: default.strip("`") for variable, default in found}


def expected() -> dict[str, str]:
    defaults = {
        f"ERPGATE_{name}".upper(): str(info.default).lower() if isinstance(info.default, bool) else info.default
        for name, info in Settings.model_fields.items()
    }
    registry = load_plugins(environ={})
    for variables in registry.listener_settings.values():
        defaults |= variables
    for erp in registry.erps.values():
        for name, default in {**erp.operator_settings, **OF_EVERY_ERP}.items():
            defaults[f"ERPGATE_ERP_{erp.name}_{name}".upper().replace("-", "_")] = default
    return {variable: str(default) if default else "none" for variable, default in defaults.items()}


def test_every_setting_is_listed_with_its_default() -> None:
    assert rows() == expected()
