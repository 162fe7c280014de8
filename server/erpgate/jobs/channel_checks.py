"""What can be wrong with a channel, each thing with what to do about it; nothing is asked here."""

import datetime as dt
from collections.abc import Mapping

from erpgate.defects import PluginDefect
from erpgate.plugin.errors import ErpError, Misconfigured
from erpgate.plugin.model import Company
from erpgate.plugin.reasons import Reason
from erpgate.store.checks import Check, CheckResult
from erpgate.store.records import ChannelRecord, Health

CREDENTIALS, PLAN, COMPANY, OPTION = "credentials", "plan", "company", "option"
CLOCK, RATE_BUDGET, CATALOG, HEALTH = "clock", "rate_budget", "catalog", "health"

_SKEW = dt.timedelta(minutes=2)
"""Difference of clocks that is still OK: answers tell whole seconds, and take a while."""

_CATALOG_AGE = dt.timedelta(days=2)
"""Age from which on a catalogue counts as outdated."""

_LOW = 10
"""Percent of the rate budget, below which somebody else probably uses the account too."""

_PLAN = frozenset({Reason.ERP_PLAN_LACKS_PRICE_LISTS, Reason.ERP_PLAN_LACKS_WAREHOUSES, Reason.ERP_PLAN_LACKS_FEATURE})
_COMPANY = frozenset({Reason.ERP_COUNTRY_MISMATCH, Reason.ERP_COMPANY_MISMATCH, Reason.CONFIGURATION_INCOMPLETE})

_REMEDIES: Mapping[Reason, str] = {
    Reason.ERP_CREDENTIALS_INVALID: "Give new credentials of the same company with RotateCredentials.",
    Reason.ERP_PERMISSION_MISSING: "Give the user of these credentials the permission in the ERP.",
    Reason.ERP_ACCOUNT_SUSPENDED: "Settle the account with the ERP.",
    Reason.ERP_UNREACHABLE: "Wait: the ERP is asked again by itself.",
    Reason.ERP_RATE_LIMITED: "Wait: the ERP is asked again by itself.",
    Reason.ERP_PLAN_LACKS_PRICE_LISTS: "Change to a plan of the ERP that includes price lists.",
    Reason.ERP_PLAN_LACKS_WAREHOUSES: "Change to a plan of the ERP that includes warehouses.",
    Reason.ERP_PLAN_LACKS_FEATURE: "Change to a plan of the ERP that includes it.",
    Reason.ERP_COMPANY_MISMATCH: "Give credentials of the company that was connected, with RotateCredentials.",
    Reason.ERP_COUNTRY_MISMATCH: "Delete the channel and connect the company under its own country.",
    Reason.CONFIGURATION_INCOMPLETE: "Complete the company's data in the ERP.",
    Reason.OPTION_NO_LONGER_EXISTS: "Choose another one with UpdateChannel.",
    Reason.CLOCK_SKEWED: "Set the server's clock by the network.",
    Reason.CATALOG_OUTDATED: "Wait for the next reading; if there is none, see the channel's health.",
    Reason.PLUGIN_UNAVAILABLE: "Ask the operator to install the ERP's plugin.",
    Reason.PLUGIN_DEFECT: "Report it to the plugin's authors.",
}

Trouble = ErpError | PluginDefect


def failed(name: str, reason: Reason, message: str, field: str = "") -> Check:
    """A check that stops invoices."""
    return _bad(name, CheckResult.FAILED, reason, message, field)


def warned(name: str, reason: Reason, message: str, field: str = "") -> Check:
    """A check that does not stop invoices now."""
    return _bad(name, CheckResult.WARNING, reason, message, field)


def access_checks(record: ChannelRecord, found: Company | Trouble) -> list[Check]:
    """Credentials, plan and company, by what the ERP said to who the credentials belong to."""
    if isinstance(found, Company):
        return [
            Check(name=CREDENTIALS, message="The ERP accepts the credentials."),
            Check(name=PLAN, message="The ERP's plan includes what is needed."),
            _company(record, found),
        ]
    name = place_of(found)
    passed = {CREDENTIALS: "The ERP accepts the credentials.", PLAN: "The ERP's plan includes what is needed."}
    checks = []
    for each in (CREDENTIALS, PLAN, COMPANY):
        if each == name:
            checks.append(trouble(each, found))
        elif name != CREDENTIALS and each == CREDENTIALS:
            checks.append(Check(name=each, message=passed[each]))
        else:
            checks.append(unasked(each, found))
    return checks


