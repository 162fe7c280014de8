"""A thin client of Tryton's JSON-RPC: sessions, context and errors; what the answers mean is read elsewhere."""

import asyncio
import base64
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from erpgate.plugin import ErpError, Http, Misconfigured, Reason, Response

from erpgate_tryton.errors import outcome_must_be_readable, read_must_be_readable, result_of
from erpgate_tryton.settings import TrytonCredentials
from erpgate_tryton.values import Record, Unreadable, id_of, records

_REFUSED_FOR = 30.0
_LANGUAGE = "en"


@dataclass(frozen=True)
class _Session:
    """A session of Tryton, as the header that carries it."""

    headers: Mapping[str, str]


class TrytonClient:
    """Calls Tryton; raises only the contract's errors.

    A session ends by itself, and posting wants one that was used lately. So a call that is refused for its session is
    sent once more under a new one: it had not been carried out. A refused password is not tried again for a while,
    because Tryton locks out who fails too often.

    One write at a time: on SQLite Tryton gives two at once the same number, on PostgreSQL it refuses one of them.

    Args:
        http: To the server.
        credentials: Of the user.
        company: Id of the company to work for, once it is known.
    """

    def __init__(self, http: Http, credentials: TrytonCredentials, company: int | None) -> None:
        self.company = company
        self._http = http
        self._credentials = credentials
        self._signing_in = asyncio.Lock()
        self._writing = asyncio.Lock()
        self._session: _Session | None = None
        self._path = ""
        self._refused: tuple[float, Misconfigured] | None = None

    async def read(self, method: str, *params: object, **context: object) -> object:
        """Calls a method that changes nothing."""
        body = self._body(method, params, context)
        response = await self._signed(lambda headers: self._http.query(self._path, json=body, headers=headers))
        return result_of(response, write=False)

    async def write(self, method: str, *params: object, **context: object) -> object:
        """Calls a method that changes something, once."""
        body = self._body(method, params, context)
        async with self._writing:
            response = await self._signed(
                lambda headers: self._http.write("POST", self._path, json=body, headers=headers)
            )
        return result_of(response, write=True)

    async def search(
        self,
        model: str,
        domain: list[object],
        fields: list[str],
        *,
        limit: int | None = None,
        offset: int = 0,
        **context: object,
    ) -> list[Record]:
        """Records in the order of their ids, inactive ones where the domain says so."""
        order = [["id", "ASC"]]
        method = f"model.{model}.search_read"
        with read_must_be_readable():
            return records(await self.read(method, domain, offset, limit, order, fields, **context), model)

    async def every(self, model: str, domain: list[object], fields: list[str]) -> tuple[list[Record], bool]:
        """All records of a domain, and whether that is as many as Tryton counts."""
        rows = await self.search(model, domain, fields)
        return rows, await self.read(f"model.{model}.search_count", domain) == len(rows)

    async def create(self, model: str, values: Mapping[str, object]) -> int:
        """Creates one record and gives its id."""
        answer = await self.write(f"model.{model}.create", [values])
        with outcome_must_be_readable():
            if not isinstance(answer, list) or len(answer) != 1:
                raise Unreadable(f"the id of the new {model} is missing")
            return id_of(answer[0], model)

    async def run(self, wizard: str, state: str, data: Mapping[str, object], model: str, id_: int) -> None:
        """Carries out one state of a wizard on a record, in one write.

        What begins and ends a wizard only keeps what a person typed in; Tryton itself throws away what is left of it.
        """
        answer = await self.read(f"wizard.{wizard}.create")
        with read_must_be_readable():
            if not isinstance(answer, list) or not answer:
                raise Unreadable("the wizard is missing")
            number = id_of(answer[0], "wizard")
        about = {"active_id": id_, "active_ids": [id_], "active_model": model}
        await self.write(f"wizard.{wizard}.execute", number, data, state, **about)
        with suppress(ErpError):
            await self.read(f"wizard.{wizard}.delete", number)

    async def aclose(self) -> None:
        """Gives connections back; the session ends by itself."""
        await self._http.aclose()

    def _body(self, method: str, params: tuple[object, ...], context: Mapping[str, object]) -> Mapping[str, object]:
        company = {} if self.company is None else {"company": self.company}
        return {"id": 1, "method": method, "params": [*params, {"language": _LANGUAGE, **company, **context}]}

    async def _signed(self, send: Callable[[Mapping[str, str]], Awaitable[Response]]) -> Response:
        session = await self._signed_in(None)
        response = await send(session.headers)
        if response.status_code == 401:
            session = await self._signed_in(session)
            response = await send(session.headers)
        return response

    async def _signed_in(self, stale: _Session | None) -> _Session:
        """The session; a new one if it is `stale` or there is none. Whoever waits meanwhile gets the same one."""
        async with self._signing_in:
            if self._session is None or self._session is stale:
                self._session = None
                self._session = await self._sign_in()
            return self._session

    async def _sign_in(self) -> _Session:
        now = asyncio.get_running_loop().time()
        if self._refused is not None and now < self._refused[0] + _REFUSED_FOR:
            raise self._refused[1]
        self._path = self._path or await self._find_path()
        user = self._credentials.user
        params = [user, {"password": self._credentials.password.get_secret_value()}, _LANGUAGE]
        response = await self._http.query(self._path, json={"id": 0, "method": "common.db.login", "params": params})
        try:
            answer = result_of(response, write=False)
        except Misconfigured as error:
            self._refused = now, error
            raise
        with read_must_be_readable():
            if not isinstance(answer, list) or len(answer) < 2:
                raise Unreadable("the session is missing")
            token = f"{user}:{id_of(answer[0], 'user id')}:{answer[1]}"
        return _Session({"Authorization": f"Session {base64.b64encode(token.encode()).decode('ascii')}"})

    async def _find_path(self) -> str:
        """Where the database is called: Tryton 7 has a path less than Tryton 8."""
        ask = {"id": 0, "method": "common.server.version", "params": []}
        for root in ("rpc/", ""):
            response = await self._http.query(root, json=ask)
            if response.status_code == 200 and b'"result"' in response.content:
                return f"{self._credentials.database}/{root}"
        raise Misconfigured(
            "There is no Tryton at this address.", field="base_url", reason=Reason.ERP_CREDENTIALS_INVALID
        )
