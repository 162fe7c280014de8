"""The ERP that survives, and a connected merchant on each kind of database."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from erpgate.client import Client
from erpgate.demo.processes import running
from erpgate.testing import PrivateCluster

from .erp import SimulatedErp
from .stage import MERCHANT, Prepared, Stage, connect


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


def _prepare(stage: Stage) -> None:
    serving = running("server", ["serve", "--listen", "127.0.0.1:0"], stage.folder, stage.environ)
    with serving as server, Client(server.address) as client:
        connect(client, MERCHANT, stage.erp.credentials(MERCHANT))
