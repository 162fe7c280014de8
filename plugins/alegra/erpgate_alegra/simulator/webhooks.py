"""Webhooks: subscriptions with their handshake, and messages without a signature."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx

from .call import Answer, Call, done
from .errors import Invalid
from .jsontext import Document, dumps
from .tenant import Tenant

PATH = "/webhooks/subscriptions"
FAILURES = 10
"""Messages in a row that may fail before a subscription is removed."""

_EVENTS = frozenset(
    f"{verb}-{kind}" for verb in ("new", "edit", "delete") for kind in ("invoice", "bill", "client", "item")
)
_VERBS = {"POST": "new", "PUT": "edit", "DELETE": "delete"}

Send = Callable[[str, bytes], Awaitable[bool]]
"""Posts a body to an address without scheme; whether it was answered with success."""


async def send_https(address: str, body: bytes) -> bool:
    """Over the network, as Alegra does it: 5 seconds at most."""
    async with httpx.AsyncClient(timeout=5) as client:
        try:
            return (await client.post(f"https://{address}", content=body)).is_success
        except httpx.HTTPError:
            return False


def listed(call: Call) -> Answer:
    """Answers ``GET /webhooks/subscriptions``."""
    return Answer(body={"subscriptions": [_shown(row) for row in call.tenant["webhooks"]]})


def subscribed(call: Call) -> Answer:
    """Answers ``POST /webhooks/subscriptions``; the handshake has succeeded already."""
    webhooks = call.tenant["webhooks"]
    event, url = call.fields.get("event"), str(call.fields.get("url", ""))
    if event not in _EVENTS:
        raise Invalid("El evento no es válido")
    if "://" in url or not url:
        raise Invalid("La URL ingresada no debe incluir el http:// o https://")
    if any((row["event"], row["url"]) == (event, url) for row in webhooks):
        raise Invalid("Ya existe una suscripción para este evento y esta URL")
    row = {"id": webhooks.next_id(), "event": event, "url": url, "failures": 0}
    webhooks.put(row)
    return Answer(status=201, body={"message": "Suscripción creada", "subscription": _shown(row)})


def unsubscribed(call: Call) -> Answer:
    """Answers ``DELETE /webhooks/subscriptions/{id}``."""
    call.tenant["webhooks"].remove(call.document()["id"])
    return done("La suscripción fue eliminada correctamente.")


def _shown(row: Document) -> Document:
    return {key: row[key] for key in ("id", "event", "url")}


def message_of(method: str, path: str, answer: Answer) -> tuple[str, bytes] | None:
    """Event and body of the message about a call; None if it tells nobody."""
    kind = {"items": "item", "invoices": "invoice"}.get(path.split("/")[1])
    body: Any = answer.body
    if kind is None or method not in _VERBS or answer.status >= 400 or not isinstance(body, dict):
        return None
    segments = path.rstrip("/").split("/")
    verb = "edit" if method == "POST" and len(segments) > 3 else _VERBS[method]
    shown: Document = body if "id" in body else {"id": segments[2]} if len(segments) > 2 else {}
    event = f"{verb}-{kind}"
    return event, dumps({"subject": event, "message": {kind: shown}}).encode()


def address_in(body: Any) -> str:
    """The address that a subscription asks for."""
    return str(body.get("url", "")) if isinstance(body, dict) else ""


async def tell(tenant: Tenant, address: str, event: str, body: bytes, send: Send) -> None:
    """Sends one message; an address that fails too often is forgotten."""
    good = await send(address, body)
    for row in list(tenant["webhooks"]):
        if (row["event"], row["url"]) == (event, address):
            row["failures"] = 0 if good else row["failures"] + 1
            if row["failures"] >= FAILURES:
                tenant["webhooks"].remove(row["id"])


def addresses(tenant: Tenant, event: str) -> Iterator[str]:
    """Who is told of an event."""
    return (row["url"] for row in list(tenant["webhooks"]) if row["event"] == event)


HANDLERS = {("GET", PATH): listed, ("POST", PATH): subscribed, ("DELETE", f"{PATH}/{{id}}"): unsubscribed}
