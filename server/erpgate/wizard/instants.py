"""Points in time as people type them: a date, a date with a time, or RFC 3339."""

import datetime as dt


def rfc_3339(text: str) -> str:
    """The same with an offset; without one it is meant in the terminal's time zone, and a date is its first moment.

    Raises:
        ValueError: It is no point in time.
    """
    when = dt.datetime.fromisoformat(text)
    return (when.astimezone() if when.tzinfo is None else when).isoformat()


def is_instant(text: str) -> bool:
    """Whether a text is a point in time."""
    try:
        rfc_3339(text)
    except (ValueError, OverflowError):
        return False
    return True
