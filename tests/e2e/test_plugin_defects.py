"""A plugin that breaks its contract in one place: the server is up, others work, and the reason is seen."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from erpgate.plugin import Erp, hookimpl
from erpgate.testing.toy import toy_erp
from erpgate.v1 import channel_service_pb2, error_reason_pb2, invoice_pb2
from fixtures.orders import an_order
from fixtures.server import Door, open_server
from fixtures.shop import Shop
from fixtures.toy_world import ToyWorld
from fixtures.waiting import eventually
from rpc.harness import refusal

Break = Callable[[Erp[Any, Any]], Erp[Any, Any]]


def shaky(part: str, method: str) -> Break:
    """The ERP with that defect."""
    return lambda erp: replace(erp, **{part: calling(getattr(erp, part), method)})


def failing(*_: Any, **__: Any) -> Any:
    raise ZeroDivisionError("s3cr3t")


def calling(part: Any, method: str, instead: Callable[..., Any] = failing) -> Any:
    """The part with another method, or that instead of a part that is a function."""
    if not method:
        return instead
    copy = type("Copy", (), {"__getattr__": lambda _, name: getattr(part, name)})()
    setattr(copy, method, instead)
    return copy


def shaky_connection(method: str) -> Break:
    """The ERP whose connections have that defect."""
    return lambda erp: replace(erp, connect=lambda wiring: calling(erp.connect(wiring), method))


class ShakyWorld(ToyWorld):
    """The toy ledger with a defect, as the ERP `shaky`."""

    erp = "shaky"
    environ: Mapping[str, str] = {"ERPGATE_UNPROVEN_ERPS": "shaky"}

    def __init__(self, broken: Break, **ledger: Any) -> None:
        super().__init__(**ledger)
        erp = broken(replace(toy_erp(self.ledger), name="shaky"))

        class Plugin:
            @hookimpl
            def erpgate_erps(self) -> list[Erp[Any, Any]]:
                return [erp]

        self.plugins = {"shaky": Plugin()}


async def last_defect(door: Door, erp: str) -> str:
    answer = await door.channels.ListErps(channel_service_pb2.ListErpsRequest())
    return str(next(each.plugin.last_defect for each in answer.erps if each.name == f"erps/{erp}"))


CAPABILITIES = {
    "sku.normalise": shaky("sku", "normalise"),
    "sku.sku_of": shaky("sku", "sku_of"),
    "sku.refusal": shaky("sku", "refusal"),
    "mapper.identity": shaky("mapper", "identity"),
    "mapper.customer": shaky("mapper", "customer"),
    "mapper.invoice": shaky("mapper", "invoice"),
    "connection.items": shaky_connection("items"),
    "connection.find_customer": shaky_connection("find_customer"),
    "connection.create_customer": shaky_connection("create_customer"),
    "connection.create": shaky_connection("create"),
}


@pytest.mark.parametrize("where", CAPABILITIES)
async def test_an_invoice_says_which_part_of_its_plugin_failed_and_others_go_out(where: str, sqlite_url: str) -> None:
    world, steady = ShakyWorld(CAPABILITIES[where]), ToyWorld()
    world.ledger.parties.clear()
    async with open_server(sqlite_url, world, steady) as door:
        shop = await Shop(door, world).connect()
        invoice = (await shop.submit(an_order())).verdicts[0].invoice

        async def failed() -> invoice_pb2.Invoice | None:
            seen = await shop.invoice(invoice)
            return seen if seen.failure.reason == error_reason_pb2.ERROR_REASON_PLUGIN_DEFECT else None

        seen = await eventually("the invoice says so", failed)
        assert seen.failure.message == (
            f"The plugin of shaky failed in {where} (ZeroDivisionError): report it to its authors."
        )
        assert seen.failure.retryable
        assert await last_defect(door, "shaky") == seen.failure.message
        await (await Shop(door, steady, merchant="other").connect()).sold(an_order())
        assert await last_defect(door, "toy") == ""
        assert world.ledger.vouchers == []


CALLERS = {
    "connect": shaky("connect", ""),
    "connection.probe": shaky_connection("probe"),
    "policy": shaky("policy", ""),
    "defaults.complete": shaky("defaults", "complete"),
}


@pytest.mark.parametrize("where", CALLERS)
async def test_a_caller_who_meets_a_defect_is_told_so(where: str, sqlite_url: str) -> None:
    broken = CALLERS[where]
    async with open_server(sqlite_url, ShakyWorld(broken)) as door:
        told = await refusal(Shop(door, ShakyWorld(broken)).connect())
        assert told.reason == "PLUGIN_DEFECT"
        assert (told.metadata["erp"], told.metadata["where"]) == ("shaky", where)
        assert "s3cr3t" not in f"{told.message} {told.metadata}"
        assert where in await last_defect(door, "shaky")
