"""Seals credentials: an envelope of AES-256-GCM, so that the database alone gives nothing away.

Every record has a data key of its own, sealed by the operator's master key; changing the master key re-seals data keys
only. The place that a record belongs to is authenticated, so that a sealed record cannot be moved to another channel.
"""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_FORMAT = b"\x01"
_ID = 8
_NONCE = 12
_WRAPPED = 32 + 16


class VaultError(Exception):
    """The master key is missing, malformed, or not the one that sealed a record."""


class Vault:
    """Seals with one master key, and opens what it or older ones have sealed.

    Args:
        keys: Each of 32 bytes; the first one seals.
    """

    def __init__(self, *keys: bytes) -> None:
        if not keys or any(len(key) != 32 for key in keys):
            raise VaultError("The master key must be 32 bytes, written as base64: run `erpgate generate-key`.")
        self._keys = {hashlib.sha256(b"erpgate master key" + key).digest()[:_ID]: AESGCM(key) for key in keys}
        self._sealing = next(iter(self._keys))
        self._secrets = keys

    def __repr__(self) -> str:
        return "Vault()"

    @classmethod
    def from_text(cls, text: str) -> "Vault":
        """A vault from the base64 of its keys, with blanks or line ends between."""
        try:
            return cls(*(base64.b64decode(word, validate=True) for word in text.split()))
        except binascii.Error as error:
            raise VaultError("The master key is not base64: run `erpgate generate-key`.") from error

    @classmethod
    def from_file(cls, path: Path) -> "Vault":
        """A vault from a file that holds the keys' base64, one a line."""
        try:
            return cls.from_text(path.read_text())
        except OSError as error:
            raise VaultError(f"The key file {path} can't be read: {error.strerror}.") from error

    @property
    def key_ids(self) -> Sequence[str]:
        """Names of the keys, which tell nothing about them; the first one seals."""
        return [name.hex() for name in self._keys]

    def tokens(self, place: str) -> Sequence[str]:
        """Secret words for a place, which nobody can tell without a master key; the first is of the newest key."""
        return [hmac.digest(key, f"erpgate hook {place}".encode(), "sha256").hex() for key in self._secrets]

    def seal(self, plain: bytes, place: str) -> bytes:
        """Seals a record for a place, such as a channel's resource name."""
        data_key = AESGCM.generate_key(256)
        nonce = os.urandom(_NONCE)
        return self._wrapped(data_key) + nonce + AESGCM(data_key).encrypt(nonce, plain, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """Opens a record.

        Raises:
            VaultError: Another key sealed it, or it was changed or moved.
        """
        data_key, rest = self._unwrapped(sealed)
        try:
            return AESGCM(data_key).decrypt(rest[:_NONCE], rest[_NONCE:], place.encode())
        except (InvalidTag, ValueError) as error:
            raise VaultError("A sealed record was changed or moved.") from error

    def is_current(self, sealed: bytes) -> bool:
        """Whether the first key sealed a record."""
        return sealed.startswith(_FORMAT + self._sealing)

    def can_open(self, sealed: bytes) -> bool:
        """Whether one of the keys sealed a record."""
        return self._key_id(sealed) in self._keys

    def reseal(self, sealed: bytes) -> bytes:
        """The same record under the first key; its contents are not opened for it.

        Raises:
            VaultError: Another key sealed it, or it was changed.
        """
        data_key, rest = self._unwrapped(sealed)
        return self._wrapped(data_key) + rest

    def _wrapped(self, data_key: bytes) -> bytes:
        head, nonce = _FORMAT + self._sealing, os.urandom(_NONCE)
        return head + nonce + self._keys[self._sealing].encrypt(nonce, data_key, head)

    def _unwrapped(self, sealed: bytes) -> tuple[bytes, bytes]:
        """A record's data key, and what is sealed with that."""
        if not self.can_open(sealed):
            raise VaultError("Another master key sealed this record: start erpgate with that key.")
        head, rest = sealed[: 1 + _ID], sealed[1 + _ID :]
        nonce, wrapped, rest = rest[:_NONCE], rest[_NONCE : _NONCE + _WRAPPED], rest[_NONCE + _WRAPPED :]
        try:
            return self._keys[self._key_id(sealed)].decrypt(nonce, wrapped, head), rest
        except (InvalidTag, ValueError) as error:
            raise VaultError("A sealed record was changed or moved.") from error

    def _key_id(self, sealed: bytes) -> bytes:
        return sealed[1 : 1 + _ID] if sealed.startswith(_FORMAT) else b""


def generate_key() -> str:
    """A new master key as base64."""
    return base64.b64encode(AESGCM.generate_key(256)).decode()
