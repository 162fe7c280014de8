"""`erpgate channels`: the wizard of any ERP in a terminal, and the life of a channel."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable

import pytest
from erpgate.v1 import channel_pb2, channel_service_pb2, form_pb2
from fixtures.alegra_world import AlegraWorld
from fixtures.server import Door, open_server
from fixtures.shop import Shop
from fixtures.toy_world import ToyWorld
from fixtures.world import World

from .person import DELETE, DOWN, ENTER, LEAVE, Person

CONNECTED = channel_pb2.CHANNEL_STATE_CONNECTED
CONFIGURATION_PENDING = channel_pb2.CHANNEL_STATE_CONFIGURATION_PENDING


@pytest.fixture(params=["toy", "alegra"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """Each ERP: nothing below knows which one it is."""
    opened = ToyWorld() if request.param == "toy" else await AlegraWorld().open()
    yield opened
    await opened.aclose()


@pytest.fixture
async def shop(world: World, sqlite_url: str) -> AsyncIterator[Shop]:
    async with open_server(sqlite_url, world) as door:
        shop = Shop(door, world)
        await shop.declare(shop_co="My shop")
        yield shop


async def form_of(door: Door, erp: str) -> form_pb2.Form:
    request = channel_service_pb2.GetErpRequest(name=f"erps/{erp}", language_code="en")
    return (await door.channels.GetErp(request)).erp.form


def signing_in(shop: Shop, credentials: form_pb2.FormStep) -> dict[str, str]:
    """Keys for step 2; the country is the one that the world's company is in."""
    countries = next(field for field in credentials.fields if field.path == "country_code").options
    country = [option.value for option in countries].index("CO")
    typed = {f"credentials.{name}": value + ENTER for name, value in shop.world.credentials.items()}
    return {"display_name": f"My books{ENTER}", "country_code": DOWN * country + ENTER, **typed}


async def at_terminal(shop: Shop, do: Callable[[Person], int], *arguments: str) -> tuple[int, str]:
    """What a person sees, and how the command ends."""

    def run() -> tuple[int, str]:
        person = Person(shop.door.app.port, *arguments)
        return do(person), person.seen

    return await asyncio.to_thread(run)


def connecting(shop: Shop) -> tuple[str, ...]:
    erp = shop.world.erp
    return "connect", "--merchant", "acme", "--channel", "main", "--erp", erp, "--language", "en"


async def test_the_whole_wizard(shop: Shop) -> None:
    """Every field of every step is asked for, what is offered is taken, and the secret is never shown."""
    form = await form_of(shop.door, shop.world.erp)
    credentials, settings, automation = form.steps

    def walk(person: Person) -> int:
        person.fills_in(credentials, signing_in(shop, credentials))
        person.fills_in(settings, {})
        person.answer("Fill this step in now?", "y" + ENTER)
        person.fills_in(
            automation,
            {
                "settings.automation.enabled": "y" + ENTER,
                "settings.automation.start_time": f"2026-01-31T08:00-05:00{ENTER}",
                "settings.automation.initial_state": DOWN + ENTER,
            },
        )
        person.reads("Connected: My books")
        return person.ends()

    code, seen = await at_terminal(shop, walk, *connecting(shop))
    assert code == 0
    assert shop.world.credentials[shop.world.secret] not in seen
    channel = await shop.get()
    assert (channel.state, channel.display_name) == (CONNECTED, "My books")
    assert channel.settings.automation.enabled
    assert channel.settings.automation.start_time.ToJsonString() == "2026-01-31T13:00:00Z"
    assert channel.settings.automation.initial_state == channel_pb2.INITIAL_STATE_OPEN


async def test_what_the_erp_refuses_is_asked_for_again(shop: Shop) -> None:
    """All credentials, because the wrong one may be another than the one that the ERP names."""
    form = await form_of(shop.door, shop.world.erp)
    credentials, settings, _ = form.steps
    secret = next(field for field in credentials.fields if field.kind == form_pb2.FORM_FIELD_KIND_SECRET)
    keys = signing_in(shop, credentials)

    def walk(person: Person) -> int:
        person.fills_in(credentials, {**keys, secret.path: f"wrong{ENTER}"})
        person.reads(f"{secret.label}: ")
        for field in credentials.fields:
            if field.path.startswith("credentials."):
                person.answer(field.label, keys[field.path] if field.path == secret.path else ENTER)
        person.fills_in(settings, {})
        person.answer("Fill this step in now?", ENTER)
        person.reads("Connected")
        return person.ends()

    code, _ = await at_terminal(shop, walk, *connecting(shop))
    assert (code, (await shop.get()).state) == (0, CONNECTED)
    assert not (await shop.get()).settings.automation.enabled


