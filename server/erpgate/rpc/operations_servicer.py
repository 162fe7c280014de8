"""The part of `erpgate.v1.InvoicingService` about what happens to an invoice later."""

import datetime as dt
from collections.abc import AsyncIterator
from typing import Any, Protocol

import grpc
from typing_extensions import override

from erpgate.domain.credit import CreditedLine
from erpgate.plugin.model import PaymentMethod
from erpgate.rpc import names
from erpgate.rpc.convert.invoice import invoice_to_wire
from erpgate.rpc.convert.operation import METHODS
from erpgate.rpc.convert.scalars import decimal
from erpgate.service.commands import NewOperation, NewPayment
from erpgate.store.later import Verb
from erpgate.store.records import InvoiceRecord
from erpgate.v1 import invoicing_operations_pb2 as pb
from erpgate.v1.invoicing_service_pb2_grpc import InvoicingServiceServicer

_Context = grpc.aio.ServicerContext[Any, Any]

_PIECE = 64 * 1024


class Operations(Protocol):
    """What this servicer asks of the service about operations."""

    async def ask(self, new: NewOperation) -> InvoiceRecord:
        """Begins one."""
        ...

    async def refresh(self, merchant: str, channel: str, invoice: str) -> InvoiceRecord:
        """Compares a document."""
        ...


class Files(Protocol):
    """What this servicer asks of the service about files."""

    def pdf(self, merchant: str, channel: str, invoice: str) -> AsyncIterator[bytes]:
        """A PDF, piece by piece."""
        ...


class OperationRpcs(InvoicingServiceServicer):
    """RPCs on invoices that were made.

    Args:
        operations: The service's operations.
        files: The service's files.
    """

    def __init__(self, operations: Operations, files: Files) -> None:
        self._operations = operations
        self._files = files

    @override
    async def OpenInvoice(self, request: pb.OpenInvoiceRequest, context: _Context) -> pb.OpenInvoiceResponse:
        new = _asked(request.name, request.request_id, Verb.OPEN)
        return pb.OpenInvoiceResponse(invoice=invoice_to_wire(await self._operations.ask(new)))

    @override
    async def IssueInvoice(self, request: pb.IssueInvoiceRequest, context: _Context) -> pb.IssueInvoiceResponse:
        new = _asked(request.name, request.request_id, Verb.ISSUE)
        return pb.IssueInvoiceResponse(invoice=invoice_to_wire(await self._operations.ask(new)))

    @override
    async def VoidInvoice(self, request: pb.VoidInvoiceRequest, context: _Context) -> pb.VoidInvoiceResponse:
        new = _asked(request.name, request.request_id, Verb.VOID, note=request.reason)
        return pb.VoidInvoiceResponse(invoice=invoice_to_wire(await self._operations.ask(new)))

    @override
    async def CreateCreditNote(
        self, request: pb.CreateCreditNoteRequest, context: _Context
    ) -> pb.CreateCreditNoteResponse:
        lines = tuple(CreditedLine(number=row.line_number, quantity=decimal(row.quantity)) for row in request.lines)
        new = _asked(request.parent, request.request_id, Verb.CREDIT_NOTE, note=request.reason, lines=lines)
        return pb.CreateCreditNoteResponse(invoice=invoice_to_wire(await self._operations.ask(new)))

    @override
    async def RecordPayment(self, request: pb.RecordPaymentRequest, context: _Context) -> pb.RecordPaymentResponse:
        payment = NewPayment(
            amount=decimal(request.amount),
            date=dt.date.fromisoformat(request.date) if request.date else None,
            method=PaymentMethod(METHODS.word(request.method)),
            account=request.account,
        )
        new = _asked(request.name, request.request_id, Verb.PAYMENT, payment=payment)
        return pb.RecordPaymentResponse(invoice=invoice_to_wire(await self._operations.ask(new)))

    @override
    async def EmailInvoice(self, request: pb.EmailInvoiceRequest, context: _Context) -> pb.EmailInvoiceResponse:
        new = _asked(request.name, request.request_id, Verb.EMAIL, recipients=tuple(request.recipients))
        return pb.EmailInvoiceResponse(invoice=invoice_to_wire(await self._operations.ask(new)))

    @override
    async def RefreshInvoice(self, request: pb.RefreshInvoiceRequest, context: _Context) -> pb.RefreshInvoiceResponse:
        record = await self._operations.refresh(*names.INVOICE.parse(request.name))
        return pb.RefreshInvoiceResponse(invoice=invoice_to_wire(record))

    @override
    async def GetInvoicePdf(
        self, request: pb.GetInvoicePdfRequest, context: _Context
    ) -> AsyncIterator[pb.GetInvoicePdfResponse]:
        async for piece in self._files.pdf(*names.INVOICE.parse(request.name)):
            for start in range(0, len(piece), _PIECE):
                yield pb.GetInvoicePdfResponse(content=piece[start : start + _PIECE])


def _asked(name: str, request_id: str, verb: Verb, **content: Any) -> NewOperation:
    merchant, channel, invoice = names.INVOICE.parse(name)
    return NewOperation(
        merchant=merchant, channel=channel, invoice=invoice, verb=verb, request_id=request_id.lower(), **content
    )
