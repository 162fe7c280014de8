"""A person's values for one invoice."""

from typing import Final

from erpgate.rpc.validation import words
from erpgate.rpc.validation.checks import Violations, entries, fields, nonblank, one_of, text
from erpgate.v1 import channel_pb2, invoice_pb2


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
