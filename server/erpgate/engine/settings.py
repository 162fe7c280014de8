"""How the engine behaves in time; tests choose small values."""

import datetime as dt
from dataclasses import dataclass

_SECOND = dt.timedelta(seconds=1)
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class EngineSettings:
    """Times and sizes of lanes.

    Attributes:
        lease: How long a lane is owned without renewal.
        renew: How often leases are renewed.
        poll: How often due lanes are looked for beneath wake-ups.
        linger: How long an idle lane is kept before it is given back.
        lanes: Lanes per process at most.
        look_up_delays: Before each look-up of an unknown outcome; the last one repeats.
        retry_delays: Before each repetition of what certainly did not happen; the last one repeats.
        patience: How long after the settle time an incomplete listing is asked again before a person must look.
        check_interval: How often each channel is checked by itself.
        look_ages: Age of an invoice at which its document is compared with the ERP's.
        fiscal_delays: Before each look for the tax authority's answer; the last one repeats.
        answer: How long a caller who asks for something of the ERP waits for its answer.
        event_delays: Before each repetition of an event that a listener did not take; the last one repeats.
        event_patience: Age at which such an event is given up.
        grace: How long running work may take when the process is asked to stop.
    """

    lease: dt.timedelta = 30 * _SECOND
    renew: dt.timedelta = 10 * _SECOND
    poll: dt.timedelta = _SECOND
    linger: dt.timedelta = 5 * _SECOND
    lanes: int = 4096
    look_up_delays: tuple[dt.timedelta, ...] = (2 * _SECOND, 5 * _SECOND, 15 * _SECOND, 60 * _SECOND)
    retry_delays: tuple[dt.timedelta, ...] = (_SECOND, 5 * _SECOND, 30 * _SECOND, 120 * _SECOND, 600 * _SECOND)
    patience: dt.timedelta = 900 * _SECOND
    check_interval: dt.timedelta = 3600 * _SECOND
    look_ages: tuple[dt.timedelta, ...] = (_DAY, 7 * _DAY, 30 * _DAY)
    fiscal_delays: tuple[dt.timedelta, ...] = (10 * _SECOND, 60 * _SECOND, 600 * _SECOND, 3600 * _SECOND)
    answer: dt.timedelta = 8 * _SECOND
    event_delays: tuple[dt.timedelta, ...] = (_SECOND, 5 * _SECOND, 30 * _SECOND, 60 * _SECOND)
    event_patience: dt.timedelta = _DAY
    grace: dt.timedelta = 20 * _SECOND


def nth(delays: tuple[dt.timedelta, ...], n: int) -> dt.timedelta:
    """The n-th delay from 0; the last one repeats."""
    return delays[min(n, len(delays) - 1)]
