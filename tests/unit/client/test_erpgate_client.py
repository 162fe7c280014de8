"""The synchronous client against a scripted connection."""

import datetime as dt
import re
import types
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import grpc
import grpc_testing
import pytest
from erpgate.client import Client, ErpgateError
from erpgate.v1 import (
    catalog_service_pb2,
    channel_pb2,
    channel_service_pb2,
    field_options_pb2,
    invoice_pb2,
    invoicing_service_pb2,
    operation_pb2,
    order_pb2,
    sales_channel_pb2,
    sku_alias_pb2,
)
from erpgate.v1 import invoicing_operations_pb2 as operations
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

CHANNEL = "merchants/acme/channels/main"
ORDER = "merchants/acme/orders/shop-co:1001"
METHODS = {
    method.name: method
    for file in (channel_service_pb2, catalog_service_pb2, invoicing_service_pb2)
    for service in file.DESCRIPTOR.services_by_name.values()
    for method in service.methods
}
UNARY = [name for name, method in METHODS.items() if not (method.client_streaming or method.server_streaming)]
SERVICES = [method.containing_service for method in METHODS.values()]


class Server:
    """The other end: takes what the client sends, and answers it."""

    def __init__(self, channel: Any, pool: ThreadPoolExecutor) -> None:
        self.channel = channel
        self._pool = pool

    def calling(self, call: Callable[[], Any]) -> Future[Any]:
        """Lets the client call while the test plays the server."""
        return self._pool.submit(call)

    def answer(
        self,
        method: str,
        response: Message | None = None,
        code: grpc.StatusCode = grpc.StatusCode.OK,
        details: str = "",
        trailers: tuple[tuple[str, bytes], ...] = (),
    ) -> Any:
        """Waits for one call, ends it, and gives what was asked."""
        _, request, rpc = self.channel.take_unary_unary(METHODS[method])
        rpc.send_initial_metadata(())
        rpc.terminate(response, trailers, code, details)
        return request


@pytest.fixture
def server() -> Iterator[Server]:
    channel = grpc_testing.channel(set(SERVICES), grpc_testing.strict_real_time())
    with ThreadPoolExecutor(1) as pool:
        yield Server(channel, pool)


@pytest.fixture
def client(server: Server) -> Client:
    return Client("unused", channel=server.channel, retries=1)


@pytest.fixture(autouse=True)
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    taken: list[float] = []
    monkeypatch.setattr("erpgate.client.time", types.SimpleNamespace(sleep=taken.append))
    return taken


def details_of(*messages: Message, code: grpc.StatusCode, text: str) -> dict[str, Any]:
    status = status_pb2.Status(code=code.value[0], message=text)
    for message in messages:
        packed = AnyMessage()
        packed.Pack(message)
        status.details.append(packed)
    return {
        "code": code,
        "details": text,
        "trailers": (("grpc-status-details-bin", status.SerializeToString()),),
    }


