"""A simulator of an ERP with a REST API, out of one class that knows what the ERP's calls do.

Serving, counting and every trouble that the conformance suite asks for are here. It needs `erpgate[simulator]`.
"""

import asyncio
import json
import re
import socket
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qsl

import pydantic

from erpgate.plugin.http import Http, Unguarded, open_http
from erpgate.plugin.simulator import Seeded, SimulatedCompany, SimulatedDocument, Simulator, Spot, Trouble

_CONTROL = "/_sim/"
_Send = Callable[[dict[str, Any]], Awaitable[None]]
_COMPANY = pydantic.TypeAdapter(SimulatedCompany)
_SEEDED = pydantic.TypeAdapter(Seeded)
_DOCUMENTS = pydantic.TypeAdapter(tuple[SimulatedDocument, ...])


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """A call of the ERP.

    Attributes:
        method: Such as `GET`.
        path: Without the host, such as `/invoices/7`.
        query: Parameters by name.
        headers: By name in small letters.
        body: Parsed JSON; None without one.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any = None


class RestBooks(Protocol):
    """What the simulated ERP knows and does."""

    def seed(self, company: SimulatedCompany) -> Seeded:
        """Forgets everything, sets a company up, and gives what a merchant would type."""
        ...

    def documents(self) -> Sequence[SimulatedDocument]:
        """Every document."""
        ...

    def answer(self, request: Request) -> tuple[int, object]:
        """Does what a call asks for, and gives status and JSON body."""
        ...


def rest_simulator(
    erp: str,
    *,
    title: str,
    books: Callable[[], RestBooks],
    spots: Mapping[Spot, tuple[str, str]],
    operator: Callable[[str], Mapping[str, str]],
) -> Simulator:
    """A simulator for `erpgate_simulators`.

    Args:
        erp: Name of the ERP.
        title: For people.
        books: Makes empty books.
        spots: For each member of the connection, method and regular expression of the path that it calls.
        operator: The operator's settings that make the plugin talk to a URL.
    """

    async def serve(host: str, port: int, database: str, rate_limited: bool, started: Callable[[int], None]) -> None:
        await _serve(_App(books(), spots), host, port, started)

    async def seed(url: str, company: SimulatedCompany) -> Seeded:
        return _SEEDED.validate_json(await _post(url, "seed", json.loads(_COMPANY.dump_json(company))))

    async def documents(url: str) -> tuple[SimulatedDocument, ...]:
        return _DOCUMENTS.validate_json(await _get(url, "documents"))

    async def calls(url: str) -> Mapping[str, int]:
        counts: dict[str, int] = json.loads(await _get(url, "calls"))
        return counts

    async def trouble(url: str, spot: Spot, trouble: Trouble, times: int) -> None:
        await _post(url, "trouble", {"spot": spot.value, "trouble": trouble.value, "times": times})

    return Simulator(
        erp=erp,
        title=title,
        serve=serve,
        seed=seed,
        operator=operator,
        documents=documents,
        calls=calls,
        trouble=trouble,
    )


class _App:
    """The ASGI application."""

    def __init__(self, books: RestBooks, spots: Mapping[Spot, tuple[str, str]]) -> None:
        self._books = books
        self._spots = {spot: (method, re.compile(path)) for spot, (method, path) in spots.items()}
        self._calls: Counter[str] = Counter()
        self._spot: Spot | None = None
        self._troubles: deque[Trouble] = deque()

    async def __call__(self, scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: _Send) -> None:
        request = await _request(scope, receive)
        if request.path.startswith(_CONTROL):
            await _answer(send, 200, self._control(request.path.removeprefix(_CONTROL), request.body))
            return
        self._calls[f"{request.method} {re.sub(r'[^/]*[0-9][^/]*', '{id}', request.path)}"] += 1
        trouble = self._next_trouble(request)
        refusal = _REFUSALS.get(trouble) if trouble else None
        if trouble is Trouble.DROPPED:
            await _drop(send)
        elif refusal is not None:
            await _answer(send, *refusal)
        else:
            await self._carry_out(request, trouble, send)

    async def _carry_out(self, request: Request, trouble: Trouble | None, send: _Send) -> None:
        status, body = self._books.answer(request)
        if trouble is Trouble.DROPPED_AFTER:
            await _drop(send)
        elif trouble is Trouble.SERVER_ERROR_AFTER:
            await _answer(send, 503, {"message": "down"})
        elif trouble is Trouble.GARBAGE_AFTER:
            await _send_bytes(send, 200, b"<html>Bad gateway</html>")
        else:
            await _answer(send, status, _cut(body) if trouble is Trouble.TRUNCATED else body)

    def _next_trouble(self, request: Request) -> Trouble | None:
        if self._spot is None or not self._troubles:
            return None
        method, path = self._spots[self._spot]
        if request.method != method or not path.fullmatch(request.path):
            return None
        return self._troubles.popleft()

    def _control(self, name: str, body: Any) -> object:
        if name == "seed":
            return json.loads(_SEEDED.dump_json(self._books.seed(_COMPANY.validate_python(body))))
        if name == "documents":
            return json.loads(_DOCUMENTS.dump_json(tuple(self._books.documents())))
        if name == "trouble":
            self._spot = Spot(body["spot"])
            self._troubles = deque([Trouble(body["trouble"])] * body["times"])
        return dict(self._calls)


_REFUSALS: Mapping[Trouble, tuple[int, object]] = {
    Trouble.REFUSED: (422, {"message": "refused"}),
    Trouble.UNAUTHORIZED: (401, {"message": "who are you?"}),
    Trouble.RATE_LIMITED: (429, {"message": "slow down"}),
    Trouble.SERVER_ERROR: (503, {"message": "down"}),
}


def _cut(body: object) -> object:
    """The body without the rows of its lists."""
    if isinstance(body, list):
        return []
    if isinstance(body, dict):
        return {name: [] if isinstance(value, list) else value for name, value in body.items()}
    return body


async def _request(scope: dict[str, Any], receive: Callable[[], Awaitable[Any]]) -> Request:
    content, more = b"", True
    while more:
        message = await receive()
        content += message.get("body", b"")
        more = message.get("more_body", False)
    return Request(
        method=scope["method"],
        path=scope["path"],
        query=dict(parse_qsl(scope["query_string"].decode())),
        headers={name.decode().lower(): value.decode() for name, value in scope["headers"]},
        body=json.loads(content) if content else None,
    )


async def _answer(send: _Send, status: int, body: object) -> None:
    await _send_bytes(send, status, json.dumps(body).encode())


async def _send_bytes(send: _Send, status: int, content: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
    headers += [(b"retry-after", b"1")] if status == 429 else []
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


async def _drop(send: _Send) -> None:
    """An answer that begins and never ends: the server closes the connection."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"100")]})
    await send({"type": "http.response.body", "body": b"{", "more_body": True})


async def _serve(app: _App, host: str, port: int, started: Callable[[int], None]) -> None:
    import uvicorn

    listener = socket.create_server((host, port))
    # Accepted sockets inherit it; without it an answer's body would wait 40 ms for an ACK.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    config = uvicorn.Config(app, lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started and not serving.done():  # noqa: ASYNC110
            await asyncio.sleep(0.005)  # uvicorn tells nobody when it has started
        started(listener.getsockname()[1])
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        server.should_exit = server.force_exit = True  # whoever is still connected does not matter
        await serving
        raise
    finally:
        listener.close()


async def _get(url: str, name: str) -> bytes:
    http = _open(url)
    try:
        return (await http.read(f"{_CONTROL}{name}")).raise_for_status().content
    finally:
        await http.aclose()


async def _post(url: str, name: str, body: object) -> bytes:
    http = _open(url)
    try:
        return (await http.write("POST", f"{_CONTROL}{name}", json=body)).raise_for_status().content
    finally:
        await http.aclose()


def _open(url: str) -> Http:
    return open_http(url, Unguarded())
