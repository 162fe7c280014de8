"""Where the documents outlive the process: one SQLite table, written before each answer."""

import sqlite3
from collections.abc import Iterator
from typing import Protocol

from .jsontext import Document, dumps, loads

_SCHEMA = """
CREATE TABLE IF NOT EXISTS kv (
    tenant TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, json TEXT NOT NULL,
    PRIMARY KEY (tenant, kind, id)
)
"""
_UPSERT = "INSERT INTO kv VALUES (?, ?, ?, ?) ON CONFLICT (tenant, kind, id) DO UPDATE SET json = excluded.json"
_DELETE = "DELETE FROM kv WHERE tenant = ? AND kind = ? AND id = ?"

Key = tuple[str, str, str]
"""Tenant, kind and id: what identifies a document."""


class Changes(Protocol):
    """Takes note of changed documents and, on `commit`, makes them durable."""

    def put(self, key: Key, document: Document) -> None:
        """Notes that a document is new or changed."""

    def remove(self, key: Key) -> None:
        """Notes that a document is gone."""

    def commit(self) -> None:
        """Makes every noted change durable, all or none."""

    def clear(self) -> None:
        """Forgets every document."""

    def rows(self) -> Iterator[tuple[Key, Document]]:
        """Reads every durable document, in the order of its first writing."""

    def close(self) -> None:
        """Releases the file."""


class Memory:
    """Keeps nothing: the state ends with the process."""

    def put(self, key: Key, document: Document) -> None:
        """Notes nothing."""

    def remove(self, key: Key) -> None:
        """Notes nothing."""

    def commit(self) -> None:
        """Writes nothing."""

    def clear(self) -> None:
        """Has nothing to forget."""

    def rows(self) -> Iterator[tuple[Key, Document]]:
        """Has nothing to read."""
        return iter(())

    def close(self) -> None:
        """Has nothing to release."""


class Database:
    """Writes each answered change to an SQLite file.

    The file survives the death of the process, which is what tests need; it is not synchronised to disk at each
    commit, so a power cut may lose the last answers.
    """

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute(_SCHEMA)
        self._changed: dict[Key, Document | None] = {}

    def put(self, key: Key, document: Document) -> None:
        """Notes that a document is new or changed."""
        self._changed[key] = document

    def remove(self, key: Key) -> None:
        """Notes that a document is gone."""
        self._changed[key] = None

    def commit(self) -> None:
        """Writes every noted change in one transaction."""
        if not self._changed:
            return
        changed, self._changed = self._changed, {}
        self._connection.execute("BEGIN IMMEDIATE")
        written = [(*key, dumps(document)) for key, document in changed.items() if document is not None]
        self._connection.executemany(_UPSERT, written)
        self._connection.executemany(_DELETE, [key for key, document in changed.items() if document is None])
        self._connection.execute("COMMIT")

    def clear(self) -> None:
        """Forgets every document."""
        self._changed.clear()
        self._connection.execute("DELETE FROM kv")

    def rows(self) -> Iterator[tuple[Key, Document]]:
        """Reads every durable document, in the order of its first writing."""
        for tenant, kind, identity, text in self._connection.execute("SELECT * FROM kv ORDER BY rowid"):
            yield (tenant, kind, identity), loads(text)

    def close(self) -> None:
        """Releases the file."""
        self._connection.close()
