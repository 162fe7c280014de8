"""What is wrong with a channel is found on demand and by itself, each thing with what to do about it."""

import datetime as dt
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import grpc
import httpx
import pytest
from erpgate.rpc.app import Role
from erpgate.v1 import channel_check_pb2, channel_pb2, channel_service_pb2
from fixtures.alegra_world import AlegraWorld
from fixtures.orders import an_order
from fixtures.server import QUICK, Door, open_server
from fixtures.shop import Shop, automation, reason_name, settings
from fixtures.toy_world import ToyWorld
from fixtures.waiting import eventually, holds_for
from fixtures.world import World
from rpc.harness import refusal

WATCHFUL = replace(QUICK, check_interval=dt.timedelta(milliseconds=80))
"""Checks by itself so often that a test need not wait."""

Check = channel_check_pb2.ChannelCheck


def results(checks: Sequence[Check], name: str = "") -> list[tuple[str, str, str]]:
    """Of those that are not OK, or of one name: result, reason and field."""
    chosen = [c for c in checks if (c.check == name if name else c.result != channel_check_pb2.CHECK_RESULT_OK)]
    return [
        (
            channel_check_pb2.CheckResult.Name(check.result).removeprefix("CHECK_RESULT_"),
            reason_name(check.reason) if check.reason else "",
            check.field,
        )
        for check in chosen
    ]


async def becomes(shop: Shop, health: str) -> channel_pb2.Channel:
    """Waits for a channel's health."""

    async def look() -> channel_pb2.Channel | None:
        channel = await shop.get()
        return channel if channel_pb2.ChannelHealth.Name(channel.health) == f"CHANNEL_HEALTH_{health}" else None

    return await eventually(f"health is {health}", look)


async def is_checked(shop: Shop) -> None:
    """Waits for the first time."""

    async def look() -> bool:
        return (await shop.get()).HasField("check_time")

    await eventually("it was checked", look)


async def test_a_sound_channel_passes_every_check(shop: Shop) -> None:
    await shop.sold(an_order())
    answer = await shop.check()
    assert results(answer.checks) == []
    names = [check.check for check in answer.checks if check.check != "option"]
    assert names == ["credentials", "plan", "company", "clock", "rate_budget", "catalog", "health"]
    assert all(check.message and not check.remedy for check in answer.checks)
    assert answer.channel.health == channel_pb2.CHANNEL_HEALTH_OK
    assert answer.channel.HasField("check_time")
    assert answer.channel == await shop.get()


async def test_every_stored_option_is_looked_at(alegra_shop: Shop) -> None:
    own = [f"settings.erp_options.{name}" for name in sorted(alegra_shop.world.settings["erp_options"])]
    answer = await alegra_shop.check()
    fields = [check.field for check in answer.checks if check.check == "option"]
    assert sorted(fields) == sorted(["settings.price_list", "settings.warehouse", *own])


async def test_options_that_are_gone_or_not_active_are_named(alegra_shop: Shop, alegra: AlegraWorld) -> None:
    """Health is OK again by itself, as soon as others are chosen."""
    await alegra.seed(
        warehouses=[{"name": "Second"}], price_lists=[{"name": "Second", "type": "amount"}, {"name": "Third"}]
    )
    chosen = settings(alegra, price_list="2", automation=automation(warehouse="2", price_list="3"))
    await alegra_shop.update("settings", settings=chosen)
    for gone_now in ("/price-lists/2", "/warehouses/2", "/price-lists/3"):
        await alegra.call("PUT", gone_now, {"status": "inactive"})
    answer = await alegra_shop.check()
    gone = "OPTION_NO_LONGER_EXISTS"
    assert results(answer.checks) == [
        ("FAILED", gone, "settings.price_list"),
        ("FAILED", gone, "settings.automation.warehouse"),
        ("FAILED", gone, "settings.automation.price_list"),
    ]
    assert answer.channel.health == channel_pb2.CHANNEL_HEALTH_MISCONFIGURED
    assert "2 is gone from the ERP" in answer.channel.health_message
    assert "UpdateChannel" in answer.channel.health_message
    await alegra_shop.update("settings", settings=settings(alegra))
    assert (await becomes(alegra_shop, "OK")).health_message == ""


