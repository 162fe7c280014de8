"""Why an order cannot become a correct invoice: a stop that a person can act on."""

from collections.abc import Mapping
from dataclasses import dataclass

from erpgate.plugin.reasons import Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class LineProblem:
    """What is wrong with one line.

    Attributes:
        line_id: Of the order's line.
        sku: As the order has it.
        reason: Why the line stops the order.
        message: One sentence.
        suggestions: SKUs that exist and look alike, best first.
    """

    line_id: str
    sku: str
    reason: Reason
    message: str
    suggestions: tuple[str, ...] = ()


class Blocked(Exception):
    """The order stops here until a person acts; nothing more is sent to the ERP.

    Args:
        reason: Why, from the closed list.
        message: One sentence that says what to do.
        details: The arithmetic or the values, for people and programs.
        lines: One entry per line that is wrong.
    """

    def __init__(
        self,
        reason: Reason,
        message: str,
        *,
        details: Mapping[str, str] | None = None,
        lines: tuple[LineProblem, ...] = (),
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.details = dict(details or {})
        self.lines = lines
