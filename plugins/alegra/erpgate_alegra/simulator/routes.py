"""Which handler answers which path."""

from collections.abc import Mapping
from dataclasses import dataclass

from . import webhooks
from .call import Handler
from .errors import MethodNotAllowed, UnknownPath
from .resources import (
    banks,
    catalogue,
    categories,
    company,
    contacts,
    credit_notes,
    inventory,
    invoices,
    items,
    payments,
    users,
    variants,
)

BASE = "/api/v1"
"""What every path begins with."""

_ACTIONS = {"GET": "view", "POST": "add", "PUT": "edit", "DELETE": "delete"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """Where a call goes.

    Attributes:
        pattern: The path with ``{id}`` for the document, such as ``/invoices/{id}/open``.
        resource: First segment of the path.
        identity: The document that the path names; empty when it names none.
        action: The permission that it takes, such as ``edit`` or ``void``.
        handler: What answers it.
    """

    pattern: str
    resource: str
    identity: str
    action: str
    handler: Handler


def _table() -> dict[str, dict[str, Handler]]:
    table: dict[str, dict[str, Handler]] = {}
    groups = [catalogue.handlers(resource) for resource in catalogue.CATALOGUES.values()]
    modules = (
        banks,
        categories,
        company,
        contacts,
        credit_notes,
        inventory,
        invoices,
        items,
        payments,
        users,
        variants,
        webhooks,
    )
    for handlers in groups + [module.HANDLERS for module in modules]:
        for (method, pattern), handler in handlers.items():
            table.setdefault(pattern, {})[method] = handler
    return table


class Router:
    """Finds routes; a trailing slash does not matter."""

    def __init__(self) -> None:
        self._table: Mapping[str, Mapping[str, Handler]] = _table()

    def pattern(self, path: str) -> str:
        """The pattern that a path follows, for a path without `BASE`; the path itself when there is none."""
        literal = path.rstrip("/")
        if literal in self._table:
            return literal
        segments = literal.split("/")
        for place in (2, 3):  # of the id: a resource such as webhooks/subscriptions has two words
            pattern = "/".join([*segments[:place], "{id}", *segments[place + 1 :]])
            if len(segments) > place and pattern in self._table:
                return pattern
        return literal

    def find(self, method: str, path: str) -> Route:
        """Finds where a call goes.

        Raises:
            UnknownPath: There is no such path.
            MethodNotAllowed: The path does not take the method.
        """
        pattern = self.pattern(path)
        handlers = self._table.get(pattern)
        if handlers is None:
            raise UnknownPath
        if method not in handlers:
            raise MethodNotAllowed
        segments = path.rstrip("/").split("/")
        names_one = "{id}" in pattern
        last = pattern.rpartition("/")[2]
        return Route(
            pattern=pattern,
            resource=segments[1],
            identity=segments[pattern.split("/").index("{id}")] if names_one else "",
            action=last if method == "POST" and last not in {segments[1], "{id}"} else _ACTIONS.get(method, "view"),
            handler=handlers[method],
        )
