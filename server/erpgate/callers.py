"""API keys of callers: made once, shown once, and kept as a digest."""

import hashlib
import secrets

_PREFIX = "erpgate_"
"""So that a key is recognised where it should not be, by people and by scanners."""


def new_key() -> str:
    """A new key; it has 256 random bits, so that a plain digest of it gives nothing away."""
    return _PREFIX + secrets.token_urlsafe(32)


def digest_of(key: str) -> str:
    """What is stored of a key."""
    return hashlib.sha256(key.encode()).hexdigest()
