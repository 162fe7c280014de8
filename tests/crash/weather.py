"""An ERP on a bad day: whatever can go wrong with an answer does, within what its plugin has declared."""

import random
from collections.abc import Mapping, Sequence
from typing import Any, Final

_CREATE: Final = {"method": "POST", "path": "/invoices$"}
_OPEN: Final = {"method": "POST", "path": r"/invoices/\d+/open"}
_CUSTOMER: Final = {"method": "POST", "path": "/contacts$"}
_LIST: Final = {"method": "GET", "path": r"/(invoices|contacts)(\?|$)"}
_ANY: Final[Mapping[str, str]] = {}

_LATE: Final = 0.3
"""Seconds by which a commit or a listing lags; less than the settle time that the plugin is set to."""

_EVENTS: Final[Sequence[tuple[Mapping[str, str], Mapping[str, Any]]]] = (
    (_CREATE, {"kind": "drop_after"}),
    (_CREATE, {"kind": "drop_before"}),
    (_CREATE, {"kind": "status", "status": 503, "after": True}),
    (_CREATE, {"kind": "status", "status": 500}),
    (_CREATE, {"kind": "garbage", "after": True}),
    (_CREATE, {"kind": "late_commit", "seconds": _LATE}),
    (_CREATE, {"kind": "hide_from_lists", "seconds": _LATE}),
    (_OPEN, {"kind": "drop_after"}),
    (_OPEN, {"kind": "status", "status": 503, "after": True}),
    (_OPEN, {"kind": "late_commit", "seconds": _LATE}),
    (_CUSTOMER, {"kind": "drop_after"}),
    (_CUSTOMER, {"kind": "status", "status": 503, "after": True}),
    (_LIST, {"kind": "truncate_page", "keep": 0}),
    (_LIST, {"kind": "status", "status": 503}),
    (_ANY, {"kind": "delay", "seconds": 0.2, "after": True}),
)


def some_weather(chance: random.Random) -> list[dict[str, Any]]:
    """A few faults, each for a few calls."""
    return [
        {**where, "skip": chance.randrange(3), "times": chance.randint(1, 4), "action": dict(what)}
        for where, what in chance.sample(_EVENTS, chance.randint(1, 4))
    ]
