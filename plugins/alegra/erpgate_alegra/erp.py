"""Alegra as erpgate sees it: one value."""

from erpgate.plugin import API_VERSION, Ability, Connection, Erp, Text, Wiring

from erpgate_alegra.connection import OPERATOR_SETTINGS, AlegraConnection
from erpgate_alegra.countries import COUNTRIES
from erpgate_alegra.defaults import AlegraDefaults
from erpgate_alegra.events import read_event
from erpgate_alegra.mapping import AlegraMapper
from erpgate_alegra.payments import check_payment
from erpgate_alegra.policy import LIMITS, policy
from erpgate_alegra.settings import AlegraCredentials, AlegraSettings
from erpgate_alegra.sku import AlegraSku


def connect(wiring: Wiring[AlegraCredentials, AlegraSettings]) -> Connection:
    """Opens a connection to one company; nothing is sent yet."""
    return AlegraConnection(wiring)


ALEGRA: Erp[AlegraCredentials, AlegraSettings] = Erp(
    name="alegra",
    title="Alegra",
    api_version=API_VERSION,
    countries=frozenset(COUNTRIES),
    prerequisites=(
        Text(
            es="Tu plan de Alegra debe incluir listas de precios y bodegas.",
            en="Your Alegra plan must include price lists and warehouses.",
            pt="Seu plano da Alegra deve incluir listas de preços e depósitos.",
        ),
    ),
    credentials=AlegraCredentials,
    settings=AlegraSettings,
    operator_settings=OPERATOR_SETTINGS,
    abilities=frozenset(Ability) - {Ability.ITEM_CHANGES},
    limits=LIMITS,
    sku=AlegraSku(),
    defaults=AlegraDefaults(),
    mapper=AlegraMapper(),
    policy=policy,
    connect=connect,
    events=read_event,
    check_payment=check_payment,
)
"""The offer."""
