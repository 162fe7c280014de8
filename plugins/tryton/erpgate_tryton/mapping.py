"""Neutral to Tryton: the records that create a party and an invoice, but for the accounts, which Tryton knows."""

from erpgate.plugin import Buyer, Company, Document, Draft, DraftLine, Payload

from erpgate_tryton.companies import company_number, currency_number
from erpgate_tryton.identity import identification_of
from erpgate_tryton.settings import TrytonSettings
from erpgate_tryton.values import date_value, decimal_value

NOTE = "note"
"""Key of an invoice's internal note, which is a record of its own in Tryton."""


class TrytonMapper:
    """Maps purely: the same input gives the same record."""

    def identity(self, buyer: Buyer, settings: TrytonSettings, company: Company) -> str:
        """The number of the document, whatever its type: two spellings of a number are one party."""
        return identification_of(buyer, company).number

    def customer(self, buyer: Buyer, settings: TrytonSettings, company: Company) -> Payload:
        """The record of a new party. It has an address in any case: without one it cannot be invoiced."""
        identification = identification_of(buyer, company)
        address = buyer.address
        mechanisms = {"email": buyer.email.strip(), "phone": buyer.phone.strip()}
        filled = {"street": address.street, "city": address.city, "postal_code": address.postal_code}
        return {
            "name": " ".join(buyer.name.split()),
            "identifiers": [["create", [{"type": identification.type or None, "code": identification.number}]]],
            "contact_mechanisms": [
                ["create", [{"type": kind, "value": value} for kind, value in mechanisms.items() if value]]
            ],
            "addresses": [["create", [{key: value.strip() for key, value in filled.items() if value.strip()}]]],
        }

    def invoice(self, draft: Draft, settings: TrytonSettings, company: Company) -> Payload:
        """The record of a new invoice; its due date stands for a payment term."""
        return {
            "type": "out",
            "company": company_number(company),
            "currency": currency_number(company),
            "party": int(draft.customer),
            "reference": draft.reference,
            "description": draft.order_number.strip(),
            "invoice_date": date_value(draft.date),
            "payment_term": None,
            "payment_term_date": date_value(draft.due_date),
            "comment": draft.note.strip() if settings.print_notes else "",
            "lines": [_line(line) for line in draft.lines],
            NOTE: "" if settings.print_notes else draft.note.strip(),
        }

    def credit_note(self, draft: Draft, original: Document, settings: TrytonSettings, company: Company) -> Payload:
        """The record of a credit note: in Tryton that is an invoice with quantities below zero."""
        payload = dict(self.invoice(draft, settings, company))
        payload["description"] = f"{original.number or original.reference} {draft.note}".strip()
        payload["lines"] = [{**_line(line), "quantity": -float(line.quantity)} for line in draft.lines]
        return payload


def _line(line: DraftLine) -> dict[str, object]:
    return {
        "type": "line",
        "product": int(line.item),
        "description": line.description.strip(),
        "quantity": float(line.quantity),
        "unit_price": decimal_value(line.unit_price),
        "taxes": [["add", [int(tax) for tax in line.tax_ids]]],
    }
