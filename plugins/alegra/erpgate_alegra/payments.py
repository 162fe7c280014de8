"""Payments of invoices: recorded and found."""

from erpgate.plugin import Document, Found, Payload, Payment, PaymentMethod, Rejected

from erpgate_alegra.amounts import json_number
from erpgate_alegra.body import Json, identifier, part, parts, text
from erpgate_alegra.client import AlegraClient, resource_path
from erpgate_alegra.errors import outcome_must_be_readable, read_must_be_readable
from erpgate_alegra.notes import marked, reference_in
from erpgate_alegra.settings import AlegraSettings

_PAYMENTS = "payments"
_METHODS = {
    PaymentMethod.CASH: "cash",
    PaymentMethod.TRANSFER: "transfer",
    PaymentMethod.DEPOSIT: "deposit",
    PaymentMethod.CHECK: "check",
    PaymentMethod.CREDIT_CARD: "credit-card",
    PaymentMethod.DEBIT_CARD: "debit-card",
}
"""Payments have a vocabulary of their own, in lower case; invoices have the tax authority's."""


def payment_payload(document: Document, payment: Payment, account: str, currency: Payload) -> Payload:
    """The body of ``POST /payments``.

    Raises:
        Rejected: There is no bank account to put the money into.
    """
    bank_account = _bank_account(payment, account)
    body: dict[str, object] = {
        "type": "in",
        "date": payment.date.isoformat(),
        "bankAccount": {"id": bank_account},
        "paymentMethod": _METHODS[payment.method],
        "client": {"id": document.customer},
        "invoices": [{"id": document.id, "amount": json_number(payment.amount)}],
        "observations": marked(payment.reference),
    }
    return {**body, "currency": currency} if currency else body


def check_payment(payment: Payment, settings: AlegraSettings) -> None:
    """Refuses a payment that no bank account is known for.

    Raises:
        Rejected: There is no bank account to put the money into.
    """
    _bank_account(payment, settings.payment_account)


def _bank_account(payment: Payment, account: str) -> str:
    if not (payment.account or account):
        raise Rejected(
            "Alegra wants to know the bank account: give one, or choose one in the channel's settings.",
            fields={"account": "is required where the channel's settings name none."},
        )
    return payment.account or account


class Payments:
    """Writes and finds payments.

    Args:
        client: Signed in.
    """

    def __init__(self, client: AlegraClient) -> None:
        self._client = client

    async def create(self, payload: Payload) -> str:
        """Records a payment."""
        answer = await self._client.post(_PAYMENTS, payload)
        with outcome_must_be_readable():
            return identifier(part(answer), "payment id")

    async def find(self, document: Document, reference: str) -> Found[str]:
        """The payments that the invoice itself names, with our reference; voided ones are left out."""
        body = await self._client.get_if_exists(resource_path("invoices", document.id))
        if body is None:
            return Found(matches=(), complete=False)
        with read_must_be_readable():
            shown = [await self._whole(row) for row in parts(body.get("payments"))]
            matches = [
                identifier(row, "payment id")
                for row in shown
                if reference_in(text(row.get("observations"))) == reference and text(row.get("status")) != "void"
            ]
        return Found(matches=tuple(matches), complete=True)

    async def _whole(self, row: Json) -> Json:
        if "observations" in row:
            return row
        return await self._client.get(resource_path(_PAYMENTS, identifier(row, "payment id")))
