"""Alegra's refusals as the errors of the contract.

| answer | on a read | on a write |
|---|---|---|
| 401 | `Misconfigured` | `Misconfigured` |
| 402, 406, code 907 | `Misconfigured` | `Misconfigured` |
| 403 | `Misconfigured` | `Misconfigured` |
| 429, and 400 with code 429 | `RateLimited` | `RateLimited` |
| other 4xx with a readable body | `Rejected` | `Rejected` |
| 4xx with an unreadable body, 3xx, 5xx | `Unavailable` | `OutcomeUnknown` |

A refused stamp after which the tax authority may hold the document is `OutcomeUnknown` too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

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

from erpgate_alegra.assumptions import NUMBERING, THROTTLE_PAUSE, UNSETTLED
from erpgate_alegra.body import Json, Unreadable, decode, part, parts, text
from erpgate_alegra.rate import read_wait

DUPLICATE_CONTACT = "2006"
"""Code of a refused contact whose identification exists already; the body names its `contactId`."""

_NOT_IN_PLAN = "907"
_THROTTLED = "429"
_OUT_OF_STOCK = "se ha excedido la cantidad disponible"
_INACTIVE_ITEM = "solo puedes incluir ítems activos"
_LONGEST_MESSAGE = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """What a refusal's body says.

    Attributes:
        code: Alegra's own code, empty when it gives none.
        message: Its text, in Spanish and not stable.
        contact_id: The contact that exists already.
    """

    code: str = ""
    message: str = ""
    contact_id: str = ""

    @property
    def details(self) -> dict[str, str]:
        """What is kept of it beside an error."""
        named = {"erp_code": self.code, "erp_message": self.message, "contact_id": self.contact_id}
        return {name: value for name, value in named.items() if value}

    def says(self, *words: str) -> bool:
        """Whether its text contains one of these lower-case words."""
        return any(word in self.message.lower() for word in words)


def refusal_of(content: bytes) -> Refusal | None:
    """Reads a refusal in any of its recorded shapes; None when it is in none of them."""
    try:
        return refusal_in(part(decode(content)))
    except Unreadable:
        return None


def refusal_in(body: Json) -> Refusal | None:
    """Reads a refusal from an object, such as one row of a bulk answer; None when it says nothing."""
    error = body.get("error")
    candidates: list[Json] = [body, part(error), *parts(error)]
    message = next((found for found in (*(text(each.get("message")) for each in candidates), text(error)) if found), "")
    code = next((found for each in candidates if (found := text(each.get("code")))), "")
    if not message and not code:
        return None
    return Refusal(code=code, message=message[:_LONGEST_MESSAGE], contact_id=text(body.get("contactId")))


def error_of(response: Response, *, write: bool, resource: str) -> ErpError:
    """The contract's error for an answer that is not a success."""
    refusal = refusal_of(response.content)
    known = refusal or Refusal()
    status = response.status_code
    if status == 429 or (status == 400 and known.code == _THROTTLED):
        return RateLimited(read_wait(response) or THROTTLE_PAUSE, resource=resource)
    if status in (401, 402, 403, 406) or (status < 500 and known.code == _NOT_IN_PLAN):
        return _misconfigured(status, known)
    details = {"http_status": str(status), **known.details}
    if status < 400 or status >= 500 or refusal is None or (write and UNSETTLED.search(refusal.message)):
        kind = OutcomeUnknown if write else Unavailable
        return kind(f"Alegra answered with HTTP {status} instead of a result.", details=details)
    return _rejected(refusal)


def fiscal(error: Rejected) -> Rejected:
    """The refusal of a call that stamps: the tax authority's, unless it has a more exact reason."""
    reason = Reason.FISCAL_REJECTED if error.reason is Reason.DOCUMENT_REJECTED else error.reason
    return Rejected(error.message, fields=error.fields, reason=reason, details=error.details)


def refused_stamp(refusal: Refusal) -> ErpError:
    """The error for a stamp that a bulk answer reports as failed."""
    if UNSETTLED.search(refusal.message):
        return OutcomeUnknown(f"The tax authority may hold it: {refusal.message}", details=refusal.details)
    return fiscal(_rejected(refusal))


@contextmanager
def read_must_be_readable() -> Iterator[None]:
    """Makes an unreadable answer to a read `Unavailable`."""
    try:
        yield
    except Unreadable as error:
        raise Unavailable(f"Alegra's answer could not be read: {error}.") from error


@contextmanager
def outcome_must_be_readable() -> Iterator[None]:
    """Makes an unreadable answer to a write, and any failed read that follows one, `OutcomeUnknown`."""
    try:
        yield
    except Unreadable as error:
        raise OutcomeUnknown(f"Alegra's answer to a write could not be read: {error}.") from error
    except (Unavailable, RateLimited, Misconfigured, Rejected) as error:
        raise OutcomeUnknown(f"What became of a write could not be read: {error.message}") from error


def _misconfigured(status: int, refusal: Refusal) -> Misconfigured:
    field, reason, message = "token", Reason.ERP_PLAN_LACKS_FEATURE, "The Alegra plan does not include this function."
    if status == 401:
        reason, message = Reason.ERP_CREDENTIALS_INVALID, "Alegra does not accept this e-mail and token."
    elif status == 403:
        reason, message = Reason.ERP_PERMISSION_MISSING, "The Alegra user of this token lacks a permission."
    elif status == 406:
        message = "The Alegra plan's number of contacts is used up."
    elif status == 402 and refusal.code != _NOT_IN_PLAN:
        reason, message = Reason.ERP_ACCOUNT_SUSPENDED, "Alegra has suspended the account or its plan has expired."
    return Misconfigured(message, field=field, reason=reason, details=refusal.details)


def _rejected(refusal: Refusal) -> Rejected:
    reason = Reason.DOCUMENT_REJECTED
    if refusal.says(_OUT_OF_STOCK):
        reason = Reason.INSUFFICIENT_STOCK
    elif refusal.says(_INACTIVE_ITEM):
        reason = Reason.ITEM_INACTIVE
    elif NUMBERING.search(refusal.message):
        reason = Reason.NUMBERING_EXHAUSTED
    said = refusal.message or f"code {refusal.code}"
    return Rejected(f"Alegra refused it: {said}", reason=reason, details=refusal.details)
