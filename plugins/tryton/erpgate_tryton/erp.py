"""Tryton as erpgate sees it: one value."""

from erpgate.plugin import API_VERSION, Ability, Connection, Erp, Text, Wiring

from erpgate_tryton.connection import OPERATOR_SETTINGS, TrytonConnection
from erpgate_tryton.defaults import TrytonDefaults
from erpgate_tryton.mapping import TrytonMapper
from erpgate_tryton.policy import LIMITS, policy
from erpgate_tryton.settings import TrytonCredentials, TrytonSettings
from erpgate_tryton.sku import TrytonSku

_COUNTRIES = (
    "AR AT AU BE BO BR CA CH CL CO CR CZ DE DK DO EC ES FI FR GB GT HN HU IE IT JP LU MX NI NL NO NZ PA PE PL PT PY RO "
    "SE SV US UY VE ZA"
)
"""Tryton has no countries of its own; these are tested by nobody but their users, except Colombia."""


def connect(wiring: Wiring[TrytonCredentials, TrytonSettings]) -> Connection:
    """Opens a connection to one company; nothing is sent yet."""
    return TrytonConnection(wiring)


TRYTON: Erp[TrytonCredentials, TrytonSettings] = Erp(
    name="tryton",
    title="Tryton",
    api_version=API_VERSION,
    countries=frozenset(_COUNTRIES.split()),
    prerequisites=(
        Text(
            es="Tryton debe tener los módulos account_invoice, account_product, stock y sale_price_list.",
            en="Tryton must have the modules account_invoice, account_product, stock and sale_price_list.",
            pt="O Tryton deve ter os módulos account_invoice, account_product, stock e sale_price_list.",
        ),
    ),
    credentials=TrytonCredentials,
    settings=TrytonSettings,
    operator_settings=OPERATOR_SETTINGS,
    abilities=frozenset(
        {
            Ability.PRICE_LISTS,
            Ability.WAREHOUSES,
            Ability.DISCARD,
            Ability.VOID,
            Ability.CREDIT_NOTE,
            Ability.PAYMENT,
            Ability.PDF,
        }
    ),
    limits=LIMITS,
    sku=TrytonSku(),
    defaults=TrytonDefaults(),
    mapper=TrytonMapper(),
    policy=policy,
    connect=connect,
)
"""The offer."""
