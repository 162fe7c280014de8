"""The webhook, through the real server, to a real receiver."""

import datetime as dt
import logging
from collections.abc import AsyncIterator, Iterator
from email.utils import format_datetime

import pytest
from erpgate.store.events import list_listeners
from fixtures.command import command
from fixtures.orders import DOCUMENT, an_order
from fixtures.receiver import SECRET, Answer, Receiver, receiver
from fixtures.server import open_server
from fixtures.shop import Shop
from fixtures.toy_world import ToyWorld
from fixtures.waiting import eventually

ASK_AGAIN = [408, 429, 500, 502, 503, 504]
REFUSED = [301, 307, 400, 401, 404, 410, 422]


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """Commands about plugins switch logging off, as their process ends with them."""
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with receiver() as opened:
        for name, value in opened.environ.items():
            monkeypatch.setenv(name, value)
        yield opened


@pytest.fixture
async def shop(there: Receiver, sqlite_url: str) -> AsyncIterator[Shop]:
    toy = ToyWorld()
    async with open_server(sqlite_url, toy) as door:
        yield await Shop(door, toy).connect()


async def eventually_taken(there: Receiver, count: int) -> None:
    async def look() -> bool:
        return len(there.taken) >= count

    await eventually(f"{count} messages are taken", look)


async def eventually_given_up(shop: Shop, count: int) -> str:
    async def look() -> str | None:
        found = await shop.door.app.database.read(list_listeners)
        return next((each.failure for each in found if each.given_up == count), None)

    return await eventually(f"{count} events are given up", look)


async def test_an_issued_invoice_is_posted_and_signed(there: Receiver, database_url: str) -> None:
    toy = ToyWorld()
    async with open_server(database_url, toy) as door:
        shop = await Shop(door, toy).connect()
        invoice = await shop.sold(an_order())
        await eventually_taken(there, 1)
    (message,) = there.taken
    assert dt.datetime.fromisoformat(message.pop("time")).tzinfo is not None
    assert len(message.pop("event_id")) == 26
    assert message == {
        "type": "invoice_changed",
        "merchant": "acme",
        "channel": "merchants/acme/channels/main",
        "invoice": invoice.name,
        "orders": [invoice.order],
        "reference": invoice.reference,
        "version": message["version"],
        "state": "open",
        "fiscal_state": "not_requested",
        "payment_state": "unpaid",
        "is_reversed": False,
        "reason": "",
        "document_id": invoice.document_id,
        "document_number": invoice.document_number,
        "currency_code": "COP",
        "paid_total": "119000",
        "total": "119000.00",
        "tax": "19000.00",
    }
    assert (there.forged, there.paths) == ([], ["/erpgate?from=test"])
    assert DOCUMENT.encode() not in there.bodies[0]


async def test_health_is_posted(there: Receiver, shop: Shop) -> None:
    shop.world.unplug()
    order = await shop.submit(an_order())
    await eventually_taken(there, 1)
    shop.world.plug_in()
    await shop.settled(order.name)
    await eventually_taken(there, 3)
    kinds = [(message["type"], message.get("health")) for message in there.taken]
    assert kinds[0] == ("channel_health_changed", "degraded")
    assert sorted(kinds[1:]) == [("channel_health_changed", "ok"), ("invoice_changed", None)]
    assert {message["erp"] for message in there.taken if "erp" in message} == {"toy"}


@pytest.mark.parametrize("status", ASK_AGAIN)
async def test_what_may_pass_is_posted_again(there: Receiver, shop: Shop, status: int) -> None:
    there.answers.extend([Answer(status)] * 2)
    await shop.sold(an_order())
    await eventually_taken(there, 1)
    assert len(there.bodies) == 3
    assert len(set(there.bodies)) == 1
    assert there.forged == []


@pytest.mark.parametrize("status", REFUSED)
async def test_what_is_refused_is_posted_once(there: Receiver, shop: Shop, status: int) -> None:
    there.answers.append(Answer(status, {"Location": f"http://127.0.0.1:{there.port}/elsewhere"}))
    first = await shop.sold(an_order())
    assert await eventually_given_up(shop, 1) == f"The webhook's receiver refuses an event: HTTP {status}."
    second = await shop.sold(an_order())
    await eventually_taken(there, 1)
    assert [message["invoice"] for message in there.taken] == [second.name]
    assert len(there.bodies) == 2
    assert first.name.encode() in there.bodies[0]
    assert set(there.paths) == {"/erpgate?from=test"}


