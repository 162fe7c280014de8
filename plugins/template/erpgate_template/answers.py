"""What an answer proves; its kind of error decides what erpgate does next."""

import datetime as dt
from typing import Any

from erpgate.plugin import Misconfigured, OutcomeUnknown, RateLimited, Reason, Rejected, Response, Unavailable


def body_of(response: Response, *, write: bool) -> Any:
    """The parsed body of a success.

    Raises:
        Misconfigured: The token is refused.
        RateLimited: Too many requests.
        Rejected: Template understood and refused.
        OutcomeUnknown: A write of which nobody knows whether it was done.
        Unavailable: A read without an answer.
    """
    status = response.status_code
    if status == 401:
        raise Misconfigured(
            "Template refuses the token; give a valid one.", field="token", reason=Reason.ERP_CREDENTIALS_INVALID
        )
    if status == 429:
        raise RateLimited(dt.timedelta(seconds=int(response.headers.get("Retry-After", "30"))))
    if 400 <= status < 500:
        raise Rejected("Template refuses it.", details={"erp_code": str(status), "erp_message": response.text[:300]})
    try:
        return response.raise_for_status().json()
    except Exception as error:
        raise unreadable(write=write) from error


def unreadable(*, write: bool) -> OutcomeUnknown | Unavailable:
    """The error for an answer that proves nothing."""
    sentence = "Template gave no usable answer."
    return OutcomeUnknown(sentence) if write else Unavailable(sentence)
