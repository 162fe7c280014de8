"""A real Tryton on PostgreSQL as the ERP that survives, on a bad day, and with a person who works in it meanwhile."""

import asyncio
import contextlib
import random
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import httpx
from erpgate.client import Client
from erpgate.demo.company import shop
from erpgate.plugin import ErpError, SimulatedDocument
from erpgate.testing import PrivateCluster
from erpgate.v1 import catalog_service_pb2, channel_pb2
from erpgate_tryton.client import TrytonClient
from erpgate_tryton.real.books import Books, administrator
from erpgate_tryton.real.releases import RELEASES
from erpgate_tryton.real.running import running
from erpgate_tryton.real.simulated import COMPANY, documents
from erpgate_tryton.real.site import PASSWORD, USER
from erpgate_tryton.values import ids_of
from fixtures.tryton_postgresql import site_on
from google.protobuf.timestamp_pb2 import Timestamp

from .erp import SKU
from .stage import MERCHANT, channel_of
from .waiting import eventually

SETTLE = 10.0
"""Seconds for which Tryton may go on with a call whose caller has died."""

BY_HAND = "by hand"
"""Reference of what the person writes."""

_INVOICE = "model.account.invoice"
_EVENTS = [
    (method, action)
    for method in (f"{_INVOICE}.create", f"{_INVOICE}.post", "model.party.party.create")
    for action in ("drop_before", "drop_after", "503", "503_after", "garbage_after")
]
_EVENTS += [(f"{_INVOICE}.post", "busy"), (f"{_INVOICE}.search_read", "truncate"), (f"{_INVOICE}.search_read", "503")]


@dataclass(frozen=True, kw_only=True)
class Tryton:
    """A server, and the books in it.

    Attributes:
        url: Of the server.
        database: Its name.
        price_list: Id of its price list.
        warehouse: Id of its warehouse.
    """

    url: str
    database: str
    price_list: str
    warehouse: str

    def documents(self) -> Sequence[SimulatedDocument]:
        """Every invoice."""
        return asyncio.run(documents(self.url, self.database))

    def bad_day(self, chance: random.Random, calm: threading.Event) -> None:
        """Lets calls go wrong until it is calm."""
        with httpx.Client(base_url=self.url, trust_env=False, timeout=30) as http:
            while not calm.wait(0.5):
                rules = [
                    {"method": method, "action": action, "times": chance.randint(1, 2)}
                    for method, action in chance.sample(_EVENTS, 2)
                ]
                http.put("/_sim/faults", json=rules).raise_for_status()
            http.put("/_sim/faults", json=[]).raise_for_status()

    def bookkeeper(self, calm: threading.Event) -> None:
        """Somebody who posts invoices by hand until it is calm, so that two want a number at once."""
        asyncio.run(self._keep_books(calm))

    async def _keep_books(self, calm: threading.Event) -> None:
        client = administrator(self.url, self.database)
        try:
            while not calm.wait(0.5):
                with contextlib.suppress(ErpError):
                    await _post_another(client)
        finally:
            await client.aclose()


async def _post_another(client: TrytonClient) -> None:
    """Copies an invoice and posts what was copied, as far as that goes."""
    for posted in await _ids(client, [["state", "=", "posted"]], limit=1):
        await client.write(f"{_INVOICE}.copy", [posted], {"reference": BY_HAND})
    for draft in await _ids(client, [["reference", "=", BY_HAND], ["state", "=", "draft"]]):
        await client.write(f"{_INVOICE}.post", [draft])


async def _ids(client: TrytonClient, domain: list[object], limit: int | None = None) -> list[int]:
    return ids_of(await client.read(f"{_INVOICE}.search", domain, 0, limit, None))


@contextlib.contextmanager
def tryton_on(cluster: PrivateCluster, folder: Path) -> Iterator[Tryton]:
    """A company with a few products, on a database of its own."""
    site = site_on(cluster, RELEASES["8.2"], COMPANY, folder)
    with running(site) as server:
        yield asyncio.run(_stocked_up(server.url, site.database))


async def _stocked_up(url: str, database: str) -> Tryton:
    client = administrator(url, database)
    try:
        books = Books(client=client)
        await books.add(shop().items[:3])
        warehouse = await books.warehouse(next(iter(shop().items[0].stock)))
        price_list = next(iter(books.price_lists.values()))
        return Tryton(url=url, database=database, price_list=str(price_list), warehouse=str(warehouse))
    finally:
        await client.aclose()


def environ_of(tryton: Tryton) -> Mapping[str, str]:
    """What makes erpgate talk to it."""
    return {"ERPGATE_ERP_TRYTON_BASE_URL": tryton.url, "ERPGATE_ERP_TRYTON_SETTLE_SECONDS": str(SETTLE)}


def connect(client: Client, tryton: Tryton) -> None:
    """Connects the company, which invoices every order from then on, and waits until the catalogue is read."""
    settings = channel_pb2.ChannelSettings(
        price_list=tryton.price_list,
        warehouse=tryton.warehouse,
        sku_source=channel_pb2.SKU_SOURCE_REFERENCE,
        automation=channel_pb2.Automation(
            enabled=True,
            start_time=Timestamp(seconds=1_577_836_800),
            initial_state=channel_pb2.INITIAL_STATE_OPEN,
        ),
    )
    channel = channel_pb2.Channel(erp="erps/tryton", display_name="Tryton", country_code="CO", settings=settings)
    credentials = {"base_url": tryton.url, "database": tryton.database, "user": USER, "password": PASSWORD}
    client.create_channel(f"merchants/{MERCHANT}", channel, credentials, channel_id="main")
    client.connect_channel(channel_of(MERCHANT))

    def is_known() -> bool:
        lookup = client.lookup_skus(channel_of(MERCHANT), [SKU])[0]
        return lookup.status == catalog_service_pb2.SKU_STATUS_FOUND

    eventually("the catalogue is read", is_known)


def numbers_of(documents: Sequence[SimulatedDocument]) -> list[str]:
    """Of everything that was posted, in order."""
    return sorted(document.number for document in documents if document.number)


def totals_of(documents: Sequence[SimulatedDocument]) -> list[tuple[str, str, Decimal]]:
    """Reference, state and total of what erpgate made, in order."""
    return sorted((d.reference, d.state, Decimal(d.total)) for d in documents if d.reference != BY_HAND)
