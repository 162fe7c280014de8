"""`erpgate.v1.InvoicingService`."""

import datetime as dt
from collections.abc import AsyncIterator, Sequence
from operator import attrgetter
from typing import Any, Final, Protocol

import grpc
from typing_extensions import override

from erpgate.domain.order import Order
from erpgate.plugin.reasons import Reason
from erpgate.rpc import names, paging
from erpgate.rpc.convert.explanation import explanation_to_wire
from erpgate.rpc.convert.invoice import change_to_wire, invoice_to_wire, reason_from_wire, state_from_wire
from erpgate.rpc.convert.order import acknowledgement, order_from_wire, order_to_wire, outcome_from_wire
from erpgate.rpc.convert.overrides import overrides_from_wire
from erpgate.rpc.convert.preview import preview_to_wire
from erpgate.rpc.convert.scalars import instant
from erpgate.rpc.cursors import decode_cursor, encode_cursor
from erpgate.rpc.errors import refusal_of, status_of
from erpgate.rpc.operations_servicer import Files, OperationRpcs, Operations
from erpgate.rpc.pipeline import in_order
from erpgate.service.commands import InvoiceQuery, NewInvoice, OrderQuery, WatchedInvoices
from erpgate.service.errors import Refused
from erpgate.service.explain import OrderExplanation
from erpgate.service.preview import Preview
from erpgate.store.records import AttemptRecord, InvoiceRecord, OrderRecord, Overrides
from erpgate.v1 import invoicing_operations_pb2 as operations
from erpgate.v1 import invoicing_service_pb2 as pb

_Context = grpc.aio.ServicerContext[Any, Any]

STREAMED_AT_ONCE: Final = 500
"""Orders of one stream that are under way at once: as many as one commit takes."""


class Orders(Protocol):
    """What this servicer asks of the service about orders."""

    async def submit(self, order: Order) -> OrderRecord:
        """Stores and judges it."""
        ...

    async def get(self, merchant: str, order_id: str) -> OrderRecord:
        """One order."""
        ...

    async def list(self, query: OrderQuery) -> Sequence[OrderRecord]:
        """A page of orders."""
        ...


class Invoices(Protocol):
    """What this servicer asks of the service about invoices."""

    async def create(self, new: NewInvoice) -> InvoiceRecord:
        """Begins one."""
        ...

    async def get(self, merchant: str, channel: str, invoice: str) -> tuple[InvoiceRecord, Sequence[AttemptRecord]]:
        """One invoice with its attempts."""
        ...

    async def list(self, query: InvoiceQuery) -> Sequence[InvoiceRecord]:
        """A page of invoices."""
        ...

    def watch(self, merchant: str, channel: str, after: int | None) -> AsyncIterator[WatchedInvoices]:
        """Changes as they come."""
        ...

    async def retry(self, merchant: str, channel: str, invoice: str, overrides: Overrides) -> InvoiceRecord:
        """Tries one again."""
        ...


class Previews(Protocol):
    """What this servicer asks of the service about previews."""

    async def preview(self, wanted: NewInvoice, patience: dt.timedelta | None) -> Preview:
        """What an invoice would be, as far as it is known in time."""
        ...


class Explanations(Protocol):
    """What this servicer asks of the service about explanations."""

    async def explain(self, merchant: str, order_id: str) -> OrderExplanation:
        """Why an order was or was not invoiced."""
        ...


