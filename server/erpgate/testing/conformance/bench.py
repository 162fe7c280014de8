"""An ERP on its simulator, with what a check needs to drive it."""

import asyncio
import contextlib
import datetime as dt
import ipaddress
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pydantic

from erpgate.domain.order import Order, OrderLine
from erpgate.domain.sale import Sale
from erpgate.domain.totals import Plan, Remainder, plan
from erpgate.engine.session import NO_LIMITS, RATE_LIMITS, Outside, open_connection
from erpgate.plugin.capabilities import Connection
from erpgate.plugin.erp import Erp
from erpgate.plugin.forms import fields_of
from erpgate.plugin.http import Unguarded
from erpgate.plugin.model import Buyer, Company, CustomerId, Document, Draft, DraftLine, Item, Payload, Stage
from erpgate.plugin.policy import Policy
from erpgate.plugin.settings import ChannelSettings, OrderState, RemainderPolicy
from erpgate.plugin.simulator import Seeded, SimulatedCompany, SimulatedDocument, Simulator, Spot, Trouble
from erpgate.testing.conformance import sample

Basket = Mapping[str, tuple[str, str]]
"""SKU to quantity and what was paid for one, taxes included."""

ONE_SHIRT: Basket = {"SHIRT": ("2", "119.00")}

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
"""Where simulators are."""

_NOWHERE = "http://127.0.0.1:1"
_START_SECONDS = 20.0


@dataclass
class Bench:
    """An ERP, its simulator and a company in it.

    Attributes:
        erp: Under test.
        simulator: Of the ERP.
        url: Where the simulator is.
        company: As it was set up.
        seeded: What a merchant would type.
    """

    erp: Erp[Any, Any]
    simulator: Simulator
    url: str
    company: SimulatedCompany
    seeded: Seeded
    _open: list[Connection] = field(default_factory=list)

    @property
    def credentials(self) -> pydantic.BaseModel:
        """That open the company."""
        return self.erp.credentials.model_validate(dict(self.seeded.credentials))  # type: ignore[no-any-return]

    @property
    def wrong_credentials(self) -> pydantic.BaseModel:
        """With other secrets."""
        wrong = {**self.seeded.credentials, **dict.fromkeys(self.secret_fields, "not-the-secret-9f3")}
        return self.erp.credentials.model_validate(wrong)  # type: ignore[no-any-return]

    @property
    def secret_fields(self) -> list[str]:
        """Names of credentials that are secrets."""
        return [bound.path for bound in fields_of(self.erp.credentials) if bound.form.kind == "secret"]

    @property
    def settings(self) -> ChannelSettings:
        """Of the channel."""
        return self.erp.settings.model_validate(dict(self.seeded.settings))  # type: ignore[no-any-return]

    @property
    def buyer(self) -> Buyer:
        """Who buys."""
        return sample.a_buyer(self.company.country_code)

    def connect(
        self,
        *,
        credentials: pydantic.BaseModel | None = None,
        company: Company | None = None,
        url: str = "",
        settings: ChannelSettings | None = None,
    ) -> Connection:
        """A connection, which is closed with the bench."""
        operator = {**self.simulator.operator(url or self.url), RATE_LIMITS: NO_LIMITS}
        connection = open_connection(
            self.erp,
            credentials=credentials or self.credentials,
            settings=settings or self.settings,
            country_code=self.company.country_code,
            company=company,
            guard=Unguarded(),
            outside=Outside(operator={self.erp.name: operator}, transports={}, networks=LOOPBACK),
            save_credentials=_keep_nothing,
        )
        self._open.append(connection)
        return connection

    def connect_nowhere(self) -> Connection:
        """A connection to an ERP that is not there."""
        return self.connect(url=_NOWHERE)

    async def books(self) -> "Books":
        """A connection with its company and policy."""
        connection = self.connect()
        company = await connection.probe()
        policy: Policy = self.erp.policy(company, self.settings)
        return Books(bench=self, connection=connection, company=company, policy=policy)

    async def break_(self, spot: Spot, trouble: Trouble, times: int = 1) -> None:
        """Makes the next calls at a spot go wrong."""
        if self.simulator.trouble is None:
            raise AssertionError("the simulator has no `trouble`, without which nothing can be proved of answers")
        await self.simulator.trouble(self.url, spot, trouble, times)

    async def mend(self) -> None:
        """Ends every trouble."""
        await self.break_(Spot.PROBE, Trouble.REFUSED, 0)

    async def documents(self) -> Sequence[SimulatedDocument]:
        """What the ERP holds."""
        return await self.simulator.documents(self.url)

    async def calls(self) -> int:
        """How often the ERP was called."""
        return sum((await self.simulator.calls(self.url)).values())

    async def aclose(self) -> None:
        """Closes what a check has opened."""
        for connection in self._open:
            with contextlib.suppress(Exception):  # what `aclose` does wrong is a check of its own
                await connection.aclose()


