"""Seals credentials: an envelope of AES-256-GCM, so that the database alone gives nothing away.

Every record has a data key of its own, sealed by the operator's master key; changing the master key re-seals data keys
only. The place that a record belongs to is authenticated, so that a sealed record cannot be moved to another channel.
"""

import base64
import binascii
import hashlib
import os
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
    """Seals and opens with one master key.

    Args:
        key: 32 bytes.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) != 32:
            raise VaultError("The master key must be 32 bytes, written as base64: run `erpgate generate-key`.")
        self._master = AESGCM(key)
        self._id = hashlib.sha256(b"erpgate master key" + key).digest()[:_ID]

    def __repr__(self) -> str:
        return "Vault()"

    @classmethod
    def from_text(cls, text: str) -> "Vault":
        """A vault from the key's base64."""
        try:
            return cls(base64.b64decode(text.strip(), validate=True))
        except binascii.Error as error:
            raise VaultError("The master key is not base64: run `erpgate generate-key`.") from error

    @classmethod
    def from_file(cls, path: Path) -> "Vault":
        """A vault from a file that holds the key's base64."""
        try:
            return cls.from_text(path.read_text())
        except OSError as error:
            raise VaultError(f"The key file {path} can't be read: {error.strerror}.") from error

    def seal(self, plain: bytes, place: str) -> bytes:
        """Seals a record for a place, such as a channel's resource name."""
        data_key = AESGCM.generate_key(256)
        wrap_nonce, nonce = os.urandom(_NONCE), os.urandom(_NONCE)
        head = _FORMAT + self._id
        wrapped = self._master.encrypt(wrap_nonce, data_key, head)
        return head + wrap_nonce + wrapped + nonce + AESGCM(data_key).encrypt(nonce, plain, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """Opens a record.

        Raises:
            VaultError: Another key sealed it, or it was changed or moved.
        """
        head, rest = sealed[: 1 + _ID], sealed[1 + _ID :]
        if head != _FORMAT + self._id:
            raise VaultError("Another master key sealed this record: start erpgate with that key.")
        wrap_nonce, rest = rest[:_NONCE], rest[_NONCE:]
        wrapped, rest = rest[:_WRAPPED], rest[_WRAPPED:]
        try:
            data_key = self._master.decrypt(wrap_nonce, wrapped, head)
            return AESGCM(data_key).decrypt(rest[:_NONCE], rest[_NONCE:], place.encode())
        except (InvalidTag, ValueError) as error:
            raise VaultError("A sealed record was changed or moved.") from error


def generate_key() -> str:
    """A new master key as base64."""
    return base64.b64encode(AESGCM.generate_key(256)).decode()
