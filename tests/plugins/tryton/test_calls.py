"""Sessions, paths and answers of Tryton, as they were recorded."""

import datetime as dt
import json

import httpx
import pytest
from erpgate.plugin import ErpError, Misconfigured, OutcomeUnknown, RateLimited, Rejected, Unavailable
from erpgate_tryton.client import TrytonClient
from plugins.tryton.conftest import LOGIN, VERSION, Recorded, answered, refused

READ = "model.party.party.search_read"
POST = "model.account.invoice.post"
LOCKED = b"could not obtain lock on row in relation ir_sequence_strict"


async def test_tryton_8_is_called_below_rpc(client: TrytonClient, tryton: Recorded) -> None:
    tryton.answer(READ, answered([]))
    await client.search("party.party", [], ["name"])
    assert [request.url.path for request in tryton.requests] == ["/rpc/", "/erp/rpc/", "/erp/rpc/"]


async def test_tryton_7_is_called_without_and_gives_a_shorter_session(client: TrytonClient, tryton: Recorded) -> None:
    """T13."""
    tryton.answer(VERSION, httpx.Response(404), answered("7.0.59"))
    tryton.answer(LOGIN, answered([7, "token"]))
    tryton.answer(READ, answered([]))
    await client.search("party.party", [], ["name"])
    assert [request.url.path for request in tryton.requests] == ["/rpc/", "/", "/erp/", "/erp/"]
    assert tryton.requests[-1].headers["Authorization"] == "Session c3ZjOjc6dG9rZW4="


async def test_the_context_is_the_last_parameter(client: TrytonClient, tryton: Recorded) -> None:
    tryton.answer(READ, answered(None))
    await client.read(READ, [], locations=[5])
    body = json.loads(tryton.requests[-1].content)
    assert body == {"id": 1, "method": READ, "params": [[], {"language": "en", "company": 1, "locations": [5]}]}


async def test_compressed_answers_are_asked_for(client: TrytonClient, tryton: Recorded) -> None:
    """T7: an answer says that it is compressed also to whoever did not ask for that."""
    tryton.answer(READ, answered([]))
    await client.search("party.party", [], ["name"])
    assert all("gzip" in request.headers["Accept-Encoding"] for request in tryton.requests)


async def test_a_stale_session_is_renewed_once(client: TrytonClient, tryton: Recorded) -> None:
    """T4: posting ends a session that was not used lately."""
    tryton.answer(POST, httpx.Response(401), answered(None))
    await client.write(POST, [1])
    assert tryton.methods() == [VERSION, LOGIN, POST, LOGIN, POST]
    tryton.answer(POST, httpx.Response(401))
    with pytest.raises(Misconfigured) as told:
        await client.write(POST, [1])
    assert told.value.field == "password"


async def test_a_refused_password_is_not_tried_again(client: TrytonClient, tryton: Recorded) -> None:
    """T5: whoever fails waits longer each time."""
    tryton.answer(LOGIN, httpx.Response(401))
    for _ in range(3):
        with pytest.raises(Misconfigured):
            await client.read(READ, [])
    assert tryton.methods() == [VERSION, LOGIN]


async def test_too_many_logins_are_waited_for(client: TrytonClient, tryton: Recorded) -> None:
    """T5: then even the right password is refused for a while."""
    tryton.answer(LOGIN, httpx.Response(429))
    with pytest.raises(RateLimited) as told:
        await client.read(READ, [])
    assert told.value.retry_after == dt.timedelta(seconds=60)


async def test_a_tryton_that_never_loaded_its_database_is_away(client: TrytonClient, tryton: Recorded) -> None:
    """T6: every login fails until it is started with the database's name; no merchant can mend that."""
    tryton.answer(LOGIN, refused("'res.user'", ""))
    with pytest.raises(Unavailable):
        await client.read(READ, [])


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        pytest.param(httpx.Response(503, content=LOCKED), RateLimited, id="T3 locked"),
        pytest.param(httpx.Response(503, content=b"server closed"), OutcomeUnknown, id="503"),
        pytest.param(httpx.Response(500), OutcomeUnknown, id="500"),
        pytest.param(refused("'nosuch'", ""), OutcomeUnknown, id="unknown field"),
        pytest.param(httpx.Response(200, content=b'{"id": 1, "res'), OutcomeUnknown, id="cut"),
        pytest.param(refused("UserError", ["No period for this date.", "", None]), Rejected, id="T9 no period"),
        pytest.param(refused("UserError", ["Too many digits.", "Unit price", None]), Rejected, id="T10 digits"),
        pytest.param(refused("UserWarning", ["1.future", "In the future.", ""]), Rejected, id="T9 future"),
        pytest.param(refused("UserError", ["You are not allowed to access it.", "", None]), Misconfigured, id="rights"),
        pytest.param(httpx.Response(403), Misconfigured, id="403"),
    ],
)
async def test_a_write_tells_what_is_known(
    client: TrytonClient, tryton: Recorded, answer: httpx.Response, kind: type[ErpError]
) -> None:
    tryton.answer(POST, answer)
    with pytest.raises(kind):
        await client.write(POST, [1])
    assert tryton.methods().count(POST) == 1