@dataclass(frozen=True, kw_only=True)
class Books:
    """An open connection, and who it belongs to."""

    bench: Bench
    connection: Connection
    company: Company
    policy: Policy

    @property
    def first_stage(self) -> Stage:
        """Where documents begin."""
        return min(self.policy.create_stages, key=lambda stage: stage.rank)

    async def all_items(self) -> list[Item]:
        """The whole catalogue."""
        return [item async for page, _ in self.connection.items("") for item in page]

    async def customer(self, buyer: Buyer | None = None) -> CustomerId:
        """The ERP's customer, found or made."""
        completed, _ = self.bench.erp.defaults.complete(buyer or self.bench.buyer, self.bench.settings, self.company)
        found = await self.connection.find_customer(completed)
        if found.matches:
            return found.matches[0]
        payload = self.bench.erp.mapper.customer(completed, self.bench.settings, self.company)
        key = self.bench.erp.mapper.identity(completed, self.bench.settings, self.company)
        return await self.connection.create_customer(payload, key=key)

    async def plan(self, basket: Basket = ONE_SHIRT) -> Plan:
        """What erpgate predicts for these sales, exact or with a remainder."""
        by_sku = {item.reference: item for item in await self.all_items()}
        order = _order(basket, self.company.currency_code)
        items = {line.line_id: by_sku[line.sku] for line in order.lines}
        tolerant = Remainder(policy=RemainderPolicy.TOLERANCE, tolerance=Decimal(100))
        return plan(Sale(orders=(order,)), items, policy=self.policy.rounding, shipping=None, remainder=tolerant)

    async def draft(self, basket: Basket = ONE_SHIRT, *, stage: Stage = Stage.OPEN) -> Draft:
        """A document to be written, with a reference of its own."""
        planned = await self.plan(basket)
        today = dt.datetime.now(dt.UTC).date()
        return Draft(
            reference=secrets.token_hex(12).upper(),
            date=today,
            due_date=today,
            customer=await self.customer(),
            currency_code=self.company.currency_code,
            lines=tuple(
                DraftLine(
                    item=line.item,
                    description=line.description,
                    quantity=line.quantity,
                    unit_price=line.unit_price,
                    tax_ids=line.tax_ids,
                )
                for line in planned.lines
            ),
            total=planned.prediction.total,
            tax_base=planned.prediction.tax_base,
            tax=planned.prediction.tax,
            order_number="1001",
            note="Leave it at the door",
            stage=stage,
        )

    def payload(self, draft: Draft) -> Payload:
        """The request body of a draft."""
        return self.bench.erp.mapper.invoice(draft, self.bench.settings, self.company)

    async def create(self, draft: Draft) -> Document:
        """Writes it."""
        return await self.connection.create(self.payload(draft), self.first_stage, key=draft.reference)

    def since(self) -> dt.datetime:
        """Before anything that a check writes."""
        return dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)


@contextlib.asynccontextmanager
async def open_bench(erp: Erp[Any, Any], simulator: Simulator) -> AsyncIterator[Bench]:
    """Serves the simulator, sets a company up in it, and ends both."""
    started: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(simulator.serve("127.0.0.1", 0, "", False, started.set_result))
    try:
        begun: list[asyncio.Future[Any]] = [serving, started]
        await asyncio.wait(begun, timeout=_START_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if not started.done():
            raise AssertionError("the simulator did not start: does `serve` call `started` with its port?")
        url = f"http://127.0.0.1:{started.result()}"
        company = sample.a_company(erp.countries)
        bench = Bench(erp, simulator, url, company, await simulator.seed(url, company))
        try:
            yield bench
        finally:
            await bench.aclose()
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


def _order(basket: Basket, currency_code: str) -> Order:
    lines = tuple(
        OrderLine(line_id=sku, sku=sku, title=sku, quantity=Decimal(quantity), unit_price=Decimal(price))
        for sku, (quantity, price) in basket.items()
    )
    return Order(
        merchant="suite",
        sales_channel="suite",
        external_id="1",
        state=OrderState.COMPLETED,
        order_time=dt.datetime.now(dt.UTC),
        currency_code=currency_code,
        price_includes_tax=True,
        lines=lines,
        total_paid=sum((line.quantity * line.unit_price for line in lines), Decimal(0)),
    )


async def _keep_nothing(_: pydantic.BaseModel) -> None:
    """The suite's company is gone after the check."""
