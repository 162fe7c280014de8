"""What the core must know about Alegra: how it computes, what it repeats, how fast it may be asked."""

import datetime as dt

from erpgate.plugin import Company, Limits, Policy, Repeats, RoundingPolicy, Stage

from erpgate_alegra.assumptions import CONTACTS_PER_MINUTE, QUANTITY_PLACES, UNIT_PRICE_PLACES
from erpgate_alegra.client import CONTACTS
from erpgate_alegra.companies import amount_places, exchange_rates, never_stamps, settle_time
from erpgate_alegra.countries import COUNTRIES
from erpgate_alegra.settings import AlegraSettings

_MINUTE = dt.timedelta(seconds=60)

LIMITS = Limits(
    windows={"*": ((150, _MINUTE),), CONTACTS: ((CONTACTS_PER_MINUTE, _MINUTE),)},
    in_flight=4,
    issue_timeout=dt.timedelta(seconds=90),
)
"""150 requests a minute for each token; a Colombian stamp was measured at 13 to 15 seconds inside its call."""


def policy(company: Company, settings: AlegraSettings) -> Policy:  # noqa: ARG001
    """The facts about one company; no setting changes them."""
    return Policy(
        rounding=RoundingPolicy(
            unit_price_places=UNIT_PRICE_PLACES,
            quantity_places=QUANTITY_PLACES,
            amount_places=amount_places(company),
            rounds="gross",
        ),
        repeats=Repeats(by="nothing"),
        create_stages=frozenset({Stage.DRAFT, Stage.OPEN}),
        settle_time=settle_time(company),
        stock_moves_at=Stage.OPEN,
        currencies=frozenset({company.currency_code, *exchange_rates(company)}),
        issues=COUNTRIES[company.country_code].stamps and not never_stamps(company),
    )