PART = operation_pb2.CreditNoteLine(line_number=1, quantity="1")
CASH = operation_pb2.PAYMENT_METHOD_CASH
CALLS: dict[str, tuple[Callable[[Client], Any], Message, Any]] = {
    "ListErps": (Client.list_erps, channel_service_pb2.ListErpsRequest(), channel_service_pb2.ListErpsResponse()),
    "GetErp": (
        lambda c: c.get_erp("erps/x", language_code="en").name,
        channel_service_pb2.GetErpRequest(name="erps/x", language_code="en"),
        "",
    ),
    "CreateChannel": (
        lambda c: c.create_channel("merchants/acme", channel_pb2.Channel(), {"a": "b"}, request_id="1").name,
        channel_service_pb2.CreateChannelRequest(
            parent="merchants/acme", channel=channel_pb2.Channel(), credentials={"a": "b"}, request_id="1"
        ),
        "",
    ),
    "GetChannel": (lambda c: c.get_channel(CHANNEL).name, channel_service_pb2.GetChannelRequest(name=CHANNEL), ""),
    "ListChannels": (
        lambda c: list(c.list_channels("merchants/acme", page_size=3)),
        channel_service_pb2.ListChannelsRequest(parent="merchants/acme", page_size=3),
        [],
    ),
    "UpdateChannel": (
        lambda c: c.update_channel(channel_pb2.Channel(name=CHANNEL), ["settings"]).name,
        channel_service_pb2.UpdateChannelRequest(
            channel=channel_pb2.Channel(name=CHANNEL), update_mask=FieldMask(paths=["settings"])
        ),
        "",
    ),
    "ConnectChannel": (
        lambda c: c.connect_channel(CHANNEL).name,
        channel_service_pb2.ConnectChannelRequest(name=CHANNEL),
        "",
    ),
    "ListFieldOptions": (
        lambda c: (
            c.list_field_options(
                CHANNEL, "settings.warehouse", query="x", given={"a": "b"}, max_age=dt.timedelta(seconds=1)
            ).next_page_token
        ),
        field_options_pb2.ListFieldOptionsRequest(
            name=CHANNEL, field="settings.warehouse", query="x", given={"a": "b"}, max_age=Duration(seconds=1)
        ),
        "",
    ),
    "ListSalesChannels": (
        lambda c: list(c.list_sales_channels("merchants/acme", page_size=3)),
        sales_channel_pb2.ListSalesChannelsRequest(parent="merchants/acme", page_size=3),
        [],
    ),
    "DeclareSalesChannels": (
        lambda c: list(c.declare_sales_channels("merchants/acme", [sales_channel_pb2.SalesChannel(name="x")])),
        sales_channel_pb2.DeclareSalesChannelsRequest(
            parent="merchants/acme", sales_channels=[sales_channel_pb2.SalesChannel(name="x")]
        ),
        [],
    ),
    "WithdrawSalesChannel": (
        lambda c: c.withdraw_sales_channel("merchants/acme/salesChannels/x"),
        sales_channel_pb2.WithdrawSalesChannelRequest(name="merchants/acme/salesChannels/x"),
        None,
    ),
    "PauseChannel": (
        lambda c: c.pause_channel(CHANNEL).name,
        channel_service_pb2.PauseChannelRequest(name=CHANNEL),
        "",
    ),
    "ResumeChannel": (
        lambda c: c.resume_channel(CHANNEL).name,
        channel_service_pb2.ResumeChannelRequest(name=CHANNEL),
        "",
    ),
    "RotateCredentials": (
        lambda c: c.rotate_credentials(CHANNEL, {"token": "t"}, request_id="0f2b3c4d-0000-4000-8000-000000000002").name,
        channel_service_pb2.RotateCredentialsRequest(
            name=CHANNEL, credentials={"token": "t"}, request_id="0f2b3c4d-0000-4000-8000-000000000002"
        ),
        "",
    ),
    "CheckChannel": (
        lambda c: c.check_channel(CHANNEL),
        channel_service_pb2.CheckChannelRequest(name=CHANNEL),
        channel_service_pb2.CheckChannelResponse(),
    ),
    "DeleteChannel": (
        lambda c: c.delete_channel(CHANNEL, etag='"1"', force=True),
        channel_service_pb2.DeleteChannelRequest(name=CHANNEL, etag='"1"', force=True),
        None,
    ),
    "ListProducts": (
        lambda c: list(c.list_products(CHANNEL, filters=catalog_service_pb2.ListProductsRequest(text="a"))),
        catalog_service_pb2.ListProductsRequest(parent=CHANNEL, text="a"),
        [],
    ),
    "GetProduct": (
        lambda c: c.get_product(f"{CHANNEL}/products/1").name,
        catalog_service_pb2.GetProductRequest(name=f"{CHANNEL}/products/1"),
        "",
    ),
    "SyncCatalog": (
        lambda c: c.sync_catalog(CHANNEL).channel,
        catalog_service_pb2.SyncCatalogRequest(parent=CHANNEL),
        "",
    ),
    "GetCatalogSync": (
        lambda c: c.get_catalog_sync(CHANNEL).channel,
        catalog_service_pb2.GetCatalogSyncRequest(parent=CHANNEL),
        "",
    ),
    "LookupSkus": (
        lambda c: list(c.lookup_skus(CHANNEL, ["A"])),
        catalog_service_pb2.LookupSkusRequest(parent=CHANNEL, skus=["A"]),
        [],
    ),
    "SetSkuAlias": (
        lambda c: c.set_sku_alias(CHANNEL, "A", "B").sku,
        sku_alias_pb2.SetSkuAliasRequest(parent=CHANNEL, alias=sku_alias_pb2.SkuAlias(sku="A", item_sku="B")),
        "",
    ),
    "ListSkuAliases": (
        lambda c: list(c.list_sku_aliases(CHANNEL, page_size=3)),
        sku_alias_pb2.ListSkuAliasesRequest(parent=CHANNEL, page_size=3),
        [],
    ),
    "DeleteSkuAlias": (
        lambda c: c.delete_sku_alias(CHANNEL, "A"),
        sku_alias_pb2.DeleteSkuAliasRequest(parent=CHANNEL, sku="A"),
        None,
    ),
    "ExplainOrder": (
        lambda c: c.explain_order(ORDER).order,
        invoicing_service_pb2.ExplainOrderRequest(name=ORDER),
        "",
    ),
    "PreviewInvoice": (
        lambda c: list(c.preview_invoice(CHANNEL, ORDER).orders),
        invoicing_service_pb2.PreviewInvoiceRequest(parent=CHANNEL, order=ORDER),
        [],
    ),
    "SubmitOrder": (
        lambda c: c.submit_order("merchants/acme", order_pb2.Order()).name,
        invoicing_service_pb2.SubmitOrderRequest(parent="merchants/acme", order=order_pb2.Order()),
        "",
    ),
    "GetOrder": (lambda c: c.get_order(ORDER).name, invoicing_service_pb2.GetOrderRequest(name=ORDER), ""),
    "ListOrders": (
        lambda c: list(c.list_orders("merchants/acme", outcome=order_pb2.VERDICT_OUTCOME_ERROR, sales_channel="a")),
        invoicing_service_pb2.ListOrdersRequest(
            parent="merchants/acme", outcome=order_pb2.VERDICT_OUTCOME_ERROR, sales_channel="a"
        ),
        [],
    ),
    "CreateInvoice": (
        lambda c: c.create_invoice(CHANNEL, ORDER, request_id="1").name,
        invoicing_service_pb2.CreateInvoiceRequest(parent=CHANNEL, order=ORDER, request_id="1"),
        "",
    ),
    "GetInvoice": (
        lambda c: c.get_invoice(f"{CHANNEL}/invoices/1").name,
        invoicing_service_pb2.GetInvoiceRequest(name=f"{CHANNEL}/invoices/1"),
        "",
    ),
    "ListInvoices": (
        lambda c: list(c.list_invoices(CHANNEL, state=invoice_pb2.INVOICE_STATE_BLOCKED)),
        invoicing_service_pb2.ListInvoicesRequest(parent=CHANNEL, state=invoice_pb2.INVOICE_STATE_BLOCKED),
        [],
    ),
    "RetryInvoice": (
        lambda c: c.retry_invoice("x", overrides=invoice_pb2.InvoiceOverrides(warehouse="1")).name,
        invoicing_service_pb2.RetryInvoiceRequest(name="x", overrides=invoice_pb2.InvoiceOverrides(warehouse="1")),
        "",
    ),
    "OpenInvoice": (
        lambda c: c.open_invoice("x", request_id="1").name,
        operations.OpenInvoiceRequest(name="x", request_id="1"),
        "",
    ),
    "IssueInvoice": (
        lambda c: c.issue_invoice("x", request_id="1").name,
        operations.IssueInvoiceRequest(name="x", request_id="1"),
        "",
    ),
    "VoidInvoice": (
        lambda c: c.void_invoice("x", reason="y", request_id="1").name,
        operations.VoidInvoiceRequest(name="x", reason="y", request_id="1"),
        "",
    ),
    "CreateCreditNote": (
        lambda c: c.create_credit_note("x", lines=[PART], reason="y", request_id="1").name,
        operations.CreateCreditNoteRequest(parent="x", lines=[PART], reason="y", request_id="1"),
        "",
    ),
    "RecordPayment": (
        lambda c: c.record_payment("x", "1", CASH, date="2026-03-01", account="7", request_id="1").name,
        operations.RecordPaymentRequest(
            name="x", amount="1", method=CASH, date="2026-03-01", account="7", request_id="1"
        ),
        "",
    ),
    "EmailInvoice": (
        lambda c: c.email_invoice("x", recipients=["a@b.co"], request_id="1").name,
        operations.EmailInvoiceRequest(name="x", recipients=["a@b.co"], request_id="1"),
        "",
    ),
    "RefreshInvoice": (lambda c: c.refresh_invoice("x").name, operations.RefreshInvoiceRequest(name="x"), ""),
}


