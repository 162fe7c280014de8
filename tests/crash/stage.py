"""erpgate processes on a database that they share, connected to the simulated ERP."""

import atexit
import contextlib
import functools
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from erpgate import faultpoints
from erpgate.client import Client
from erpgate.demo.processes import Process, start
from erpgate.v1 import catalog_service_pb2, channel_pb2, order_pb2, party_pb2
from erpgate.vault import generate_key
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp

from .erp import PRICE, SKU, SimulatedErp
from .forge import Forge
from .waiting import eventually

MERCHANT = "acme"
"""Who is connected."""

LEASE = 1.0
"""Seconds after which a lane of a dead process may be taken over."""

_KEY = generate_key()
_PLUGIN = Path(__file__).with_name("plugin")
_START = Timestamp(seconds=1_750_000_000)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where processes live.

    Attributes:
        folder: Of their logs.
        database_url: That they share.
        settings: Of erpgate, by environment variable, beside those that every place has.
    """

    folder: Path
    database_url: str
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def environ(self) -> Mapping[str, str]:
        """Of every process."""
        return {
            "PYTHONPATH": os.pathsep.join(filter(None, (str(_PLUGIN), os.environ.get("PYTHONPATH")))),
            "PYTHONDONTWRITEBYTECODE": "1",  # where the disk is full, what Python writes of it would be cut short
            "ERPGATE_DISABLE_PLUGINS": "alegra,tryton",
            "ERPGATE_UNPROVEN_ERPS": "alegra,tryton",
            "ERPGATE_KEY": _KEY,
            "ERPGATE_DATABASE_URL": self.database_url,
            "ERPGATE_LEASE_SECONDS": str(LEASE),
            "ERPGATE_LOOKUP_DELAYS": "0.2,0.5",
            "ERPGATE_RETRY_DELAYS": "0.2,0.5",
            **self.settings,
        }

    def start(self, *command: str, name: str = "server", points: str = "", listen: str = "127.0.0.1:0") -> Process:
        """Starts `erpgate COMMAND`, by default one that serves and works."""
        environ = {**self.environ, faultpoints.ENVIRONMENT: points}
        return start(name, [*(command or ("serve",)), "--listen", listen], self.folder, environ, _forge().spawn)

    @contextlib.contextmanager
    def running(self, *command: str, name: str = "server", points: str = "") -> Iterator[Process]:
        """A process that is gone when the block ends, in whatever state it is by then."""
        process = self.start(*command, name=name, points=points)
        try:
            yield process
        finally:
            end(process)


@dataclass(frozen=True, kw_only=True)
class Stage(Place):
    """What processes have in common that talk to the simulated ERP.

    Attributes:
        erp: That they talk to.
    """

    erp: SimulatedErp

    @property
    def environ(self) -> Mapping[str, str]:
        """Of every process."""
        return {**super().environ, **self.erp.environ, **self.settings}


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A database in which one merchant is connected, to be copied for each case.

    Attributes:
        kind: Of database.
        erp: That the merchant is connected to.
        copy: Makes a copy, in this folder if it is a file, and gives its URL.
    """

    kind: str
    erp: SimulatedErp
    copy: Callable[[Path], str]

    def stage(self, folder: Path, **settings: str) -> Stage:
        """A stage on a copy of its own."""
        folder.mkdir(exist_ok=True)
        return Stage(erp=self.erp, folder=folder, database_url=self.copy(folder), settings=settings)


@dataclass(frozen=True)
class Sold:
    """A database with open invoices.

    Attributes:
        prepared: To be copied for each case.
        invoices: Their names; each case takes one of its own, because the ERP is everybody's.
    """

    prepared: Prepared
    invoices: tuple[str, ...]


@functools.cache
def _forge() -> Forge:
    """One, as long as the tests last."""
    forge = Forge()
    atexit.register(forge.close)
    return forge


def end(process: Process) -> None:
    """Kills a process that may be stopped or dead already."""
    process.popen.kill()
    process.popen.wait()
    if process.popen.stdout is not None:
        process.popen.stdout.close()


def connect(client: Client, merchant: str, credentials: Mapping[str, str]) -> None:
    """Connects a merchant's company, invoices every order from then on, and waits until the catalogue is read."""
    own = Struct()
    own["identification_type"] = "CC"
    settings = channel_pb2.ChannelSettings(
        sku_source=channel_pb2.SKU_SOURCE_REFERENCE,
        price_list="1",
        warehouse="1",
        automation=channel_pb2.Automation(
            enabled=True, start_time=_START, initial_state=channel_pb2.INITIAL_STATE_OPEN
        ),
        erp_options=own,
    )
    channel = channel_pb2.Channel(erp="erps/alegra", display_name=merchant, country_code="CO", settings=settings)
    client.create_channel(f"merchants/{merchant}", channel, credentials, channel_id="main")
    client.connect_channel(channel_of(merchant))
    eventually("the catalogue is read", lambda: _is_known(client, merchant))


def channel_of(merchant: str) -> str:
    """Its name."""
    return f"merchants/{merchant}/channels/main"


def an_order(external_id: str, *, pieces: int = 1) -> order_pb2.Order:
    """An order of a buyer whom the ERP does not know."""
    return order_pb2.Order(
        sales_channel="shop-co",
        external_id=external_id,
        state=channel_pb2.ORDER_STATE_COMPLETED,
        order_time=_START,
        currency_code="COP",
        price_includes_tax=True,
        lines=[order_pb2.OrderLine(sku=SKU, title="Termo", quantity=str(pieces), unit_price=str(PRICE))],
        total_paid=str(PRICE * pieces),
        buyer=party_pb2.Party(
            name="Ana Gómez",
            document=str(sum(ord(c) * 31**n for n, c in enumerate(external_id)) % 10**9 + 10**9),
            email="ana@example.com",
            phone="3001234567",
        ),
    )


def _is_known(client: Client, merchant: str) -> bool:
    lookup = client.lookup_skus(channel_of(merchant), [SKU])[0]
    return lookup.status == catalog_service_pb2.SKU_STATUS_FOUND
