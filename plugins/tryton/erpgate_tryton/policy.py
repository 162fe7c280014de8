"""What the core must know about Tryton: how it computes, and what it repeats."""

import datetime as dt

from erpgate.plugin import Company, Limits, Policy, Repeats, RoundingPolicy, Stage

from erpgate_tryton.companies import amount_places, quantity_places, settle_time, tax_is_rounded_per_line
from erpgate_tryton.settings import TrytonSettings

LIMITS = Limits(in_flight=4, timeout=dt.timedelta(seconds=30))
"""Tryton limits nothing; it is one process, so that more at once only wait for each other."""


def policy(company: Company, settings: TrytonSettings) -> Policy:  # noqa: ARG001
    """The facts about one company; no setting changes them."""
    places = amount_places(company)
    return Policy(
        rounding=RoundingPolicy(
            # Tryton takes finer prices, and then rounds a line's amount apart from its tax. Prices in whole cents need
            # no rounding of amounts, so that what it computes can be told.
            unit_price_places=places,
            quantity_places=quantity_places(company),
            amount_places=places,
            rounds="base_and_tax",
            scope="line" if tax_is_rounded_per_line(company) else "document",
            mode="half_even",
        ),
        repeats=Repeats(by="nothing"),
        create_stages=frozenset({Stage.DRAFT}),
        settle_time=settle_time(company),
        stock_moves_at=None,
        currencies=frozenset({company.currency_code}),
    )
