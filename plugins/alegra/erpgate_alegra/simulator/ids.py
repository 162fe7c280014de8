"""Ids as Alegra gives them: running numbers as text, and UUIDs of version 7 where it has moved to those."""

import secrets
import uuid
from datetime import datetime

_RANDOM_BITS = 74
_HIGH_BITS = 12


def uuid7(now: datetime) -> str:
    """Makes a UUID that sorts by the time of its making (RFC 9562, version 7)."""
    milliseconds = int(now.timestamp() * 1000)
    random = secrets.randbits(_RANDOM_BITS)
    high, low = random >> (_RANDOM_BITS - _HIGH_BITS), random & ((1 << 62) - 1)
    return str(uuid.UUID(int=(milliseconds << 80) | (7 << 76) | (high << 64) | (0b10 << 62) | low))


def number_or_text(identity: str) -> int | str:
    """Shows an id as a number where the recordings do, which a UUID cannot be."""
    return int(identity) if identity.isdecimal() else identity
