"""A message: an event as JSON, and its signature. Pure."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from erpgate.plugin import ChannelHealthChanged, InvoiceChanged

EVENT_ID: Final = "Erpgate-Event-Id"
"""Header with the event's id; a message that comes twice has the same."""

TIMESTAMP: Final = "Erpgate-Timestamp"
"""Header with the seconds since 1970 at which this message was signed."""

SIGNATURE: Final = "Erpgate-Signature"
"""Header with `v1=` and the HMAC-SHA256 of timestamp, full stop and body in hexadecimal; commas between."""


def body_of(event: InvoiceChanged | ChannelHealthChanged) -> bytes:
    """The event as JSON; amounts are decimal text, times are RFC 3339."""
    values: dict[str, object] = {
        "event_id": event.event_id,
        "time": event.time.isoformat(),
        "merchant": event.merchant,
        "channel": event.channel,
    }
    if isinstance(event, InvoiceChanged):
        values |= {
            "type": "invoice_changed",
            "invoice": event.invoice,
            "orders": list(event.orders),
            "reference": event.reference,
            "version": event.version,
            "state": event.state.value,
            "fiscal_state": event.fiscal_state.value,
            "payment_state": event.payment_state.value,
            "is_reversed": event.is_reversed,
            "reason": event.reason.value if event.reason else "",
            "document_id": event.document_id,
            "document_number": event.document_number,
            "currency_code": event.currency_code,
            "paid_total": _amount(event.paid_total),
            "total": _amount(event.total),
            "tax": _amount(event.tax),
        }
    else:
        values |= {"type": "channel_health_changed", "erp": event.erp, "health": event.health.value}
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def headers_of(event_id: str, body: bytes, timestamp: int, secrets: Iterable[bytes]) -> Mapping[str, str]:
    """What a message's receiver needs to know that it is ours, and new."""
    signed = b"%d.%b" % (timestamp, body)
    signatures = (hmac.new(secret, signed, hashlib.sha256).hexdigest() for secret in secrets)
    return {
        "Content-Type": "application/json",
        EVENT_ID: event_id,
        TIMESTAMP: str(timestamp),
        SIGNATURE: ",".join(f"v1={signature}" for signature in signatures),
    }


def _amount(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"