def response_of(method: str) -> Message:
    for file in (
        channel_service_pb2,
        catalog_service_pb2,
        invoicing_service_pb2,
        field_options_pb2,
        sales_channel_pb2,
        operations,
        sku_alias_pb2,
    ):
        if kind := getattr(file, f"{method}Response", None):
            message: Message = kind()
            return message
    raise AssertionError(method)


@pytest.mark.parametrize("method", UNARY)
def test_every_rpc_has_a_method(client: Client, server: Server, method: str) -> None:
    call, request, result = CALLS[method]
    future = server.calling(lambda: call(client))
    assert server.answer(method, response_of(method)) == request
    assert future.result(5) == result


def test_a_watch_gives_its_responses(client: Client, server: Server) -> None:
    future = server.calling(lambda: list(client.watch_catalog(CHANNEL, "c")))
    _, request, rpc = server.channel.take_unary_stream(METHODS["WatchCatalog"])
    assert request == catalog_service_pb2.WatchCatalogRequest(parent=CHANNEL, cursor="c")
    rpc.send_initial_metadata(())
    answer = catalog_service_pb2.WatchCatalogResponse(cursor="d")
    rpc.send_response(answer)
    rpc.terminate((), grpc.StatusCode.OK, "")
    assert future.result(5) == [answer]


