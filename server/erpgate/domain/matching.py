"""Which item of the ERP each line of an order is: by SKU, exactly, or not at all."""

import difflib
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
    similar = _Similar([*index, *map(strategy.normalise, known_skus)])
    matched: dict[str, Item] = {}
    problems: list[LineProblem] = []
    for line in order_lines:
        sku = strategy.normalise(corrections.get(line.line_id, line.sku))
        found = _resolve(sku, index.get(sku, ()), lambda item: _refusal(item, strategy, settings))
        if isinstance(found, Item):
            matched[line.line_id] = found
        else:
            suggestions = similar.to(sku) if found.reason is Reason.SKU_NOT_FOUND else ()
            problems.append(
                LineProblem(
                    line_id=line.line_id, sku=sku, reason=found.reason, message=found.text, suggestions=suggestions
                )
            )
    if problems:
        raise _blocked(problems, len(order_lines), index)
    return matched


@dataclass(frozen=True, slots=True)
class _NoMatch:
    reason: Reason
    text: str


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
        return _NoMatch(Reason.SKU_NOT_FOUND, "The line has no SKU.")
    if not items:
        return _NoMatch(Reason.SKU_NOT_FOUND, f"No item of the ERP has the SKU {sku!r}.")
    active = [item for item in items if item.active]
    if not active:
        return _NoMatch(Reason.ITEM_INACTIVE, f"The item {items[0].id} with the SKU {sku!r} is inactive in the ERP.")
    refusals = [refusal(item) for item in active]
    if all(refusals):
        return _NoMatch(Reason.VARIANT_NOT_INVOICEABLE, next(filter(None, refusals)))
    if len(active) > 1:
        ids = ", ".join(item.id for item in active)
        return _NoMatch(Reason.SKU_AMBIGUOUS, f"Several items of the ERP have the SKU {sku!r}: {ids}.")
    return active[0]


def _refusal(item: Item, strategy: SkuStrategy[S], settings: S) -> str | None:
    text = strategy.refusal(item, settings)
    if text is None and item.kind == "variant_parent":
        return f"The item {item.id} has variants; only they can be sold."
    return text


def _blocked(problems: Sequence[LineProblem], lines: int, index: Mapping[str, Sequence[Item]]) -> Blocked:
    first = problems[0]
    details = {"line_id": first.line_id, "sku": first.sku}
    if first.reason is Reason.SKU_AMBIGUOUS:
        details["items"] = ", ".join(item.id for item in index[first.sku] if item.active)
    verb = "does" if len(problems) == 1 else "do"
    message = f"{len(problems)} of {lines} lines {verb} not match an item of the ERP. Line {first.line_id}: "
    return Blocked(first.reason, message + first.message, details=details, lines=tuple(problems))


class _Similar:
    """Finds SKUs that a person may have meant.

    Codes are compared without case and punctuation. Only codes of about the same length that begin or end alike are
    looked at, so that a large catalogue costs little.
    """

    _EDGE: Final = 2
    _LENGTH_DIFFERENCE: Final = 3
    _LIKENESS: Final = 0.7

    def __init__(self, skus: Iterable[str]) -> None:
        self._skus = tuple(dict.fromkeys(filter(None, skus)))
        self._by_key: dict[str, list[str]] | None = None

    def to(self, sku: str) -> tuple[str, ...]:
        key = _compact(sku)
        if not key:
            return ()
        if self._by_key is None:
            self._by_key = self._keyed()
        alike = [other for other in self._by_key if other != key and self._may_be_alike(key, other)]
        close = difflib.get_close_matches(key, alike, n=MAX_SUGGESTIONS, cutoff=self._LIKENESS)
        found = [other for close_key in (key, *close) for other in self._by_key.get(close_key, ())]
        return tuple(found[:MAX_SUGGESTIONS])

    def _keyed(self) -> dict[str, list[str]]:
        by_key: dict[str, list[str]] = {}
        for sku in self._skus:
            by_key.setdefault(_compact(sku), []).append(sku)
        return by_key

    def _may_be_alike(self, key: str, other: str) -> bool:
        return abs(len(key) - len(other)) <= self._LENGTH_DIFFERENCE and (
            key[: self._EDGE] == other[: self._EDGE] or key[-self._EDGE :] == other[-self._EDGE :]
        )


def _compact(sku: str) -> str:
    return "".join(filter(str.isalnum, sku.casefold()))
