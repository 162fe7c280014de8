"""What Alegra sends by itself, and how it is asked to."""

from collections.abc import Sequence
from typing import Final

from erpgate.plugin import ItemId

from erpgate_alegra.body import Json, decode, part, parts, text
from erpgate_alegra.client import AlegraClient, resource_path

_RESOURCES: Final = ("item", "invoice")
EVENTS: Final = tuple(f"{verb}-{resource}" for resource in _RESOURCES for verb in ("new", "edit", "delete"))
"""Invoices too: whether an item is edited when it is sold is not known, and an open invoice moves its stock."""

_SUBSCRIPTIONS: Final = "webhooks/subscriptions"


def read_event(body: bytes) -> Sequence[ItemId]:
    """Ids of items that a message is about; none for the handshake, which is empty.

    Raises:
        Unreadable: It is not JSON.
    """
    message = part(part(decode(body)).get("message")) if body.strip() else {}
    item = part(message.get("item"))
    lines = parts(part(message.get("invoice")).get("items"))
    return [ItemId(found) for row in (item, *lines) if (found := text(row.get("id")))]


async def subscribe(client: AlegraClient, url: str) -> None:
    """Subscribes to what is not subscribed yet; Alegra wants an address without scheme."""
    address = url.partition("://")[2]
    known = {text(row.get("event")) for row in await _subscriptions(client, address)}
    for event in EVENTS:
        if event not in known:
            await client.post(_SUBSCRIPTIONS, {"event": event, "url": address})


async def unsubscribe(client: AlegraClient, url: str) -> None:
    """Ends every subscription of this address."""
    for row in await _subscriptions(client, url.partition("://")[2]):
        await client.delete(resource_path(_SUBSCRIPTIONS, text(row.get("id"))))


async def _subscriptions(client: AlegraClient, address: str) -> Sequence[Json]:
    rows = parts((await client.get(_SUBSCRIPTIONS)).get("subscriptions"))
    return [row for row in rows if text(row.get("url")) == address]
