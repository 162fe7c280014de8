"""A real Tryton as erpgate offers it for its demo and its tests: one company, set up in neutral words."""

import asyncio
import contextlib
import signal
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from erpgate.plugin import (
    Http,
    Payload,
    Seeded,
    SimulatedCompany,
    SimulatedDocument,
    Simulator,
    Spot,
    Trouble,
    Unguarded,
    open_http,
)

from erpgate_tryton.connection import BASE_URL, SETTLE_SECONDS
from erpgate_tryton.real.books import Books, administrator
from erpgate_tryton.real.releases import RELEASES
from erpgate_tryton.real.running import running
from erpgate_tryton.real.site import DATABASE, PASSWORD, USER, CompanyData, Site, new_site, site_template
from erpgate_tryton.values import decode, number, record, text

RELEASE = RELEASES["8.2"]
COMPANY = CompanyData(name="Tienda Demo S.A.S.")
_LOOK = 0.5
_WRITES = (".create", ".post", ".cancel", ".delete", ".skip", ".write", ".confirm")
_ANYBODY = {"CO": {"default_document": "222222222222"}}
_SPOTS = {
    Spot.PROBE: "model.ir.module.search_read",
    Spot.ITEMS: "model.product.product.search_read",
    Spot.FIND_CUSTOMER: "model.party.party.search_read",
    Spot.CREATE_CUSTOMER: "model.party.party.create",
    Spot.CREATE: "model.account.invoice.create",
    Spot.ADVANCE: "model.account.invoice.post",
    Spot.READ: "model.account.invoice.search_read",
    Spot.FIND: "model.account.invoice.search_read",
}
_ACTIONS = {
    Trouble.REFUSED: "refuse",
    Trouble.UNAUTHORIZED: "401",
    Trouble.RATE_LIMITED: "429",
    Trouble.SERVER_ERROR: "503",
    Trouble.SERVER_ERROR_AFTER: "503_after",
    Trouble.GARBAGE_AFTER: "garbage_after",
    Trouble.DROPPED: "drop_before",
    Trouble.DROPPED_AFTER: "drop_after",
    Trouble.TRUNCATED: "truncate",
}
_STATES = {"draft": "draft", "validated": "draft", "posted": "open", "paid": "open", "cancelled": "void"}


def prepare(say: Callable[[str], None]) -> None:
    """Fetches Tryton and sets a company up, which takes a minute, once."""
    site_template(RELEASE, COMPANY, say)


async def _serve(host: str, port: int, database: str, rate_limited: bool, started: Callable[[int], None]) -> None:  # noqa: ARG001 - Tryton has no limits
    """Serves a copy; `database` is the folder to keep it in."""
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    with (
        tempfile.TemporaryDirectory(prefix="erpgate-tryton-") as passing,
        running(kept_site(database or passing), host, port) as server,
    ):
        started(int(server.url.rpartition(":")[2]))
        while server.process.poll() is None and not stopped.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopped.wait(), _LOOK)


def kept_site(folder: str) -> Site:
    """The site in a folder, a new copy if there is none."""
    path = Path(folder).absolute()
    return Site(release=RELEASE, folder=path) if any(path.glob("*.sqlite")) else new_site(RELEASE, COMPANY, path, print)


def _operator(url: str) -> Mapping[str, str]:
    return {BASE_URL: url, SETTLE_SECONDS: "1"}


async def _seed(url: str, company: SimulatedCompany) -> Seeded:
    client = administrator(url)
    try:
        books = Books(client=client)
        await books.add(company.items)
        warehouse = await books.warehouse(next((name for item in company.items for name in item.stock), "1"))
        price_list = next(iter(books.price_lists.values()))
    finally:
        await client.aclose()
    settings: Payload = {
        "price_list": str(price_list),
        "warehouse": str(warehouse),
        "default_email": "facturas@example.com",
        "default_phone": "6010000000",
        **_ANYBODY.get(company.country_code, {}),
    }
    credentials = {"base_url": url, "database": DATABASE, "user": USER, "password": PASSWORD}
    return Seeded(credentials=credentials, settings=settings)


async def documents(url: str, database: str = DATABASE) -> tuple[SimulatedDocument, ...]:
    """Every customer invoice."""
    client = administrator(url, database)
    try:
        fields = ["number", "reference", "state", "total_amount"]
        rows = await client.search("account.invoice", [["type", "=", "out"]], fields)
    finally:
        await client.aclose()
    return tuple(
        SimulatedDocument(
            id=text(row.get("id")),
            number=text(row.get("number")),
            reference=text(row.get("reference")),
            state=_STATES[text(row.get("state"))],
            total=str(number(row.get("total_amount"), "total")),
        )
        for row in rows
    )


async def calls(url: str) -> Mapping[str, int]:
    """Calls by method, those that change something as POST, what was asked by others too."""
    http = _open(url)
    try:
        response = await http.read("/_sim/counts")
    finally:
        await http.aclose()
    counts = record(decode(response.content), "counts")
    return {f"{_verb(method)} {method}": int(count) for method, count in counts.items() if method}


async def trouble(url: str, spot: Spot, trouble: Trouble, times: int) -> None:
    """Makes the next calls go wrong; refused credentials twice, because the plugin renews its session in between."""
    times *= 2 if trouble is Trouble.UNAUTHORIZED else 1
    rule = {"method": _SPOTS[spot], "action": _ACTIONS[trouble], "times": times}
    http = _open(url)
    try:
        await http.write("PUT", "/_sim/faults", json=[rule])
    finally:
        await http.aclose()


def _verb(method: str) -> str:
    return "POST" if method.endswith(_WRITES) else "GET"


def _open(url: str) -> Http:
    return open_http(url, Unguarded())


SIMULATOR = Simulator(
    erp="tryton",
    title="Tryton 8.2 (real)",
    serve=_serve,
    seed=_seed,
    operator=_operator,
    documents=documents,
    calls=calls,
    prepare=prepare,
    trouble=trouble,
)
"""The offer. What it serves is Tryton itself, in an environment of its own."""
