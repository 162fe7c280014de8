"""The documents of one kind that one company keeps, found by id or through an index."""

from collections.abc import Callable, Iterable, Iterator

from .database import Changes
from .jsontext import Document

COUNTERS = "_counter"
"""Kind under which the last running number of each other kind is kept."""


class Index:
    """Finds documents by values computed from them, without reading every document."""

    def __init__(self, values: Callable[[Document], Iterable[str]]) -> None:
        self._values = values
        self._ids: dict[str, dict[str, None]] = {}
        self._of: dict[str, frozenset[str]] = {}

    def update(self, document: Document) -> None:
        """Takes over a new or changed document."""
        identity = document["id"]
        new = frozenset(self._values(document))
        old = self._of.get(identity, frozenset())
        if new != old:
            self._drop(identity, old - new)
            for value in new - old:
                self._ids.setdefault(value, {})[identity] = None
            self._of[identity] = new

    def forget(self, identity: str) -> None:
        """Leaves a removed document out."""
        self._drop(identity, self._of.pop(identity, frozenset()))

    def ids(self, value: str) -> list[str]:
        """Ids of the documents that have the value, oldest first."""
        return list(self._ids.get(value, ()))

    def _drop(self, identity: str, values: Iterable[str]) -> None:
        for value in values:
            del self._ids[value][identity]
            if not self._ids[value]:
                del self._ids[value]


class Collection:
    """The documents of one kind, in the order of their creation.

    A handler changes a document in place and then puts it, which updates the indexes and notes the change.

    Attributes:
        kind: Of document.
        ascending: Whether the order of creation is that of the ids.
    """

    def __init__(self, tenant: str, kind: str, changes: Changes, indexes: dict[str, Index] | None = None) -> None:
        self.kind = kind
        self.ascending = True
        self._tenant = tenant
        self._changes = changes
        self._documents: dict[str, Document] = {}
        self._indexes = indexes or {}
        self._last = 0

    def __len__(self) -> int:
        return len(self._documents)

    def __iter__(self) -> Iterator[Document]:
        return iter(self._documents.values())

    def newest_first(self) -> Iterator[Document]:
        """All documents, the one created last first."""
        return reversed(self._documents.values())

    def get(self, identity: str | None) -> Document | None:
        """The document with the id, or None."""
        return None if identity is None else self._documents.get(identity)

    def next_id(self) -> str:
        """Takes the next running number; a number is never given twice."""
        self._last += 1
        self._changes.put((self._tenant, COUNTERS, self.kind), {"last": self._last})
        return str(self._last)

    def put(self, document: Document) -> Document:
        """Stores a new or changed document under its `id`."""
        self.load(document)
        self._changes.put((self._tenant, self.kind, document["id"]), document)
        return document

    def remove(self, identity: str) -> None:
        """Removes a document."""
        del self._documents[identity]
        for index in self._indexes.values():
            index.forget(identity)
        self._changes.remove((self._tenant, self.kind, identity))

    def having(self, index: str, value: str) -> list[Document]:
        """The documents that an index finds for a value, oldest first."""
        return [self._documents[identity] for identity in self._indexes[index].ids(value)]

    def load(self, document: Document) -> None:
        """Takes over a document that is already durable."""
        identity = document["id"]
        if identity not in self._documents:
            newest = next(reversed(self._documents), "0")
            self.ascending &= identity.isdecimal() and newest.isdecimal() and int(identity) > int(newest)
        self._documents[identity] = document
        if identity.isdecimal():
            self._last = max(self._last, int(identity))
        for index in self._indexes.values():
            index.update(document)

    def count_from(self, last: int) -> None:
        """Continues numbering after a number that is already durable."""
        self._last = max(self._last, last)