def test_a_stream_of_orders_gives_its_acknowledgements(client: Client, server: Server) -> None:
    future = server.calling(lambda: list(client.submit_orders("merchants/acme", [order_pb2.Order()] * 2)))
    _, rpc = server.channel.take_stream_stream(METHODS["SubmitOrders"])
    rpc.send_initial_metadata(())
    answers = [invoicing_service_pb2.SubmitOrdersResponse(position=position) for position in (1, 2)]
    for answer in answers:
        assert rpc.take_request().parent == "merchants/acme"
        rpc.send_response(answer)
    rpc.requests_closed()
    rpc.terminate((), grpc.StatusCode.OK, "")
    assert future.result(5) == answers


def test_a_pdf_is_put_together(client: Client, server: Server) -> None:
    future = server.calling(lambda: client.get_invoice_pdf("x"))
    _, request, rpc = server.channel.take_unary_stream(METHODS["GetInvoicePdf"])
    rpc.send_initial_metadata(())
    for piece in (b"%PDF-", b"1.4"):
        rpc.send_response(operations.GetInvoicePdfResponse(content=piece))
    rpc.terminate((), grpc.StatusCode.OK, "")
    assert (request, future.result(5)) == (operations.GetInvoicePdfRequest(name="x"), b"%PDF-1.4")


def test_a_broken_stream_is_an_error(client: Client, server: Server) -> None:
    future = server.calling(lambda: list(client.submit_orders("merchants/acme", [order_pb2.Order()])))
    _, rpc = server.channel.take_stream_stream(METHODS["SubmitOrders"])
    rpc.send_initial_metadata(())
    rpc.terminate((), grpc.StatusCode.UNAVAILABLE, "gone")
    with pytest.raises(ErpgateError, match="gone"):
        future.result(5)


