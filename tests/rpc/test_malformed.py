"""Bytes that are no request, and methods that do not exist."""

import asyncio

import grpc
import pytest
from erpgate.plugin import Option
from erpgate.service.explain import OrderExplanation
from erpgate.service.field_options import OptionPage
from erpgate.store.catalog_sync import CatalogSync
from erpgate.store.sales_channels import SalesChannelRecord
from hypothesis import given, settings
from hypothesis import strategies as st

from .builders import NOW, a_channel, a_preview, an_alias, an_entry, an_invoice, an_order_record
from .harness import METHODS, Door, open_door, read, refusal
from .strategies import messages

GARBAGE = b"\xff\xff\xff\xff garbage"
ANSWERS = {
    "ListErps": None,
    "GetErp": None,
    "CreateChannel": a_channel(),
    "GetChannel": a_channel(),
    "ListChannels": [a_channel()] * 2,
    "UpdateChannel": a_channel(settings={"automation": {"enabled": True}, "ledger": "7"}),
    "ConnectChannel": a_channel(),
    "ListFieldOptions": OptionPage(options=(Option(value="1", label="One"),), next='["", 1]', read_time=NOW),
    "ListSalesChannels": [SalesChannelRecord(merchant="acme", sales_channel="shop-co")] * 2,
    "DeclareSalesChannels": (SalesChannelRecord(merchant="acme", sales_channel="shop-co", declared=True),),
    "WithdrawSalesChannel": None,
    "PauseChannel": a_channel(),
    "ResumeChannel": a_channel(),
    "RotateCredentials": a_channel(),
    "CheckChannel": (a_channel(), ()),
    "DeleteChannel": None,
    "LookupSkus": (a_channel(), ()),
    "SetSkuAlias": an_alias(),
    "ListSkuAliases": [an_alias()] * 2,
    "DeleteSkuAlias": None,
    "ExplainOrder": OrderExplanation(merchant="acme", order_id="shop-co:1001", channels=()),
    "PreviewInvoice": a_preview(),
    "ListProducts": (a_channel(), [an_entry()] * 2),
    "GetProduct": (a_channel(), an_entry()),
    "SyncCatalog": (a_channel(), CatalogSync()),
    "GetCatalogSync": (a_channel(), CatalogSync()),
    "SubmitOrder": an_order_record(),
    "GetOrder": an_order_record(),
    "ListOrders": [an_order_record()] * 2,
    "CreateInvoice": an_invoice(),
    "GetInvoice": (an_invoice(), ()),
    "ListInvoices": [an_invoice()] * 2,
    "RetryInvoice": an_invoice(),
    "OpenInvoice": an_invoice(),
    "IssueInvoice": an_invoice(),
    "VoidInvoice": an_invoice(),
    "CreateCreditNote": an_invoice(),
    "RecordPayment": an_invoice(),
    "EmailInvoice": an_invoice(),
    "RefreshInvoice": an_invoice(),
}
EXPECTED = {
    grpc.StatusCode.INVALID_ARGUMENT: {"FIELD_INVALID", "MESSAGE_MALFORMED", "PAGE_TOKEN_INVALID"},
    grpc.StatusCode.NOT_FOUND: {"RESOURCE_NOT_FOUND"},
    grpc.StatusCode.ABORTED: {"ETAG_MISMATCH"},
}


@pytest.mark.parametrize("method", METHODS)
async def test_garbage_is_malformed(door: Door, method: str) -> None:
    told = await refusal(door.raw(method, GARBAGE))
    assert (told.code, told.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "MESSAGE_MALFORMED")
    assert told.message == f"The request's bytes are not a {METHODS[method].input_type.full_name}."
    assert door.service.calls == []


async def test_text_that_is_not_utf_8_is_malformed(door: Door) -> None:
    told = await refusal(door.raw("/erpgate.v1.InvoicingService/GetOrder", b"\x0a\x02\xff\xfe"))
    assert told.reason == "MESSAGE_MALFORMED"


@pytest.mark.parametrize("method", ["/erpgate.v1.InvoicingService/DropTables", "/no.Such/Method"])
async def test_unknown_method(door: Door, method: str) -> None:
    told = await refusal(door.raw(method, b""))
    assert (told.code, told.reason) == (grpc.StatusCode.UNIMPLEMENTED, "METHOD_UNKNOWN")
    assert told.metadata == {"method": method}


async def test_unknown_method_that_streams(door: Door) -> None:
    method: grpc.aio.UnaryStreamMultiCallable[bytes, bytes] = door.channel.unary_stream("/erpgate.v1.No/Watch")
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await method(b"", timeout=10).read()
    assert read(error.value).reason == "METHOD_UNKNOWN"


def test_no_bytes_make_a_defect() -> None:
    """Whatever is sent to any method, the answer is a documented refusal or a success; never INTERNAL or UNKNOWN."""
    with asyncio.Runner() as runner:
        opened = open_door()
        door = runner.run(opened.__aenter__())
        try:

            @settings(max_examples=400, deadline=None)
            @given(requests())
            def fuzz(request: tuple[str, bytes]) -> None:
                runner.run(is_documented(door, *request))

            fuzz()
        finally:
            runner.run(opened.__aexit__(None, None, None))


async def is_documented(door: Door, method: str, payload: bytes) -> None:
    for answer in (ANSWERS[method.rpartition("/")[2]], None):
        door.service.answer = answer
        try:
            await door.raw(method, payload)
        except grpc.aio.AioRpcError as error:
            told = read(error)
            assert told.reason in EXPECTED[told.code]


def requests() -> st.SearchStrategy[tuple[str, bytes]]:
    """A method, and bytes for it: a message of its kind, one with something behind it, or anything at all."""
    return st.sampled_from(sorted(METHODS)).flatmap(
        lambda method: st.tuples(
            st.just(method),
            st.one_of(
                messages(METHODS[method].input_type).map(lambda message: message.SerializeToString()),
                st.tuples(messages(METHODS[method].input_type), st.binary(max_size=8)).map(
                    lambda parts: parts[0].SerializeToString() + parts[1]
                ),
                st.binary(max_size=64),
            ),
        )
    )
