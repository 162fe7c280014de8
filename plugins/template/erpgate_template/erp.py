"""Template as erpgate sees it: one value, with the facts that erpgate's rules depend on."""

import datetime as dt

from erpgate.plugin import (
    API_VERSION,
    Ability,
    Company,
    Connection,
    Erp,
    Limits,
    Policy,
    Repeats,
    RoundingPolicy,
    Stage,
    Wiring,
)

from erpgate_template.connection import TemplateConnection
from erpgate_template.settings import TemplateCredentials, TemplateSettings
from erpgate_template.thinking import TemplateDefaults, TemplateMapper, TemplateSku


def policy(company: Company, settings: TemplateSettings) -> Policy:  # noqa: ARG001
    """How Template computes and what it does with repetitions."""
    return Policy(
        rounding=RoundingPolicy(
            unit_price_places=6,
            quantity_places=3,
            amount_places=int(str(company.facts["places"])),
            rounds="base_and_tax",
        ),
        repeats=Repeats(by="nothing"),
        create_stages=frozenset({Stage.DRAFT}),
        settle_time=dt.timedelta(seconds=1),
        stock_moves_at=None,
        currencies=frozenset({company.currency_code}),
    )


def connect(wiring: Wiring[TemplateCredentials, TemplateSettings]) -> Connection:
    """Opens a connection; nothing is sent yet."""
    return TemplateConnection(wiring)


TEMPLATE: Erp[TemplateCredentials, TemplateSettings] = Erp(
    name="template",
    title="Template",
    api_version=API_VERSION,
    countries=frozenset({"CO", "GB"}),
    credentials=TemplateCredentials,
    settings=TemplateSettings,
    operator_settings={"base_url": "https://api.template.example/v1/"},
    abilities=frozenset({Ability.DISCARD}),
    limits=Limits(windows={"*": ((60, dt.timedelta(minutes=1)),)}),
    sku=TemplateSku(),
    defaults=TemplateDefaults(),
    mapper=TemplateMapper(),
    policy=policy,
    connect=connect,
)
