"""What the service answers instead of a result.

```
Refused   the request can't be carried out; its reason says who acts
```
"""

import datetime as dt
from collections.abc import Mapping

from erpgate.plugin.reasons import Reason


class Refused(Exception):
    """A request that can't be carried out; nothing was stored.

    Args:
        reason: Why, from the closed list; it decides the status code.
        message: One English sentence that the caller can act on.
        fields: Request field path to what is wrong with it.
        details: All variables of the message, for programs.
        retry_after: When waiting helps.
    """

    def __init__(
        self,
        reason: Reason,
        message: str,
        *,
        fields: Mapping[str, str] | None = None,
        details: Mapping[str, str] | None = None,
        retry_after: dt.timedelta | None = None,
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.fields = dict(fields or {})
        self.details = dict(details or {})
        self.retry_after = retry_after


def not_found(name: str) -> Refused:
    """The refusal of a resource that does not exist, or not for this caller."""
    return Refused(Reason.RESOURCE_NOT_FOUND, f"There is no resource {name}.", details={"name": name})
