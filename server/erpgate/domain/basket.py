"""Baskets: orders of one cart, which become one invoice when all of them are there."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from erpgate.domain.eligibility import Outcome, RuleResult, Verdict
from erpgate.domain.order import Order
from erpgate.plugin.model import Buyer
from erpgate.plugin.reasons import Reason

_NAMED: Final = 20
"""External ids at most that a verdict names."""


def missing(orders: Sequence[Order]) -> tuple[int, tuple[str, ...]]:
    """How many orders of a basket have not come, and those of them whose external ids were told.

    Where its orders say different things about the basket, the larger one counts: it is better to wait than to invoice
    a part of it.

    Args:
        orders: Of one basket, as far as they are known.
    """
    baskets = [order.basket for order in orders if order.basket is not None]
    told = {external_id for basket in baskets for external_id in basket.external_ids}
    absent = sorted(told - {order.external_id for order in orders})
    size = max((basket.size for basket in baskets), default=0)
    return max(len(absent), size - len(orders)), tuple(absent)


def disagreement(orders: Sequence[Order]) -> tuple[str, tuple[str, ...]] | None:
    """A field that the orders of a basket must share and do not, with its values; None if they agree."""
    found = {
        "currency_code": {order.currency_code for order in orders},
        "buyer": {_identity(order.buyer) for order in orders} - {""},
    }
    return next(((field, tuple(sorted(values))) for field, values in found.items() if len(values) > 1), None)


def _identity(buyer: Buyer) -> str:
    return buyer.document.strip() or " ".join(buyer.name.casefold().split())


def judge_basket(
    orders: Sequence[Order], verdicts: Sequence[Sequence[Verdict]], *, invoice: str
) -> Sequence[tuple[Verdict, ...]]:
    """Lets the orders of a basket be invoiced together or not at all.

    An order that a rule leaves out, such as a cancelled one, does not hold up the others; one that waits does.

    Args:
        orders: Of one basket.
        verdicts: Of each order, by the rules about itself.
        invoice: Name of the basket's invoice, if that was sent already; else empty.
    """
    return [
        tuple(
            _in_basket(verdict, order, orders, _waiting(orders, verdicts, verdict.channel), invoice)
            if verdict.reason is Reason.ELIGIBLE
            else verdict
            for verdict in own
        )
        for order, own in zip(orders, verdicts, strict=True)
    ]


def _waiting(orders: Sequence[Order], verdicts: Sequence[Sequence[Verdict]], channel: str) -> tuple[str, ...]:
    return tuple(
        order.external_id
        for order, own in zip(orders, verdicts, strict=True)
        if any(verdict.channel == channel and verdict.outcome is Outcome.WAITING for verdict in own)
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    result: RuleResult
    outcome: Outcome
    reason: Reason
    details: Mapping[str, str]

    @property
    def noted(self) -> RuleResult:
        """The result with its reason."""
        return dataclasses.replace(self.result, reason=None if self.result.passed else self.reason)


def _in_basket(
    verdict: Verdict, order: Order, orders: Sequence[Order], waiting: tuple[str, ...], invoice: str
) -> Verdict:
    basket = order.basket.id if order.basket is not None else ""
    asked = list(_asked(basket, orders, waiting, invoice))
    trace = (*verdict.trace, *(entry.noted for entry in asked))
    failed = next((entry for entry in asked if not entry.result.passed), None)
    if failed is None:
        return dataclasses.replace(verdict, trace=trace)
    return dataclasses.replace(
        verdict, outcome=failed.outcome, reason=failed.reason, details=failed.details, trace=trace
    )


def _asked(basket: str, orders: Sequence[Order], waiting: tuple[str, ...], invoice: str) -> Iterator[_Asked]:
    yield _Asked(
        RuleResult(rule="basket_not_invoiced", value=invoice or "none", expected="none", passed=not invoice),
        Outcome.ERROR,
        Reason.BASKET_CLOSED,
        {"basket": basket, "invoice": invoice},
    )
    differing = disagreement(orders)
    field, values = differing or ("", ())
    yield _Asked(
        RuleResult(
            rule="basket_agrees",
            value=f"{field} {', '.join(values)}" if differing else "one currency and buyer",
            expected="one currency and buyer",
            passed=differing is None,
        ),
        Outcome.ERROR,
        Reason.BASKET_INCONSISTENT,
        {"basket": basket, "field": field, "values": ", ".join(values[:_NAMED])},
    )
    absent, names = missing(orders)
    everything = len(orders) + absent
    held_up = "" if not waiting else f", waiting: {', '.join(waiting[:_NAMED])}"
    yield _Asked(
        RuleResult(
            rule="basket_complete",
            value=f"{len(orders)} of {everything} orders{held_up}",
            expected=f"{everything} of {everything} orders",
            passed=not absent and not waiting,
        ),
        Outcome.WAITING,
        Reason.BASKET_INCOMPLETE,
        {
            "basket": basket,
            "arrived": str(len(orders)),
            "expected": str(everything),
            "missing": ", ".join(names[:_NAMED]),
            "waiting": ", ".join(waiting[:_NAMED]),
        },
    )
