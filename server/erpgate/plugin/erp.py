"""A plugin's offer: one frozen value that says everything about an ERP."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import pydantic

from erpgate.plugin.capabilities import Connection, Defaults, InvoiceMapper, SkuStrategy
from erpgate.plugin.forms import Text
from erpgate.plugin.http import HttpFactory
from erpgate.plugin.model import Company, ItemId, Payment
from erpgate.plugin.policy import Ability, Limits, Policy
from erpgate.plugin.settings import ChannelSettings

API_VERSION = 1
"""Version of this contract; a plugin states the one that it was written for.

It rises when something is added: a hook, an optional protocol, a member with a default, an argument of a hook. What a
plugin was written against keeps its meaning until `OLDEST_API_VERSION` has passed it. So a plugin works with
every erpgate from `api_version` on that still has that version, and a newer plugin than erpgate is refused.
"""

OLDEST_API_VERSION = 1
"""The oldest version that plugins may be written for; what is deprecated stays for one more major version."""

C = TypeVar("C", bound=pydantic.BaseModel)
S = TypeVar("S", bound=ChannelSettings)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wiring(Generic[C, S]):
    """What `Erp.connect` is given: everything from outside comes through here.

    Attributes:
        credentials: As the merchant gave them.
        settings: The channel's; None before step 3.
        country_code: ISO 3166-1 alpha-2, as the merchant chose it in step 2.
        company: As `Connection.probe` gave it last, so that it need not be asked for again; None before that.
        save_credentials: Durable when it returns; await it before using a token that rotates on use.
        http: Makes guarded HTTP clients.
        operator: The operator's settings for this ERP, such as `base_url`.
    """

    credentials: C
    settings: S | None
    country_code: str
    save_credentials: Callable[[C], Awaitable[None]]
    http: HttpFactory
    operator: Mapping[str, str]
    company: Company | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Erp(Generic[C, S]):
    """One ERP, as a plugin offers it.

    Attributes:
        name: Resource id, lower case, such as `acme-books`.
        title: As merchants know it.
        api_version: The `API_VERSION` that it was written for.
        countries: ISO 3166-1 alpha-2 codes that can be connected.
        prerequisites: What the merchant's plan must include.
        credentials: Model of step 2; secrets are `pydantic.SecretStr`.
        settings: Model of steps 3 and 4.
        operator_settings: Names of the operator's settings, each with its default.
        abilities: Optional abilities that `connect`'s objects have.
        limits: How fast it may be asked.
        sku: Which code is the SKU.
        defaults: Completes a buyer.
        mapper: Neutral to ERP.
        policy: The facts that the core's rules depend on. Pure.
        connect: Opens a connection; does no I/O by itself.
        events: Reads a body that the ERP sent to a subscribed address: ids of items that may have changed, none for a
            handshake or what does not concern items. Pure. The body proves nothing, so each item is read again.
        check_payment: Refuses a payment that the ERP would not take, before it is queued: raises `Rejected` whose
            `fields` name `method`, `account`, `date` or `amount`. Pure.
    """

    name: str
    title: str
    api_version: int
    countries: frozenset[str]
    prerequisites: tuple[Text, ...] = ()
    credentials: type[C]
    settings: type[S]
    operator_settings: Mapping[str, str] = field(default_factory=dict)
    abilities: frozenset[Ability]
    limits: Limits
    sku: SkuStrategy[S]
    defaults: Defaults[S]
    mapper: InvoiceMapper[S]
    policy: Callable[[Company, S], Policy]
    connect: Callable[[Wiring[C, S]], Connection]
    events: Callable[[bytes], Sequence[ItemId]] | None = None
    check_payment: Callable[[Payment, S], None] | None = None
