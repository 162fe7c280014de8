"""Requests that were carried out, by the caller's request id: what makes a mutation repeatable."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from erpgate.store.codecs import to_micros
from erpgate.store.errors import Conflict
from erpgate.store.schema import request


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestKey:
    """A request that shall take effect once.

    Attributes:
        merchant: Tenant.
        request_id: The caller's id.
        fingerprint: Of method and content; another one under the same id is a mistake of the caller.
    """

    merchant: str
    request_id: str
    fingerprint: str


def recall(connection: sa.Connection, key: RequestKey) -> str | None:
    """The id of what the request made; None if it was never carried out.

    Raises:
        Conflict: The id was used with other content.
    """
    row = connection.execute(
        sa.select(request.c.fingerprint, request.c.resource).where(
            request.c.merchant == key.merchant, request.c.request_id == key.request_id
        )
    ).one_or_none()
    if row is None:
        return None
    if row.fingerprint != key.fingerprint:
        raise Conflict("request_id", key.request_id)
    return str(row.resource)


def remember(connection: sa.Connection, key: RequestKey, resource: str, now: dt.datetime) -> None:
    """Notes what the request made; part of the write that makes it."""
    connection.execute(
        sa.insert(request),
        {
            "merchant": key.merchant,
            "request_id": key.request_id,
            "fingerprint": key.fingerprint,
            "resource": resource,
            "create_time": to_micros(now),
        },
    )
