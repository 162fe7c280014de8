"""The client's calls about what happens to an invoice after it was made."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from erpgate.v1 import invoice_pb2, invoicing_operations_pb2, operation_pb2

if TYPE_CHECKING:
    from erpgate.v1.invoicing_service_pb2_grpc import InvoicingServiceStub

Response = TypeVar("Response")


class LaterCalls:
    """A part of `erpgate.client.Client`."""

    _invoicing: "InvoicingServiceStub"
    _timeout: float

    def _call(self, method: Callable[..., Response], request: object) -> Response:
        raise NotImplementedError

    def _stream(
        self, method: Callable[..., Iterator[Response]], request: object, timeout: float | None = None
    ) -> Iterator[Response]:
        raise NotImplementedError

    def open_invoice(self, name: str, *, request_id: str = "") -> invoice_pb2.Invoice:
        """Opens a draft; without a `request_id` the call gets one of its own, here and below."""
        request = invoicing_operations_pb2.OpenInvoiceRequest(name=name, request_id=request_id or str(uuid.uuid4()))
        return self._call(self._invoicing.OpenInvoice, request).invoice

    def issue_invoice(self, name: str, *, request_id: str = "") -> invoice_pb2.Invoice:
        """Has the tax authority issue an invoice."""
        request = invoicing_operations_pb2.IssueInvoiceRequest(name=name, request_id=request_id or str(uuid.uuid4()))
        return self._call(self._invoicing.IssueInvoice, request).invoice

    def void_invoice(self, name: str, *, reason: str = "", request_id: str = "") -> invoice_pb2.Invoice:
        """Cancels a document."""
        request = invoicing_operations_pb2.VoidInvoiceRequest(
            name=name, reason=reason, request_id=request_id or str(uuid.uuid4())
        )
        return self._call(self._invoicing.VoidInvoice, request).invoice

    def create_credit_note(
        self,
        parent: str,
        *,
        lines: Sequence[operation_pb2.CreditNoteLine] = (),
        reason: str = "",
        request_id: str = "",
    ) -> invoice_pb2.Invoice:
        """Credits an invoice: these lines, or everything that is left."""
        request = invoicing_operations_pb2.CreateCreditNoteRequest(
            parent=parent, lines=lines, reason=reason, request_id=request_id or str(uuid.uuid4())
        )
        return self._call(self._invoicing.CreateCreditNote, request).invoice

    def record_payment(
        self,
        name: str,
        amount: str,
        method: operation_pb2.PaymentMethod.ValueType,
        *,
        date: str = "",
        account: str = "",
        request_id: str = "",
    ) -> invoice_pb2.Invoice:
        """Records money that was received."""
        request = invoicing_operations_pb2.RecordPaymentRequest(
            name=name,
            amount=amount,
            date=date,
            method=method,
            account=account,
            request_id=request_id or str(uuid.uuid4()),
        )
        return self._call(self._invoicing.RecordPayment, request).invoice

    def email_invoice(self, name: str, *, recipients: Sequence[str] = (), request_id: str = "") -> invoice_pb2.Invoice:
        """Has the ERP send a document, to the buyer unless others are named."""
        request = invoicing_operations_pb2.EmailInvoiceRequest(
            name=name, recipients=recipients, request_id=request_id or str(uuid.uuid4())
        )
        return self._call(self._invoicing.EmailInvoice, request).invoice

    def refresh_invoice(self, name: str) -> invoice_pb2.Invoice:
        """Has an invoice compared with the ERP's document."""
        request = invoicing_operations_pb2.RefreshInvoiceRequest(name=name)
        return self._call(self._invoicing.RefreshInvoice, request).invoice

    def watch_invoices(self, parent: str, cursor: str = "") -> Iterator[invoicing_operations_pb2.WatchInvoicesResponse]:
        """Changes of invoices as they come, until the server stops; go on from the last response's cursor.

        Raises:
            ErpgateError: The stream broke, or the cursor has expired.
        """
        request = invoicing_operations_pb2.WatchInvoicesRequest(parent=parent, cursor=cursor)
        yield from self._stream(self._invoicing.WatchInvoices, request)

    def get_invoice_pdf(self, name: str) -> bytes:
        """The ERP's PDF, whole."""
        request = invoicing_operations_pb2.GetInvoicePdfRequest(name=name)
        pieces = (piece.content for piece in self._stream(self._invoicing.GetInvoicePdf, request, self._timeout))
        return b"".join(pieces)
