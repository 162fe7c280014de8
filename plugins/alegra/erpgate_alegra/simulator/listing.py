"""Lists: paging, order and the envelope, the same for every resource."""

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any

from .assumptions import METADATA_FALSE_IS_TRUE
from .call import Answer, Call
from .collection import Collection
from .errors import Invalid
from .jsontext import Document

MAX_LIMIT = 30
"""Longest page, and the default one."""

Filter = Callable[[Document], bool]
"""Tells whether a list shows a document."""


def page_of(
    call: Call,
    documents: Iterable[Document],
    *,
    show: Callable[[Document], Any],
    filters: Iterable[Filter] = (),
    order: Mapping[str, Callable[[Document], Any]] | None = None,
) -> Answer:
    """Answers one page of the documents that pass every filter.

    Args:
        call: Carries `start`, `limit`, `order_field`, `order_direction` and `metadata`.
        documents: The candidates, in the resource's default order.
        show: Makes the answered form of one document.
        filters: What a shown document must pass.
        order: Sort keys by `order_field`; an unknown field is ignored like any unknown parameter.

    Raises:
        Invalid: `limit` is above 30, or `start` or `limit` is no number.
    """
    start, limit = _number(call, "start", 0), _number(call, "limit", MAX_LIMIT)
    if not 1 <= limit <= MAX_LIMIT:
        raise Invalid(f"El parámetro limit debe ser un número entre 1 y {MAX_LIMIT}")
    passing: Iterable[Document] = call.tenant.listed(call.resource, documents, call.now)
    for passes in filters:
        passing = filter(passes, passing)
    passing = _ordered(call, passing, order or {})
    wants_total = _wants_total(call)
    if not wants_total:
        return Answer(body=[show(document) for document in islice(passing, start, start + limit)])
    found = list(passing)
    rows = [show(document) for document in found[start : start + limit]]
    return Answer(body={"metadata": {"total": len(found)}, "data": rows})


def contains(text: object, part: str) -> bool:
    """Whether a text contains a part, whatever the case."""
    return part.casefold() in str(text or "").casefold()


def _number(call: Call, name: str, default: int) -> int:
    text = call.query.get(name, "")
    if not text:
        return default
    if not text.isdecimal():
        raise Invalid(f"El parámetro {name} debe ser un número")
    return int(text)


def _wants_total(call: Call) -> bool:
    value = call.query.get("metadata", "")
    return value in {"true", "1"} or (value == "false" and METADATA_FALSE_IS_TRUE)


def _ordered(
    call: Call, documents: Iterable[Document], order: Mapping[str, Callable[[Document], Any]]
) -> Iterable[Document]:
    direction = call.query.get("order_direction", "").upper()
    key = order.get(call.query.get("order_field", ""))
    if key is None:
        if direction not in {"ASC", "DESC"}:
            return documents
        key = order.get("id")
        if key is None:
            return documents
    if direction == "ASC" and key is order.get("id") and isinstance(documents, Collection) and documents.ascending:
        return documents
    return sorted(documents, key=key, reverse=direction == "DESC")
