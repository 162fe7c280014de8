"""Many orders over one stream: one acknowledgement each, whatever is wrong with some of them."""

import asyncio

import grpc
import pytest
from erpgate.domain.order import Order
from erpgate.rpc.invoicing_servicer import STREAMED_AT_ONCE
from erpgate.store.records import OrderRecord
from erpgate.v1 import invoicing_service_pb2 as pb
from google.rpc import error_details_pb2, status_pb2

from .builders import an_order_message, an_order_record
from .harness import Door

METHOD = "/erpgate.v1.InvoicingService/SubmitOrders"


def a_request(number: int, **changes: str) -> pb.SubmitOrdersRequest:
    order = an_order_message(external_id=str(number), **changes)
    return pb.SubmitOrdersRequest(parent="merchants/acme", order=order)


async def stored(order: Order) -> OrderRecord:
    return an_order_record(order=order)


async def acknowledged(door: Door, *messages: bytes) -> list[pb.SubmitOrdersResponse]:
    """Sends bytes as they are."""
    call: grpc.aio.StreamStreamMultiCallable[bytes, pb.SubmitOrdersResponse] = door.channel.stream_stream(
        METHOD, response_deserializer=pb.SubmitOrdersResponse.FromString
    )
    return [answer async for answer in call(iter(messages), timeout=10)]


def told(status: status_pb2.Status) -> tuple[grpc.StatusCode, str, set[str]]:
    """Code, reason and fields of a refusal."""
    info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    for detail in status.details:
        assert detail.Unpack(info) or detail.Unpack(bad)
    assert info.domain == "erpgate"
    code = next(code for code in grpc.StatusCode if code.value[0] == status.code)
    return code, info.reason, {violation.field for violation in bad.field_violations}


async def test_each_order_is_acknowledged_in_its_place(door: Door) -> None:
    door.service.answer = stored
    answers = await acknowledged(door, *(a_request(number).SerializeToString() for number in range(3)))
    assert [(a.position, a.status.code, a.order, a.revision) for a in answers] == [
        (number + 1, 0, f"merchants/acme/orders/shop-co:{number}", 1) for number in range(3)
    ]


async def test_an_invalid_order_does_not_end_the_stream(door: Door) -> None:
    door.service.answer = stored
    wrong = a_request(2, total_paid="much")
    answers = await acknowledged(
        door, a_request(1).SerializeToString(), wrong.SerializeToString(), b"\xff", a_request(4).SerializeToString()
    )
    assert [answer.position for answer in answers] == [1, 2, 3, 4]
    assert [answer.order.rpartition(":")[2] for answer in answers] == ["1", "", "", "4"]
    invalid = grpc.StatusCode.INVALID_ARGUMENT
    assert told(answers[1].status) == (invalid, "FIELD_INVALID", {"order.total_paid"})
    assert told(answers[2].status) == (invalid, "MESSAGE_MALFORMED", set())
    assert [args[0].external_id for _, args, _ in door.service.calls] == ["1", "4"]


async def test_a_defect_with_one_order_is_its_own_status(door: Door) -> None:
    async def submit(order: Order) -> OrderRecord:
        if order.external_id == "1":
            raise ZeroDivisionError
        return await stored(order)

    door.service.answer = submit
    first, second = await acknowledged(door, *(a_request(number).SerializeToString() for number in (1, 2)))
    assert told(first.status) == (grpc.StatusCode.INTERNAL, "INTERNAL", set())
    assert second.status.code == 0


async def test_no_more_orders_are_under_way_than_said(door: Door) -> None:
    """Who sends faster than orders are stored has to wait; none is lost."""
    under_way, most = 0, 0
    gate = asyncio.Event()

    async def submit(order: Order) -> OrderRecord:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        if most == STREAMED_AT_ONCE:
            gate.set()
        await gate.wait()
        await asyncio.sleep(0)
        under_way -= 1
        return await stored(order)

    door.service.answer = submit
    many = 2 * STREAMED_AT_ONCE + 7
    answers = await acknowledged(door, *(a_request(number).SerializeToString() for number in range(many)))
    assert [answer.position for answer in answers] == list(range(1, many + 1))
    assert most == STREAMED_AT_ONCE


async def test_a_caller_that_goes_away_leaves_nothing_running(door: Door) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def submit(_: Order) -> OrderRecord:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        raise AssertionError

    door.service.answer = submit
    call = door.invoicing.SubmitOrders(timeout=10)
    await call.write(a_request(1))
    await begun.wait()
    call.cancel()
    async with asyncio.timeout(5):
        await ended.wait()
    with pytest.raises(asyncio.CancelledError):
        await call.read()
