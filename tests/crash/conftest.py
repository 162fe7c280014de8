"""The ERP that survives, and a connected merchant on each kind of database."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from erpgate.client import Client
from erpgate.demo.processes import running
from erpgate.testing import PrivateCluster
from erpgate.v1 import invoice_pb2

from .erp import SimulatedErp
from .stage import MERCHANT, Prepared, Sold, Stage, an_order, channel_of, connect
from .waiting import eventually

SALES = 60
"""Open invoices, one for each case that does something with one."""


@pytest.fixture(scope="session")
def erp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedErp]:
    folder = tmp_path_factory.mktemp("simulator")
    with running("simulator", ["simulate", "alegra", "--listen", "127.0.0.1:0"], folder) as process:
        simulated = SimulatedErp(process)
        simulated.open_company(MERCHANT)
        yield simulated
        simulated.close()


@pytest.fixture(scope="session")
def prepared_sqlite(erp: SimulatedErp, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    folder = tmp_path_factory.mktemp("prepared-sqlite")
    template = folder / "erpgate.sqlite3"
    _prepare(Stage(erp=erp, folder=folder, database_url=f"sqlite:///{template}"))

    def copy(to: Path) -> str:
        return f"sqlite:///{shutil.copyfile(template, to / template.name)}"

    return Prepared(kind="sqlite", erp=erp, copy=copy)


@pytest.fixture(scope="session")
def prepared_postgresql(
    erp: SimulatedErp, postgresql: PrivateCluster, tmp_path_factory: pytest.TempPathFactory
) -> Prepared:
    template = postgresql.new_database()
    _prepare(Stage(erp=erp, folder=tmp_path_factory.mktemp("prepared-postgresql"), database_url=template))
    return Prepared(kind="postgresql", erp=erp, copy=lambda _: postgresql.new_database(template))


@pytest.fixture(params=["sqlite", "postgresql"])
def prepared(request: pytest.FixtureRequest) -> Prepared:
    """A connected merchant on each kind of database."""
    chosen: Prepared = request.getfixturevalue(f"prepared_{request.param}")
    return chosen


@pytest.fixture(scope="session")
def sold_sqlite(prepared_sqlite: Prepared, tmp_path_factory: pytest.TempPathFactory) -> Sold:
    folder = tmp_path_factory.mktemp("sold-sqlite")
    return _sell(prepared_sqlite, folder, lambda url: _copier(Path(url.removeprefix("sqlite:///"))))


@pytest.fixture(scope="session")
def sold_postgresql(
    prepared_postgresql: Prepared, postgresql: PrivateCluster, tmp_path_factory: pytest.TempPathFactory
) -> Sold:
    folder = tmp_path_factory.mktemp("sold-postgresql")
    return _sell(prepared_postgresql, folder, lambda url: lambda _: postgresql.new_database(url))


@pytest.fixture(params=["sqlite", "postgresql"])
def sold(request: pytest.FixtureRequest) -> Sold:
    """Open invoices on each kind of database."""
    chosen: Sold = request.getfixturevalue(f"sold_{request.param}")
    return chosen


def _sell(prepared: Prepared, folder: Path, copier: Callable[[str], Callable[[Path], str]]) -> Sold:
    stage = prepared.stage(folder)
    with stage.running() as server, Client(server.address) as client:
        for number in range(SALES):
            client.submit_order(f"merchants/{MERCHANT}", an_order(f"sold-{prepared.kind}-{number}"))
        eventually("all invoices are open", lambda: len(_open(client)) == SALES)
        names = _open(client)
        server.stop()
    return Sold(Prepared(kind=prepared.kind, erp=prepared.erp, copy=copier(stage.database_url)), tuple(names))


def _open(client: Client) -> list[str]:
    found = client.list_invoices(channel_of(MERCHANT), state=invoice_pb2.INVOICE_STATE_OPEN)
    return [invoice.name for invoice in found]


def _copier(template: Path) -> Callable[[Path], str]:
    return lambda to: f"sqlite:///{shutil.copyfile(template, to / template.name)}"


def _prepare(stage: Stage) -> None:
    serving = running("server", ["serve", "--listen", "127.0.0.1:0"], stage.folder, stage.environ)
    with serving as server, Client(server.address) as client:
        connect(client, MERCHANT, stage.erp.credentials(MERCHANT))
