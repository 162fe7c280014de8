"""An ERP of which it is not proved that it never duplicates: it connects, and invoices only when a person asks."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from erpgate.plugin import Erp, hookimpl
from erpgate.testing.toy import toy_erp
from erpgate.v1 import channel_service_pb2, erp_pb2, order_pb2
from fixtures.orders import an_order
from fixtures.server import Door, open_server
from fixtures.shop import Shop, reason_name, verdict_of
from fixtures.toy_world import ToyWorld


class NewWorld(ToyWorld):
    """The toy ledger behind a plugin without a record."""

    erp = "new"

    def __init__(self) -> None:
        super().__init__()
        erp = replace(toy_erp(self.ledger), name="new")

        class Plugin:
            @hookimpl
            def erpgate_erps(self) -> list[Erp[Any, Any]]:
                return [erp]

        self.plugins = {"new": Plugin()}


class AllowedWorld(NewWorld):
    """The same, with the operator's consent."""

    environ: Mapping[str, str] = {"ERPGATE_UNPROVEN_ERPS": "other, new"}


async def listed(door: Door, erp: str) -> erp_pb2.Erp:
    answer = await door.channels.ListErps(channel_service_pb2.ListErpsRequest())
    return next(each for each in answer.erps if each.name == f"erps/{erp}")


async def test_it_waits_for_a_person_and_says_why(sqlite_url: str) -> None:
    world = NewWorld()
    async with open_server(sqlite_url, world) as door:
        shop = await Shop(door, world).connect()
        order = await shop.submit(an_order())
        verdict = verdict_of(order, shop.name)
        assert (verdict.outcome, reason_name(verdict.reason), verdict.invoice) == (
            order_pb2.VERDICT_OUTCOME_WAITING,
            "ERP_NOT_PROVEN",
            "",
        )
        assert await world.sends() == 0
        seen = await listed(door, "new")
        assert (seen.may_automate, seen.HasField("conformance")) == (False, False)
        await shop.create_invoice(order.name)
        await shop.settled(order.name)
        assert len(await world.documents()) == 1


async def test_the_operator_may_allow_it(sqlite_url: str) -> None:
    world = AllowedWorld()
    async with open_server(sqlite_url, world) as door:
        await (await Shop(door, world).connect()).sold(an_order())
        assert (await listed(door, "new")).may_automate


@pytest.mark.parametrize("erp", ["toy", "alegra"])
async def test_what_is_proved_is_listed(erp: str, sqlite_url: str) -> None:
    async with open_server(sqlite_url, ToyWorld()) as door:
        seen = await listed(door, erp)
        assert seen.may_automate
        assert seen.conformance.level == erp_pb2.CONFORMANCE_LEVEL_NEVER_DUPLICATES
        assert seen.conformance.suite_version == 1
