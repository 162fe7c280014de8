"""One call as a handler sees it, and what the handler answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from .errors import Invalid, NotFound
from .jsontext import Document
from .tenant import Tenant


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """What the tax authority says instead of accepting a document."""

    message: str
    code: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One authenticated call.

    Attributes:
        tenant: The company it is about.
        resource: First segment of the path, such as ``invoices``.
        identity: The document that the path names; empty when it names none.
        query: Parameters of the query.
        body: The parsed body; None without one.
        now: The present instant.
        refusal: Makes the tax authority refuse every stamp of this call.
        origin: Scheme and host that the caller used.
    """

    tenant: Tenant
    resource: str
    identity: str = ""
    query: Mapping[str, str]
    body: Any = None
    now: datetime
    refusal: Refusal | None = None
    origin: str = ""

    @property
    def local_now(self) -> datetime:
        """The present instant in the company's zone."""
        return self.now.astimezone(self.tenant.zone)

    @property
    def today(self) -> date:
        """The company's date."""
        return self.local_now.date()

    @property
    def fields(self) -> Document:
        """The body as an object; empty without one.

        Raises:
            Invalid: The body is something else.
        """
        if self.body is None or self.body == []:
            return {}
        if not isinstance(self.body, dict):
            raise Invalid("El cuerpo de la petición debe ser un objeto")
        return self.body

    @property
    def extras(self) -> frozenset[str]:
        """What the query asks to be shown besides the usual keys."""
        return frozenset(part.strip() for part in self.query.get("fields", "").split(","))

    def document(self) -> Document:
        """The document that the path names.

        Raises:
            NotFound: There is none with the id.
        """
        document = self.tenant[self.resource].get(self.identity)
        if document is None or document.get("deleted"):
            raise NotFound
        return document


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a handler answers.

    Attributes:
        status: HTTP status.
        body: What becomes JSON.
        raw: Sent instead of the body when it is not empty.
    """

    status: int = 200
    body: Any = None
    raw: bytes = b""


Handler = Callable[[Call], Answer]
"""Answers one call; changes documents only after every check has passed."""


def done(message: str, code: int | str = 200) -> Answer:
    """The answer of an action that shows no document."""
    return Answer(body={"code": code, "message": message})