async def test_revoked_credentials_are_named_and_the_rest_is_not_looked_at(
    alegra_shop: Shop, alegra: AlegraWorld
) -> None:
    await alegra_shop.sold(an_order())
    await alegra.seed(token="another")
    answer = await alegra_shop.check()
    reason = "ERP_CREDENTIALS_INVALID"
    assert results(answer.checks, "credentials") == [("FAILED", reason, "credentials.token")]
    assert results(answer.checks, "plan") == [("WARNING", reason, "")]
    assert results(answer.checks, "company") == [("WARNING", reason, "")]
    assert {result for result, _, _ in results(answer.checks, "option")} == {"WARNING"}
    credentials = next(check for check in answer.checks if check.check == "credentials")
    assert credentials.remedy == "Give new credentials of the same company with RotateCredentials."
    assert answer.channel.health == channel_pb2.CHANNEL_HEALTH_AUTH_FAILED
    await alegra.seed(token=alegra.credentials["token"])
    answer = await alegra_shop.check()
    assert results(answer.checks) == [("WARNING", reason, "")]  # what was known before these checks
    assert (await becomes(alegra_shop, "OK")).health_message == ""


@pytest.mark.parametrize(
    ("tenant", "name", "reason", "field"),
    [
        ({"plan": {"price_lists": False}}, "plan", "ERP_PLAN_LACKS_PRICE_LISTS", "price_list"),
        ({"plan": {"warehouses": False}}, "plan", "ERP_PLAN_LACKS_WAREHOUSES", "warehouse"),
        ({"identification": "800999888-1"}, "company", "ERP_COMPANY_MISMATCH", "credentials"),
        ({"denied": ["company:view"]}, "credentials", "ERP_PERMISSION_MISSING", "credentials.token"),
    ],
    ids=["price-lists", "warehouses", "company", "permission"],
)
async def test_what_changed_in_the_account_is_named(
    alegra_shop: Shop, alegra: AlegraWorld, tenant: dict[str, Any], name: str, reason: str, field: str
) -> None:
    await alegra.seed(**tenant)
    answer = await alegra_shop.check()
    assert results(answer.checks, name) == [("FAILED", reason, field)]
    health = "AUTH_FAILED" if name == "credentials" else "MISCONFIGURED"
    assert channel_pb2.ChannelHealth.Name(answer.channel.health) == f"CHANNEL_HEALTH_{health}"


async def test_an_erp_that_is_away_is_told_at_once(shop: Shop, world: World) -> None:
    world.unplug()
    answer = await shop.check()
    assert results(answer.checks, "credentials") == [("FAILED", "ERP_UNREACHABLE", "")]
    assert answer.channel.health == channel_pb2.CHANNEL_HEALTH_DEGRADED
    world.plug_in()
    assert results((await shop.check()).checks, "credentials") == [("OK", "", "")]
    await becomes(shop, "OK")


async def test_a_paused_channel_is_checked_when_somebody_asks(shop: Shop) -> None:
    await shop.pause()
    assert results((await shop.check()).checks, "credentials") == [("OK", "", "")]


async def test_a_pending_channel_is_tried_again_by_a_check(world: World, sqlite_url: str) -> None:
    patient = replace(QUICK, retry_delays=(dt.timedelta(hours=1),))
    async with open_server(sqlite_url, world, engine=patient) as door:
        shop = Shop(door, world)
        world.unplug()
        await shop.create()
        answer = await shop.check()
        assert results(answer.checks, "credentials") == [("FAILED", "ERP_UNREACHABLE", "")]
        assert answer.channel.state == channel_pb2.CHANNEL_STATE_CREDENTIALS_PENDING
        world.plug_in()
        answer = await shop.check()
        assert results(answer.checks, "credentials") == [("OK", "", "")]
        assert answer.channel.state == channel_pb2.CHANNEL_STATE_CONFIGURATION_PENDING
        await shop.finish()
        await shop.sold(an_order())


