"""Deadlines, defects and everything else that a use case may raise."""

import asyncio
import datetime as dt
import logging
from collections.abc import AsyncIterator, Callable

import grpc
import pytest
from erpgate.domain.problem import Blocked
from erpgate.plugin import Misconfigured, OutcomeUnknown, RateLimited, Reason, Rejected, Unavailable
from erpgate.rpc.interceptor import Gate
from erpgate.service.errors import Refused
from erpgate.v1 import invoicing_service_pb2 as pb
from erpgate.v1.channel_pb2 import Channel
from erpgate.v1.channel_service_pb2 import GetChannelRequest, GetChannelResponse

from .builders import CHANNEL, INVOICE, an_invoice
from .harness import Door, read, refusal

REQUEST = pb.GetInvoiceRequest(name=INVOICE)
SECRET = "the secret sauce"


async def hang(*_: object) -> None:
    await asyncio.sleep(60)


async def test_refusal_reaches_the_caller_whole(door: Door) -> None:
    door.service.error = Refused(
        Reason.ERP_RATE_LIMITED,
        "Slow down, señor.",
        fields={"name": "too often"},
        details={"limit": "150"},
        retry_after=dt.timedelta(seconds=2.5),
    )
    told = await refusal(door.invoicing.GetInvoice(REQUEST))
    assert (told.code, told.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "ERP_RATE_LIMITED")
    assert told.message == "Slow down, señor."
    assert told.fields == {"name": "too often"}
    assert told.metadata == {"limit": "150"}
    assert told.retry_after == dt.timedelta(seconds=2.5)


@pytest.mark.parametrize(
    ("error", "code", "reason", "metadata", "retry_after"),
    [
        pytest.param(
            Misconfigured("Mend it.", field="token", reason=Reason.ERP_CREDENTIALS_INVALID, details={"a": "b"}),
            grpc.StatusCode.FAILED_PRECONDITION,
            "ERP_CREDENTIALS_INVALID",
            {"a": "b", "field": "token"},
            None,
            id="misconfigured",
        ),
        pytest.param(
            Rejected("Mend it.", fields={"buyer.document": "too short"}, reason=Reason.CUSTOMER_DOCUMENT_INVALID),
            grpc.StatusCode.INVALID_ARGUMENT,
            "CUSTOMER_DOCUMENT_INVALID",
            {"field": "buyer.document"},
            None,
            id="rejected",
        ),
        pytest.param(
            Rejected("Mend it."), grpc.StatusCode.FAILED_PRECONDITION, "DOCUMENT_REJECTED", {}, None, id="refused by it"
        ),
        pytest.param(
            RateLimited(dt.timedelta(seconds=9)),
            grpc.StatusCode.RESOURCE_EXHAUSTED,
            "ERP_RATE_LIMITED",
            {},
            dt.timedelta(seconds=9),
            id="rate limited",
        ),
        pytest.param(
            Unavailable("It is down."),
            grpc.StatusCode.UNAVAILABLE,
            "ERP_UNREACHABLE",
            {},
            dt.timedelta(seconds=5),
            id="unavailable",
        ),
        pytest.param(
            OutcomeUnknown("No answer."), grpc.StatusCode.ABORTED, "ERP_OUTCOME_UNKNOWN", {}, None, id="outcome unknown"
        ),
        pytest.param(
            Blocked(Reason.TOTAL_UNREACHABLE, "It can't be.", details={"target": "1"}),
            grpc.StatusCode.FAILED_PRECONDITION,
            "TOTAL_UNREACHABLE",
            {"target": "1"},
            None,
            id="blocked",
        ),
        pytest.param(
            TimeoutError(), grpc.StatusCode.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED", {}, None, id="a timeout inside"
        ),
        pytest.param(
            Refused(Reason.SERVICE_UNAVAILABLE, "The database is away."),
            grpc.StatusCode.UNAVAILABLE,
            "SERVICE_UNAVAILABLE",
            {},
            dt.timedelta(seconds=5),
            id="the database is away",
        ),
    ],
)
async def test_kinds_of_errors(
    door: Door,
    error: Exception,
    code: grpc.StatusCode,
    reason: str,
    metadata: dict[str, str],
    retry_after: dt.timedelta | None,
) -> None:
    door.service.error = error
    told = await refusal(door.invoicing.GetInvoice(REQUEST))
    assert (told.code, told.reason, told.metadata, told.retry_after) == (code, reason, metadata, retry_after)


