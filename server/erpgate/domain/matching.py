"""Which item of the ERP each line of an order is: by SKU, exactly, or not at all."""

import difflib
import functools
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from erpgate.domain.order import OrderLine
from erpgate.domain.problem import Blocked, LineProblem
from erpgate.plugin.capabilities import SkuStrategy
from erpgate.plugin.model import Item, ItemId
from erpgate.plugin.reasons import Reason
from erpgate.plugin.settings import ChannelSettings

S = TypeVar("S", bound=ChannelSettings)

MAX_SUGGESTIONS: Final = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Alias:
    """A learned correction: what a sales channel's SKU means in the ERP.

    Attributes:
        sku: The channel's.
        item: The ERP's id of what it means.
        item_sku: The item's SKU at the time.
    """

    sku: str
    item: ItemId
    item_sku: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Matching:
    """What the lines of an order are.

    Attributes:
        items: Line id to item, for lines that match, in the order of the lines.
        aliases: Line id to the alias that decided.
        problems: One per line that does not match.
        details: Of the first problem.
    """

    items: Mapping[str, Item]
    aliases: Mapping[str, Alias]
    problems: tuple[LineProblem, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)

    def all_items(self) -> Mapping[str, Item]:
        """Line id to item.

        Raises:
            Blocked: Lines do not match; all of them are in `lines`, the first one decides the reason.
        """
        if not self.problems:
            return self.items
        first = self.problems[0]
        verb = "does" if len(self.problems) == 1 else "do"
        lines = len(self.problems) + len(self.items)
        raise Blocked(
            first.reason,
            f"{len(self.problems)} of {lines} lines {verb} not match an item of the ERP. "
            f"Line {first.line_id}: {first.message}",
            details=self.details,
            lines=self.problems,
        )


def match(
    order_lines: Sequence[OrderLine],
    candidates: Sequence[Item],
    strategy: SkuStrategy[S],
    settings: S,
    *,
    corrections: Mapping[str, str],
    aliases: Mapping[str, Alias] | None = None,
    known_skus: Sequence[str] = (),
) -> Matching:
    """Finds the one item of every line.

    SKUs are equal when they are the same text in the strategy's normal form; case matters. Items that are switched off
    in the ERP count only where no other item has the SKU. What a person gave for the line comes first, then an alias,
    then the line's own SKU.

    Args:
        order_lines: All lines of the order.
        candidates: At least every item of the ERP that carries one of the lines' SKUs or that an alias means.
        strategy: Which code of an item is the SKU.
        settings: The channel's.
        corrections: Line id to the SKU that a person gave instead of the line's.
        aliases: SKU in its normal form to what it means.
        known_skus: SKUs of the whole catalogue, to suggest from.
    """
    index = _index(candidates, strategy, settings)
    by_id = {item.id: item for item in candidates}
    similar = SimilarSkus([*index, *map(strategy.normalise, known_skus)])
    matched: dict[str, Item] = {}
    used: dict[str, Alias] = {}
    problems: list[tuple[OrderLine, _NoMatch]] = []
    for line in order_lines:
        sku = strategy.normalise(corrections.get(line.line_id, line.sku))
        alias = None if line.line_id in corrections else (aliases or {}).get(sku)
        if alias is None:
            found = _resolve(sku, index.get(sku, ()), lambda item: refusal_of(item, strategy, settings))
        else:
            used[line.line_id] = alias
            found = _meant(alias, by_id.get(alias.item), lambda item: refusal_of(item, strategy, settings))
        if isinstance(found, Item):
            matched[line.line_id] = found
        else:
            problems.append((line, found))
    return Matching(
        items=matched,
        aliases=used,
        problems=tuple(_problem(line, problem, similar) for line, problem in problems),
        details=_details(*problems[0]) if problems else {},
    )


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


def _meant(alias: Alias, item: Item | None, refusal: Callable[[Item], str | None]) -> Item | _NoMatch:
    """The item that an alias means."""
    if item is None:
        text = (
            f"The SKU {alias.sku!r} has an alias to the item {alias.item}, SKU {alias.item_sku!r}, "
            "which is not in the ERP any more: set or delete the alias."
        )
        return _NoMatch(alias.sku, Reason.SKU_NOT_FOUND, text)
    return _resolve(alias.item_sku or alias.sku, [item], refusal)


def refusal_of(item: Item, strategy: SkuStrategy[S], settings: S) -> str | None:
    """Why an active item cannot be invoiced although its SKU matches; None if it can."""
    text = strategy.refusal(item, settings)
    if text is None and item.kind == "variant_parent":
        return f"The item {item.id} has variants; only they can be sold."
    return text


def _details(line: OrderLine, problem: _NoMatch) -> dict[str, str]:
    details = {"line_id": line.line_id, "sku": problem.sku}
    return details | {"items": ", ".join(problem.items)} if problem.items else details


def _problem(line: OrderLine, problem: _NoMatch, similar: "SimilarSkus") -> LineProblem:
    return LineProblem(
        line_id=line.line_id,
        sku=line.sku,
        reason=problem.reason,
        message=problem.text,
        suggestions=similar.to(problem.sku) if problem.reason is Reason.SKU_NOT_FOUND else (),
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
