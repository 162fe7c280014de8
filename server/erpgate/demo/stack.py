"""A simulated ERP, a server that talks to it, and a connected channel: what every demo begins with."""

import asyncio
import contextlib
import datetime as dt
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from google.protobuf.struct_pb2 import Struct

from erpgate.client import Client
from erpgate.demo.processes import Process, start
from erpgate.engine.session import NO_LIMITS, RATE_LIMITS
from erpgate.plugin import ChannelSettings, Seeded, SimulatedCompany, Simulator
from erpgate.plugins import load_plugins
from erpgate.testing import private_cluster
from erpgate.v1 import channel_pb2
from erpgate.vault import generate_key

PARENT = "merchants/demo"
CHANNEL = f"{PARENT}/channels/main"

DatabaseKind = Literal["sqlite", "postgresql"]
"""What a demo can store in."""


@dataclass
class Stack:
    """The processes of a demo.

    Attributes:
        erp: Name of the ERP.
        offer: Its simulator.
        simulator: Running simulator.
        server: Running server.
        folder: Database, key and logs.
        database_url: Of the server.
    """

    erp: str
    offer: Simulator
    simulator: Process
    server: Process
    folder: Path
    database_url: str

    @property
    def url(self) -> str:
        """Of the simulator."""
        return f"http://{self.simulator.address}"

    def seed(self, company: SimulatedCompany) -> Seeded:
        """Sets a company up in the simulator."""
        return asyncio.run(self.offer.seed(self.url, company))

    def restart_server(self) -> None:
        """Starts the server again, on the same address and database."""
        self.server = self.start("server", "serve", listen=self.server.address)

    def start(self, name: str, command: str, listen: str = "127.0.0.1:0") -> Process:
        """Starts another process on the same database."""
        return _start(self.erp, self.offer, self.url, self.folder, self.database_url, name, command, listen)

    def stop(self) -> None:
        """Ends both processes."""
        self.server.stop()
        self.simulator.stop()


@contextlib.contextmanager
def new_database(kind: DatabaseKind, folder: Path) -> Iterator[str]:
    """The URL of an empty database in the run's folder: a file, or a PostgreSQL server that ends with the block.

    Raises:
        ClusterUnavailable: There is no PostgreSQL here.
    """
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'erpgate.sqlite3'}"
        return
    folder.chmod(0o711)  # the server may run as a user of its own, who has to reach its folder in this one
    with private_cluster(folder / "postgresql") as cluster:
        yield cluster.new_database()


@contextlib.contextmanager
def stack(erp: str, folder: Path, database_url: str) -> Iterator[Stack]:
    """Starts a simulator and a server on free loopback ports; whoever keeps them stops them."""
    offers = load_plugins().simulators()
    if erp not in offers:
        raise LookupError(f"no plugin offers a simulator of {erp}; there are: {', '.join(sorted(offers)) or 'none'}")
    offer = offers[erp]
    offer.prepare(print)
    simulator = start("simulator", ["simulate", erp, "--listen", "127.0.0.1:0"], folder)
    try:
        url = f"http://{simulator.address}"
        server = _start(erp, offer, url, folder, database_url, "server", "serve", "127.0.0.1:0")
    except BaseException:
        simulator.stop()
        raise
    yield Stack(erp, offer, simulator, server, folder, database_url)


def connect(
    client: Client, stack: Stack, seeded: Seeded, settings: channel_pb2.ChannelSettings, country_code: str
) -> channel_pb2.Channel:
    """Walks the wizard: credentials, settings, automation, connect."""
    base = ChannelSettings.model_fields
    own = Struct()
    for name, value in seeded.settings.items():
        if name not in base:
            own[name] = value  # type: ignore[assignment]
        elif not getattr(settings, name):
            setattr(settings, name, value)
    settings.erp_options.CopyFrom(own)
    client.create_channel(
        PARENT,
        channel_pb2.Channel(erp=f"erps/{stack.erp}", display_name="Demo", country_code=country_code, settings=settings),
        seeded.credentials,
        channel_id="main",
    )
    return client.connect_channel(CHANNEL)


def start_of_automation() -> dt.datetime:
    """Orders of the demo are placed after it."""
    return dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


def _start(
    erp: str, offer: Simulator, url: str, folder: Path, database_url: str, name: str, command: str, listen: str
) -> Process:
    key_file = folder / "erpgate.key"
    if not key_file.exists():
        descriptor = os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(generate_key())
    operator = {**offer.operator(url), RATE_LIMITS: NO_LIMITS}
    environ = {f"ERPGATE_ERP_{erp}_{name}".upper().replace("-", "_"): value for name, value in operator.items()}
    environ["ERPGATE_ALLOWED_NETWORKS"] = "127.0.0.0/8"  # where the simulator is, if a merchant types its address
    arguments = [command, "--listen", listen, "--database-url", database_url, "--key-file", str(key_file)]
    return start(name, arguments, folder, environ)
