"""`kill -9` in the middle of reading a catalogue: the next process reads on from the page that was reached."""

import itertools
import signal
from pathlib import Path

import pytest
from erpgate.client import Client
from erpgate.v1 import catalog_pb2

from .erp import SimulatedErp
from .sale import unless_dead
from .stage import Stage, channel_of, connect
from .waiting import eventually

COUNT = 197
"""With the three that every company has: 200, on seven pages."""

_NUMBERS = itertools.count(1)


@pytest.mark.parametrize(
    ("point", "again"),
    [
        ("commit.StoreItems+MoveSync.after#4", []),
        ("commit.StoreItems+MoveSync.before#4", [90]),
        ("erp.items.before#4", []),
        ("commit.MoveSync.before#2", []),
    ],
    ids=["after a page", "before a page is stored", "between pages", "before the end"],
)
def test_killed_while_it_reads(
    erp: SimulatedErp, database_url: str, tmp_path: Path, point: str, again: list[int]
) -> None:
    """Each page is read once, but for one whose commit was cut off."""
    merchant = f"shelf{next(_NUMBERS)}"
    erp.open_company(merchant)
    erp.stock_up(merchant, COUNT)
    stage = Stage(erp=erp, folder=tmp_path, database_url=database_url)
    with stage.running(points=f"kill:{point}") as doomed:
        with Client(doomed.address) as client:
            unless_dead(lambda: connect(client, merchant, erp.credentials(merchant)))
        assert doomed.popen.wait(20) == -signal.SIGKILL
    with stage.running(name="second") as server, Client(server.address) as client:

        def done() -> bool:
            return client.get_catalog_sync(channel_of(merchant)).state == catalog_pb2.SYNC_STATE_IDLE

        eventually("the catalogue is read", done)
        sync = client.get_catalog_sync(channel_of(merchant))
        assert (sync.pages_done, sync.items_done, sync.items_total) == (7, COUNT + 3, COUNT + 3)
    assert sorted(erp.pages_read(merchant)) == sorted([*range(0, 210, 30), *again])
