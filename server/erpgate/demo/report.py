"""The demo's table: what became of each order, held against what was expected."""

import csv
import json
from dataclasses import dataclass
from decimal import Decimal
from importlib import resources

from google.protobuf import json_format
from rich.table import Table

from erpgate.v1 import error_reason_pb2, invoice_pb2, order_pb2

_FOLDER = resources.files("erpgate.demo")


@dataclass(frozen=True, kw_only=True)
class Row:
    """What became of one order.

    Attributes:
        order: Its external id.
        outcome: Of the verdict.
        reason: Of the verdict.
        state: Of the invoice; empty without one.
        number: Of the document.
        paid: What the buyer paid.
        invoiced: What the ERP computed; None without a document.
        remark: Why, for people.
    """

    order: str
    outcome: str
    reason: str
    state: str
    number: str
    paid: Decimal
    invoiced: Decimal | None
    remark: str

    @property
    def difference(self) -> Decimal | None:
        """Invoiced less paid."""
        return None if self.invoiced is None else self.invoiced - self.paid

    @property
    def outcome_of_record(self) -> dict[str, str]:
        """The row as the table of expected outcomes has it."""
        return {
            "order": self.order,
            "outcome": self.outcome,
            "reason": self.reason,
            "state": self.state,
            "invoiced": "" if self.invoiced is None else str(self.invoiced),
        }


def demo_orders() -> list[order_pb2.Order]:
    """The orders that the demo submits."""
    bodies = json.loads((_FOLDER / "orders.json").read_text())
    return [json_format.ParseDict(body, order_pb2.Order()) for body in bodies]


def expected() -> list[dict[str, str]]:
    """The expected outcome of each order, written by hand."""
    return list(csv.DictReader((_FOLDER / "expected.csv").read_text().splitlines()))


def row_of(order: order_pb2.Order, invoice: invoice_pb2.Invoice | None) -> Row:
    """What became of one order."""
    verdict = order.verdicts[0]
    return Row(
        order=order.external_id,
        outcome=_name(order_pb2.VerdictOutcome.Name(verdict.outcome), "VERDICT_OUTCOME_"),
        reason=_name(error_reason_pb2.ErrorReason.Name(verdict.reason), "ERROR_REASON_"),
        state="" if invoice is None else _name(invoice_pb2.InvoiceState.Name(invoice.state), "INVOICE_STATE_"),
        number="" if invoice is None else invoice.document_number,
        paid=Decimal(order.total_paid),
        invoiced=Decimal(invoice.total) if invoice is not None and invoice.total else None,
        remark="" if verdict.outcome == order_pb2.VERDICT_OUTCOME_INVOICE else verdict.message,
    )


def table(rows: list[Row]) -> Table:
    """The rows for people."""
    result = Table(title="What became of each order", title_justify="left")
    for heading, justify in (
        ("Order", "left"),
        ("Verdict or invoice", "left"),
        ("State", "left"),
        ("Paid", "right"),
        ("Invoiced", "right"),
        ("Difference", "right"),
        ("Reason", "left"),
    ):
        result.add_column(heading, justify=justify)  # type: ignore[arg-type]
    for row in rows:
        result.add_row(
            row.order,
            f"invoice {row.number}".strip() if row.invoiced is not None else row.outcome,
            row.state,
            f"{row.paid:,}",
            "" if row.invoiced is None else f"{row.invoiced:,}",
            "" if row.difference is None else f"{row.difference:,}",
            row.reason if not row.remark else f"{row.reason}: {row.remark}",
        )
    return result


def deviations(rows: list[Row]) -> list[str]:
    """Where the outcome is not what was expected; empty when all is well."""
    found = [row.outcome_of_record for row in rows]
    wanted = expected()
    texts = [f"order {w['order']}: expected {w}, found {f}" for w, f in zip(wanted, found, strict=False) if w != f]
    if len(found) != len(wanted):
        texts.append(f"expected {len(wanted)} orders, found {len(found)}")
    return texts


def _name(name: str, prefix: str) -> str:
    return name.removeprefix(prefix)