async def test_a_plan_that_lacks_something_asks_for_another_account(sqlite_url: str) -> None:
    """The refusal names a field of a later step, whose choices nobody can ask for yet."""
    alegra = await AlegraWorld(plan={"price_lists": False}).open()
    async with open_server(sqlite_url, alegra) as door:
        shop = Shop(door, alegra)
        credentials = (await form_of(door, "alegra")).steps[0]

        def walk(person: Person) -> int:
            person.fills_in(credentials, signing_in(shop, credentials))
            person.reads("Price list: The Alegra plan must include price lists.")
            person.answer("Try again?", ENTER)
            person.answer("Email", LEAVE)
            person.reads("Completed steps are kept")
            return person.ends()

        code, _ = await at_terminal(shop, walk, *connecting(shop))
        assert (code, list(await shop.channels())) == (130, [])
    await alegra.aclose()


async def test_credentials_that_ended_are_asked_for_again(sqlite_url: str) -> None:
    """The token was revoked before the wizard is resumed: it takes another one of the same company, and goes on."""
    alegra = await AlegraWorld().open()
    async with open_server(sqlite_url, alegra) as door:
        shop = Shop(door, alegra)
        await shop.declare(shop_co="My shop")
        await shop.create(automation=None)
        await alegra.seed(token="another-token")
        _, settings, _ = (await form_of(door, "alegra")).steps

        def walk(person: Person) -> int:
            person.fills_in(settings, {})
            person.answer("Fill this step in now?", ENTER)
            person.reads("Alegra does not accept this e-mail and token.")
            person.answer("Email", f"{alegra.credentials['email']}{ENTER}")
            person.answer("Token", f"another-token{ENTER}")
            person.reads("Connected")
            return person.ends()

        code, _ = await at_terminal(shop, walk, *connecting(shop))
        assert (code, (await shop.get()).state) == (0, CONNECTED)
    await alegra.aclose()


async def test_what_is_no_point_in_time_is_told_at_once(sqlite_url: str) -> None:
    toy = ToyWorld()
    async with open_server(sqlite_url, toy) as door:
        shop = Shop(door, toy)
        await shop.declare(shop_co="My shop")
        await shop.create(automation=None)
        _, settings, automation = (await form_of(door, "toy")).steps
        place = [field.path for field in automation.fields].index("settings.automation.start_time")
        before, start, after = automation.fields[:place], automation.fields[place], automation.fields[place + 1 :]

        def walk(person: Person) -> int:
            person.fills_in(settings, {})
            person.answer("Fill this step in now?", "y" + ENTER)
            person.fills_in(form_pb2.FormStep(fields=before), {})
            person.answer(start.label, f"soon{ENTER}")
            person.answer(f"It does not look as expected. ({start.example})", f"{DELETE * 4}2026-01-31{ENTER}")
            person.fills_in(form_pb2.FormStep(fields=after), {})
            person.reads("Connected")
            return person.ends()

        code, _ = await at_terminal(shop, walk, *connecting(shop))
        midnight = dt.datetime(2026, 1, 31).astimezone()
        assert (code, (await shop.get()).settings.automation.start_time.ToDatetime(dt.UTC)) == (0, midnight)


async def test_it_can_be_left_and_resumed(shop: Shop) -> None:
    """The second run begins at step 3: the credentials are there."""
    form = await form_of(shop.door, shop.world.erp)
    credentials, settings, _ = form.steps

    def leave(person: Person) -> int:
        person.fills_in(credentials, signing_in(shop, credentials))
        person.answer(settings.fields[0].label, LEAVE)
        person.reads("Completed steps are kept")
        return person.ends()

    def resume(person: Person) -> int:
        person.fills_in(settings, {})
        person.answer("Fill this step in now?", ENTER)
        person.reads("Connected")
        return person.ends()

    code, _ = await at_terminal(shop, leave, *connecting(shop))
    assert (code, (await shop.get()).state) == (130, CONFIGURATION_PENDING)
    code, seen = await at_terminal(shop, resume, *connecting(shop))
    assert (code, (await shop.get()).state) == (0, CONNECTED)
    assert credentials.title not in seen


