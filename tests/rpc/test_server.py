"""Health, reflection, and how the server ends."""

import asyncio

import grpc
import pytest
from erpgate.rpc.server import MAX_MESSAGE, SERVICES
from erpgate.v1 import invoicing_service_pb2 as pb
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from .builders import INVOICE, an_invoice
from .harness import Door, open_door

SERVING = health_pb2.HealthCheckResponse.SERVING


@pytest.mark.parametrize("service", ["", *SERVICES])
async def test_everything_serves(door: Door, service: str) -> None:
    stub = health_pb2_grpc.HealthStub(door.channel)
    assert (await stub.Check(health_pb2.HealthCheckRequest(service=service))).status == SERVING


async def test_reflection_names_every_service(door: Door) -> None:
    stub = reflection_pb2_grpc.ServerReflectionStub(door.channel)
    call = stub.ServerReflectionInfo(iter([reflection_pb2.ServerReflectionRequest(list_services="")]))
    answer = await call.read()
    names = {service.name for service in answer.list_services_response.service}
    assert names == {*SERVICES, "grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection"}


async def test_unknown_service_of_health_has_its_own_error(door: Door) -> None:
    stub = health_pb2_grpc.HealthStub(door.channel)
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await stub.Check(health_pb2.HealthCheckRequest(service="no.Such"))
    assert error.value.code() is grpc.StatusCode.NOT_FOUND


async def test_request_that_is_too_large(door: Door) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await door.raw("/erpgate.v1.InvoicingService/GetInvoice", b"\0" * (MAX_MESSAGE + 1))
    assert error.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_stop_lets_running_calls_end() -> None:
    """Health says NOT_SERVING first; a call that runs is answered; a new one is not taken."""
    began, may_end = asyncio.Event(), asyncio.Event()

    async def answer(*_: object) -> object:
        began.set()
        await may_end.wait()
        return an_invoice(), ()

    async with asyncio.timeout(20), open_door() as door:
        door.service.answer = answer
        watch = health_pb2_grpc.HealthStub(door.channel).Watch(health_pb2.HealthCheckRequest())
        assert (await watch.read()).status == SERVING
        running = asyncio.ensure_future(door.invoicing.GetInvoice(pb.GetInvoiceRequest(name=INVOICE)))
        await began.wait()
        stopping = asyncio.create_task(door.rpc.stop(5))
        assert (await watch.read()).status == health_pb2.HealthCheckResponse.NOT_SERVING
        watch.cancel()
        may_end.set()
        assert (await running).invoice.name == INVOICE
        await stopping
        with pytest.raises(grpc.aio.AioRpcError):
            await door.invoicing.GetInvoice(pb.GetInvoiceRequest(name=INVOICE), timeout=1)