async def test_defect_is_logged_once_and_told_without_its_text(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    door.service.error = ZeroDivisionError(SECRET)
    with caplog.at_level(logging.WARNING):
        told = await refusal(door.invoicing.GetInvoice(REQUEST))
    assert (told.code, told.reason) == (grpc.StatusCode.INTERNAL, "INTERNAL")
    assert SECRET not in str(told)
    (record,) = caplog.records
    assert set(told.metadata) == {"correlation_id"}
    assert told.metadata["correlation_id"] in record.getMessage()
    assert record.exc_info is not None
    assert record.exc_info[1] is door.service.error


async def test_answer_that_cannot_be_sent_is_a_defect(door: Door) -> None:
    door.service.answer = ("no record", ())
    told = await refusal(door.invoicing.GetInvoice(REQUEST))
    assert told.reason == "INTERNAL"


async def test_plugin_defect_keeps_its_reason_and_gets_a_correlation_id(door: Door) -> None:
    door.service.error = Refused(Reason.PLUGIN_DEFECT, "The plugin failed.", details={"erp": "toy-books"})
    told = await refusal(door.invoicing.GetInvoice(REQUEST))
    assert (told.code, told.reason) == (grpc.StatusCode.INTERNAL, "PLUGIN_DEFECT")
    assert told.metadata["erp"] == "toy-books"
    assert told.metadata["correlation_id"]


async def test_verdict_that_is_raised_is_a_defect(door: Door) -> None:
    door.service.error = Refused(Reason.AUTOMATION_OFF, SECRET)
    told = await refusal(door.invoicing.GetInvoice(REQUEST))
    assert told.reason == "INTERNAL"
    assert SECRET not in told.message


async def test_deadline_is_kept_with_details(door: Door) -> None:
    """The handler stops a little before the caller does, so that the reason still arrives."""
    door.service.answer = hang
    told = await refusal(door.invoicing.GetInvoice(REQUEST, timeout=0.4))
    assert (told.code, told.reason) == (grpc.StatusCode.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED")


async def test_cancelled_call_cancels_the_use_case(door: Door) -> None:
    began, ended = asyncio.Event(), asyncio.Event()

    async def wait(*_: object) -> None:
        began.set()
        try:
            await hang()
        finally:
            ended.set()

    door.service.answer = wait
    call = door.invoicing.GetInvoice(REQUEST)
    async with asyncio.timeout(10):
        waiting = asyncio.ensure_future(call)
        await began.wait()
        call.cancel()
        await ended.wait()
        with pytest.raises(asyncio.CancelledError):
            await waiting


async def test_concurrent_calls_do_not_mix(door: Door) -> None:
    async def answer(_merchant: str, channel: str, _invoice: str) -> object:
        await asyncio.sleep(0.01)
        return an_invoice(channel=channel), ()

    door.service.answer = answer
    names = [INVOICE.replace("/main/", f"/c{number}/") for number in range(20)]
    answers = await asyncio.gather(*(door.invoicing.GetInvoice(pb.GetInvoiceRequest(name=name)) for name in names))
    assert [answer.invoice.name for answer in answers] == names


def streaming(error: Exception | None) -> Callable[[GetChannelRequest, object], AsyncIterator[GetChannelResponse]]:
    """A method that answers in several messages, and then raises."""

    async def handler(request: GetChannelRequest, _context: object) -> AsyncIterator[GetChannelResponse]:
        for etag in ("1", "2"):
            yield GetChannelResponse(channel=Channel(name=request.name, etag=etag))
        if error is not None:
            raise error

    return handler


async def follow(payload: bytes, error: Exception | None = None) -> list[str]:
    handler = grpc.unary_stream_rpc_method_handler(
        streaming(error),
        request_deserializer=GetChannelRequest.FromString,
        response_serializer=GetChannelResponse.SerializeToString,
    )
    server = grpc.aio.server(interceptors=[Gate()])
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.Streams", {"Follow": handler}),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    seen = []
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            method: grpc.aio.UnaryStreamMultiCallable[bytes, GetChannelResponse] = channel.unary_stream(
                "/test.Streams/Follow", None, GetChannelResponse.FromString
            )
            async for response in method(payload):
                seen.append(response.channel.etag)  # noqa: PERF401 - what came before the error counts
    except grpc.aio.AioRpcError as failure:
        seen.append(read(failure).reason)
    finally:
        await server.stop(0)
    return seen


async def test_stream_of_answers_passes() -> None:
    assert await follow(GetChannelRequest(name=CHANNEL).SerializeToString()) == ["1", "2"]


async def test_stream_that_fails_ends_with_a_reason() -> None:
    request = GetChannelRequest(name=CHANNEL).SerializeToString()
    assert await follow(request, Unavailable("It is down.")) == ["1", "2", "ERP_UNREACHABLE"]


async def test_stream_with_a_bad_request_never_begins() -> None:
    assert await follow(b"\xff") == ["MESSAGE_MALFORMED"]
    assert await follow(b"") == ["FIELD_INVALID"]
