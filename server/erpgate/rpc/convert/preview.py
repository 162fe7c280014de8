"""Previews of invoices."""

from erpgate.domain.matching import Matching
from erpgate.domain.order import OrderLine
from erpgate.domain.problem import Blocked, LineProblem
from erpgate.domain.totals import PlannedLine
from erpgate.rpc import names
from erpgate.rpc.convert.order import line_problem_to_wire
from erpgate.rpc.convert.overrides import overrides_to_wire
from erpgate.rpc.convert.party import buyer_to_wire
from erpgate.rpc.convert.scalars import REASONS, amount_text, decimal_text, timestamp_or_none
from erpgate.service.preview import Preview
from erpgate.v1 import invoice_preview_pb2


def preview_to_wire(preview: Preview) -> invoice_preview_pb2.InvoicePreview:
    """A preview as callers see it."""
    sale, plan, days = preview.sale, preview.plan, preview.days
    message = invoice_preview_pb2.InvoicePreview(
        orders=[names.order_name(order.merchant, order.order_id) for order in sale.orders],
        form=overrides_to_wire(preview.form),
        lines=_lines_to_wire(sale.lines, preview),
        buyer=buyer_to_wire(preview.buyer),
        defaults_used=preview.defaults_used,
        customer_id=preview.customer,
        currency_code=sale.currency_code,
        paid_total=amount_text(sale.total_paid, sale.currency_code),
        problems=map(_problem_to_wire, preview.problems),
        catalog_time=timestamp_or_none(preview.catalog_time),
    )
    if days is not None:
        message.date, message.due_date = (day.isoformat() for day in days)
    if plan is not None:
        currency = sale.currency_code
        message.document_lines.extend(_document_line(line, currency) for line in plan.lines)
        message.shipping_left_out = amount_text(plan.left_out, currency)
        message.expected_total = amount_text(plan.prediction.total, currency)
        message.tax_base = amount_text(plan.prediction.tax_base, currency)
        message.tax = amount_text(plan.prediction.tax, currency)
        message.arithmetic.extend(f"{label}: {value}" for label, value in plan.steps)
    return message


def _lines_to_wire(lines: tuple[OrderLine, ...], preview: Preview) -> list[invoice_preview_pb2.PreviewLine]:
    problems = {problem.line_id: problem for problem in preview.matching.problems}
    return [
        _line_to_wire(line, preview.matching, problems.get(line.line_id), preview.form.line_skus.get(line.line_id, ""))
        for line in lines
    ]


def _line_to_wire(
    line: OrderLine, matching: Matching, problem: LineProblem | None, sku: str
) -> invoice_preview_pb2.PreviewLine:
    item = matching.items.get(line.line_id)
    return invoice_preview_pb2.PreviewLine(
        line_id=line.line_id,
        sku=line.sku,
        title=line.title,
        quantity=decimal_text(line.quantity),
        item="" if item is None else item.id,
        item_sku="" if item is None else sku,
        item_name="" if item is None else item.name,
        by_alias=line.line_id in matching.aliases,
        problem=None if problem is None else line_problem_to_wire(problem),
    )


def _document_line(line: PlannedLine, currency_code: str) -> invoice_preview_pb2.DocumentLinePreview:
    return invoice_preview_pb2.DocumentLinePreview(
        line_id=line.line_id,
        item=line.item,
        description=line.description,
        quantity=decimal_text(line.quantity),
        unit_price=decimal_text(line.unit_price),
        tax_ids=line.tax_ids,
        total=amount_text(line.total, currency_code),
    )


def _problem_to_wire(problem: Blocked) -> invoice_preview_pb2.PreviewProblem:
    return invoice_preview_pb2.PreviewProblem(
        reason=REASONS[problem.reason], message=problem.message, details=problem.details
    )
