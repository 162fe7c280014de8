"""A person's values for one invoice, checked before anything is queued."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import pydantic

from erpgate.jobs.compose import effective_settings
from erpgate.plugin.model import Company, Stage
from erpgate.plugin.policy import Ability
from erpgate.plugin.reasons import Reason
from erpgate.plugin.settings import ChannelSettings
from erpgate.service.channels import own_fields
from erpgate.service.errors import Refused
from erpgate.service.sources import Sources, missing, violations
from erpgate.store.records import ChannelRecord, Overrides


def company_of(channel: ChannelRecord) -> Company:
    """The company of a channel that is or was connected."""
    assert channel.company is not None  # noqa: S101 - its state says so
    return channel.company


def sales_channel_of(order_id: str) -> str:
    """The sales channel in an order's id; its characters need no encoding."""
    return order_id.partition(":")[0]


def checked_settings(
    sources: Sources, channel: ChannelRecord, order_id: str, overrides: Overrides, stage: Stage
) -> ChannelSettings:
    """The settings that an invoice with these overrides is made under.

    Raises:
        Refused: FIELD_INVALID: they do not fit the ERP's model; the fields are named.
    """
    erp = sources.erp(channel.erp)
    _check_due_date(sources, channel, overrides)
    own = own_fields(erp) | frozenset(overrides.erp_options)
    base = sources.settings(channel).selling_on(sales_channel_of(order_id))
    try:
        settings = effective_settings(base, "", overrides, stage, automatic=False)
    except pydantic.ValidationError as error:
        raise _invalid(violations(error, "overrides", own)) from None
    # What the channel lacks already is not these overrides' fault.
    lacking = missing(settings, "overrides", own)
    if new := {path: text for path, text in lacking.items() if path not in missing(base, "overrides", own)}:
        raise _invalid(new)
    return settings


def _invalid(fields: Mapping[str, str]) -> Refused:
    path, text = next(iter(fields.items()))
    return Refused(Reason.FIELD_INVALID, f"{path}: {text}.", fields=fields)


def _check_due_date(sources: Sources, channel: ChannelRecord, overrides: Overrides) -> None:
    today = sources.clock.now().astimezone(ZoneInfo(company_of(channel).time_zone)).date()
    if overrides.due_date is not None and overrides.due_date < today:
        raise Refused(
            Reason.FIELD_INVALID,
            f"The due date {overrides.due_date} is before today, {today}: choose a later one.",
            fields={"overrides.due_date": f"is before {today}"},
        )


def checked_stage(sources: Sources, channel: ChannelRecord, overrides: Overrides) -> Stage:
    """How far the invoice goes: the override, or the first stage that the ERP has.

    Raises:
        Refused: UNSUPPORTED: the ERP has no such stage.
    """
    erp = sources.erp(channel.erp)
    policy = erp.policy(company_of(channel), sources.settings(channel))
    if overrides.stage is Stage.ISSUED and not (Ability.ISSUE in erp.abilities and policy.issues):
        raise Refused(
            Reason.UNSUPPORTED,
            f"{erp.title} does not issue this company's invoices to a tax authority.",
            fields={"overrides.issue": "not supported by this ERP"},
            details={"ability": Ability.ISSUE.value},
        )
    if overrides.stage is Stage.DRAFT and Stage.DRAFT not in policy.create_stages:
        raise Refused(
            Reason.UNSUPPORTED,
            f"{erp.title} has no drafts.",
            fields={"overrides.initial_state": "not supported by this ERP"},
            details={"ability": Stage.DRAFT.value},
        )
    return overrides.stage or min(policy.create_stages, key=lambda stage: stage.rank)
