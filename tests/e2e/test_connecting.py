"""Connecting an ERP: what is refused stores nothing, and an ERP that is away is asked again."""

from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from erpgate.v1 import channel_pb2, channel_service_pb2
from fixtures.alegra_world import AlegraWorld
from fixtures.orders import an_order
from fixtures.server import Door, open_server
from fixtures.shop import Shop, automation
from fixtures.toy_world import ToyWorld
from fixtures.waiting import eventually
from fixtures.world import World
from rpc.harness import refusal

CREDENTIALS_PENDING = channel_pb2.CHANNEL_STATE_CREDENTIALS_PENDING
CONFIGURATION_PENDING = channel_pb2.CHANNEL_STATE_CONFIGURATION_PENDING
CONNECTED = channel_pb2.CHANNEL_STATE_CONNECTED
ID = "0f2b3c4d-0000-4000-8000-000000000002"


@pytest.fixture
def unconnected(door: Door, world: World) -> Shop:
    return Shop(door, world)


async def test_the_wizard_ends_with_a_connected_channel(unconnected: Shop) -> None:
    created = await unconnected.create()
    assert (created.name, created.state, created.etag) == (unconnected.name, CONFIGURATION_PENDING, '"1"')
    assert created.company.currency_code == "COP"
    connected = await unconnected.finish()
    assert (connected.state, connected.health) == (CONNECTED, channel_pb2.CHANNEL_HEALTH_OK)
    assert await unconnected.get() == connected


async def test_automation_starts_when_it_is_first_switched_on(unconnected: Shop) -> None:
    """So that nothing is billed backwards without anybody asking for it."""
    await unconnected.create(automation=automation(start_time=None))
    connected = await unconnected.finish()
    assert connected.settings.automation.start_time.seconds >= connected.create_time.seconds


async def test_wrong_credentials_name_the_field_and_store_nothing(unconnected: Shop, world: World) -> None:
    wrong = {**world.credentials, world.secret: "wrong"}
    refused = await refusal(unconnected.create(credentials=wrong))
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "ERP_CREDENTIALS_INVALID")
    assert list(refused.fields) == [f"credentials.{world.secret}"]
    assert list(await unconnected.channels()) == []


async def test_a_missing_credential_is_a_field_violation(unconnected: Shop, world: World) -> None:
    some = {name: value for name, value in world.credentials.items() if name != world.secret}
    refused = await refusal(unconnected.create(credentials=some))
    assert refused.reason == "FIELD_INVALID"
    assert len(refused.fields) == 1
    assert world.secret in next(iter(refused.fields))
    assert list(await unconnected.channels()) == []


async def test_a_country_that_the_erp_does_not_have_is_refused(unconnected: Shop) -> None:
    refused = await refusal(unconnected.create(country_code="JP"))
    assert (refused.reason, list(refused.fields)) == ("FIELD_INVALID", ["channel.country_code"])
    assert list(await unconnected.channels()) == []


async def test_an_erp_that_is_away_is_asked_again_by_itself(unconnected: Shop, world: World) -> None:
    world.unplug()
    created = await unconnected.create()
    assert created.state == CREDENTIALS_PENDING
    assert (await refusal(unconnected.finish())).reason == "STATE_CONFLICT"
    world.plug_in()

    async def has_company() -> bool:
        return (await unconnected.get()).state == CONFIGURATION_PENDING

    await eventually("the company is known", has_company)
    assert (await unconnected.finish()).state == CONNECTED
    await unconnected.sold(an_order())
    assert len(await world.documents()) == 1


async def test_credentials_that_turn_out_wrong_are_shown_on_the_channel(unconnected: Shop, world: World) -> None:
    world.unplug()
    await unconnected.create(credentials={**world.credentials, world.secret: "wrong"})
    world.plug_in()

    async def has_failed() -> channel_pb2.Channel | None:
        channel = await unconnected.get()
        return channel if channel.health == channel_pb2.CHANNEL_HEALTH_AUTH_FAILED else None

    channel = await eventually("the channel's health tells", has_failed)
    assert (channel.state, bool(channel.health_message)) == (CREDENTIALS_PENDING, True)


async def test_a_company_is_connected_once(unconnected: Shop, world: World) -> None:
    await unconnected.connect()
    second = Shop(unconnected.door, world, channel="second")
    refused = await refusal(second.create())
    assert (refused.code, refused.reason) == (grpc.StatusCode.ALREADY_EXISTS, "ERP_COMPANY_ALREADY_CONNECTED")
    assert refused.metadata == {"channel": unconnected.name}
    assert [channel.name for channel in await unconnected.channels()] == [unconnected.name]


async def test_another_merchant_is_not_told_who_has_the_company(unconnected: Shop, world: World) -> None:
    await unconnected.connect()
    stranger = Shop(unconnected.door, world, merchant="stranger")
    refused = await refusal(stranger.create())
    assert (refused.reason, refused.metadata) == ("ERP_COMPANY_ALREADY_CONNECTED", {})
    assert unconnected.merchant not in refused.message
    assert list(await stranger.channels()) == []


