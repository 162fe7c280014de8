"""A person who works with invoices that were made."""

from collections.abc import Sequence
from typing import Any

import grpc
from erpgate.v1 import invoice_pb2, operation_pb2
from erpgate.v1 import invoicing_operations_pb2 as pb
from fixtures.shop import Shop
from fixtures.waiting import eventually
from rpc.harness import Refusal, read

_TIMEOUT = 20.0

VOID = operation_pb2.OPERATION_VERB_VOID
DONE = operation_pb2.OPERATION_STATE_DONE
FAILED = operation_pb2.OPERATION_STATE_FAILED
UNCERTAIN = operation_pb2.OPERATION_STATE_UNCERTAIN
CASH = operation_pb2.PAYMENT_METHOD_CASH
_RUNNING = (
    operation_pb2.OPERATION_STATE_PENDING,
    operation_pb2.OPERATION_STATE_SENDING,
    operation_pb2.OPERATION_STATE_UNKNOWN,
)


class Clerk:
    """Asks for operations, and waits until they have ended.

    Args:
        shop: Whose invoices.
    """

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self._stub = shop.door.invoicing

    async def open(self, name: str, **more: Any) -> invoice_pb2.Invoice:
        return (await self._stub.OpenInvoice(pb.OpenInvoiceRequest(name=name, **more), timeout=_TIMEOUT)).invoice

    async def issue(self, name: str, **more: Any) -> invoice_pb2.Invoice:
        return (await self._stub.IssueInvoice(pb.IssueInvoiceRequest(name=name, **more), timeout=_TIMEOUT)).invoice

    async def void(self, name: str, **more: Any) -> invoice_pb2.Invoice:
        return (await self._stub.VoidInvoice(pb.VoidInvoiceRequest(name=name, **more), timeout=_TIMEOUT)).invoice

    async def credit(self, name: str, *parts: tuple[int, str], **more: Any) -> invoice_pb2.Invoice:
        """Everything that is left, unless parts are given: line number and quantity."""
        lines = [operation_pb2.CreditNoteLine(line_number=number, quantity=quantity) for number, quantity in parts]
        request = pb.CreateCreditNoteRequest(parent=name, lines=lines, **more)
        return (await self._stub.CreateCreditNote(request, timeout=_TIMEOUT)).invoice

    async def pay(self, name: str, amount: str, **more: Any) -> invoice_pb2.Invoice:
        more = {"method": CASH} | more
        request = pb.RecordPaymentRequest(name=name, amount=amount, **more)
        return (await self._stub.RecordPayment(request, timeout=_TIMEOUT)).invoice

    async def email(self, name: str, *recipients: str, **more: Any) -> invoice_pb2.Invoice:
        request = pb.EmailInvoiceRequest(name=name, recipients=recipients, **more)
        return (await self._stub.EmailInvoice(request, timeout=_TIMEOUT)).invoice

    async def refresh(self, name: str) -> invoice_pb2.Invoice:
        """Has it compared, and gives it once it was."""
        before = (await self.shop.invoice(name)).look_time
        await self._stub.RefreshInvoice(pb.RefreshInvoiceRequest(name=name), timeout=_TIMEOUT)

        async def compared() -> invoice_pb2.Invoice | None:
            invoice = await self.shop.invoice(name)
            return invoice if invoice.look_time != before else None

        return await eventually("the document is compared", compared)

    async def pdf(self, name: str) -> bytes:
        call = self._stub.GetInvoicePdf(pb.GetInvoicePdfRequest(name=name), timeout=_TIMEOUT)
        return b"".join([piece.content async for piece in call])

    async def ended(self, invoice: invoice_pb2.Invoice) -> invoice_pb2.Invoice:
        """The invoice once nothing of it is under way."""

        async def look() -> invoice_pb2.Invoice | None:
            current = await self.shop.invoice(invoice.name)
            return None if current.pending_operation.state in _RUNNING else current

        return await eventually("the operation has ended", look)

    async def refused(self, call: Any) -> Refusal:
        """How a call is refused; nothing is queued then."""
        try:
            answer = await call
        except grpc.aio.AioRpcError as error:
            return read(error)
        raise AssertionError(f"answered {answer}")


def outcomes(invoice: invoice_pb2.Invoice, step: str) -> Sequence[int]:
    """Of each attempt of a step."""
    return [attempt.outcome for attempt in invoice.attempts if attempt.step == step]