async def test_a_channel_that_does_not_exist_is_not_checked(shop: Shop, world: World) -> None:
    refused = await refusal(Shop(shop.door, world, channel="other").check())
    assert (refused.code, refused.reason) == (grpc.StatusCode.NOT_FOUND, "RESOURCE_NOT_FOUND")


class Dated(httpx.AsyncBaseTransport):
    """An ERP whose answers tell its time."""

    def __init__(self, inner: httpx.AsyncBaseTransport, ahead: dt.timedelta) -> None:
        self._inner = inner
        self._ahead = ahead

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        time = dt.datetime.now(dt.UTC) + self._ahead
        response.headers["Date"] = time.strftime("%a, %d %b %Y %H:%M:%S GMT")
        return response


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [(dt.timedelta(seconds=5), ("OK", "", "")), (dt.timedelta(minutes=-9), ("WARNING", "CLOCK_SKEWED", ""))],
    ids=["a-little", "much"],
)
async def test_a_clock_that_is_wrong_is_found(
    alegra: AlegraWorld, sqlite_url: str, ahead: dt.timedelta, expected: tuple[str, str, str]
) -> None:
    alegra.transports = {"alegra": Dated(alegra.line, ahead)}
    async with open_server(sqlite_url, alegra) as door:
        shop = await Shop(door, alegra).connect()
        assert results((await shop.check()).checks, "clock") == [expected]


async def test_a_catalogue_that_was_never_read_is_told(world: World, sqlite_url: str) -> None:
    async with open_server(sqlite_url, world) as door:
        shop = Shop(door, world)
        await shop.create()
        assert results((await shop.check()).checks) == [("WARNING", "CATALOG_OUTDATED", "")]


@pytest.fixture
async def watchful(alegra: AlegraWorld, sqlite_url: str) -> AsyncIterator[Door]:
    async with open_server(sqlite_url, alegra, engine=WATCHFUL) as door:
        yield door


async def test_what_goes_wrong_is_found_before_an_invoice_needs_it(watchful: Door, alegra: AlegraWorld) -> None:
    """A plan that was reduced, then a token that was revoked, then both mended: nobody asks, and health tells."""
    shop = await Shop(watchful, alegra).connect()
    await is_checked(shop)
    await alegra.seed(plan={"price_lists": False})
    await becomes(shop, "MISCONFIGURED")
    await alegra.seed(plan={"price_lists": True}, token="another")
    await becomes(shop, "AUTH_FAILED")
    await alegra.seed(token=alegra.credentials["token"])
    await becomes(shop, "OK")
    assert await alegra.sends() == 0


async def test_a_channel_goes_on_being_checked_after_a_restart(alegra: AlegraWorld, sqlite_url: str) -> None:
    async with open_server(sqlite_url, alegra, engine=WATCHFUL) as door:
        await Shop(door, alegra).connect()
    await alegra.seed(token="another")
    async with open_server(sqlite_url, alegra, engine=WATCHFUL) as door:
        await becomes(Shop(door, alegra), "AUTH_FAILED")


async def test_a_paused_channel_is_left_alone(watchful: Door, alegra: AlegraWorld) -> None:
    shop = await Shop(watchful, alegra).connect()
    await shop.pause()

    async def calls() -> int:
        return sum((await alegra.counts()).values())

    before = await calls()

    async def is_silent() -> bool:
        return await calls() - before <= 10  # what was under way when it was paused

    assert await holds_for(is_silent, 0.5)


async def test_a_check_without_an_answer_ends_with_the_callers_deadline(toy: ToyWorld, postgresql_url: str) -> None:
    """Nobody works here: it is a server without a worker."""
    async with open_server(postgresql_url, toy, role=Role.SERVER) as door:
        shop = await Shop(door, toy).connect()
        request = channel_service_pb2.CheckChannelRequest(name=shop.name)
        refused = await refusal(door.channels.CheckChannel(request, timeout=1))
        assert (refused.code, refused.reason) == (grpc.StatusCode.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED")
        assert not (await shop.get()).HasField("check_time")
