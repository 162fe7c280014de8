"""What an operator can set: by option, or by an environment variable of the same name behind `ERPGATE_`."""

import ipaddress
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import pydantic
from pydantic_settings import BaseSettings, SettingsConfigDict

if TYPE_CHECKING:
    from erpgate.vault import Vault

_ERP_PREFIX = "ERPGATE_ERP_"
_SECONDS = r"\d+(\.\d+)?"

Delays = Annotated[str, pydantic.StringConstraints(strip_whitespace=True, pattern=rf"^{_SECONDS}( *, *{_SECONDS})*$")]
"""Seconds, with commas between; the last one repeats."""

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _of_networks(text: str) -> str:
    _networks(text)
    return text


class Settings(BaseSettings):
    """Settings of a server.

    Attributes:
        listen: Address to serve on.
        database_url: Where everything is stored.
        key: Master keys as base64, with blanks between; the first one seals credentials.
        key_file: File that holds them instead, one a line.
        disable_plugins: Entry points to leave out, with commas between.
        no_external_plugins: Whether only plugins of this distribution are loaded.
        unproven_erps: ERPs that may invoice by themselves although no pass of the conformance suite is recorded, with
            commas between; `*` for all.
        allowed_networks: Private networks in which ERPs may be whose address a merchant types, and files that an ERP
            names, with commas between, such as `10.0.0.0/8,fd00::/8`; there over plain HTTP too. Empty allows none.
        log_level: Of the standard logging levels.
        lease_seconds: How long an ERP account stays with a process that does not renew it: what a process's death
            costs its accounts, at most a second more. It is renewed three times as often, and a process that is stopped
            for longer may lose its accounts to another one.
        lookup_delays: Seconds before each look-up of something that was sent and not answered.
        retry_delays: Seconds before each repetition of what certainly did not happen.
        check_seconds: How often each channel is checked by itself.
        catalog_refresh_seconds: How often a catalogue is read again: what the ERP says has changed, or the whole of it,
            but then at most a tenth of the time.
        hook_listen: Address to take ERPs' own messages about changes on; empty takes none.
        hook_url: How ERPs reach that address from outside, with scheme, such as `https://hooks.example.com`.
        event_patience_hours: How long a listener is told an event again that it did not take.
        change_retention_days: How long a watcher may be away: older changes are dropped, and its cursor has expired.
    """

    model_config = SettingsConfigDict(env_prefix="ERPGATE_", frozen=True, extra="ignore")

    listen: str = "127.0.0.1:8484"
    database_url: str = "sqlite:///erpgate.sqlite3"
    key: pydantic.SecretStr | None = None
    key_file: Path | None = None
    disable_plugins: str = ""
    no_external_plugins: bool = False
    unproven_erps: str = ""
    allowed_networks: Annotated[str, pydantic.AfterValidator(_of_networks)] = ""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    lease_seconds: Annotated[float, pydantic.Field(gt=0)] = 30
    lookup_delays: Delays = "2,5,15,60"
    retry_delays: Delays = "1,5,30,120,600"
    check_seconds: Annotated[float, pydantic.Field(gt=0)] = 3600
    catalog_refresh_seconds: Annotated[float, pydantic.Field(ge=5)] = 3600
    hook_listen: str = ""
    hook_url: str = ""
    event_patience_hours: Annotated[float, pydantic.Field(gt=0, le=8760)] = 24
    change_retention_days: Annotated[float, pydantic.Field(gt=0, le=3650)] = 7

    @property
    def disabled_plugins(self) -> list[str]:
        """Entry points to leave out."""
        return _names(self.disable_plugins)

    @property
    def allowed_unproven(self) -> list[str]:
        """ERPs that need no record."""
        return _names(self.unproven_erps)

    @property
    def networks(self) -> tuple[_Network, ...]:
        """Private networks that may be connected to."""
        return _networks(self.allowed_networks)

    def vault(self) -> "Vault":
        """What the master key opens.

        Raises:
            VaultError: There is none, or it is malformed.
        """
        from erpgate.vault import Vault, VaultError

        if self.key is not None:
            return Vault.from_text(self.key.get_secret_value())
        if self.key_file is not None:
            return Vault.from_file(self.key_file)
        raise VaultError(
            "There is no master key to seal credentials with: run `erpgate generate-key > erpgate.key` once, keep that "
            "file safe, and start with --key-file erpgate.key."
        )


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _networks(text: str) -> tuple[_Network, ...]:
    return tuple(ipaddress.ip_network(name) for name in _names(text))


def operator_settings(
    erps: Mapping[str, Iterable[str]], environ: Mapping[str, str] = os.environ
) -> dict[str, dict[str, str]]:
    """The operator's settings of each ERP: `ERPGATE_ERP_<ERP>_<SETTING>`.

    Args:
        erps: ERP name to the names of its settings.
        environ: The environment.
    """
    return {
        erp: {
            name: environ[variable]
            for name in known
            if (variable := f"{_ERP_PREFIX}{erp}_{name}".upper().replace("-", "_")) in environ
        }
        for erp, known in erps.items()
    }
