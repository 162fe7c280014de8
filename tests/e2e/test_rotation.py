"""New credentials of the same company take the place of the old ones at once; anything else changes nothing."""

import grpc
from erpgate.v1 import channel_pb2
from fixtures.alegra_world import AlegraWorld
from fixtures.orders import an_order
from fixtures.server import open_server
from fixtures.shop import Shop
from fixtures.toy_world import ToyWorld
from fixtures.waiting import eventually
from fixtures.world import World
from rpc.harness import refusal

OK = channel_pb2.CHANNEL_HEALTH_OK
AUTH_FAILED = channel_pb2.CHANNEL_HEALTH_AUTH_FAILED
ID = "0f2b3c4d-0000-4000-8000-000000000009"
NEW = "a-new-secret"


async def revoked(shop: Shop) -> None:
    """Waits until the channel tells that its credentials are refused."""

    async def tells() -> bool:
        return (await shop.get()).health == AUTH_FAILED

    await eventually("the channel's health tells", tells)


async def test_rotated_credentials_mend_a_channel_whose_old_ones_were_revoked(
    alegra: AlegraWorld, sqlite_url: str
) -> None:
    """While its connection is open: what waited is sent with the new ones, without a pause."""
    async with open_server(sqlite_url, alegra) as door:
        shop = await Shop(door, alegra).connect()
        await shop.sold(an_order())
        await alegra.seed(token=NEW)
        waiting = await shop.submit(an_order(external_id="after-the-revocation"))
        await revoked(shop)
        rotated = await shop.rotate({**alegra.credentials, "token": NEW})
        assert (rotated.health, rotated.health_message) == (OK, "")
        await shop.settled(waiting.name)
        assert (await shop.get()).health == OK
        assert len(await alegra.documents()) == 2


async def test_rotated_credentials_outlive_a_restart(alegra: AlegraWorld, sqlite_url: str) -> None:
    async with open_server(sqlite_url, alegra) as door:
        shop = await Shop(door, alegra).connect()
        await alegra.seed(token=NEW)
        await shop.rotate({**alegra.credentials, "token": NEW})
    async with open_server(sqlite_url, alegra) as door:
        await Shop(door, alegra).sold(an_order())


async def test_credentials_of_another_company_are_refused_and_the_old_ones_stay(toy: ToyWorld, sqlite_url: str) -> None:
    async with open_server(sqlite_url, toy) as door:
        shop = await Shop(door, toy).connect()
        before = await shop.get()
        refused = await refusal(shop.rotate({**toy.credentials, "workspace": "another"}))
        assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "ERP_COMPANY_MISMATCH")
        assert list(refused.fields) == ["credentials"]
        assert refused.metadata == {"expected": "toy", "found": "another"}
        assert await shop.get() == before
        await shop.sold(an_order())


async def test_wrong_credentials_are_refused_and_the_old_ones_stay(shop: Shop, world: World) -> None:
    before = await shop.get()
    refused = await refusal(shop.rotate({**world.credentials, world.secret: "wrong"}))
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "ERP_CREDENTIALS_INVALID")
    assert list(refused.fields) == [f"credentials.{world.secret}"]
    assert await shop.get() == before
    await shop.sold(an_order())


async def test_a_missing_credential_is_a_field_violation(shop: Shop, world: World) -> None:
    some = {name: value for name, value in world.credentials.items() if name != world.secret}
    refused = await refusal(shop.rotate(some))
    assert (refused.reason, list(refused.fields)) == ("FIELD_INVALID", [f"credentials.{world.secret}"])


async def test_credentials_are_not_replaced_while_the_erp_cannot_be_asked(shop: Shop, world: World) -> None:
    before = await shop.get()
    world.unplug()
    refused = await refusal(shop.rotate(world.credentials))
    assert (refused.code, refused.reason) == (grpc.StatusCode.UNAVAILABLE, "ERP_UNREACHABLE")
    world.plug_in()
    assert (await shop.get()).etag == before.etag
    await shop.sold(an_order())


async def test_a_pending_channel_learns_its_company_from_other_credentials(world: World, sqlite_url: str) -> None:
    world.unplug()
    async with open_server(sqlite_url, world) as door:
        shop = Shop(door, world)
        await shop.create(credentials={**world.credentials, world.secret: "wrong"})
        world.plug_in()
        await revoked(shop)
        rotated = await shop.rotate(world.credentials)
        assert (rotated.state, rotated.health) == (channel_pb2.CHANNEL_STATE_CONFIGURATION_PENDING, OK)
        await shop.finish()
        await shop.sold(an_order())


async def test_a_pending_channel_is_not_given_a_company_that_is_connected(shop: Shop, world: World) -> None:
    second = Shop(shop.door, world, channel="second")
    world.unplug()
    await second.create(credentials={**world.credentials, world.secret: "wrong"})
    world.plug_in()
    refused = await refusal(second.rotate(world.credentials))
    assert (refused.code, refused.reason) == (grpc.StatusCode.ALREADY_EXISTS, "ERP_COMPANY_ALREADY_CONNECTED")
    assert refused.metadata == {"channel": shop.name}
    assert (await second.get()).state == channel_pb2.CHANNEL_STATE_CREDENTIALS_PENDING


async def test_a_repeated_rotation_happens_once(shop: Shop, world: World) -> None:
    first = await shop.rotate(world.credentials, request_id=ID)
    assert await shop.rotate(world.credentials, request_id=ID) == first
    refused = await refusal(shop.rotate({**world.credentials, world.secret: "other"}, request_id=ID))
    assert refused.reason == "REQUEST_ID_REUSED"
    assert (await shop.get()).etag == first.etag


async def test_a_channel_that_does_not_exist_has_no_credentials(shop: Shop, world: World) -> None:
    refused = await refusal(Shop(shop.door, world, channel="other").rotate(world.credentials))
    assert refused.reason == "RESOURCE_NOT_FOUND"


async def test_a_company_connected_anew_under_the_same_name_uses_its_own_credentials(
    alegra: AlegraWorld, sqlite_url: str
) -> None:
    """Although the connection of the deleted channel may still be open."""
    async with open_server(sqlite_url, alegra) as door:
        shop = await Shop(door, alegra).connect()
        await shop.sold(an_order())
        await shop.delete()
        await alegra.seed(token=NEW)
        await shop.connect(credentials={**alegra.credentials, "token": NEW})
        await shop.sold(an_order(external_id="after-the-deletion"))
        assert (await shop.get()).health == OK
