"""Tryton's refusals as the errors of the contract.

| answer | on a read | on a write |
|---|---|---|
| 200 with a UserError or a UserWarning | `Rejected` | `Rejected` |
| 200 with a UserError about access, 403 | `Misconfigured` | `Misconfigured` |
| 401, after a new session | `Misconfigured` | `Misconfigured` |
| 404 | `Misconfigured` | `Misconfigured` |
| 429 | `RateLimited` | `RateLimited` |
| 503 because another transaction holds a lock | `RateLimited` | `RateLimited` |
| everything else | `Unavailable` | `OutcomeUnknown` |

Users' errors are raised inside the transaction, which is then rolled back. So are lost locks, whose text PostgreSQL
gives; what else goes wrong may go wrong after the commit. Texts are in the language of the context, which is English.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from erpgate.plugin import (
    ErpError,
    Misconfigured,
    OutcomeUnknown,
    RateLimited,
    Reason,
    Rejected,
    Response,
    Unavailable,
)

from erpgate_tryton.values import Unreadable, decode, record, text

LOGIN_PAUSE = dt.timedelta(seconds=60)
"""After logins that failed too often Tryton refuses even the right password for a while."""

LOCK_PAUSE = dt.timedelta(milliseconds=200)
"""Whoever holds a numbering's lock posts one invoice."""

_LOCKED = b"could not obtain lock"
_NO_ACCESS = "You are not allowed to"
_LONGEST_MESSAGE = 500


class Warned(Rejected):
    """Tryton wants a person to confirm first.

    Args:
        name: Under which it is confirmed; it ends in the kind of warning.
        message: For people.
    """

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"Tryton asks for confirmation: {message}", details={"erp_message": message})
        self.name = name


def result_of(response: Response, *, write: bool) -> object:
    """The result of a call.

    Raises:
        ErpError: It has none.
    """
    if response.status_code != 200:
        raise _error_of_status(response, write=write)
    try:
        body = record(decode(response.content), "answer")
        if "error" not in body:
            return body["result"]
        error = body["error"]
        kind, said = str(error[0]), error[1]
    except (Unreadable, KeyError, IndexError, TypeError) as unreadable:
        raise _unknown("Tryton's answer could not be read.", write=write) from unreadable
    raise _error_of(kind, said, write=write)


@contextmanager
def read_must_be_readable() -> Iterator[None]:
    """Makes an unreadable answer to a read `Unavailable`."""
    try:
        yield
    except Unreadable as error:
        raise Unavailable(f"Tryton's answer could not be read: {error}.") from error


@contextmanager
def outcome_must_be_readable() -> Iterator[None]:
    """Makes an unreadable answer to a write, and any failed read that follows one, `OutcomeUnknown`."""
    try:
        yield
    except Unreadable as error:
        raise OutcomeUnknown(f"Tryton's answer to a write could not be read: {error}.") from error
    except (Unavailable, RateLimited, Misconfigured, Rejected) as error:
        raise OutcomeUnknown(f"What became of a write could not be read: {error.message}") from error


def _error_of(kind: str, said: object, *, write: bool) -> ErpError:
    parts = [text(part) for part in said] if isinstance(said, list) else []
    if kind == "UserWarning" and len(parts) > 1:
        return Warned(parts[0], ". ".join(filter(None, parts[1:]))[:_LONGEST_MESSAGE])
    if kind == "UserError" and parts:
        message = " ".join(filter(None, parts[:2]))[:_LONGEST_MESSAGE]
        details = {"erp_message": message}
        if parts[0].startswith(_NO_ACCESS):
            return Misconfigured(
                f"The Tryton user lacks a permission: {message}",
                field="user",
                reason=Reason.ERP_PERMISSION_MISSING,
                details=details,
            )
        return Rejected(f"Tryton refused it: {message}", details=details)
    return _unknown(f"Tryton answered with {kind[:100]} instead of a result.", write=write)


def _error_of_status(response: Response, *, write: bool) -> ErpError:
    status = response.status_code
    if status == 401:
        return Misconfigured(
            "Tryton does not accept this user and password.", field="password", reason=Reason.ERP_CREDENTIALS_INVALID
        )
    if status == 403:
        return Misconfigured(
            "This Tryton does not have what was asked for: activate its modules.",
            field="database",
            reason=Reason.ERP_PLAN_LACKS_FEATURE,
        )
    if status == 404:
        return Misconfigured(
            "There is no such Tryton database at this address.",
            field="database",
            reason=Reason.ERP_CREDENTIALS_INVALID,
        )
    if status == 429:
        return RateLimited(LOGIN_PAUSE)
    if status == 503 and _LOCKED in response.content:
        return RateLimited(LOCK_PAUSE)
    return _unknown(f"Tryton answered with HTTP {status} instead of a result.", write=write, status=status)


def _unknown(message: str, *, write: bool, status: int = 200) -> ErpError:
    kind = OutcomeUnknown if write else Unavailable
    return kind(message, details={"http_status": str(status)})
