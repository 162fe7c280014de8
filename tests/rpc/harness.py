"""A real server on a free port whose use cases answer what a test says."""

import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, cast

import grpc
import pluggy
import pydantic
from erpgate.plugin import Ability, ChannelSettings, Erp, FormField, Limits, Text
from erpgate.plugins import PluginInfo, Registry
from erpgate.rpc.catalog_servicer import CatalogRpcs
from erpgate.rpc.channel_servicer import ChannelRpcs
from erpgate.rpc.invoicing_servicer import InvoicingRpcs
from erpgate.rpc.server import RpcServer, create_server
from erpgate.service.errors import not_found
from erpgate.v1 import (
    catalog_service_pb2,
    catalog_service_pb2_grpc,
    channel_service_pb2,
    channel_service_pb2_grpc,
    invoicing_service_pb2,
    invoicing_service_pb2_grpc,
)
from google.rpc import error_details_pb2, status_pb2


def text(word: str) -> Text:
    return Text(es=f"{word} es", en=f"{word} en", pt=f"{word} pt")


class ToyCredentials(pydantic.BaseModel):
    """Step 2 of the toy ERP."""

    email: Annotated[str, FormField(kind="email", label=text("email"), affects="credentials")]
    token: Annotated[pydantic.SecretStr, FormField(kind="secret", label=text("token"), affects="credentials")]


class ToySettings(ChannelSettings, frozen=True):
    """Steps 3 and 4, with two fields of its own."""

    ledger: Annotated[
        str,
        pydantic.StringConstraints(pattern="^[a-z0-9]+$", max_length=9),
        FormField(
            kind="select",
            live=True,
            label=text("ledger"),
            depends_on=("country_code", "automation.issue"),
            visible_if={"country_code": ("CO", "BR")},
            example="7",
        ),
    ] = "main"
    payment_form: Annotated[
        str,
        FormField(
            kind="select",
            label=text("payment form"),
            options={"cash": text("cash")},
            step="automation",
            visible_if={"shipping_policy": "line", "ledger": ()},
        ),
    ] = ""


TOY = Erp(
    name="toy-books",
    title="Toy Books",
    api_version=1,
    countries=frozenset({"CO", "BR"}),
    prerequisites=(text("price lists"),),
    credentials=ToyCredentials,
    settings=ToySettings,
    abilities=frozenset({Ability.WAREHOUSES, Ability.ISSUE}),
    limits=Limits(),
    sku=cast("Any", None),
    defaults=cast("Any", None),
    mapper=cast("Any", None),
    policy=cast("Any", None),
    connect=cast("Any", None),
)


def a_plugin(name: str, status: Literal["ok", "failed", "disabled"] = "ok", failure: str = "") -> PluginInfo:
    return PluginInfo(
        name=name, distribution=f"erpgate-{name}", version="1.2", api_version=1, status=status, failure=failure
    )


def a_registry() -> Registry:
    """One ERP, one plugin that failed and one that is switched off."""
    return Registry(
        erps={TOY.name: TOY},
        plugins=(a_plugin("toy"), a_plugin("broken", "failed", "no such module"), a_plugin("unused", "disabled")),
        origins={TOY.name: "toy"},
        _manager=pluggy.PluginManager("test"),
    )


class Scripted:
    """Stands for every use case: answers what the test says, and remembers what it was asked.

    Attributes:
        answer: What every call gives, or what computes it from the call's arguments.
        error: Raised instead; without an answer, nothing is ever found.
        calls: Name, positional and keyword arguments of each call.
    """

    def __init__(self) -> None:
        self.answer: Any = None
        self.error: Exception | None = None
        self.calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Callable[..., Coroutine[Any, Any, Any]]:
        async def call(*args: Any, **kwargs: Any) -> Any:
            self.calls.append((name, args, kwargs))
            if self.error is not None:
                raise self.error
            if callable(self.answer):
                return await self.answer(*args, **kwargs)
            if self.answer is None and name != "delete":
                raise not_found("merchants/acme/channels/main")
            return self.answer

        return call


@dataclass(frozen=True)
class Refusal:
    """What a caller is told, read from the trailers."""

    code: grpc.StatusCode
    reason: str
    message: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    retry_after: dt.timedelta | None = None


class Door:
    """A connection to the server under test."""

    def __init__(self, rpc: RpcServer, target: str, channel: grpc.aio.Channel, service: Scripted) -> None:
        self.rpc = rpc
        self.target = target
        self.channel = channel
        self.service = service
        self.channels = channel_service_pb2_grpc.ChannelServiceStub(channel)
        self.catalog = catalog_service_pb2_grpc.CatalogServiceStub(channel)
        self.invoicing = invoicing_service_pb2_grpc.InvoicingServiceStub(channel)

    async def raw(self, method: str, payload: bytes) -> bytes:
        """Sends bytes as they are."""
        call: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = self.channel.unary_unary(method)
        return await call(payload, timeout=10)


async def refusal(call: Awaitable[Any]) -> Refusal:
    """The refusal that a call must end with: rich, and with exactly one reason of ours."""
    try:
        answer = await call
    except grpc.aio.AioRpcError as error:
        return read(error)
    raise AssertionError(f"answered {answer}")


def read(error: grpc.aio.AioRpcError) -> Refusal:
    """The status in an error's trailers."""
    trailers = dict(error.trailing_metadata() or ())
    raw = trailers.get("grpc-status-details-bin")
    assert isinstance(raw, bytes), f"no details: {error.code()} {error.details()}"
    status = status_pb2.Status.FromString(raw)
    assert (status.code, status.message) == (error.code().value[0], error.details())
    info, retry, bad = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo(), error_details_pb2.BadRequest()
    kinds = [detail.TypeName() for detail in status.details]
    assert len(kinds) == len(set(kinds))
    assert kinds[0] == "google.rpc.ErrorInfo"
    for detail in status.details:
        assert detail.Unpack(info) or detail.Unpack(retry) or detail.Unpack(bad)
    assert info.domain == "erpgate"
    return Refusal(
        code=error.code(),
        reason=info.reason,
        message=status.message,
        metadata=dict(info.metadata),
        fields={violation.field: violation.description for violation in bad.field_violations},
        retry_after=retry.retry_delay.ToTimedelta() if "google.rpc.RetryInfo" in kinds else None,
    )


@contextlib.asynccontextmanager
async def open_door() -> AsyncIterator[Door]:
    """A server that runs, and a connection to it."""
    service = Scripted()
    use_cases: Any = service
    rpc = create_server(
        channels=ChannelRpcs(
            channels=use_cases,
            credentials=use_cases,
            checks=use_cases,
            aliases=use_cases,
            options=use_cases,
            sales_channels=use_cases,
            registry=a_registry(),
        ),
        catalog=CatalogRpcs(use_cases),
        invoicing=InvoicingRpcs(use_cases, use_cases, use_cases, use_cases, use_cases, use_cases),
    )
    port = rpc.server.add_insecure_port("127.0.0.1:0")
    await rpc.start()
    target = f"127.0.0.1:{port}"
    try:
        async with grpc.aio.insecure_channel(target) as channel:
            yield Door(rpc, target, channel, service)
    finally:
        await rpc.stop(0)


METHODS = {
    f"/{service.full_name}/{method.name}": method
    for file in (channel_service_pb2, catalog_service_pb2, invoicing_service_pb2)
    for service in file.DESCRIPTOR.services_by_name.values()
    for method in service.methods
    if not method.client_streaming and not method.server_streaming
}
"""Every RPC of one request and one answer, by its path."""
