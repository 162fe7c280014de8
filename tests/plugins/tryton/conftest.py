"""A Tryton that gives recorded answers, by method, in order; the last one of a method is given again."""

import json
from collections import defaultdict
from collections.abc import AsyncIterator

import httpx
import pytest
from erpgate.plugin import Company, CompanyId, Unguarded, open_http
from erpgate_tryton.client import TrytonClient
from erpgate_tryton.settings import TrytonCredentials

VERSION = "common.server.version"
LOGIN = "common.db.login"


def answered(result: object) -> httpx.Response:
    """A result."""
    return httpx.Response(200, json={"id": 1, "result": result})


def refused(*error: object) -> httpx.Response:
    """An error, as Tryton tells one with status 200."""
    return httpx.Response(200, json={"id": 1, "error": list(error)})


class Recorded(httpx.AsyncBaseTransport):
    """The door to a Tryton of these answers.

    Attributes:
        answers: By method.
        requests: That were made.
    """

    def __init__(self) -> None:
        self.answers: dict[str, list[httpx.Response]] = defaultdict(list)
        self.requests: list[httpx.Request] = []
        self.answer(VERSION, answered("8.2.1"))
        self.answer(LOGIN, answered([7, "token", None]))

    def answer(self, method: str, *answers: httpx.Response) -> None:
        """Gives these answers from now on."""
        self.answers[method] = list(answers)

    def methods(self) -> list[str]:
        """What was called, in order."""
        return [json.loads(request.content)["method"] for request in self.requests]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.requests.append(request)
        answers = self.answers[json.loads(request.content)["method"]]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


@pytest.fixture
def tryton() -> Recorded:
    return Recorded()


@pytest.fixture
async def client(tryton: Recorded) -> AsyncIterator[TrytonClient]:
    """A client of it."""
    credentials = TrytonCredentials.model_validate(
        {"base_url": "https://tryton.example.com", "database": "erp", "user": "svc", "password": "secret"}
    )
    opened = TrytonClient(open_http(credentials.base_url, Unguarded(), transport=tryton), credentials, 1)
    yield opened
    await opened.aclose()


@pytest.fixture
def company() -> Company:
    """In Colombia, on Tryton 8.2."""
    facts = {
        "company": 1,
        "currency": 1,
        "amount_places": 2,
        "quantity_places": 2,
        "tax_per_line": False,
        "identifier_types": ["co_vat"],
        "settle_seconds": 1.0,
    }
    return Company(
        id=CompanyId("9001234568:1"),
        name="Tienda",
        country_code="CO",
        currency_code="COP",
        time_zone="UTC",
        facts=facts,
    )
