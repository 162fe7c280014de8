"""A person's values for one invoice."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

from erpgate.rpc.validation import words
from erpgate.rpc.validation.channel import erp_options
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
from erpgate.rpc.validation.order import PARTY
from erpgate.v1 import channel_pb2, invoice_pb2, operation_pb2


def _issue_needs_open(overrides: invoice_pb2.InvoiceOverrides, path: str, wrong: Violations) -> None:
    if not overrides.HasField("issue"):
        return
    if not overrides.initial_state:
        wrong.add(f"{path}.initial_state", "is required where issue is given.")
    elif overrides.issue and overrides.initial_state != channel_pb2.INITIAL_STATE_OPEN:
        wrong.add(f"{path}.issue", "a draft cannot be issued; set initial_state to INITIAL_STATE_OPEN.")


def _one_of_two(overrides: invoice_pb2.InvoiceOverrides, path: str, wrong: Violations) -> None:
    if overrides.HasField("buyer") and overrides.customer_id:
        wrong.add(f"{path}.customer_id", "must not be given beside buyer.")
    if overrides.due_date and overrides.HasField("payment_term_days"):
        wrong.add(f"{path}.due_date", "must not be given beside payment_term_days.")
    if overrides.remember_line_skus and not overrides.line_skus:
        wrong.add(f"{path}.remember_line_skus", "needs line_skus.")


def _date(value: str, path: str, wrong: Violations) -> None:
    try:
        date = dt.date.fromisoformat(value)
    except ValueError:
        date = None
    if date is None or date.isoformat() != value or not dt.date(2000, 1, 1) <= date <= dt.date(2099, 12, 31):
        wrong.add(path, "must be a date between the years 2000 and 2100, such as 2026-03-31.")


OVERRIDES: Final = fields(
    invoice_pb2.InvoiceOverrides,
    _issue_needs_open,
    _one_of_two,
    line_skus=entries(nonblank(text(193)), nonblank(text(100)), limit=2000),
    warehouse=words.OPTION,
    price_list=words.OPTION,
    initial_state=one_of(channel_pb2.InitialState),
    erp_options=erp_options,
    buyer=PARTY,
    customer_id=words.OPTION,
    due_date=_date,
    payment_term_days=between(0, 365),
    shipping_policy=one_of(channel_pb2.ShippingPolicy),
    shipping_item=words.OPTION,
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
