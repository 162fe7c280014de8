"""Which item of the ERP each line of an order is: by SKU, exactly, or not at all."""

import difflib
import functools
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from erpgate.domain.order import OrderLine
from erpgate.domain.problem import Blocked, LineProblem
from erpgate.plugin.capabilities import SkuStrategy
from erpgate.plugin.model import Item
from erpgate.plugin.reasons import Reason
from erpgate.plugin.settings import ChannelSettings

S = TypeVar("S", bound=ChannelSettings)

MAX_SUGGESTIONS: Final = 3


def match(
    order_lines: Sequence[OrderLine],
    candidates: Sequence[Item],
    strategy: SkuStrategy[S],
    settings: S,
    *,
    corrections: Mapping[str, str],
    known_skus: Sequence[str] = (),
) -> Mapping[str, Item]:
    """Finds the one item of every line.

    SKUs are equal when they are the same text in the strategy's normal form; case matters. Items that are switched off
    in the ERP count only where no other item has the SKU.

    Args:
        order_lines: All lines of the order.
        candidates: At least every item of the ERP that carries one of the lines' SKUs.
        strategy: Which code of an item is the SKU.
        settings: The channel's.
        corrections: Line id to the SKU that a person gave instead of the line's.
        known_skus: SKUs of the whole catalogue, to suggest from.

    Returns:
        Line id to item, in the order of the lines.

    Raises:
        Blocked: Lines do not match; all of them are in `lines`, the first one decides the reason.
    """
    index = _index(candidates, strategy, settings)
    similar = SimilarSkus([*index, *map(strategy.normalise, known_skus)])
    matched: dict[str, Item] = {}
    problems: list[tuple[OrderLine, _NoMatch]] = []
    for line in order_lines:
        sku = strategy.normalise(corrections.get(line.line_id, line.sku))
        found = _resolve(sku, index.get(sku, ()), lambda item: refusal_of(item, strategy, settings))
        if isinstance(found, Item):
            matched[line.line_id] = found
        else:
            problems.append((line, found))
    if problems:
        raise _blocked(problems, len(order_lines), similar)
    return matched


@dataclass(frozen=True, slots=True)
class _NoMatch:
    sku: str
    reason: Reason
    text: str
    items: tuple[str, ...] = ()


def _index(candidates: Iterable[Item], strategy: SkuStrategy[S], settings: S) -> dict[str, tuple[Item, ...]]:
    """Normal SKU to the items that have it, each item once."""
    by_sku: dict[str, dict[str, Item]] = {}
    for item in candidates:
        sku = strategy.normalise(strategy.sku_of(item, settings) or "")
        if sku:
            by_sku.setdefault(sku, {})[item.id] = item
    return {sku: tuple(items.values()) for sku, items in by_sku.items()}


def _resolve(sku: str, items: Sequence[Item], refusal: Callable[[Item], str | None]) -> Item | _NoMatch:
    if not sku:
        return _NoMatch(sku, Reason.SKU_NOT_FOUND, "The line has no SKU.")
    if not items:
        return _NoMatch(sku, Reason.SKU_NOT_FOUND, f"No item of the ERP has the SKU {sku!r}.")
    active = [item for item in items if item.active]
    if not active:
        return _NoMatch(sku, Reason.ITEM_INACTIVE, f"The item with the SKU {sku!r} is inactive in the ERP.")
    refusals = [text for item in active if (text := refusal(item)) is not None]
    if len(refusals) == len(active):
        return _NoMatch(sku, Reason.VARIANT_NOT_INVOICEABLE, refusals[0])
    if len(active) > 1:
        ids = tuple(item.id for item in active)
        text = f"Several items of the ERP have the SKU {sku!r}: {', '.join(ids)}."
        return _NoMatch(sku, Reason.SKU_AMBIGUOUS, text, ids)
    return active[0]


def refusal_of(item: Item, strategy: SkuStrategy[S], settings: S) -> str | None:
    """Why an active item cannot be invoiced although its SKU matches; None if it can."""
    text = strategy.refusal(item, settings)
    if text is None and item.kind == "variant_parent":
        return f"The item {item.id} has variants; only they can be sold."
    return text


def _blocked(problems: Sequence[tuple[OrderLine, _NoMatch]], lines: int, similar: "SimilarSkus") -> Blocked:
    line, first = problems[0]
    details = {"line_id": line.line_id, "sku": first.sku}
    if first.items:
        details["items"] = ", ".join(first.items)
    verb = "does" if len(problems) == 1 else "do"
    return Blocked(
        first.reason,
        f"{len(problems)} of {lines} lines {verb} not match an item of the ERP. Line {line.line_id}: {first.text}",
        details=details,
        lines=tuple(
            LineProblem(
                line_id=line.line_id,
                sku=line.sku,
                reason=problem.reason,
                message=problem.text,
                suggestions=similar.to(problem.sku) if problem.reason is Reason.SKU_NOT_FOUND else (),
            )
            for line, problem in problems
        ),
    )


class SimilarSkus:
    """Finds SKUs that a person may have meant.

    Codes are compared without case and punctuation: first those that are then the same, then those that look alike.
    Only some codes that begin or end alike are looked at, and only for some lines, so that an order in which nothing
    matches costs little in a large catalogue too.
    """

    _EDGE: Final = 3
    _LENGTH_DIFFERENCE: Final = 2
    _LIKENESS: Final = 0.7
    _CODES_COMPARED: Final = 300
    _SEARCHES: Final = 20

    def __init__(self, skus: Iterable[str]) -> None:
        self._skus = skus
        self._searches_left = self._SEARCHES

    def to(self, sku: str) -> tuple[str, ...]:
        """At most `MAX_SUGGESTIONS` SKUs that look like this one, the likeliest first."""
        key = _compact(sku)
        found = list(self._by_key.get(key, ()))
        if key and len(found) < MAX_SUGGESTIONS and self._searches_left:
            self._searches_left -= 1
            found += [other for close in self._close_to(key) for other in self._by_key[close]]
        return tuple(found[:MAX_SUGGESTIONS])

    @functools.cached_property
    def _by_key(self) -> dict[str, list[str]]:
        by_key: dict[str, list[str]] = {}
        for sku in dict.fromkeys(self._skus):
            if key := _compact(sku):
                by_key.setdefault(key, []).append(sku)
        return by_key

    @functools.cached_property
    def _by_edge(self) -> dict[str, list[str]]:
        by_edge: dict[str, list[str]] = {}
        for key in self._by_key:
            for edge in self._edges(key):
                by_edge.setdefault(edge, []).append(key)
        return by_edge

    def _edges(self, key: str) -> tuple[str, str]:
        return f"{key[: self._EDGE]}…", f"…{key[-self._EDGE :]}"

    def _close_to(self, key: str) -> list[str]:
        alike = dict.fromkeys(
            other
            for edge in self._edges(key)
            for other in self._by_edge.get(edge, ())
            if other != key and abs(len(other) - len(key)) <= self._LENGTH_DIFFERENCE
        )
        compared = itertools.islice(alike, self._CODES_COMPARED)
        return difflib.get_close_matches(key, compared, n=MAX_SUGGESTIONS, cutoff=self._LIKENESS)


def _compact(sku: str) -> str:
    return "".join(filter(str.isalnum, sku.casefold()))