class InvoicingRpcs(OperationRpcs):
    """Turns sales into invoices over gRPC.

    Args:
        orders: The service's orders.
        invoices: The service's invoices.
        previews: The service's previews.
        explanations: The service's explanations.
        operations: What happens to invoices later.
        files: The ERP's files.
    """

    def __init__(
        self,
        orders: Orders,
        invoices: Invoices,
        previews: Previews,
        explanations: Explanations,
        operations: Operations,
        files: Files,
    ) -> None:
        super().__init__(operations, files)
        self._explanations = explanations
        self._previews = previews
        self._orders = orders
        self._invoices = invoices

    @override
    async def SubmitOrder(self, request: pb.SubmitOrderRequest, context: _Context) -> pb.SubmitOrderResponse:
        (merchant,) = names.MERCHANT.parse(request.parent)
        record = await self._orders.submit(order_from_wire(merchant, request.order))
        return pb.SubmitOrderResponse(order=order_to_wire(record))

    @override
    async def SubmitOrders(
        self, request_iterator: AsyncIterator[pb.SubmitOrdersRequest | Refused], context: _Context
    ) -> AsyncIterator[pb.SubmitOrdersResponse]:
        position = 0
        async for response in in_order(request_iterator, self._acknowledge, limit=STREAMED_AT_ONCE):
            position += 1
            response.position = position
            yield response

    async def _acknowledge(self, request: pb.SubmitOrdersRequest | Refused) -> pb.SubmitOrdersResponse:
        """What became of one order of a stream; whatever goes wrong with it is its own status."""
        if isinstance(request, Refused):
            return pb.SubmitOrdersResponse(status=status_of(request))
        try:
            (merchant,) = names.MERCHANT.parse(request.parent)
            record = await self._orders.submit(order_from_wire(merchant, request.order))
        except Exception as error:
            return pb.SubmitOrdersResponse(status=status_of(refusal_of(error)))
        return acknowledgement(record)

    @override
    async def GetOrder(self, request: pb.GetOrderRequest, context: _Context) -> pb.GetOrderResponse:
        record = await self._orders.get(*names.ORDER.parse(request.name))
        return pb.GetOrderResponse(order=order_to_wire(record))

    @override
    async def ListOrders(self, request: pb.ListOrdersRequest, context: _Context) -> pb.ListOrdersResponse:
        (merchant,) = names.MERCHANT.parse(request.parent)
        filters = (merchant, str(request.outcome), request.sales_channel)
        page = paging.open_page("ListOrders", request.page_size, request.page_token, *filters)
        found = await self._orders.list(
            OrderQuery(
                merchant=merchant,
                after=page.after,
                limit=page.limit,
                outcome=outcome_from_wire(request.outcome),
                sales_channel=request.sales_channel,
            )
        )
        records, next_page_token = page.cut(found, attrgetter("order_id"))
        return pb.ListOrdersResponse(orders=map(order_to_wire, records), next_page_token=next_page_token)

    @override
    async def ExplainOrder(self, request: pb.ExplainOrderRequest, context: _Context) -> pb.ExplainOrderResponse:
        explanation = await self._explanations.explain(*names.ORDER.parse(request.name))
        return pb.ExplainOrderResponse(explanation=explanation_to_wire(explanation))

    @override
    async def PreviewInvoice(self, request: pb.PreviewInvoiceRequest, context: _Context) -> pb.PreviewInvoiceResponse:
        preview = await self._previews.preview(_wanted(request), _patience(context))
        return pb.PreviewInvoiceResponse(preview=preview_to_wire(preview))

    @override
    async def CreateInvoice(self, request: pb.CreateInvoiceRequest, context: _Context) -> pb.CreateInvoiceResponse:
        record = await self._invoices.create(_wanted(request, request.request_id))
        return pb.CreateInvoiceResponse(invoice=invoice_to_wire(record))

    @override
    async def GetInvoice(self, request: pb.GetInvoiceRequest, context: _Context) -> pb.GetInvoiceResponse:
        record, attempts = await self._invoices.get(*names.INVOICE.parse(request.name))
        return pb.GetInvoiceResponse(invoice=invoice_to_wire(record, attempts))

    @override
    async def ListInvoices(self, request: pb.ListInvoicesRequest, context: _Context) -> pb.ListInvoicesResponse:
        merchant, channel = names.CHANNEL.parse(request.parent)
        order_id = _order_id(merchant, request.order) if request.order else ""
        start = instant(request.start_time) if request.HasField("start_time") else None
        end = instant(request.end_time) if request.HasField("end_time") else None
        chosen = (request.state, request.reason, request.sales_channel, order_id, start, end)
        filters = (merchant, channel, *map(str, chosen))
        page = paging.open_page("ListInvoices", request.page_size, request.page_token, *filters)
        found = await self._invoices.list(
            InvoiceQuery(
                merchant=merchant,
                channel=channel,
                after=page.after,
                limit=page.limit,
                state=state_from_wire(request.state),
                reason=reason_from_wire(request.reason),
                sales_channel=request.sales_channel,
                order_id=order_id,
                start=start,
                end=end,
            )
        )
        records, next_page_token = page.cut(found, attrgetter("invoice"))
        return pb.ListInvoicesResponse(invoices=map(invoice_to_wire, records), next_page_token=next_page_token)

    @override
    async def WatchInvoices(
        self, request: operations.WatchInvoicesRequest, context: _Context
    ) -> AsyncIterator[operations.WatchInvoicesResponse]:
        merchant, channel = names.CHANNEL.parse(request.parent)
        scope = f"{request.parent}/invoices"
        async for page in self._invoices.watch(merchant, channel, decode_cursor(scope, request.cursor)):
            for change, record in page.changes:
                yield operations.WatchInvoicesResponse(
                    cursor=encode_cursor(scope, change.number), change=change_to_wire(change, record)
                )
            if not page.changes:
                yield operations.WatchInvoicesResponse(cursor=encode_cursor(scope, page.position))

    @override
    async def RetryInvoice(self, request: pb.RetryInvoiceRequest, context: _Context) -> pb.RetryInvoiceResponse:
        merchant, channel, invoice = names.INVOICE.parse(request.name)
        record = await self._invoices.retry(merchant, channel, invoice, overrides_from_wire(request.overrides))
        return pb.RetryInvoiceResponse(invoice=invoice_to_wire(record))


def _wanted(request: pb.CreateInvoiceRequest | pb.PreviewInvoiceRequest, request_id: str = "") -> NewInvoice:
    merchant, channel = names.CHANNEL.parse(request.parent)
    return NewInvoice(
        merchant=merchant,
        channel=channel,
        order_id=_order_id(merchant, request.order),
        overrides=overrides_from_wire(request.overrides),
        request_id=request_id.lower(),
    )


def _order_id(merchant: str, order: str) -> str:
    owner, order_id = names.ORDER.parse(order)
    if owner != merchant:
        raise Refused(
            Reason.FIELD_INVALID,
            "order: is not of the merchant whose channel it is about.",
            fields={"order": f"must be an order of merchants/{merchant}."},
        )
    return order_id


def _patience(context: _Context) -> dt.timedelta | None:
    """How long the ERP may be waited for, so that the caller still gets what is known without it; None: as usual."""
    remaining: float | None = context.time_remaining()
    return None if remaining is None else dt.timedelta(seconds=max(0.0, remaining - min(1.0, remaining / 4)))
