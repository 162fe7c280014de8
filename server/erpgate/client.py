"""A small synchronous client: one method per RPC, and errors with their documented reason.

```
with Client("localhost:50051") as client:
    channel = client.get_channel("merchants/acme/channels/main")
```
"""

import datetime as dt
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import grpc
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2
from typing_extensions import override

from erpgate.client_catalog import CatalogCalls
from erpgate.client_later import LaterCalls
from erpgate.v1 import (
    catalog_service_pb2_grpc,
    channel_pb2,
    channel_service_pb2,
    channel_service_pb2_grpc,
    erp_pb2,
    field_options_pb2,
    invoice_pb2,
    invoice_preview_pb2,
    invoicing_service_pb2,
    invoicing_service_pb2_grpc,
    order_explanation_pb2,
    order_pb2,
    sales_channel_pb2,
)

__all__ = ["Client", "ErpgateError"]

_DETAILS: Final = "grpc-status-details-bin"
_OPTIONS: Final = (
    ("grpc.max_receive_message_length", -1),  # a page of orders has no upper bound
    ("grpc.min_reconnect_backoff_ms", 500),
    ("grpc.initial_reconnect_backoff_ms", 500),
    ("grpc.max_reconnect_backoff_ms", 3000),  # gRPC's own two minutes outlast any restart
)
_RETRY_DELAY: Final = dt.timedelta(seconds=1)

Request = TypeVar("Request")
Response = TypeVar("Response")


class ErpgateError(Exception):
    """A call that was answered with an error.

    Args:
        code: gRPC's code.
        reason: A documented `ErrorReason` without its prefix; empty where the answer did not come from erpgate.
        message: One sentence.
        fields: Request field path to what is wrong with it.
        metadata: The message's variables.
        retry_after: How long to wait, where waiting helps.
    """

    def __init__(
        self,
        code: grpc.StatusCode,
        reason: str,
        message: str,
        *,
        fields: Mapping[str, str] | None = None,
        metadata: Mapping[str, str] | None = None,
        retry_after: dt.timedelta | None = None,
    ) -> None:
        super().__init__(f"{reason or code.name}: {message}")
        self.code = code
        self.reason = reason
        self.message = message
        self.fields = dict(fields or {})
        self.metadata = dict(metadata or {})
        self.retry_after = retry_after


