"""Payments of invoices: recorded by Tryton's own wizard, and found again."""

import datetime as dt
from decimal import Decimal

from erpgate.plugin import Company, Document, Found, Payment, Rejected

from erpgate_tryton.client import TrytonClient
from erpgate_tryton.companies import company_number, currency_number
from erpgate_tryton.errors import outcome_must_be_readable, read_must_be_readable
from erpgate_tryton.invoices import INVOICE
from erpgate_tryton.values import Unreadable, date_value, decimal_value, id_of

PAYMENT_METHODS = "account.invoice.payment.method"
"""What Tryton calls the ways to be paid: each has a journal and an account."""

_MOVE = "account.move"
_WIZARD = "account.invoice.pay"


class Payments:
    """Writes and finds payments.

    Args:
        client: Signed in.
        company: Whose they are.
    """

    def __init__(self, client: TrytonClient, company: Company) -> None:
        self._client = client
        self._company = company

    async def create(self, document: Document, payment: Payment, usual: str) -> str:
        """Records a payment and gives the id of its accounting move.

        Args:
            document: That is paid.
            payment: What was received; its account is one of Tryton's payment methods.
            usual: The channel's payment method.

        Raises:
            Rejected: There is no such payment method, or Tryton takes no such payment.
        """
        method = await self._method(payment.account or usual)
        await self._run(
            document,
            payment.amount,
            payment.date,
            {"payment_method": method, "description": payment.reference},
        )
        with outcome_must_be_readable():
            found = await self.find(document, payment.reference)
            if len(found.matches) != 1:
                raise Unreadable("the payment is not there")
            return found.matches[0]

    async def reconcile(self, document: Document, date: dt.date) -> None:
        """Closes an invoice whose payments and credit notes add up to what it is about."""
        await self._run(document, Decimal(0), date, {})

    async def find(self, document: Document, reference: str) -> Found[str]:
        """Accounting moves of the invoice's payments with our reference."""
        domain: list[object] = [["origin", "=", f"{INVOICE},{document.id}"], ["description", "=", reference]]
        rows, complete = await self._client.every(_MOVE, domain, ["description"])
        with read_must_be_readable():
            matches = [str(id_of(row.get("id"), "payment")) for row in rows if row.get("description") == reference]
        return Found(matches=tuple(matches), complete=complete and len(matches) == len(rows))

    async def _method(self, wanted: str) -> int:
        if not wanted:
            message = "Tryton wants to know the payment method: give one, or choose one in the channel's settings."
            raise Rejected(message, fields={"account": "is required"})
        is_id = wanted.isascii() and wanted.isdecimal()
        domain: list[object] = [["id", "=", int(wanted) if is_id else 0]]
        if not await self._client.search(PAYMENT_METHODS, domain, ["name"]):
            message = f"Tryton has no payment method {wanted!r}."
            raise Rejected(message, fields={"account": "is not one of Tryton's payment methods"})
        return int(wanted)

    async def _run(self, document: Document, amount: Decimal, date: dt.date, more: dict[str, object]) -> None:
        """One step of the wizard does it all: what does not pay the invoice in full is a part of it."""
        start = {
            "payee": int(document.customer),
            "company": company_number(self._company),
            "currency": currency_number(self._company),
            "amount": decimal_value(amount),
            "date": date_value(date),
            **more,
        }
        data = {"start": start, "ask": {"type": "partial"}}
        await self._client.run(_WIZARD, "pay", data, INVOICE, int(document.id))
