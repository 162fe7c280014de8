"""Why something does not go on."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from erpgate.plugin.reasons import Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """Why an invoice, or what was asked for it later, does not go on.

    Attributes:
        reason: What decided.
        message: One sentence that says what to do.
        details: Values, such as both sides of a comparison.
        retryable: Whether the system goes on by itself.
        next_attempt_time: When it does.
    """

    reason: Reason
    message: str
    details: Mapping[str, str] = field(default_factory=dict)
    retryable: bool = False
    next_attempt_time: dt.datetime | None = None
