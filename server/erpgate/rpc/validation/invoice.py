"""A person's values for one invoice."""

from collections.abc import Sequence
from typing import Final

from erpgate.rpc.validation import words
from erpgate.rpc.validation.checks import (
    Violations,
    between,
    decimal,
    each,
    entries,
    fields,
    nonblank,
    one_of,
    required,
    text,
)
from erpgate.v1 import channel_pb2, invoice_pb2, operation_pb2


def _issue_needs_open(overrides: invoice_pb2.InvoiceOverrides, path: str, wrong: Violations) -> None:
    if not overrides.HasField("issue"):
        return
    if not overrides.initial_state:
        wrong.add(f"{path}.initial_state", "is required where issue is given.")
    elif overrides.issue and overrides.initial_state != channel_pb2.INITIAL_STATE_OPEN:
        wrong.add(f"{path}.issue", "a draft cannot be issued; set initial_state to INITIAL_STATE_OPEN.")


OVERRIDES: Final = fields(
    invoice_pb2.InvoiceOverrides,
    _issue_needs_open,
    line_skus=entries(nonblank(text(193)), nonblank(text(100)), limit=2000),
    warehouse=words.OPTION,
    price_list=words.OPTION,
    initial_state=one_of(channel_pb2.InitialState),
)


_CREDITED: Final = fields(
    operation_pb2.CreditNoteLine,
    line_number=required(between(1, 2**31 - 1)),
    quantity=required(decimal(digits=12, positive=True)),
)


def credited_lines(lines: Sequence[operation_pb2.CreditNoteLine], path: str, wrong: Violations) -> None:
    """Lines of a credit note, each of them once."""
    each(_CREDITED, limit=2000)(lines, path, wrong)
    seen: dict[int, int] = {}
    for index, line in enumerate(lines):
        if seen.setdefault(line.line_number, index) != index:
            wrong.add(f"{path}[{index}].line_number", f"is the same as that of {path}[{seen[line.line_number]}].")
