"""A thin client of Alegra's API: paging, suspicion and errors; what the answers mean is read elsewhere."""

import datetime as dt
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote

from erpgate.plugin import Http, Payload, Response, Unavailable

from erpgate_alegra.body import Json, Unreadable, decode, identifier, json_object, number_or_none, part
from erpgate_alegra.errors import error_of, outcome_must_be_readable, read_must_be_readable, refusal_of

PAGE_SIZE = 30
"""Longest page that Alegra gives; a longer one is refused."""

CONTACTS = "contacts"
"""The resource with a rate limit of its own."""

_WHOLE_ACCOUNT = "*"


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One page of a list.

    Attributes:
        rows: By id; a row that came twice is here once.
        whole: Whether no row came twice, here or on an earlier page: rows move when others are added or removed.
        total: Rows of the whole list, where that was asked for and told.
        next: Where the next page starts; None after the last, which is a short one.
    """

    rows: Mapping[str, Json]
    whole: bool
    total: int | None
    next: int | None


def resource_path(resource: str, *segments: str) -> str:
    """Path below a resource, with ids made safe."""
    return "/".join((resource, *(quote(segment, safe="") for segment in segments)))


class AlegraClient:
    """Calls Alegra; raises only the contract's errors."""

    def __init__(self, http: Http) -> None:
        self._http = http

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> Json:
        """One object."""
        with read_must_be_readable():
            return json_object(decode((await self._read(path, params or {})).content), path)

    async def get_if_exists(self, path: str) -> Json | None:
        """One object; None only if Alegra itself says that it does not exist."""
        response = await self._http.read(path, resource=_limit_of(path))
        if response.status_code == 404 and refusal_of(response.content) is not None:
            return None
        with read_must_be_readable():
            return json_object(decode(_checked(response, path, write=False).content), path)

    def pages(
        self, path: str, params: Mapping[str, str] | None = None, *, start: int = 0, counted: bool = False
    ) -> "Pages":
        """A list from `start` on, a call for each page; a counted one is held against the total that Alegra tells."""
        return Pages(self, path, {**(params or {}), **({"metadata": "true"} if counted else {})}, start, counted)

    async def rows(self, path: str) -> list[Json]:
        """Every row of a list, each once."""
        return list({id_: row async for page in self.pages(path) for id_, row in page.rows.items()}.values())

    async def page(self, path: str, params: Mapping[str, str], *, start: int = 0, limit: int = PAGE_SIZE) -> Page:
        """One page, oldest first where the resource can be ordered by id."""
        paging = {"start": str(start), "limit": str(limit), "order_field": "id", "order_direction": "ASC"}
        response = await self._read(path, {**paging, **params})
        with read_must_be_readable():
            body = decode(response.content)
            listed = body if isinstance(body, list) else part(body).get("data")
            if not isinstance(listed, list):
                raise Unreadable(f"{path} is not a list")
            rows = {_id(row := json_object(each, path)): row for each in listed}
            total = number_or_none(part(part(body).get("metadata")).get("total"), "total")
        return Page(
            rows=rows,
            whole=len(rows) == len(listed),
            total=None if total is None else int(total),
            next=start + len(listed) if len(listed) >= limit else None,
        )

    async def post(self, path: str, body: Payload, *, timeout: dt.timedelta | None = None) -> object:
        """Sends a POST and gives the parsed answer."""
        response = await self._http.write("POST", path, json=body, resource=_limit_of(path), timeout=timeout)
        _checked(response, path, write=True)
        with outcome_must_be_readable():
            return decode(response.content)

    async def delete(self, path: str) -> None:
        """Removes something; what is gone already is a success."""
        response = await self._http.write("DELETE", path, resource=_limit_of(path))
        gone = response.status_code == 404 and refusal_of(response.content) is not None
        if not gone:
            _checked(response, path, write=True)

    def download(self, url: str) -> AsyncGenerator[bytes, None]:
        """A file from an address that Alegra names; it is fetched without credentials."""
        return self._http.download(url)

    async def aclose(self) -> None:
        """Gives connections back."""
        await self._http.aclose()

    async def _read(self, path: str, params: Mapping[str, str]) -> Response:
        return _checked(await self._http.read(path, params=params, resource=_limit_of(path)), path, write=False)


class Pages:
    """The pages of a list, each row of it once.

    Raises:
        Unavailable: A page fails, has nothing new although it is not the last, or is the last and lacks rows.
    """

    def __init__(self, client: AlegraClient, path: str, params: Mapping[str, str], start: int, counted: bool) -> None:
        self._client = client
        self._counted = counted
        self._path = path
        self._params = params
        self._start: int | None = start
        self._seen: set[str] = set()

    def __aiter__(self) -> "Pages":
        return self

    async def __anext__(self) -> Page:
        if self._start is None:
            raise StopAsyncIteration
        page = await self._client.page(self._path, self._params, start=self._start)
        fresh = {id_: row for id_, row in page.rows.items() if id_ not in self._seen}
        if page.next is not None and not fresh:
            raise Unavailable("Alegra gives the same page again and again.")
        if self._counted and page.next is None and page.whole and self._start + len(page.rows) < (page.total or 0):
            raise Unavailable("Alegra's list is shorter than Alegra says.")
        self._seen |= fresh.keys()
        self._start = page.next
        return replace(page, rows=fresh, whole=page.whole and len(fresh) == len(page.rows))


def _id(row: Json) -> str:
    """Id of a row; a currency's is its code."""
    return identifier(row.get("id", row.get("code")), "id")


def _limit_of(path: str) -> str:
    return CONTACTS if path.split("/", 1)[0] == CONTACTS else _WHOLE_ACCOUNT


def _checked(response: Response, path: str, *, write: bool) -> Response:
    if not response.is_success:
        raise error_of(response, write=write, resource=_limit_of(path))
    return response
