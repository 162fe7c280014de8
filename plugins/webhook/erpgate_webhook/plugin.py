"""What erpgate loads: the entry point `webhook` names this module."""

import datetime as dt
import time
from email.utils import parsedate_to_datetime
from typing import Final

from erpgate.plugin import (
    API_VERSION,
    ChannelHealthChanged,
    InvoiceChanged,
    Listener,
    Listening,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Response,
    Unavailable,
    hookimpl,
)

from erpgate_webhook.message import body_of, headers_of
from erpgate_webhook.settings import WebhookSettings

_PATIENCE: Final = dt.timedelta(seconds=8)
"""For an answer."""

_TRY_AGAIN: Final = frozenset({408, 429})
"""Of the answers below 500, those that do not mean that the message is refused."""


@hookimpl
def erpgate_listener() -> Listener[WebhookSettings]:
    """Needs an address and a secret."""
    return Listener(api_version=API_VERSION, settings=WebhookSettings)


@hookimpl
async def erpgate_invoice_changed(event: InvoiceChanged, listening: Listening[WebhookSettings]) -> None:
    """Posts it."""
    await _post(event, listening)


@hookimpl
async def erpgate_channel_health_changed(event: ChannelHealthChanged, listening: Listening[WebhookSettings]) -> None:
    """Posts it."""
    await _post(event, listening)


async def _post(event: InvoiceChanged | ChannelHealthChanged, listening: Listening[WebhookSettings]) -> None:
    """Posts one event; whether that is done again is the host's to decide.

    Raises:
        Rejected: The receiver refuses it.
        RateLimited: The receiver says when to come back.
        Unavailable: It gives no answer, or a server's error.
    """
    url = listening.settings.url.get_secret_value()
    body = body_of(event)
    headers = headers_of(event.event_id, body, int(time.time()), listening.settings.secrets)
    try:
        response = await listening.http(url).write("POST", url, content=body, headers=headers, timeout=_PATIENCE)
    except (Unavailable, OutcomeUnknown):
        raise Unavailable("The webhook's receiver gives no answer.") from None  # what is beneath it shows the address
    _judge(response)


def _judge(response: Response) -> None:
    status = response.status_code
    if 200 <= status < 300:
        return
    if status in (429, 503) and (delay := _retry_after(response)) is not None:
        raise RateLimited(delay)
    if status in _TRY_AGAIN or status >= 500:
        raise Unavailable(f"The webhook's receiver answers HTTP {status}.")
    raise Rejected(f"The webhook's receiver refuses an event: HTTP {status}.")


def _retry_after(response: Response) -> dt.timedelta | None:
    """In seconds or as a date; None where it is missing or can't be read."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return dt.timedelta(seconds=int(text))
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    if until.tzinfo is None:
        return None
    return max(until - dt.datetime.now(dt.UTC), dt.timedelta(0))
