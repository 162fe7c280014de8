"""A database outlives the simulator, however that ends."""

import signal
import subprocess
import sys
from pathlib import Path

import httpx
from erpgate_alegra.simulator import SimulatorOptions, create_app

SERVE = """
import asyncio, sys
from erpgate_alegra.simulator import SimulatorOptions, serve

def tell(port: int) -> None:
    print(port, flush=True)

asyncio.run(serve(SimulatorOptions(database=sys.argv[1]), host="127.0.0.1", port=0, started=tell))
"""
TENANT = {
    "email": "ana@tienda.co",
    "token": "secret",
    "items": [{"name": "a", "price": "10.50", "stock": 5, "tax_percentage": 19}],
    "contacts": [{"name": "b", "identification": "1.000"}],
}
INVOICE = {
    "date": "2026-09-01",
    "dueDate": "2026-09-01",
    "client": 1,
    "status": "open",
    "items": [{"id": 1, "price": 10.333333, "quantity": 2, "tax": [{"id": 3}]}],
}


class Process:
    """A simulator in a process of its own."""

    def __init__(self, database: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(database)], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.url = f"http://127.0.0.1:{int(self._process.stdout.readline())}"

    def client(self) -> httpx.Client:
        """A client of it."""
        return httpx.Client(base_url=f"{self.url}/api/v1", auth=("ana@tienda.co", "secret"))

    def kill(self) -> None:
        """Ends it as a power switch would."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    first = Process(tmp_path / "alegra.db")
    try:
        with first.client() as client:
            assert client.post(f"{first.url}/_sim/seed", json={"tenants": [TENANT]}).status_code == 200
            created = client.post("/invoices", json=INVOICE).json()
            before = [client.get(path).json() for path in ("/invoices", "/items", "/contacts", "/company")]
    finally:
        first.kill()
    second = Process(tmp_path / "alegra.db")
    try:
        with second.client() as client:
            after = [client.get(path).json() for path in ("/invoices", "/items", "/contacts", "/company")]
            assert after == before
            assert before[0][0]["total"] == created["total"] == 24.59
            assert client.post("/invoices", json=INVOICE).json()["numberTemplate"]["number"] == "2"
            assert client.post("/contacts", json={"name": "c", "identification": "1000"}).json()["code"] == 2006
    finally:
        second.kill()


async def test_ids_are_never_given_twice(tmp_path: Path) -> None:
    options = SimulatorOptions(database=str(tmp_path / "alegra.db"))
    for expected in ("1", "2"):
        app = create_app(options)
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://alegra.test/api/v1", auth=("ana@tienda.co", "secret")
        ) as client:
            if expected == "1":
                await client.post("http://alegra.test/_sim/seed", json={"tenants": [TENANT]})
            draft = (await client.post("/invoices", json=INVOICE | {"status": "draft"})).json()
            assert draft["id"] == expected
            await client.delete(f"/invoices/{draft['id']}")
        await app.aclose()


async def test_a_reset_empties_the_database(tmp_path: Path) -> None:
    options = SimulatorOptions(database=str(tmp_path / "alegra.db"))
    for status in (200, 401):
        app = create_app(options)
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://alegra.test/api/v1", auth=("ana@tienda.co", "secret")
        ) as client:
            if status == 200:
                await client.post("http://alegra.test/_sim/seed", json={"tenants": [TENANT]})
            assert (await client.get("/company")).status_code == status
            await client.post("http://alegra.test/_sim/reset")
        await app.aclose()
