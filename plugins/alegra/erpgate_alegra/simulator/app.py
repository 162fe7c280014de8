"""The ASGI application: one object that holds the state and takes every call through the same steps."""

import asyncio
import contextlib
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

from starlette.types import Receive, Scope, Send

from . import webhooks
from .call import Answer, Call
from .control import Control
from .database import Database, Memory
from .directory import Directory
from .errors import ApiError
from .exchange import Exchange
from .faults import Faults
from .files import FILES, file_at
from .journal import Entry, Journal
from .jsontext import Document
from .options import SimulatorOptions
from .rates import Allowance, Rates
from .routes import BASE, Route, Router
from .tenant import Tenant
from .wire import authorization, origin, parameters, parse_body, read_body, reply

_CONTACTS_THROTTLED = Answer(status=400, body={"code": 429, "message": "Too many requests"})
_THROTTLED = Answer(status=429, body={"message": "Too Many Requests"})


class Simulator:
    """A local Alegra, as an ASGI application."""

    def __init__(self, options: SimulatorOptions) -> None:
        self._options = options
        self._changes = Database(options.database) if options.database else Memory()
        self._directory = Directory(self._changes)
        self._router = Router()
        self._rates = Rates(options.rate)
        self._journal = Journal(options.journal_size, options.journal_body_bytes)
        self._faults = Faults()
        self.next_catch_up = asyncio.Event()
        self._control = Control(self._directory, self._faults, self._journal, self._rates, options.clock, self.catch_up)
        self._background: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one HTTP call, or follows the server's life."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        body = await read_body(receive)
        path: str = scope["path"]
        query: str = scope["query_string"].decode()
        if path.startswith(FILES):
            file = file_at(self._directory, path, query, authorization(scope))
            await reply(send, file, Allowance())
            return
        if path.startswith("/_sim/"):
            await reply(send, self._control.answer(scope["method"], path, parameters(query), body), Allowance())
            return
        entry = self._journal.add(self._options.clock(), scope["method"], path.removeprefix(BASE), query, body)
        entry.origin = origin(scope)
        answer, allowance = await self._answer(scope, receive, entry, body)
        entry.status = answer.status
        await reply(send, answer, allowance)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.aclose()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def aclose(self) -> None:
        """Gives up late commits and releases the database; answered changes are durable already."""
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        self._changes.close()

    async def _answer(self, scope: Scope, receive: Receive, entry: Entry, body: bytes) -> tuple[Answer, Allowance]:
        """Authenticates, throttles and handles a call; a fault may stand between."""
        self._journal.count(entry.method, self._router.pattern(entry.path))
        try:
            tenant = self._directory.authenticate(authorization(scope))
        except ApiError as error:
            return Answer(status=error.status, body=error.body()), Allowance()
        entry.tenant = tenant.account.email
        allowance = self._rates.take(entry.tenant, entry.time)
        if not allowance.allowed:
            return _THROTTLED, allowance
        if entry.path.startswith("/contacts") and not self._rates.take_contacts(entry.tenant, entry.time):
            return _CONTACTS_THROTTLED, allowance
        exchange = _Handling(self, tenant, entry, body, receive)
        action = self._faults.find(entry.tenant, entry.method, entry.path)
        if (entry.method, entry.path.rstrip("/")) == ("POST", webhooks.PATH) and not await self._shakes_hands(body):
            return Answer(status=400, body={"message": "La URL no respondió", "code": 400}), allowance
        answer = exchange.execute() if action is None else await action.apply(exchange)
        self._tell(tenant, entry, answer)
        return answer, allowance

    async def _shakes_hands(self, body: bytes) -> bool:
        """Whether the address of a new subscription answers; what is wrong with it otherwise is said later."""
        address = webhooks.address_in(parse_body(body))
        return not address or "://" in address or await self._options.send(address, b"{}")

    def _tell(self, tenant: Tenant, entry: Entry, answer: Answer) -> None:
        """Sends the messages about a call, after it has ended."""
        message = webhooks.message_of(entry.method, entry.path, answer)
        if message is not None:
            event, told = message
            for address in webhooks.addresses(tenant, event):
                self.keep(webhooks.tell(tenant, address, event, told, self._options.send))

    def handle(self, tenant: Tenant, entry: Entry, body: bytes, exchange: Exchange) -> Answer:
        """Handles a call without a pause, so that no other call sees it half done, and makes it durable."""
        try:
            route = self._router.find(entry.method, entry.path)
            tenant.account.require(route.resource, route.action)
            call = Call(
                tenant=tenant,
                resource=route.resource,
                identity=route.identity,
                query=parameters(entry.query),
                body=parse_body(body),
                now=self._options.clock(),
                refusal=exchange.refusal,
                origin=entry.origin,
            )
            return route.handler(call)
        except ApiError as error:
            return Answer(status=error.status, body=_shaped(error, tenant))
        finally:
            self._changes.commit()

    def route_of(self, entry: Entry) -> Route:
        """Where a call went."""
        return self._router.find(entry.method, entry.path)

    def catch_up(self) -> None:
        """Lets everything happen that was to be committed late."""
        self.next_catch_up.set()
        self.next_catch_up = asyncio.Event()

    def keep(self, work: Coroutine[Any, Any, None]) -> None:
        """Goes on with some work after its call has ended."""
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)


class _Handling(Exchange):
    """A call that this application handles."""

    def __init__(self, app: Simulator, tenant: Tenant, entry: Entry, body: bytes, receive: Receive) -> None:
        self._app = app
        self._tenant = tenant
        self._entry = entry
        self._body = body
        self._receive = receive

    def execute(self) -> Answer:
        return self._app.handle(self._tenant, self._entry, self._body, self)

    def hide(self, answer: Answer, seconds: float) -> None:
        if isinstance(answer.body, dict) and "id" in answer.body:
            kind = self._app.route_of(self._entry).resource
            self._tenant.hide(kind, str(answer.body["id"]), self._entry.time + timedelta(seconds=seconds))

    def execute_late(self, seconds: float | None) -> None:
        told = self._app.next_catch_up

        async def execute() -> None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await told.wait()
            self.execute()

        self._app.keep(execute())

    async def gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass


def create_app(options: SimulatorOptions) -> Simulator:
    """Makes a simulator; with a database it goes on where the last one on the same file ended."""
    return Simulator(options)


def _shaped(error: ApiError, tenant: Tenant) -> Document:
    body = error.body()
    match tenant.switches.error_shape:
        case "error_text":
            return {"error": body.pop("message")} | body
        case "error_object":
            return {"error": body}
        case "error_list":
            return {"error": [body]}
        case _:
            return body
