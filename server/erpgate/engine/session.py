"""A channel at work: its ERP, settings, policy and the open connection."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pydantic

from erpgate import faultpoints
from erpgate.plugin.addresses import Border, Network
from erpgate.plugin.capabilities import Connection
from erpgate.plugin.erp import Erp, Wiring
from erpgate.plugin.http import Guard, Http, RateReading, Response, Transport, open_http
from erpgate.plugin.model import Company
from erpgate.plugin.pinned import origins_in
from erpgate.plugin.policy import Limits, Policy
from erpgate.plugin.settings import ChannelSettings
from erpgate.store.records import ChannelRecord


@dataclass(frozen=True, kw_only=True, slots=True)
class Outside:
    """What connections get from outside of the database.

    Attributes:
        operator: ERP name to the operator's settings for it.
        transports: ERP name to an HTTP transport, instead of the network.
        networks: Where ERPs and their files may be, beside the public internet.
    """

    operator: Mapping[str, Mapping[str, str]]
    transports: Mapping[str, Transport]
    networks: tuple[Network, ...] = ()

    def limits(self, erp: Erp[Any, Any]) -> Limits:
        """How fast the ERP may be asked: as its plugin says, unless the operator knows that nothing limits it."""
        unlimited = self.operator.get(erp.name, {}).get(RATE_LIMITS) == NO_LIMITS
        return replace(erp.limits, windows={}) if unlimited else erp.limits


RATE_LIMITS = "rate_limits"
"""The operator's setting, of every ERP, about its rate limits."""

NO_LIMITS = "none"
"""Its value where nothing limits requests, as with a simulator."""

OF_EVERY_ERP = {RATE_LIMITS: "as the plugin says"}
"""The operator's settings that do not depend on the plugin, each with its default."""


@dataclass(frozen=True, kw_only=True)
class Session:
    """One channel with an open connection.

    Attributes:
        channel: As stored.
        erp: Its plugin's offer.
        settings: Parsed.
        company: Who it belongs to.
        policy: Facts for the rules.
        connection: Open.
        limits: How fast it may be asked.
        credentials_version: That it was opened with.
    """

    channel: ChannelRecord
    erp: Erp[Any, Any]
    settings: ChannelSettings
    company: Company
    policy: Policy
    connection: Connection
    limits: Limits
    credentials_version: int

    def with_channel(self, channel: ChannelRecord) -> "Session":
        """The same connection, of a channel that changed in something else than credentials and settings."""
        return replace(self, channel=channel)


def open_connection(
    erp: Erp[Any, Any],
    *,
    credentials: pydantic.BaseModel,
    settings: ChannelSettings | None,
    country_code: str,
    company: Company | None,
    guard: Guard,
    outside: Outside,
    save_credentials: Callable[[Any], Awaitable[None]],
) -> Connection:
    """Connects a plugin; nothing is sent yet.

    Raises:
        Misconfigured: The merchant typed an address that is none.
    """
    operator = {**erp.operator_settings, **outside.operator.get(erp.name, {})}

    def http(
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        rate: Callable[[Response], RateReading | None] | None = None,
        field: str = "base_url",
    ) -> Http:
        return open_http(
            base_url,
            guard,
            headers=headers,
            auth=auth,
            rate=rate,
            field=field,
            timeout=erp.limits.timeout,
            connections=erp.limits.in_flight,
            transport=outside.transports.get(erp.name),
            border=Border(networks=outside.networks, trusted=origins_in(operator.values())),
        )

    wiring = Wiring(
        credentials=credentials,
        settings=settings,
        country_code=country_code,
        company=company,
        save_credentials=save_credentials,
        http=http,
        operator=operator,
    )
    return faultpoints.watched(erp.connect(wiring))


def dump_credentials(credentials: pydantic.BaseModel) -> bytes:
    """Credentials as bytes to seal; secrets are in clear here and nowhere else."""
    values = {name: getattr(credentials, name) for name in type(credentials).model_fields}
    plain = {
        name: value.get_secret_value() if isinstance(value, pydantic.SecretStr) else value
        for name, value in values.items()
    }
    return json.dumps(plain).encode()


def load_credentials(erp: Erp[Any, Any], plain: bytes) -> pydantic.BaseModel:
    """Credentials as `dump_credentials` wrote them."""
    credentials: pydantic.BaseModel = erp.credentials.model_validate_json(plain)
    return credentials
