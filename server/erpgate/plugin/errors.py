"""What a plugin may raise; the kind decides what the host does next.

```
ErpError
├── Rejected        the document or the customer is wrong: a person or the caller mends it
├── Misconfigured   credentials, permissions, plan or settings: the merchant mends it
├── RateLimited     the ERP asks to slow down: the host waits, it is not counted as an attempt
├── Unavailable     nothing reached the ERP, and that is proved: the host tries again by itself
└── OutcomeUnknown  a write may have happened: the host looks it up before it sends anything again
```

Reads may raise `Unavailable` freely. A write raises it only when no byte left; everything else on a write is
`OutcomeUnknown`. Any other exception is reported as a defect of the plugin, with its name and version.
"""

import datetime as dt
from collections.abc import Mapping

from erpgate.plugin.reasons import Reason


class ErpError(Exception):
    """Base of everything a plugin raises on purpose.

    Args:
        message: One English sentence that a person can act on. Never contains a secret.
        reason: Why, from the closed list.
        details: Variables for programs, such as the ERP's own code and text.
    """

    reason: Reason

    def __init__(self, message: str, *, reason: Reason, details: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason
        self.details = dict(details or {})


class Rejected(ErpError):
    """The ERP understood and refused: sending the same again will fail again.

    Args:
        message: What is wrong, in one sentence.
        fields: Neutral field path to what is wrong with it, such as `buyer.document`.
        reason: `DOCUMENT_REJECTED` unless a more exact one fits.
        details: The ERP's own code and text.
    """

    def __init__(
        self,
        message: str,
        *,
        fields: Mapping[str, str] | None = None,
        reason: Reason = Reason.DOCUMENT_REJECTED,
        details: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, reason=reason, details=details)
        self.fields = dict(fields or {})


class Misconfigured(ErpError):
    """Credentials, permissions, plan or a chosen option do not allow it.

    Args:
        message: What the merchant must do.
        field: The form field to mend, such as `token` or `price_list`.
        reason: Such as `ERP_CREDENTIALS_INVALID`.
        details: The ERP's own code and text.
    """

    def __init__(self, message: str, *, field: str, reason: Reason, details: Mapping[str, str] | None = None) -> None:
        super().__init__(message, reason=reason, details=details)
        self.field = field


class RateLimited(ErpError):
    """The ERP asks to slow down; the request was not carried out.

    Args:
        retry_after: How long to wait before the next request to this resource.
        resource: The limited resource as named in `Limits.windows`, or `*` for the whole account.
    """

    def __init__(self, retry_after: dt.timedelta, *, resource: str = "*") -> None:
        super().__init__(
            f"The ERP's rate limit is used up; the next request may be sent in {retry_after.total_seconds():.0f} s.",
            reason=Reason.ERP_RATE_LIMITED,
        )
        self.retry_after = retry_after
        self.resource = resource


class Unavailable(ErpError):
    """Nothing reached the ERP, and that is proved; or a read failed."""

    def __init__(self, message: str, *, details: Mapping[str, str] | None = None) -> None:
        super().__init__(message, reason=Reason.ERP_UNREACHABLE, details=details)


class OutcomeUnknown(ErpError):
    """A write may have been carried out: timeout, dropped connection, server error, unreadable answer."""

    def __init__(self, message: str, *, details: Mapping[str, str] | None = None) -> None:
        super().__init__(message, reason=Reason.ERP_OUTCOME_UNKNOWN, details=details)