class Client(CatalogCalls, LaterCalls):
    """Calls one erpgate server.

    Args:
        target: Such as `localhost:50051`.
        timeout: Seconds that each call may take.
        retries: How often a call is repeated while the server is UNAVAILABLE; every RPC can be repeated safely.
        key: API key, where the server wants to know its callers.
        channel: Instead of an insecure one to `target`; it is closed with the client.
    """

    def __init__(
        self,
        target: str,
        *,
        timeout: float = 10.0,
        retries: int = 0,
        key: str = "",
        channel: grpc.Channel | None = None,
    ) -> None:
        self._metadata = (("authorization", f"Bearer {key}"),) if key else None
        self._timeout = timeout
        self._retries = retries
        self._channel = channel or grpc.insecure_channel(target, options=_OPTIONS)
        self._channels = channel_service_pb2_grpc.ChannelServiceStub(self._channel)
        self._catalog = catalog_service_pb2_grpc.CatalogServiceStub(self._channel)
        self._invoicing = invoicing_service_pb2_grpc.InvoicingServiceStub(self._channel)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection."""
        self._channel.close()

    def list_erps(self) -> channel_service_pb2.ListErpsResponse:
        """ERPs that can be connected, and plugins that are not available."""
        return self._call(self._channels.ListErps, channel_service_pb2.ListErpsRequest())

    def get_erp(self, name: str, *, language_code: str = "") -> erp_pb2.Erp:
        """One ERP with its form."""
        request = channel_service_pb2.GetErpRequest(name=name, language_code=language_code)
        return self._call(self._channels.GetErp, request).erp

    def create_channel(
        self,
        parent: str,
        channel: channel_pb2.Channel,
        credentials: Mapping[str, str],
        *,
        channel_id: str = "",
        request_id: str = "",
    ) -> channel_pb2.Channel:
        """Connects an ERP; without a `request_id` the call gets one of its own."""
        request = channel_service_pb2.CreateChannelRequest(
            parent=parent,
            channel_id=channel_id,
            channel=channel,
            credentials=credentials,
            request_id=request_id or str(uuid.uuid4()),
        )
        return self._call(self._channels.CreateChannel, request).channel

    def get_channel(self, name: str) -> channel_pb2.Channel:
        """One channel."""
        return self._call(self._channels.GetChannel, channel_service_pb2.GetChannelRequest(name=name)).channel

    def list_channels(self, parent: str, *, page_size: int = 0) -> Iterator[channel_pb2.Channel]:
        """A merchant's channels; pages are fetched as they are needed."""
        request = channel_service_pb2.ListChannelsRequest(parent=parent, page_size=page_size)
        for page in self._pages(self._channels.ListChannels, request):
            yield from page.channels

    def update_channel(self, channel: channel_pb2.Channel, paths: Sequence[str]) -> channel_pb2.Channel:
        """Changes the fields that `paths` name, such as `settings.warehouse`."""
        request = channel_service_pb2.UpdateChannelRequest(channel=channel, update_mask=FieldMask(paths=paths))
        return self._call(self._channels.UpdateChannel, request).channel

    def list_field_options(
        self,
        name: str,
        field: str,
        *,
        query: str = "",
        given: Mapping[str, str] | None = None,
        language_code: str = "",
        max_age: dt.timedelta | None = None,
        page_size: int = 0,
        page_token: str = "",
    ) -> field_options_pb2.ListFieldOptionsResponse:
        """One page of a form field's live options, with what came of asking for them."""
        request = field_options_pb2.ListFieldOptionsRequest(
            name=name,
            field=field,
            query=query,
            given=given or {},
            language_code=language_code,
            page_size=page_size,
            page_token=page_token,
        )
        if max_age is not None:
            request.max_age.FromTimedelta(max_age)
        return self._call(self._channels.ListFieldOptions, request)

    def list_sales_channels(self, parent: str, *, page_size: int = 0) -> Iterator[sales_channel_pb2.SalesChannel]:
        """A merchant's sales channels; pages are fetched as they are needed."""
        request = sales_channel_pb2.ListSalesChannelsRequest(parent=parent, page_size=page_size)
        for page in self._pages(self._channels.ListSalesChannels, request):
            yield from page.sales_channels

    def declare_sales_channels(
        self, parent: str, sales_channels: Sequence[sales_channel_pb2.SalesChannel]
    ) -> Sequence[sales_channel_pb2.SalesChannel]:
        """Adds sales channels, or names known ones, and gives them as stored."""
        request = sales_channel_pb2.DeclareSalesChannelsRequest(parent=parent, sales_channels=sales_channels)
        return self._call(self._channels.DeclareSalesChannels, request).sales_channels

    def withdraw_sales_channel(self, name: str) -> None:
        """Takes back a sales channel that was declared, and that neither orders nor settings use."""
        request = sales_channel_pb2.WithdrawSalesChannelRequest(name=name)
        self._call(self._channels.WithdrawSalesChannel, request)

    def connect_channel(self, name: str) -> channel_pb2.Channel:
        """Finishes the wizard."""
        return self._call(self._channels.ConnectChannel, channel_service_pb2.ConnectChannelRequest(name=name)).channel

    def pause_channel(self, name: str) -> channel_pb2.Channel:
        """Stops sending to the ERP."""
        return self._call(self._channels.PauseChannel, channel_service_pb2.PauseChannelRequest(name=name)).channel

    def resume_channel(self, name: str) -> channel_pb2.Channel:
        """Ends a pause."""
        return self._call(self._channels.ResumeChannel, channel_service_pb2.ResumeChannelRequest(name=name)).channel

    def rotate_credentials(
        self, name: str, credentials: Mapping[str, str], *, request_id: str = ""
    ) -> channel_pb2.Channel:
        """Replaces a channel's credentials by others of the same company."""
        request = channel_service_pb2.RotateCredentialsRequest(
            name=name, credentials=credentials, request_id=request_id or str(uuid.uuid4())
        )
        return self._call(self._channels.RotateCredentials, request).channel

    def check_channel(self, name: str) -> channel_service_pb2.CheckChannelResponse:
        """Asks the ERP now whether the channel can invoice; it may take a while."""
        return self._call(self._channels.CheckChannel, channel_service_pb2.CheckChannelRequest(name=name))

    def delete_channel(self, name: str, *, etag: str = "", force: bool = False) -> None:
        """Forgets a channel and its credentials."""
        request = channel_service_pb2.DeleteChannelRequest(name=name, etag=etag, force=force)
        self._call(self._channels.DeleteChannel, request)

    def submit_order(self, parent: str, order: order_pb2.Order) -> order_pb2.Order:
        """Stores an order or a change of it, and gives it back with its verdicts."""
        request = invoicing_service_pb2.SubmitOrderRequest(parent=parent, order=order)
        return self._call(self._invoicing.SubmitOrder, request).order

    def submit_orders(
        self, parent: str, orders: Iterable[order_pb2.Order]
    ) -> Iterator[invoicing_service_pb2.SubmitOrdersResponse]:
        """Submits many orders over one stream, and gives the acknowledgement of each as it comes, in their order.

        A refused order is an acknowledgement whose status has a code other than 0. The stream has no time limit.

        Raises:
            ErpgateError: The stream broke: what was not acknowledged has to be sent again.
        """
        requests = (invoicing_service_pb2.SubmitOrdersRequest(parent=parent, order=order) for order in orders)
        try:
            yield from self._invoicing.SubmitOrders(requests, metadata=self._metadata)
        except grpc.RpcError as error:
            raise _error_of(error) from error

    def get_order(self, name: str) -> order_pb2.Order:
        """One order with its verdicts."""
        return self._call(self._invoicing.GetOrder, invoicing_service_pb2.GetOrderRequest(name=name)).order

    def list_orders(
        self,
        parent: str,
        *,
        outcome: order_pb2.VerdictOutcome.ValueType = order_pb2.VERDICT_OUTCOME_UNSPECIFIED,
        sales_channel: str = "",
        page_size: int = 0,
    ) -> Iterator[order_pb2.Order]:
        """A merchant's orders; pages are fetched as they are needed."""
        request = invoicing_service_pb2.ListOrdersRequest(
            parent=parent, outcome=outcome, sales_channel=sales_channel, page_size=page_size
        )
        for page in self._pages(self._invoicing.ListOrders, request):
            yield from page.orders

    def explain_order(self, name: str) -> order_explanation_pb2.OrderExplanation:
        """Why the order was or was not invoiced."""
        request = invoicing_service_pb2.ExplainOrderRequest(name=name)
        return self._call(self._invoicing.ExplainOrder, request).explanation

    def preview_invoice(
        self, parent: str, order: str, *, overrides: invoice_pb2.InvoiceOverrides | None = None
    ) -> invoice_preview_pb2.InvoicePreview:
        """What the order's invoice would be; nothing is sent."""
        request = invoicing_service_pb2.PreviewInvoiceRequest(parent=parent, order=order, overrides=overrides)
        return self._call(self._invoicing.PreviewInvoice, request).preview

    def create_invoice(
        self,
        parent: str,
        order: str,
        *,
        overrides: invoice_pb2.InvoiceOverrides | None = None,
        request_id: str = "",
    ) -> invoice_pb2.Invoice:
        """Invoices an order now; without a `request_id` the call gets one of its own."""
        request = invoicing_service_pb2.CreateInvoiceRequest(
            parent=parent, order=order, overrides=overrides, request_id=request_id or str(uuid.uuid4())
        )
        return self._call(self._invoicing.CreateInvoice, request).invoice

    def get_invoice(self, name: str) -> invoice_pb2.Invoice:
        """One invoice with its attempts."""
        return self._call(self._invoicing.GetInvoice, invoicing_service_pb2.GetInvoiceRequest(name=name)).invoice

    def list_invoices(
        self,
        parent: str,
        *,
        state: invoice_pb2.InvoiceState.ValueType = invoice_pb2.INVOICE_STATE_UNSPECIFIED,
        order: str = "",
        sales_channel: str = "",
        page_size: int = 0,
    ) -> Iterator[invoice_pb2.Invoice]:
        """A channel's invoices, oldest first; pages are fetched as they are needed."""
        request = invoicing_service_pb2.ListInvoicesRequest(
            parent=parent, state=state, order=order, sales_channel=sales_channel, page_size=page_size
        )
        for page in self._pages(self._invoicing.ListInvoices, request):
            yield from page.invoices

    def retry_invoice(self, name: str, *, overrides: invoice_pb2.InvoiceOverrides | None = None) -> invoice_pb2.Invoice:
        """Tries an invoice again after what stopped it was repaired."""
        request = invoicing_service_pb2.RetryInvoiceRequest(name=name, overrides=overrides)
        return self._call(self._invoicing.RetryInvoice, request).invoice

    @override
    def _stream(
        self, method: Callable[..., Iterator[Response]], request: object, timeout: float | None = None
    ) -> Iterator[Response]:
        try:
            yield from method(request, timeout=timeout)
        except grpc.RpcError as error:
            raise _error_of(error) from error

    @override
    def _pages(self, method: Callable[..., Response], request: Any) -> Iterator[Any]:
        while True:
            page: Any = self._call(method, request)
            yield page
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    @override
    def _call(self, method: Callable[..., Response], request: object) -> Response:
        left = self._retries
        while True:
            try:
                return method(request, timeout=self._timeout, metadata=self._metadata)
            except grpc.RpcError as error:
                told = _error_of(error)
                if left <= 0 or told.code is not grpc.StatusCode.UNAVAILABLE:
                    raise told from error
            left -= 1
            time.sleep((told.retry_after or _RETRY_DELAY).total_seconds())


def _error_of(error: Any) -> ErpgateError:
    fields: dict[str, str] = {}
    metadata: dict[str, str] = {}
    reason, retry_after = "", None
    for detail in _status_of(error).details:
        info, retry, bad = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo(), error_details_pb2.BadRequest()
        if detail.Unpack(info):
            reason, metadata = info.reason, dict(info.metadata)
        elif detail.Unpack(retry):
            retry_after = retry.retry_delay.ToTimedelta()
        elif detail.Unpack(bad):
            fields = {violation.field: violation.description for violation in bad.field_violations}
    return ErpgateError(
        error.code(), reason, error.details() or "", fields=fields, metadata=metadata, retry_after=retry_after
    )


def _status_of(error: Any) -> status_pb2.Status:
    for key, value in error.trailing_metadata() or ():
        if key == _DETAILS:
            try:
                return status_pb2.Status.FromString(value)
            except DecodeError:
                break
    return status_pb2.Status()
