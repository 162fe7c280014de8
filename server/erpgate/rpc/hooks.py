"""The HTTP endpoint for ERPs' own messages: `POST /hooks/MERCHANT/CHANNEL/TOKEN`, and nothing else."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any, Final

import uvicorn

from erpgate.store.errors import StoreError

Take = Callable[[str, str, str, bytes], Awaitable[bool]]
"""Takes one message; False for an address that is none of ours."""

MAX_BODY: Final = 1024 * 1024
"""Bytes of a message; a longer one is refused."""

_Message = MutableMapping[str, Any]
_log = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def open_hooks(address: str, take: Take) -> AsyncIterator[int]:
    """Serves until the context is left; gives the port.

    Raises:
        OSError: The address can't be served on.
    """
    host, _, port = address.rpartition(":")
    with socket.create_server((host, int(port))) as listener:
        config = uvicorn.Config(_app(take), lifespan="off", log_config=None, access_log=False, http="h11")
        server = uvicorn.Server(config)
        server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment] # the process has its own
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            await serving


def _app(take: Take) -> Any:
    async def app(scope: _Message, receive: Callable[[], Awaitable[_Message]], send: Any) -> None:
        status = await _status(scope, receive, take)
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    return app


async def _status(scope: _Message, receive: Callable[[], Awaitable[_Message]], take: Take) -> int:
    match scope["path"].split("/"):
        case ["", "hooks", merchant, channel, token] if scope["method"] == "POST":
            body = await _body(receive)
            if body is None:
                return 413
            try:
                return 200 if await take(merchant, channel, token, body) else 404
            except StoreError:
                return 503  # the ERP sends it again
            except Exception:
                _log.exception("A message of an ERP could not be read.")
                return 400
    return 404


async def _body(receive: Callable[[], Awaitable[_Message]]) -> bytes | None:
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if len(body) > MAX_BODY:
            return None
        if not message.get("more_body"):
            return body
