"""Who calls, and for whom: API keys in the metadata, and merchants in the requests."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Protocol

import grpc
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from erpgate.callers import digest_of
from erpgate.plugin.reasons import Reason
from erpgate.service.errors import Refused, not_found
from erpgate.store.callers import CallerRecord, callers_by_digest
from erpgate.store.database import Database

_Context = grpc.aio.ServicerContext[Any, Any]
Names = Callable[[Any], Iterator[str]]

_HEADER: Final = "authorization"
_SCHEME: Final = "Bearer "
_MERCHANT: Final = "merchants/"
_REFRESH: Final = 2.0
"""Seconds after which a caller that was added or revoked by a command counts here."""
_PAUSE: Final = 0.2
"""Seconds at least between two readings: a key that is not known waits so long."""


class Doorkeeper(Protocol):
    """Knows callers."""

    async def identify(self, context: _Context) -> CallerRecord | None:
        """Who calls; None where anybody may.

        Raises:
            Refused: `CALLER_UNAUTHENTICATED`.
        """
        ...


class OpenDoor:
    """Lets anybody in."""

    async def identify(self, context: _Context) -> None:
        """Asks nothing."""


class KeyedDoor:
    """Knows callers by their API keys, as the database has them.

    Args:
        database: Where callers are.
        required: Whether a key is asked for although there is no caller yet.
    """

    def __init__(self, database: Database, *, required: bool) -> None:
        self._database = database
        self._required = required
        self._callers: Mapping[str, CallerRecord] = {}
        self._read_at = -_REFRESH
        self._reading = asyncio.Lock()

    async def identify(self, context: _Context) -> CallerRecord | None:
        """Looks the key's digest up in memory; the database is read when that is old."""
        if time.monotonic() - self._read_at >= _REFRESH:
            await self._read(time.monotonic())
        if not self._callers and not self._required:
            return None
        key = _key_in(context)
        if key:
            digest = digest_of(key)
            if digest not in self._callers:
                await self._read(time.monotonic())
            found = self._callers.get(digest)
            if found is not None and found.revoke_time is None:
                return found
        raise Refused(
            Reason.CALLER_UNAUTHENTICATED,
            "This server knows its callers by API keys: send `authorization: Bearer KEY` with one that counts.",
        )

    async def _read(self, asked_at: float) -> None:
        """Reads the callers as they are at `asked_at` or later, but not so often that wrong keys cost anything."""
        async with self._reading:
            if self._read_at >= asked_at:
                return
            await asyncio.sleep(max(0.0, self._read_at + _PAUSE - time.monotonic()))
            began = time.monotonic()
            self._callers = await self._database.read(callers_by_digest)
            self._read_at = began  # a reading that fails lets nobody in


def check_merchants(caller: CallerRecord | None, names: Iterator[str]) -> None:
    """Makes sure that a request names nothing of a merchant that the caller has no business with.

    Raises:
        Refused: `RESOURCE_NOT_FOUND`, as for something that does not exist.
    """
    if caller is None or caller.merchants is None:
        return
    for name in names:
        if name.startswith(_MERCHANT) and name.split("/", 2)[1] not in caller.merchants:
            raise not_found(name)


def names_in(kind: type[Message]) -> Names:
    """What gives the resource names in requests of one kind: its own texts, and the names of resources that it holds.

    Every RPC about a merchant has one of those, and validation sees to it that it is there.
    """
    paths = list(_paths(kind.DESCRIPTOR))

    def names(request: Any) -> Iterator[str]:
        for path in paths:
            yield from _at(request, path)

    return names


def _paths(descriptor: Any) -> Iterator[tuple[str, ...]]:
    for field in descriptor.fields:
        if field.type == FieldDescriptor.TYPE_STRING:
            yield (field.name,)
        elif field.message_type is not None and not field.message_type.GetOptions().map_entry:
            inner = field.message_type.fields_by_name.get("name")
            if inner is not None and inner.type == FieldDescriptor.TYPE_STRING:
                yield field.name, "name"


def _at(message: Any, path: tuple[str, ...]) -> Iterator[str]:
    value: Any = getattr(message, path[0])
    values: Any = [value] if isinstance(value, str | Message) else value
    for each in values:
        yield each if len(path) == 1 else getattr(each, path[1])


def _key_in(context: _Context) -> str:
    for name, value in context.invocation_metadata() or ():
        if name == _HEADER and isinstance(value, str) and value.startswith(_SCHEME):
            return value.removeprefix(_SCHEME).strip()
    return ""