async def test_a_live_option_is_chosen_with_the_arrows(sqlite_url: str) -> None:
    toy = ToyWorld()
    toy.ledger.lists["warehouse"] = {"1": "North", "2": "South"}
    async with open_server(sqlite_url, toy) as door:
        shop = Shop(door, toy)
        credentials, settings, _ = (await form_of(door, "toy")).steps

        def walk(person: Person) -> int:
            person.fills_in(credentials, signing_in(shop, credentials))
            person.fills_in(settings, {"settings.warehouse": DOWN * 2 + ENTER})
            person.answer("Fill this step in now?", ENTER)
            person.reads("Connected")
            return person.ends()

        code, seen = await at_terminal(shop, walk, *connecting(shop))
        assert (code, "South" in seen) == (0, True)
        assert (await shop.get()).settings.warehouse == "2"


async def test_a_table_is_filled_in_row_by_row(sqlite_url: str) -> None:
    """The item is asked for once the policy needs one; what the form shows by its conditions is what is asked."""
    toy = ToyWorld()
    async with open_server(sqlite_url, toy) as door:
        shop = Shop(door, toy)
        await shop.declare(shop_co="My shop")
        credentials, settings, _ = (await form_of(door, "toy")).steps
        table = "settings.shipping_by_sales_channel"

        def walk(person: Person) -> int:
            person.fills_in(credentials, signing_in(shop, credentials))
            for field in settings.fields:
                if field.path == table:
                    person.answer("Add or change a row?", "y" + ENTER)
                    person.answer("Shipping by sales channel", ENTER)
                    person.answer("Invoice the shipping", DOWN + ENTER)
                    person.answer("Shipping item", DOWN * 2 + ENTER)
                    person.answer("Add or change a row?", ENTER)
                elif not field.visible_if:
                    person.answer(field.label, ENTER)
            person.answer("Fill this step in now?", ENTER)
            person.reads("Connected")
            return person.ends()

        code, _ = await at_terminal(shop, walk, *connecting(shop))
        assert code == 0
        rules = (await shop.get()).settings.shipping_by_sales_channel
        assert dict(rules) == {"shop-co": channel_pb2.ShippingRule(policy=channel_pb2.SHIPPING_POLICY_LINE, item="2")}


async def test_the_erp_is_chosen_and_a_pending_channel_says_so(sqlite_url: str) -> None:
    toy = ToyWorld()
    async with open_server(sqlite_url, toy) as door:
        shop = Shop(door, toy, channel="toy")
        credentials = (await form_of(door, "toy")).steps[0]
        toy.unplug()

        def walk(person: Person) -> int:
            person.answer("ERP", DOWN + ENTER)
            person.fills_in(credentials, signing_in(shop, credentials))
            person.reads("asked again by itself")
            return person.ends()

        code, _ = await at_terminal(shop, walk, "connect", "--merchant", "acme", "--language", "en")
        assert (code, (await shop.get()).state) == (0, channel_pb2.CHANNEL_STATE_CREDENTIALS_PENDING)


async def test_the_life_of_a_channel(shop: Shop) -> None:
    await shop.connect()

    async def run(*arguments: str) -> tuple[int, str]:
        return await at_terminal(shop, lambda person: person.ends(), *arguments)

    code, seen = await run("list", "--merchant", "acme")
    assert (code, shop.name in seen, "CONNECTED" in seen) == (0, True, True)
    code, seen = await run("check", shop.name)
    assert (code, "credentials" in seen) == (0, True)
    assert await run("pause", shop.name) == (0, f"{shop.name} is PAUSED.\r\n")
    assert await run("resume", shop.name) == (0, f"{shop.name} is CONNECTED.\r\n")
    assert await run("delete", shop.name, "--yes") == (0, f"{shop.name} is deleted.\r\n")
    code, seen = await run("pause", shop.name)
    assert (code, "RESOURCE_NOT_FOUND" in seen) == (1, True)
