"""The toy ledger as a simulator: the books are here in memory, and nothing is served."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from erpgate.plugin import (
    ItemId,
    Seeded,
    SimulatedCompany,
    SimulatedDocument,
    Simulator,
    Spot,
    Trouble,
    hookimpl,
)
from erpgate.testing.toy import toy_plugin
from erpgate.testing.toy_ledger import ToyLedger


def toy_with_simulator(ledger: ToyLedger) -> object:
    """A plugin object that offers the toy ERP, and its ledger as the simulator."""
    toy: type = type(toy_plugin(ledger))

    class Plugin(toy):  # type: ignore[misc] # a class that is made in a function
        @hookimpl
        def erpgate_simulators(self) -> list[Simulator]:
            return [toy_simulator(ledger)]

    return Plugin()


def toy_simulator(ledger: ToyLedger) -> Simulator:
    """The simulator of one ledger; its URL says nothing, except that port 1 leads nowhere."""

    async def serve(host: str, port: int, database: str, rate_limited: bool, started: Callable[[int], None]) -> None:
        started(port or 2)
        await asyncio.Event().wait()

    async def seed(url: str, company: SimulatedCompany) -> Seeded:
        for kept in (ledger.vouchers, ledger.parties, ledger.calls, ledger.troubles):
            kept.clear()
        ledger.items = [replace(item, id=ItemId(f"T{item.id}")) for item in company.items]
        return Seeded(
            credentials={"workspace": ledger.workspace, "passphrase": ledger.passphrase},
            settings={"default_document": "1000000009"},
        )

    def operator(url: str) -> Mapping[str, str]:
        return {"url": url}

    async def documents(url: str) -> tuple[SimulatedDocument, ...]:
        return tuple(
            SimulatedDocument(
                id=voucher.id,
                number=voucher.number or "",
                reference=voucher.reference or "",
                state=voucher.stage.value,
                total=str(voucher.total.quantize(Decimal("0.01"))),
            )
            for voucher in ledger.vouchers
        )

    async def calls(url: str) -> Mapping[str, int]:
        return {call: count for call, count in ledger.calls.items() if call != "aclose"}

    async def trouble(url: str, spot: Spot, trouble: Trouble, times: int) -> None:
        ledger.troubles = {spot.value: deque([trouble] * times)}

    return Simulator(
        erp="toy",
        title="Toy ledger (simulated)",
        serve=serve,
        seed=seed,
        operator=operator,
        documents=documents,
        calls=calls,
        trouble=trouble,
    )
