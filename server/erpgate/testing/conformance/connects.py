"""Level 1: connecting a company."""

import zoneinfo

from erpgate.plugin.errors import Misconfigured, Unavailable
from erpgate.plugin.reasons import Reason
from erpgate.plugin.simulator import Spot, Trouble
from erpgate.proofs import Level
from erpgate.testing.conformance.bench import Bench
from erpgate.testing.conformance.check import check, ends_as, expect

_CONNECTS = Level.CONNECTS


@check(_CONNECTS, "Do I/O in the methods of the connection, not when it is made.")
async def connecting_sends_nothing(bench: Bench) -> None:
    """`Erp.connect` opens a connection without a call."""
    before = await bench.calls()
    bench.connect()
    expect(await bench.calls() == before, "the ERP was called")


@check(_CONNECTS, "Fill every field of `Company` in `probe`; the time zone is an IANA name.")
async def probe_tells_the_company(bench: Bench) -> None:
    """A probe says who the credentials belong to."""
    company = await bench.connect().probe()
    expect(company.id, "its id is empty")
    expect(company.name, "its name is empty")
    expect(company.country_code == bench.company.country_code, f"its country is {company.country_code!r}")
    expect(company.currency_code == bench.company.currency_code, f"its currency is {company.currency_code!r}")
    expect(company.time_zone in zoneinfo.available_timezones(), f"{company.time_zone!r} is no time zone")


@check(_CONNECTS, "Take `Company.id` from the ERP's own id or tax number, not from the credentials or the clock.")
async def a_company_keeps_its_id(bench: Bench) -> None:
    """Two connections see the same company."""
    first, second = await bench.connect().probe(), await bench.connect().probe()
    expect(first.id == second.id, f"it was {first.id} and then {second.id}")


@check(_CONNECTS, "Raise `Misconfigured(field=…, reason=Reason.ERP_CREDENTIALS_INVALID)` where the ERP refuses them.")
async def wrong_credentials_are_named(bench: Bench) -> None:
    """Wrong credentials are told by the field to mend."""
    error = await ends_as(Misconfigured, bench.connect(credentials=bench.wrong_credentials).probe())
    expect(error.reason is Reason.ERP_CREDENTIALS_INVALID, f"the reason is {error.reason}")
    expect(error.field in bench.erp.credentials.model_fields, f"{error.field!r} is no field of the credentials")


@check(_CONNECTS, "Let `Http.read` raise; do not turn its errors into others.")
async def an_erp_that_is_away_is_unavailable(bench: Bench) -> None:
    """An ERP that can't be reached is no fault of the credentials."""
    await ends_as(Unavailable, bench.connect_nowhere().probe())


@check(_CONNECTS, "Raise `Unavailable` for 5xx and for answers that can't be read.")
async def a_probe_without_an_answer_is_unavailable(bench: Bench) -> None:
    """A probe that fails on the ERP's side proves nothing about the credentials."""
    for trouble in (Trouble.SERVER_ERROR, Trouble.GARBAGE_AFTER, Trouble.DROPPED):
        await bench.break_(Spot.PROBE, trouble)
        await ends_as(Unavailable, bench.connect().probe())
        await bench.mend()


@check(_CONNECTS, "Compute `Erp.policy` from company and settings alone; see docs/plugins for each fact.")
async def facts_are_complete(bench: Bench) -> None:
    """The policy is a pure function, and its facts make sense."""
    company = await bench.connect().probe()
    policy, again = bench.erp.policy(company, bench.settings), bench.erp.policy(company, bench.settings)
    expect(policy == again, "asked twice it differs")
    expect(company.currency_code in policy.currencies, f"{company.currency_code} is not among its currencies")
    expect(policy.create_stages, "no stage can be created")
    expect(policy.settle_time.total_seconds() >= 0, "the settle time is negative")
    expect(policy.rounding.amount_places == bench.company.amount_places, "the amounts have other decimals")
    expect(
        policy.rounding.unit_price_places >= 0 <= policy.rounding.quantity_places, "a number of decimals is negative"
    )


@check(_CONNECTS, "Close the HTTP client in `aclose`, and start no tasks that outlive it.")
async def closing_is_final(bench: Bench) -> None:
    """A connection gives everything back, and may be closed twice."""
    connection = bench.connect()
    await connection.probe()
    await connection.aclose()
    await connection.aclose()