@pytest.mark.parametrize("form", ["seconds", "date"])
async def test_who_says_when_to_come_back_is_asked_then(there: Receiver, shop: Shop, form: str) -> None:
    until = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=2)
    told = {"seconds": "1", "date": format_datetime(until, usegmt=True)}
    before = dt.datetime.now(dt.UTC).replace(microsecond=0)
    there.answers.append(Answer(429, {"Retry-After": told[form]}))
    await shop.sold(an_order())
    await eventually_taken(there, 1)
    assert len(there.bodies) == 2
    assert dt.datetime.now(dt.UTC) >= before + dt.timedelta(seconds=1)


async def test_a_receiver_that_is_gone_and_comes_back_gets_everything(there: Receiver, shop: Shop) -> None:
    there.close()
    invoices = [(await shop.sold(an_order())).name for _ in range(3)]

    async def is_noted() -> bool:
        found = await shop.door.app.database.read(list_listeners)
        return any(each.failure == "The webhook's receiver gives no answer." for each in found)

    await eventually("its absence is noted", is_noted)
    there.open()
    await eventually_taken(there, 3)
    assert [message["invoice"] for message in there.taken] == invoices


async def test_nothing_shows_the_secret_or_the_address(
    there: Receiver, sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    toy = ToyWorld()
    there.close()
    async with open_server(sqlite_url, toy) as door:
        shop = await Shop(door, toy).connect()
        await shop.sold(an_order())

        async def failure() -> str | None:
            return next((each.failure for each in await door.app.database.read(list_listeners)), None)

        told = await eventually("its absence is noted", failure)
        shown = caplog.text + told + repr(door.app.registry) + repr(door.app.registry.listeners)
    assert SECRET not in shown
    assert there.url not in shown


@pytest.mark.parametrize(
    ("url", "secret", "failure"),
    [
        ("https://example.com/x", "", "ERPGATE_PLUGIN_WEBHOOK_SECRET: Value error, must have at least 32 characters"),
        ("https://example.com/x", "too-short", "ERPGATE_PLUGIN_WEBHOOK_SECRET: Value error, must have at least 32"),
        ("https://example.com/x", None, "ERPGATE_PLUGIN_WEBHOOK_SECRET: Field required"),
        (None, SECRET, "ERPGATE_PLUGIN_WEBHOOK_URL: Field required"),
        ("example.com", SECRET, "ERPGATE_PLUGIN_WEBHOOK_URL: Value error, must be an address such as https://"),
        ("https://", SECRET, "ERPGATE_PLUGIN_WEBHOOK_URL: Value error, must be an address such as https://"),
        ("ftp://example.com", SECRET, "ERPGATE_PLUGIN_WEBHOOK_URL: Value error, must be an address such as https://"),
        ("https://u:too-secret@[::1", SECRET, "ERPGATE_PLUGIN_WEBHOOK_URL: Value error, must be an address such as"),
    ],
)
async def test_settings_that_are_wrong_are_named_and_the_server_is_up(
    sqlite_url: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    url: str | None,
    secret: str | None,
    failure: str,
) -> None:
    given = {"URL": url, "SECRET": secret}
    for name, value in given.items():
        if value is not None:
            monkeypatch.setenv(f"ERPGATE_PLUGIN_WEBHOOK_{name}", value)
    toy = ToyWorld()
    async with open_server(sqlite_url, toy) as door:
        info = next(info for info in door.app.registry.plugins if info.name == "webhook")
        assert info.status == "failed"
        assert failure in info.failure
        assert door.app.registry.listeners == {}
        await (await Shop(door, toy).connect()).sold(an_order())
    listed = command("plugin", "list").told
    for value in ("too-short", "too-secret", SECRET):
        assert value not in listed + info.failure + caplog.text


def test_a_doctor_says_whether_it_listens(there: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "listens to events of kind invoice and channel_health" in command("plugin", "doctor", "webhook").told
    for name in there.environ:
        monkeypatch.delenv(name)
    assert "ERPGATE_PLUGIN_WEBHOOK_URL, ERPGATE_PLUGIN_WEBHOOK_SECRET" in command("plugin", "doctor", "webhook").told


def test_the_settings_do_not_show_what_they_hold() -> None:
    from erpgate_webhook.settings import WebhookSettings

    settings = WebhookSettings.model_validate({"url": "https://example.com/hidden-path", "secret": SECRET})
    assert "hidden-path" not in repr(settings) + str(settings)
    assert SECRET not in repr(settings) + str(settings)
