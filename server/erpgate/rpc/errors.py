"""From what went wrong to what the caller is told: one reason, one code, one `google.rpc.Status`.

```
Refused                 as it says
ErpError                by its reason: Misconfigured, Rejected, RateLimited, Unavailable, OutcomeUnknown
Blocked                 by its reason
PluginDefect            PLUGIN_DEFECT with a correlation id
StoreUnavailable        SERVICE_UNAVAILABLE
TimeoutError            DEADLINE_EXCEEDED
anything else           INTERNAL with a correlation id; the traceback is logged, never sent
```
"""

import datetime as dt
import logging
import uuid
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from erpgate.defects import PluginDefect
from erpgate.domain.problem import Blocked
from erpgate.plugin.errors import ErpError, Misconfigured, RateLimited, Rejected
from erpgate.plugin.reasons import Reason
from erpgate.service.errors import Refused
from erpgate.store.errors import StoreUnavailable

DOMAIN: Final = "erpgate"
"""Domain of every `ErrorInfo`."""

_logger = logging.getLogger(__name__)

_BY_CODE: Final[Mapping[grpc.StatusCode, tuple[Reason, ...]]] = {
    grpc.StatusCode.INVALID_ARGUMENT: (
        Reason.FIELD_INVALID,
        Reason.CUSTOMER_DOCUMENT_INVALID,
        Reason.REQUEST_ID_REUSED,
        Reason.PAGE_TOKEN_INVALID,
        Reason.MESSAGE_MALFORMED,
    ),
    grpc.StatusCode.UNAUTHENTICATED: (Reason.CALLER_UNAUTHENTICATED,),
    grpc.StatusCode.NOT_FOUND: (Reason.RESOURCE_NOT_FOUND,),
    grpc.StatusCode.ALREADY_EXISTS: (
        Reason.ERP_COMPANY_ALREADY_CONNECTED,
        Reason.ALREADY_INVOICED,
        Reason.RESOURCE_EXISTS,
    ),
    grpc.StatusCode.ABORTED: (Reason.ERP_OUTCOME_UNKNOWN, Reason.ETAG_MISMATCH),
    grpc.StatusCode.OUT_OF_RANGE: (Reason.CURSOR_EXPIRED,),
    grpc.StatusCode.RESOURCE_EXHAUSTED: (Reason.ERP_RATE_LIMITED,),
    grpc.StatusCode.UNAVAILABLE: (Reason.ERP_UNREACHABLE, Reason.SERVICE_UNAVAILABLE),
    grpc.StatusCode.DEADLINE_EXCEEDED: (Reason.DEADLINE_EXCEEDED,),
    grpc.StatusCode.UNIMPLEMENTED: (Reason.UNSUPPORTED, Reason.METHOD_UNKNOWN),
    grpc.StatusCode.INTERNAL: (Reason.PLUGIN_DEFECT, Reason.INTERNAL),
    grpc.StatusCode.OK: (
        Reason.ELIGIBLE,
        Reason.REQUESTED_BY_PERSON,
        Reason.AUTOMATION_OFF,
        Reason.ERP_NOT_PROVEN,
        Reason.ORDER_STATE_NOT_SELECTED,
        Reason.SALES_CHANNEL_NOT_SELECTED,
        Reason.FULFILLMENT_EXCLUDED,
        Reason.REFUNDED_EXCLUDED,
        Reason.BEFORE_START,
        Reason.SEVERAL_CHANNELS_ELIGIBLE,
        Reason.CREDIT_NOTE_SUGGESTED,
        Reason.BASKET_CLOSED,
        Reason.SHADOW_MODE,
        Reason.HOURLY_CAP_REACHED,
        Reason.CLOCK_SKEWED,
        Reason.CATALOG_OUTDATED,
        Reason.INVOICE_REVERSED,
    ),
}

CODES: Final[Mapping[Reason, grpc.StatusCode]] = MappingProxyType(
    dict.fromkeys(Reason, grpc.StatusCode.FAILED_PRECONDITION)
    | {reason: code for code, reasons in _BY_CODE.items() for reason in reasons}
)
"""Code of each reason; OK marks reasons that only verdicts and checks carry."""

