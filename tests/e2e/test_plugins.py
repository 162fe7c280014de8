"""A server with a plugin that does not work: the others do, and ListErps says why."""

from erpgate.plugin import hookimpl
from erpgate.v1 import channel_pb2, channel_service_pb2, erp_pb2
from fixtures.orders import an_order
from fixtures.server import open_server
from fixtures.shop import Shop
from fixtures.toy_world import ToyWorld
from fixtures.waiting import eventually
from fixtures.world import World
from rpc.harness import refusal


class Broken:
    """A plugin that fails when it is asked for its ERPs."""

    @hookimpl
    def erpgate_erps(self) -> list[object]:
        """Fails."""
        raise RuntimeError("its licence has expired")


async def test_a_broken_plugin_is_shown_and_the_others_work(world: World, database_url: str) -> None:
    async with open_server(database_url, world, plugins={"broken": Broken()}) as door:
        answer = await door.channels.ListErps(channel_service_pb2.ListErpsRequest())
        assert world.erp in [erp.name.removeprefix("erps/") for erp in answer.erps]
        (broken,) = answer.unavailable_plugins
        assert (broken.name, broken.status, broken.failure) == (
            "broken",
            erp_pb2.PLUGIN_STATUS_FAILED,
            "RuntimeError: its licence has expired",
        )
        await (await Shop(door, world).connect()).sold(an_order())


async def test_a_channel_whose_plugin_is_gone_is_kept(toy: ToyWorld, database_url: str) -> None:
    """Its work is parked, which its health tells, and goes on by itself when the plugin is back."""
    async with open_server(database_url, toy) as door:
        await Shop(door, toy).connect()
    async with open_server(database_url) as door:
        shop = Shop(door, toy)
        order = await shop.submit(an_order())
        refused = await refusal(shop.create_invoice(order.name))
        assert (refused.reason, refused.metadata) == ("PLUGIN_UNAVAILABLE", {"erp": "toy"})
        assert await toy.sends() == 0

        async def tells() -> bool:
            return (await shop.get()).health == channel_pb2.CHANNEL_HEALTH_PLUGIN_UNAVAILABLE

        await eventually("the channel's health tells", tells)
    async with open_server(database_url, toy) as door:
        shop = Shop(door, toy)
        await shop.settled(order.name)
        assert (await shop.get()).health == channel_pb2.CHANNEL_HEALTH_OK
        assert len(await toy.documents()) == 1
