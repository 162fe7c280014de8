"""The edge to ASGI: a call's parts read, an answer written."""

from typing import Any
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope, Send

from .call import Answer
from .errors import Invalid
from .exchange import ConnectionDropped
from .jsontext import dumps, loads
from .rates import Allowance


async def read_body(receive: Receive) -> bytes:
    """Reads the whole body, before anything is done with the call.

    Raises:
        ConnectionDropped: The client went before it had sent everything, so the call never arrived.
    """
    chunks: list[bytes] = []
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionDropped
        chunks.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(chunks)


def authorization(scope: Scope) -> str:
    """The Authorization header; empty without one."""
    for name, value in scope["headers"]:
        if name == b"authorization":
            text: str = value.decode("latin-1")
            return text
    return ""


def origin(scope: Scope) -> str:
    """Scheme and host that the caller used."""
    hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
    return f"{scope['scheme']}://{hosts[0]}" if hosts else ""


def parameters(query: str) -> dict[str, str]:
    """The query's parameters; the last of a repeated one counts, and an empty one is as if it were not sent."""
    return dict(parse_qsl(query))


def parse_body(body: bytes) -> Any:
    """Reads a body as JSON; None without one.

    Raises:
        Invalid: It is not JSON.
    """
    if not body:
        return None
    try:
        return loads(body)
    except ValueError:
        raise Invalid("El cuerpo de la petición no es un JSON válido") from None


async def reply(send: Send, answer: Answer, allowance: Allowance) -> None:
    """Sends an answer with the headers that every answer carries."""
    content = answer.raw or dumps(answer.body).encode()
    headers = [
        (b"content-type", b"text/html; charset=UTF-8" if answer.raw else b"application/json"),
        (b"content-length", str(len(content)).encode()),
        (b"x-rate-limit-limit", str(allowance.limit).encode()),
        (b"x-rate-limit-remaining", str(allowance.remaining).encode()),
        (b"x-rate-limit-reset", str(allowance.reset).encode()),
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
