"""The one place where bytes become requests and exceptions become statuses."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final, Never, TypeAlias

import grpc
from google.protobuf.message import DecodeError, Message
from grpc_status import rpc_status

from erpgate.plugin.reasons import Reason
from erpgate.rpc.auth import Doorkeeper, OpenDoor, check_merchants, names_in
from erpgate.rpc.errors import refusal_of, status_of
from erpgate.rpc.validation import validator_of
from erpgate.service.errors import Refused
from erpgate.store.callers import CallerRecord

_Context = grpc.aio.ServicerContext[Any, Any]
_Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"  # generic for the type checker only
_Parse = Callable[[bytes, CallerRecord | None], Any]
_Continuation: TypeAlias = "Callable[[grpc.HandlerCallDetails], Awaitable[_Handler | None]]"

_FOREIGN: Final = "/grpc."
"""Health and reflection: they have their own errors."""


class Gate(grpc.aio.ServerInterceptor):
    """Knows the caller, parses, validates, keeps the deadline, and turns what is raised into one documented status.

    Handlers are given to gRPC without their deserializer, because gRPC answers UNKNOWN to bytes that do not parse.

    Args:
        door: Knows callers; without one anybody may call.
    """

    def __init__(self, door: Doorkeeper | None = None) -> None:
        self._door = door or OpenDoor()
        self._guarded: dict[str, _Handler] = {}

    async def intercept_service(
        self, continuation: _Continuation, handler_call_details: grpc.HandlerCallDetails
    ) -> "_Handler | None":
        """The method's guarded handler; it is made once per method."""
        method: str = handler_call_details.method
        guarded = self._guarded.get(method)
        if guarded is not None:
            return guarded
        handler = await continuation(handler_call_details)
        if handler is None:
            return _unknown(method)
        if method.startswith(_FOREIGN):
            return handler
        return self._guarded.setdefault(method, _guard(handler, self._door))


def _guard(handler: Any, door: Doorkeeper) -> _Handler:
    parse = _parser(handler.request_deserializer)
    if handler.unary_unary is not None:
        return grpc.unary_unary_rpc_method_handler(
            _unary(handler.unary_unary, parse, door, handler.response_serializer)
        )
    if handler.unary_stream is not None:
        return grpc.unary_stream_rpc_method_handler(
            _stream(handler.unary_stream, parse, door), response_serializer=handler.response_serializer
        )
    if handler.stream_stream is not None:
        return grpc.stream_stream_rpc_method_handler(
            _bidirectional(handler.stream_stream, parse, door), response_serializer=handler.response_serializer
        )
    raise TypeError("Streams with a single answer are not guarded.")


def _parser(deserializer: Any) -> _Parse:
    """From bytes to a valid request; `FromString` is a class method of the message, which names the table."""
    kind: type[Message] = deserializer.__self__
    validate = validator_of(kind)
    names = names_in(kind)
    from_string = kind.FromString

    def parse(raw: bytes, caller: CallerRecord | None) -> Message:
        try:
            request = from_string(raw)
        except DecodeError:
            raise Refused(
                Reason.MESSAGE_MALFORMED, f"The request's bytes are not a {kind.DESCRIPTOR.full_name}."
            ) from None
        validate(request)
        check_merchants(caller, names(request))
        return request

    return parse


def _unary(
    handler: Callable[[Any, _Context], Awaitable[Any]],
    parse: _Parse,
    door: Doorkeeper,
    serialize: Callable[[Any], bytes],
) -> Callable[[bytes, _Context], Awaitable[bytes]]:
    async def call(raw: bytes, context: _Context) -> bytes:
        try:
            request = parse(raw, await door.identify(context))
            async with asyncio.timeout(_patience(context)):
                return serialize(await handler(request, context))
        except grpc.aio.AbortError:
            raise
        except Exception as error:
            return await _refuse(context, refusal_of(error))

    return call


def _stream(
    handler: Callable[[Any, _Context], AsyncIterator[Any]], parse: _Parse, door: Doorkeeper
) -> Callable[[bytes, _Context], AsyncIterator[Any]]:
    async def call(raw: bytes, context: _Context) -> AsyncIterator[Any]:
        try:
            request = parse(raw, await door.identify(context))
            async for response in handler(request, context):
                yield response
        except grpc.aio.AbortError:
            raise
        except Exception as error:
            await _refuse(context, refusal_of(error))

    return call


def _bidirectional(
    handler: Callable[[AsyncIterator[Any], _Context], AsyncIterator[Any]], parse: _Parse, door: Doorkeeper
) -> Callable[[AsyncIterator[bytes], _Context], AsyncIterator[Any]]:
    """The handler is given a `Refused` in the place of a message that is wrong, so that the others are answered."""

    async def parsed(raws: AsyncIterator[bytes], caller: CallerRecord | None) -> AsyncIterator[Any]:
        async for raw in raws:
            try:
                request = parse(raw, caller)
            except Refused as refused:
                request = refused
            yield request

    async def call(raws: AsyncIterator[bytes], context: _Context) -> AsyncIterator[Any]:
        try:
            caller = await door.identify(context)
            async for response in handler(parsed(raws, caller), context):
                yield response
        except grpc.aio.AbortError:
            raise
        except Exception as error:
            await _refuse(context, refusal_of(error))

    return call


def _patience(context: _Context) -> float | None:
    """Seconds until the handler is stopped: a little less than the caller waits, so that the answer still arrives."""
    remaining: float | None = context.time_remaining()
    return None if remaining is None else remaining - min(0.05, remaining / 10)


def _unknown(method: str) -> _Handler:
    async def call(_requests: object, context: _Context) -> None:
        refused = Refused(Reason.METHOD_UNKNOWN, f"There is no method {method[:200]}.", details={"method": method})
        await _refuse(context, refused)

    return grpc.stream_stream_rpc_method_handler(call)


async def _refuse(context: _Context, refused: Refused) -> Never:
    await context.abort_with_status(rpc_status.to_status(status_of(refused)))
