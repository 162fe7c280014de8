"""Guarded HTTP: what is proved not to have left, what is not known, and what must not leave at all."""

import datetime as dt
from collections.abc import Callable

import httpx
import pytest
from erpgate.plugin import Http, OutcomeUnknown, RateReading, Response, Unavailable, Unguarded, open_http

NOTHING_LEFT = [httpx.ConnectError("x"), httpx.ConnectTimeout("x"), httpx.PoolTimeout("x")]
MAYBE_LEFT = [
    httpx.ReadTimeout("x"),
    httpx.WriteTimeout("x"),
    httpx.ReadError("x"),
    httpx.WriteError("x"),
    httpx.CloseError("x"),
    httpx.RemoteProtocolError("x"),
    httpx.LocalProtocolError("x"),
    httpx.DecodingError("x"),
]


class Guarding(Unguarded):
    """Notes what it is asked, and refuses writes if it shall."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.asked: list[tuple[str, bool]] = []
        self.readings: list[RateReading | None] = []
        self.times: list[dt.datetime | None] = []
        self._refuses = refuses

    async def before(self, resource: str, *, write: bool) -> None:
        """Allows it or not."""
        self.asked.append((resource, write))
        if write and self._refuses:
            raise Unavailable("not ours any more")

    def after(self, reading: RateReading | None, time: dt.datetime | None = None) -> None:
        """Keeps it."""
        self.readings.append(reading)
        self.times.append(time)


class Answers(httpx.AsyncBaseTransport):
    """Answers or fails, and counts the calls."""

    def __init__(self, outcome: Exception | httpx.Response) -> None:
        self._outcome = outcome
        self.calls = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:  # noqa: ARG002
        self.calls += 1
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome


def http_over(
    transport: httpx.AsyncBaseTransport,
    guard: Unguarded | None = None,
    rate: Callable[[Response], RateReading | None] | None = None,
) -> Http:
    return open_http("https://erp.test/", guard or Unguarded(), transport=transport, rate=rate)


def name(error: Exception) -> str:
    return type(error).__name__


@pytest.mark.parametrize("error", [*NOTHING_LEFT, *MAYBE_LEFT], ids=name)
async def test_a_read_without_a_complete_answer_is_unavailable(error: Exception) -> None:
    http = http_over(Answers(error))
    with pytest.raises(Unavailable):
        await http.read("x")
    await http.aclose()


@pytest.mark.parametrize("error", [*NOTHING_LEFT, *MAYBE_LEFT], ids=name)
async def test_a_read_by_post_fails_like_any_read(error: Exception) -> None:
    guard = Guarding(refuses=True)
    http = http_over(Answers(error), guard)
    with pytest.raises(Unavailable):
        await http.query("rpc", json={})
    assert guard.asked == [("*", False)]
    await http.aclose()


async def test_a_call_may_have_headers_of_its_own() -> None:
    """Such as those of a session that was renewed."""
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("Authorization", ""))
        return httpx.Response(200)

    http = http_over(httpx.MockTransport(answer))
    await http.query("rpc", json={}, headers={"Authorization": "Session 1"})
    await http.write("POST", "rpc", json={}, headers={"Authorization": "Session 2"})
    await http.read("rpc")
    assert seen == ["Session 1", "Session 2", ""]
    await http.aclose()


@pytest.mark.parametrize("error", NOTHING_LEFT, ids=name)
async def test_a_write_that_never_left_is_unavailable(error: Exception) -> None:
    http = http_over(Answers(error))
    with pytest.raises(Unavailable):
        await http.write("POST", "x")
    await http.aclose()


@pytest.mark.parametrize("error", MAYBE_LEFT, ids=name)
async def test_a_write_that_may_have_left_is_unknown_and_sent_once(error: Exception) -> None:
    transport = Answers(error)
    http = http_over(transport)
    with pytest.raises(OutcomeUnknown, match=name(error)):
        await http.write("POST", "x")
    assert transport.calls == 1
    await http.aclose()


@pytest.mark.parametrize("status", [200, 302, 404, 429, 503])
async def test_every_answer_is_the_plugins_to_read(status: int) -> None:
    """Redirects too: following one could repeat a write, or carry credentials elsewhere."""
    transport = Answers(httpx.Response(status, headers={"Location": "https://other.test/"}))
    http = http_over(transport)
    assert (await http.write("POST", "x")).status_code == status
    assert transport.calls == 1
    await http.aclose()


async def test_a_write_that_the_guard_refuses_never_leaves() -> None:
    transport, guard = Answers(httpx.Response(200)), Guarding(refuses=True)
    http = http_over(transport, guard)
    with pytest.raises(Unavailable, match="not ours"):
        await http.write("POST", "x", resource="contacts")
    assert (guard.asked, transport.calls) == ([("contacts", True)], 0)
    await http.read("x")
    assert (guard.asked[1:], transport.calls) == ([("*", False)], 1)
    await http.aclose()


async def test_the_guard_is_told_what_the_answer_says_about_the_rate() -> None:
    reading = RateReading(remaining=3, reset=dt.timedelta(seconds=5), limit=10)
    guard = Guarding()
    http = http_over(Answers(httpx.Response(200)), guard, rate=lambda _: reading)
    await http.read("x")
    await http.write("POST", "x")
    assert guard.readings == [reading, reading]
    await http.aclose()


async def test_no_secret_is_in_what_an_error_says() -> None:
    http = open_http(
        "https://erp.test/", Unguarded(), auth=("ana", "s3cr3t"), transport=Answers(httpx.ReadError("to ana:s3cr3t"))
    )
    with pytest.raises(OutcomeUnknown) as unknown:
        await http.write("POST", "x?token=s3cr3t")
    assert "s3cr3t" not in f"{unknown.value} {unknown.value.details}"
    await http.aclose()


@pytest.mark.parametrize(
    "path",
    [
        "https://other.test/x",
        "//other.test/x",
        "http://erp.test/x",
        "https://erp.test:444/x",
        "https://erp.test@evil.test/",
    ],
)
async def test_credentials_go_to_no_other_host(path: str) -> None:
    """Not even where the ERP's own answer names it, as a link to the next page."""
    transport = Answers(httpx.Response(200))
    http = http_over(transport)
    with pytest.raises(Unavailable, match="another host"):
        await http.read(path)
    with pytest.raises(Unavailable, match="another host"):
        await http.write("POST", path)
    assert transport.calls == 0
    assert (await http.read("https://erp.test/x")).status_code == 200
    await http.aclose()
