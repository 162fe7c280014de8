"""Neutral to Alegra: the bodies that create a contact, an invoice and a credit note."""

from erpgate.plugin import Buyer, Company, Document, Draft, DraftLine, Payload, Rejected, Stage

from erpgate_alegra.amounts import json_number
from erpgate_alegra.assumptions import EXCHANGE_RATE_IS_SENT
from erpgate_alegra.companies import exchange_rate
from erpgate_alegra.countries import COUNTRIES, Choice, Country
from erpgate_alegra.customers import contact_payload
from erpgate_alegra.identity import identification_of
from erpgate_alegra.notes import observations, shortened
from erpgate_alegra.settings import AlegraSettings


class AlegraMapper:
    """Maps purely: the same input gives the same body, keys in the same order."""

    def identity(self, buyer: Buyer, settings: AlegraSettings, company: Company) -> str:
        """Type and number of the document; two spellings of a number are one customer."""
        return identification_of(buyer, COUNTRIES[company.country_code]).key

    def customer(self, buyer: Buyer, settings: AlegraSettings, company: Company) -> Payload:
        """The body of ``POST /contacts``."""
        return contact_payload(buyer, settings, COUNTRIES[company.country_code])

    def invoice(self, draft: Draft, settings: AlegraSettings, company: Company) -> Payload:
        """The body of ``POST /invoices``, without stamp: that is a step of its own.

        Raises:
            Rejected: A line carries no tax, without which the country takes no invoice or no stamp.
        """
        country = COUNTRIES[company.country_code]
        _require_taxes(draft, country)
        body: dict[str, object] = {
            "date": draft.date.isoformat(),
            "dueDate": draft.due_date.isoformat(),
            "client": {"id": draft.customer},
            "status": "draft",
            "numberTemplate": _id(_number_template(draft, settings, country)),
            "warehouse": _id(settings.warehouse),
            "priceList": _id(settings.price_list),
            "seller": _id(settings.seller),
            "currency": currency_of(draft.currency_code, company),
            **country.invoice_fields,
            **_chosen(country.invoice_use, settings.invoice_use),
            **_payment(settings, country),
            "observations": observations(draft, with_note=not settings.print_notes),
            "anotation": shortened(draft.note.strip()) if settings.print_notes else "",
            "purchaseOrderNumber": draft.order_number.strip() if country.takes_order_number else "",
            "items": [_line(line) for line in draft.lines],
        }
        return {key: value for key, value in body.items() if value}

    def credit_note(self, draft: Draft, original: Document, settings: AlegraSettings, company: Company) -> Payload:
        """The body of ``POST /credit-notes``; it names the invoice with what is still to be paid of it, at most."""
        country = COUNTRIES[company.country_code]
        whole, issued = draft.total == original.total, draft.stage is Stage.ISSUED
        credited = min(draft.total, original.balance)
        body: dict[str, object] = {
            "date": draft.date.isoformat(),
            "client": {"id": draft.customer},
            "warehouse": _id(settings.warehouse),
            "currency": currency_of(draft.currency_code, company),
            **country.credit.chosen(whole=whole, issued=issued),
            **_payment(settings, country),
            "observations": observations(draft, with_note=True),
            "invoices": [{"id": original.id, "amount": json_number(credited)}] if credited > 0 else [],
            "items": [_line(line) for line in draft.lines],
        }
        return {key: value for key, value in body.items() if value}


def _require_taxes(draft: Draft, country: Country) -> None:
    if not country.always_taxed and draft.stage is not Stage.ISSUED:
        return
    untaxed = {f"lines[{row}]": line.item for row, line in enumerate(draft.lines) if not line.tax_ids}
    if untaxed:
        items = ", ".join(dict.fromkeys(untaxed.values()))
        raise Rejected(
            f"Every line must carry a tax. Give these items one in Alegra, of 0 % if they are exempt: {items}.",
            fields={field: f"item {item} has no tax" for field, item in untaxed.items()},
        )


def _id(chosen: str) -> dict[str, str]:
    return {"id": chosen} if chosen else {}


def _number_template(draft: Draft, settings: AlegraSettings, country: Country) -> str:
    """The numbering, which in several countries decides whether it is a document for a business."""
    business = country.document_type(draft.document_type).business
    return (settings.business_number_template if business else "") or settings.number_template


def _payment(settings: AlegraSettings, country: Country) -> dict[str, str]:
    return _chosen(country.payment_form, settings.payment_form) | _chosen(
        country.payment_method, settings.payment_method
    )


def _chosen(choice: Choice, setting: str) -> dict[str, str]:
    return {choice.key: choice.chosen(setting)} if choice.key else {}


def currency_of(currency_code: str, company: Company) -> dict[str, object]:
    """How a currency is named with its rate; empty for the company's own."""
    if currency_code == company.currency_code:
        return {}
    rate = {"exchangeRate": json_number(exchange_rate(company, currency_code))} if EXCHANGE_RATE_IS_SENT else {}
    return {"code": currency_code, **rate}


def _line(line: DraftLine) -> dict[str, object]:
    body: dict[str, object] = {
        "id": line.item,
        "price": json_number(line.unit_price),
        "quantity": json_number(line.quantity),
        "tax": [{"id": tax} for tax in line.tax_ids],
    }
    return body | {"description": shortened(line.description)} if line.description else body