def test_pages_are_fetched_until_the_last(client: Client, server: Server) -> None:
    future = server.calling(lambda: [channel.name for channel in client.list_channels("merchants/acme")])
    response = channel_service_pb2.ListChannelsResponse
    first = response(channels=[channel_pb2.Channel(name="a")], next_page_token="more")
    server.answer("ListChannels", first)
    assert server.answer("ListChannels", response(channels=[channel_pb2.Channel(name="b")])).page_token == "more"
    assert future.result(5) == ["a", "b"]


@pytest.mark.parametrize("method", ["CreateChannel", "CreateInvoice"])
def test_what_has_no_request_id_gets_one(client: Client, server: Server, method: str) -> None:
    calls = {
        "CreateChannel": lambda: client.create_channel("merchants/acme", channel_pb2.Channel(), {}),
        "CreateInvoice": lambda: client.create_invoice(CHANNEL, ORDER),
    }
    future = server.calling(calls[method])
    request = server.answer(method, response_of(method))
    assert re.fullmatch(r"[0-9a-f-]{36}", request.request_id)
    future.result(5)


def test_error_says_everything(client: Client, server: Server) -> None:
    future = server.calling(lambda: client.get_channel(CHANNEL))
    info = error_details_pb2.ErrorInfo(reason="FIELD_INVALID", domain="erpgate", metadata={"a": "b"})
    bad = error_details_pb2.BadRequest(field_violations=[{"field": "name", "description": "is wrong."}])
    retry = error_details_pb2.RetryInfo(retry_delay=Duration(seconds=2))
    code = grpc.StatusCode.INVALID_ARGUMENT
    server.answer("GetChannel", **details_of(info, retry, bad, code=code, text="name: is wrong."))
    with pytest.raises(ErpgateError, match=r"^FIELD_INVALID: name: is wrong\.$") as raised:
        future.result(5)
    error = raised.value
    assert (error.code, error.reason, error.message) == (code, "FIELD_INVALID", "name: is wrong.")
    assert (error.fields, error.metadata) == ({"name": "is wrong."}, {"a": "b"})
    assert error.retry_after == dt.timedelta(seconds=2)


@pytest.mark.parametrize("trailers", [(), (("grpc-status-details-bin", b"\xff"),)], ids=["no details", "broken"])
def test_error_of_somebody_else(client: Client, server: Server, trailers: tuple[tuple[str, bytes], ...]) -> None:
    """A proxy answers without our details; the code is still told."""
    future = server.calling(lambda: client.get_channel(CHANNEL))
    server.answer("GetChannel", code=grpc.StatusCode.NOT_FOUND, details="no route", trailers=trailers)
    with pytest.raises(ErpgateError, match=r"^NOT_FOUND: no route$") as raised:
        future.result(5)
    assert raised.value.reason == ""


def test_unavailable_is_tried_again_after_the_time_that_was_told(
    client: Client, server: Server, naps: list[float]
) -> None:
    future = server.calling(lambda: client.get_channel(CHANNEL))
    retry = error_details_pb2.RetryInfo(retry_delay=Duration(seconds=3))
    server.answer("GetChannel", **details_of(retry, code=grpc.StatusCode.UNAVAILABLE, text="Wait."))
    server.answer("GetChannel", channel_service_pb2.GetChannelResponse())
    future.result(5)
    assert naps == [3.0]


def test_retries_end(client: Client, server: Server, naps: list[float]) -> None:
    future = server.calling(lambda: client.get_channel(CHANNEL))
    for _ in range(2):
        server.answer("GetChannel", code=grpc.StatusCode.UNAVAILABLE, details="Wait.")
    with pytest.raises(ErpgateError) as raised:
        future.result(5)
    assert raised.value.code is grpc.StatusCode.UNAVAILABLE
    assert naps == [1.0]


def test_aborted_is_never_tried_again(client: Client, server: Server, naps: list[float]) -> None:
    future = server.calling(lambda: client.get_channel(CHANNEL))
    server.answer("GetChannel", code=grpc.StatusCode.ABORTED, details="Look first.")
    with pytest.raises(ErpgateError):
        future.result(5)
    assert naps == []


def test_context_closes_the_connection() -> None:
    with Client("127.0.0.1:1") as client:
        pass
    with pytest.raises(ValueError, match="closed channel"):
        client.get_channel(CHANNEL)