_RETRY_AFTER: Final[Mapping[Reason, dt.timedelta]] = {
    Reason.ERP_UNREACHABLE: dt.timedelta(seconds=5),
    Reason.SERVICE_UNAVAILABLE: dt.timedelta(seconds=5),
    Reason.ERP_RATE_LIMITED: dt.timedelta(seconds=60),
}
"""How long to wait where the error itself does not say."""

# A status travels in HTTP/2 trailers, of which clients accept 8 KiB by default, after base64.
_MAX_STATUS: Final = 3600
_MAX_MESSAGE: Final = 300
_MAX_VALUE: Final = 300


def refusal_of(error: Exception) -> Refused:
    """What the caller is told about `error`; a defect is logged here, once, with its traceback."""
    match error:
        case Refused() if CODES[error.reason] in (grpc.StatusCode.OK, grpc.StatusCode.INTERNAL):
            return _defect(error, error.reason, error.message, error.details)
        case Refused():
            return error
        case ErpError():
            return _of_erp(error)
        case Blocked():
            return Refused(error.reason, error.message, details=error.details)
        case PluginDefect():
            return _defect(error, error.reason, error.message, error.details)
        case StoreUnavailable():
            return Refused(
                Reason.SERVICE_UNAVAILABLE, "The database can't be reached now; nothing was stored. Try again."
            )
        case TimeoutError():
            return Refused(Reason.DEADLINE_EXCEEDED, "The deadline passed first; call again with more time.")
        case _:
            return _defect(error, Reason.INTERNAL, "Something went wrong inside erpgate; it was logged.", {})


def _of_erp(error: ErpError) -> Refused:
    details = dict(error.details)
    retry_after = None
    if isinstance(error, Misconfigured):
        details.setdefault("field", error.field)
    elif isinstance(error, Rejected) and error.fields:
        details.setdefault("field", next(iter(error.fields)))
    elif isinstance(error, RateLimited):
        retry_after = error.retry_after
    return refusal_of(Refused(error.reason, error.message, details=details, retry_after=retry_after))


def _defect(error: Exception, reason: Reason, message: str, details: Mapping[str, str]) -> Refused:
    correlation_id = details.get("correlation_id") or str(uuid.uuid4())
    _logger.error("defect %s: %s", correlation_id, reason, exc_info=error, extra={"correlation_id": correlation_id})
    if CODES[reason] is grpc.StatusCode.OK:
        reason, message = Reason.INTERNAL, "Something went wrong inside erpgate; it was logged."
    return Refused(reason, message, details={**details, "correlation_id": correlation_id})


def status_of(refused: Refused) -> status_pb2.Status:
    """The status that says it: exactly one `ErrorInfo`, `RetryInfo` where waiting helps, `BadRequest` for fields.

    Long texts are cut, and of many fields the first ones are named, so that the trailers never outgrow what clients
    accept.
    """
    status = status_pb2.Status(code=CODES[refused.reason].value[0], message=_cut(refused.message, _MAX_MESSAGE))
    info = error_details_pb2.ErrorInfo(reason=refused.reason.value, domain=DOMAIN)
    budget = _MAX_STATUS - status.ByteSize()
    for key, value in refused.details.items():
        short = _cut(value, _MAX_VALUE)
        budget -= len(key) + len(short.encode()) + 8
        if budget > _MAX_STATUS // 3:
            info.metadata[key] = short
    status.details.append(_packed(info))
    retry_after = refused.retry_after or _RETRY_AFTER.get(refused.reason)
    if retry_after is not None:
        delay = Duration()
        delay.FromTimedelta(max(retry_after, dt.timedelta(0)))
        status.details.append(_packed(error_details_pb2.RetryInfo(retry_delay=delay)))
    if refused.fields:
        status.details.append(_packed(_bad_request(refused.fields, _MAX_STATUS - status.ByteSize())))
    return status


def _bad_request(fields: Mapping[str, str], budget: int) -> error_details_pb2.BadRequest:
    request = error_details_pb2.BadRequest()
    for path, description in fields.items():
        violation = error_details_pb2.BadRequest.FieldViolation(
            field=_cut(path, _MAX_VALUE), description=_cut(description, _MAX_VALUE)
        )
        budget -= violation.ByteSize() + 8
        if budget < 0 and request.field_violations:
            break
        request.field_violations.append(violation)
    return request


def _packed(message: Message) -> AnyMessage:
    packed = AnyMessage()
    packed.Pack(message)
    return packed


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