def place_of(found: Trouble) -> str:
    """The check that an error belongs to."""
    if isinstance(found, Misconfigured) and found.reason in _PLAN:
        return PLAN
    if isinstance(found, Misconfigured) and found.reason in _COMPANY:
        return COMPANY
    return CREDENTIALS


def trouble(name: str, error: Trouble, field: str = "") -> Check:
    """An error of the ERP as a check; one that only asks to wait is a warning."""
    if isinstance(error, Misconfigured) and not field:
        field = f"credentials.{error.field}" if name == CREDENTIALS else error.field
    return (warned if error.reason is Reason.ERP_RATE_LIMITED else failed)(name, error.reason, error.message, field)


def unasked(name: str, error: Trouble, field: str = "") -> Check:
    """What could not be looked at, because of something that another check tells."""
    return warned(name, error.reason, "It could not be looked at: the ERP did not answer what comes before it.", field)


def clock_check(skew: dt.timedelta | None) -> Check:
    """How far the ERP's clock and ours are apart."""
    if skew is None:
        return Check(name=CLOCK, message="The ERP does not tell its time.")
    seconds = round(abs(skew.total_seconds()))
    message = f"The ERP's clock and this server's differ by {seconds} s."
    if abs(skew) > _SKEW:
        return warned(CLOCK, Reason.CLOCK_SKEWED, message)
    return Check(name=CLOCK, message=message)


def budget_check(left: tuple[int, int] | None) -> Check:
    """How many requests the ERP would answer now."""
    if left is None:
        return Check(name=RATE_BUDGET, message="Nothing limits requests to the ERP.")
    message = f"{left[0]} of {left[1]} requests are left until the ERP counts anew."
    if left[0] * 100 <= left[1] * _LOW:
        return warned(RATE_BUDGET, Reason.ERP_RATE_LIMITED, message)
    return Check(name=RATE_BUDGET, message=message)


def catalog_check(complete_time: dt.datetime | None, now: dt.datetime) -> Check:
    """How old the catalogue is."""
    if complete_time is None:
        return warned(CATALOG, Reason.CATALOG_OUTDATED, "The catalogue was not read as a whole yet.")
    message = f"The catalogue was read {_age(now - complete_time)} ago."
    if now - complete_time > _CATALOG_AGE:
        return warned(CATALOG, Reason.CATALOG_OUTDATED, message)
    return Check(name=CATALOG, message=message)


def health_check(record: ChannelRecord) -> Check:
    """What the running system noted before these checks."""
    if record.health is Health.OK:
        return Check(name=HEALTH, message="Nothing was known to be wrong before these checks.")
    reason = {
        Health.AUTH_FAILED: Reason.ERP_CREDENTIALS_INVALID,
        Health.DEGRADED: Reason.ERP_UNREACHABLE,
        Health.PLUGIN_UNAVAILABLE: Reason.PLUGIN_UNAVAILABLE,
    }.get(record.health, Reason.CONFIGURATION_INCOMPLETE)
    message = f"Before these checks it was {record.health.upper()}: {record.health_message}"
    return Check(name=HEALTH, result=CheckResult.WARNING, reason=reason, message=message)


def _bad(name: str, result: CheckResult, reason: Reason, message: str, field: str) -> Check:
    remedy = _REMEDIES.get(reason, "See the reason's entry in the list of errors.")
    return Check(name=name, result=result, reason=reason, message=message, remedy=remedy, field=field)


def _company(record: ChannelRecord, found: Company) -> Check:
    stored = record.company
    if stored is not None and found.id != stored.id:
        message = f"The credentials belong to {found.name} now, and not to {stored.name}."
        return failed(COMPANY, Reason.ERP_COMPANY_MISMATCH, message, "credentials")
    if found.country_code and found.country_code != record.country_code:
        message = f"The company is in {found.country_code}, and not in {record.country_code}."
        return failed(COMPANY, Reason.ERP_COUNTRY_MISMATCH, message, "country_code")
    return Check(name=COMPANY, message=f"It is still {found.name}.")


def _age(age: dt.timedelta) -> str:
    hours = age // dt.timedelta(hours=1)
    return f"{hours} h" if hours else f"{max(0, age // dt.timedelta(minutes=1))} min"