async def test_a_company_that_is_found_connected_later_is_shown_on_the_channel(unconnected: Shop, world: World) -> None:
    await unconnected.connect()
    second = Shop(unconnected.door, world, channel="second")
    world.unplug()
    await second.create()
    world.plug_in()

    async def tells() -> bool:
        return unconnected.name in (await second.get()).health_message

    await eventually("the second channel names the first one", tells)
    assert (await second.get()).state == CREDENTIALS_PENDING


async def test_a_channel_id_is_taken_once(unconnected: Shop) -> None:
    await unconnected.connect()
    refused = await refusal(unconnected.create())
    assert (refused.reason, list(refused.fields)) == ("RESOURCE_EXISTS", ["channel_id"])


async def test_a_repeated_request_creates_one_channel(unconnected: Shop, world: World) -> None:
    first = await unconnected.create(request_id=ID)
    assert await unconnected.create(request_id=ID) == first
    other = {**world.credentials, world.secret: "other"}
    refused = await refusal(unconnected.create(request_id=ID, credentials=other))
    assert refused.reason == "REQUEST_ID_REUSED"
    assert len(await unconnected.channels()) == 1


async def test_a_channel_without_drafts_must_open_its_invoices(toy: ToyWorld, database_url: str) -> None:
    async with open_server(database_url, toy) as door:
        shop = Shop(door, toy)
        await shop.create(automation=automation(initial_state=channel_pb2.INITIAL_STATE_DRAFT))
        refused = await refusal(shop.finish())
        assert refused.reason == "CONFIGURATION_INCOMPLETE"
        assert (await shop.get()).state == CONFIGURATION_PENDING


@pytest.fixture
async def alegra_door(alegra: AlegraWorld, database_url: str) -> AsyncIterator[Shop]:
    async with open_server(database_url, alegra) as opened:
        yield Shop(opened, alegra)


@pytest.mark.parametrize(
    ("tenant", "reason"),
    [
        ({"plan": {"price_lists": False}}, "ERP_PLAN_LACKS_PRICE_LISTS"),
        ({"plan": {"warehouses": False}}, "ERP_PLAN_LACKS_WAREHOUSES"),
        ({"denied": ["company:view"]}, "ERP_PERMISSION_MISSING"),
    ],
    ids=["price-lists", "warehouses", "permission"],
)
async def test_an_account_that_lacks_something_stores_nothing(
    alegra: AlegraWorld, alegra_door: Shop, tenant: dict[str, Any], reason: str
) -> None:
    await alegra.seed(**tenant)
    refused = await refusal(alegra_door.create())
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, reason)
    assert list(await alegra_door.channels()) == []


async def test_a_company_of_another_country_stores_nothing(alegra_door: Shop) -> None:
    refused = await refusal(alegra_door.create(country_code="MX"))
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "ERP_COUNTRY_MISMATCH")
    assert list(refused.fields) == ["channel.country_code"]
    assert list(await alegra_door.channels()) == []


async def test_an_erp_that_is_slower_than_the_caller_waits_stores_nothing(
    alegra: AlegraWorld, alegra_door: Shop
) -> None:
    """It is not away: so there is no channel that finishes by itself, and the caller may repeat the call."""
    await alegra.break_({"method": "GET", "path": "/company$", "action": {"kind": "delay", "seconds": 5}})
    message = channel_pb2.Channel(erp="erps/alegra", display_name="Main", country_code="CO")
    request = channel_service_pb2.CreateChannelRequest(
        parent=alegra_door.parent, channel=message, credentials=alegra.credentials, request_id=ID
    )
    refused = await refusal(alegra_door.door.channels.CreateChannel(request, timeout=0.5))
    assert (refused.code, refused.reason) == (grpc.StatusCode.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED")
    assert list(await alegra_door.channels()) == []
    await alegra.break_()
    created = await alegra_door.door.channels.CreateChannel(request)
    assert created.channel.state == CONFIGURATION_PENDING
    assert len(await alegra_door.channels()) == 1


async def test_settings_that_contradict_each_other_are_refused(unconnected: Shop) -> None:
    draft_and_issued = automation(initial_state=channel_pb2.INITIAL_STATE_DRAFT, issue=True)
    refused = await refusal(unconnected.create(automation=draft_and_issued))
    assert (refused.reason, list(refused.fields)) == ("FIELD_INVALID", ["channel.settings.automation.issue"])
    refused = await refusal(unconnected.create(shipping_policy=channel_pb2.SHIPPING_POLICY_LINE))
    assert (refused.reason, list(refused.fields)) == ("FIELD_INVALID", ["channel.settings.shipping_item"])
    assert list(await unconnected.channels()) == []
