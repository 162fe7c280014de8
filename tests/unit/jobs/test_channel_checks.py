"""What counts as wrong, to the edge."""

import datetime as dt
from typing import Any

import pytest
from erpgate.jobs.channel_checks import access_checks, budget_check, catalog_check, clock_check, health_check
from erpgate.plugin import Company, CompanyId, Reason
from erpgate.store.checks import Check, CheckResult
from erpgate.store.records import ChannelRecord, ChannelState, Health

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
ACME = Company(id=CompanyId("9"), name="Acme", country_code="CO", currency_code="COP", time_zone="America/Bogota")


def a_record(**changes: Any) -> ChannelRecord:
    values: dict[str, Any] = {
        "merchant": "acme",
        "channel": "main",
        "erp": "toy",
        "display_name": "Main",
        "country_code": "CO",
        "account": "toy:9",
        "company": ACME,
        "settings": {},
        "state": ChannelState.CONNECTED,
        "create_time": NOW,
        "update_time": NOW,
    }
    return ChannelRecord(**values | changes)


def told(check: Check) -> tuple[CheckResult, Reason | None]:
    return check.result, check.reason


def test_a_company_that_moved_to_another_country_is_named() -> None:
    company = access_checks(a_record(country_code="MX"), ACME)[-1]
    assert told(company) == (CheckResult.FAILED, Reason.ERP_COUNTRY_MISMATCH)
    assert (company.name, company.field) == ("company", "country_code")


@pytest.mark.parametrize(
    ("left", "result"),
    [(None, "ok"), ((16, 150), "ok"), ((15, 150), "warning"), ((0, 150), "warning")],
    ids=["unlimited", "enough", "low", "none"],
)
def test_a_rate_budget_that_runs_out_is_told(left: tuple[int, int] | None, result: str) -> None:
    assert budget_check(left).result == result


@pytest.mark.parametrize(("hours", "result"), [(48, "ok"), (49, "warning")])
def test_a_catalogue_of_another_day_is_told(hours: int, result: str) -> None:
    assert catalog_check(NOW - dt.timedelta(hours=hours), NOW).result == result


@pytest.mark.parametrize(("seconds", "result"), [(-120, "ok"), (120, "ok"), (121, "warning"), (-121, "warning")])
def test_clocks_may_differ_a_little(seconds: int, result: str) -> None:
    assert clock_check(dt.timedelta(seconds=seconds)).result == result


def test_what_was_known_before_is_told() -> None:
    check = health_check(a_record(health=Health.DEGRADED, health_message="The ERP is down."))
    assert told(check) == (CheckResult.WARNING, Reason.ERP_UNREACHABLE)
    assert check.message == "Before these checks it was DEGRADED: The ERP is down."
