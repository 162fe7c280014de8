"""What an invoice still has to be paid, and the state that follows from it."""

from dataclasses import asdict
from decimal import Decimal

from erpgate_alegra.simulator.arithmetic import Amounts
from erpgate_alegra.simulator.jsontext import Document
from erpgate_alegra.simulator.tenant import Tenant


def kept_amounts(amounts: Amounts) -> Document:
    """The kept form of what a document comes to."""
    return asdict(amounts)


def total_of(document: Document) -> Decimal:
    """Total of a document."""
    return Decimal(document["amounts"]["total"])


def balance_of(invoice: Document) -> Decimal:
    """What an invoice still has to be paid: its total less payments and credit notes."""
    return total_of(invoice) - Decimal(invoice["totalPaid"]) - Decimal(invoice["credited"])


def settle(tenant: Tenant, invoice: Document, *, paid: Decimal = Decimal(0), credited: Decimal = Decimal(0)) -> None:
    """Books a payment or a credit, negative to take it back; the invoice closes at a balance of zero."""
    invoice["totalPaid"] = Decimal(invoice["totalPaid"]) + paid
    invoice["credited"] = Decimal(invoice["credited"]) + credited
    if invoice["status"] in {"open", "closed"}:
        invoice["status"] = "open" if balance_of(invoice) > 0 else "closed"
    tenant["invoices"].put(invoice)
