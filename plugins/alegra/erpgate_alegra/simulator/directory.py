"""All companies, and the door through which a call reaches one of them."""

import base64
import binascii
from collections.abc import Iterator

from .account import Account
from .collection import COUNTERS, Collection
from .database import Changes
from .errors import Unauthorized
from .jsontext import Document
from .tenant import ACCOUNT, Tenant


class Directory:
    """All companies by e-mail, loaded from the database when it is made."""

    def __init__(self, changes: Changes) -> None:
        self.changes = changes
        self._tenants: dict[str, Tenant] = {}
        self._by_header: dict[str, Tenant] = {}
        self._load()

    def __iter__(self) -> Iterator[Tenant]:
        return iter(self._tenants.values())

    def get(self, email: str) -> Tenant | None:
        """The company of a user, or None."""
        return self._tenants.get(email)

    def open(self, document: Document) -> Tenant:
        """Adds a company, or gives an existing one a new account document.

        Raises:
            ValueError: The document names something that is not known.
        """
        account = Account.parse(document)
        self._by_header.clear()
        tenant = self._tenants.setdefault(account.email, Tenant(account, self.changes))
        tenant.account = account
        tenant[ACCOUNT].put(document | {"id": account.email})
        return tenant

    def authenticate(self, authorization: str) -> Tenant:
        """Finds the company of an Authorization header.

        Raises:
            Unauthorized: The header is not Basic, or its e-mail and token belong to none.
        """
        if tenant := self._by_header.get(authorization):
            return tenant
        scheme, _, encoded = authorization.partition(" ")
        try:
            email, _, token = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise Unauthorized from None
        found = self._tenants.get(email)
        if scheme.lower() != "basic" or found is None or found.account.token != token:
            raise Unauthorized
        self._by_header[authorization] = found
        return found

    def clear(self) -> None:
        """Forgets every company."""
        self._tenants.clear()
        self._by_header.clear()
        self.changes.clear()

    def _load(self) -> None:
        rows = list(self.changes.rows())
        for (email, kind, _), document in rows:
            if kind == ACCOUNT:
                self._tenants[email] = Tenant(Account.parse(document), self.changes)
        for (email, kind, identity), document in rows:
            if kind == COUNTERS:
                self._collection(email, identity).count_from(document["last"])
            else:
                self._collection(email, kind).load(document)

    def _collection(self, email: str, kind: str) -> Collection:
        return self._tenants[email][kind]
