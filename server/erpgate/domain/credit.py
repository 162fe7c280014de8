"""What of a document a credit note takes back, and what that comes to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from erpgate.domain.problem import Blocked
from erpgate.domain.rounding import Prediction, PricedLine, predict
from erpgate.plugin.model import DraftLine
from erpgate.plugin.policy import RoundingPolicy
from erpgate.plugin.reasons import Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class CreditedLine:
    """A part of one line that is credited.

    Attributes:
        number: Of the document's line, from 1.
        quantity: In the item's unit.
    """

    number: int
    quantity: Decimal


def lines_to_credit(
    lines: Sequence[DraftLine], credited: Mapping[int, Decimal], asked: Sequence[CreditedLine]
) -> tuple[CreditedLine, ...]:
    """The lines of a credit note: those that are asked for, or everything that is left.

    Args:
        lines: Of the document.
        credited: Line number to the quantity that earlier credit notes took back.
        asked: Empty for everything.

    Raises:
        Blocked: FIELD_INVALID for a line that there is not, CREDIT_EXCEEDED for more than is left.
    """
    left = {number: line.quantity - credited.get(number, Decimal(0)) for number, line in enumerate(lines, start=1)}
    chosen = tuple(asked) or tuple(
        CreditedLine(number=number, quantity=quantity) for number, quantity in left.items() if quantity > 0
    )
    if not chosen:
        raise Blocked(Reason.CREDIT_EXCEEDED, "The document is credited in full already.", details={"left": "0"})
    for line in chosen:
        if line.number not in left:
            raise Blocked(Reason.FIELD_INVALID, f"The document has no line {line.number}.")
        if line.quantity > left[line.number]:
            raise Blocked(
                Reason.CREDIT_EXCEEDED,
                f"Of line {line.number} only {left[line.number]} can still be credited.",
                details={"line": str(line.number), "left": str(left[line.number]), "quantity": str(line.quantity)},
            )
    return chosen


def is_whole(lines: Sequence[DraftLine], chosen: Sequence[CreditedLine]) -> bool:
    """Whether a credit note takes the whole document back at once, so that its stored amounts can be copied."""
    quantities = {line.number: line.quantity for line in chosen}
    return all(quantities.get(number) == line.quantity for number, line in enumerate(lines, start=1))


def credit_lines(lines: Sequence[DraftLine], chosen: Sequence[CreditedLine]) -> tuple[DraftLine, ...]:
    """The lines as they stand on the credit note: at the document's own prices and taxes."""
    return tuple(
        DraftLine(
            item=(line := lines[part.number - 1]).item,
            description=line.description,
            quantity=part.quantity,
            unit_price=line.unit_price,
            tax_ids=line.tax_ids,
        )
        for part in chosen
    )


def credit_amounts(policy: RoundingPolicy, lines: Sequence[DraftLine], rates: Mapping[str, Decimal]) -> Prediction:
    """What the ERP will compute of a part of a document.

    Args:
        policy: How it computes.
        lines: Of the credit note.
        rates: Tax id to rate as a fraction, as the ERP has them now.

    Raises:
        Blocked: OPTION_NO_LONGER_EXISTS for a tax that is gone from the ERP.
    """
    for tax in (tax for line in lines for tax in line.tax_ids):
        if tax not in rates:
            raise Blocked(
                Reason.OPTION_NO_LONGER_EXISTS,
                f"The tax {tax} is not in the ERP any more: make the credit note there.",
                details={"field": "tax", "value": tax},
            )
    return predict(
        policy,
        (
            PricedLine(
                quantity=line.quantity, unit_price=line.unit_price, rates=tuple(rates[tax] for tax in line.tax_ids)
            )
            for line in lines
        ),
    )
