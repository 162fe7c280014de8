"""Alegra's rate limit as its answers tell it."""

import datetime as dt

from erpgate.plugin import RateReading, Response

LIMIT = "X-Rate-Limit-Limit"
REMAINING = "X-Rate-Limit-Remaining"
RESET = "X-Rate-Limit-Reset"


def read_rate(response: Response) -> RateReading | None:
    """Reads the `X-Rate-Limit-*` headers; a reset that is not above zero (``-2`` was recorded) means now."""
    remaining = _whole(response, REMAINING)
    if remaining is None:
        return None
    return RateReading(
        remaining=max(remaining, 0),
        reset=dt.timedelta(seconds=max(_whole(response, RESET) or 0, 0)),
        limit=max(_whole(response, LIMIT) or 0, 0),
    )


def read_wait(response: Response) -> dt.timedelta | None:
    """How long a refusal for too many requests asks to wait; None where it does not say."""
    for header in ("Retry-After", RESET):
        seconds = _whole(response, header)
        if seconds is not None and seconds > 0:
            return dt.timedelta(seconds=seconds)
    return None


def _whole(response: Response, header: str) -> int | None:
    try:
        return int(response.headers.get(header, ""))
    except ValueError:
        return None
