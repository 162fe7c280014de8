"""The ERP of these tests: Alegra's simulator in a process of its own, which nobody kills."""

import contextlib
import datetime as dt
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

import httpx
from erpgate.demo.company import shop
from erpgate.demo.processes import Process
from erpgate_alegra.notes import reference_in
from erpgate_alegra.simulated import tenant_of

SKU = "TERMO-1L"
PRICE = Decimal(119000)
"""Of one piece, tax included."""

_TOKEN = "simulated-token"


@dataclass(frozen=True, kw_only=True, slots=True)
class ErpDocument:
    """An invoice as the ERP has it."""

    reference: str
    state: str
    total: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A call that reached the ERP."""

    number: int
    merchant: str
    time: dt.datetime


class SimulatedErp:
    """One company for each merchant.

    Args:
        process: The simulator.
    """

    def __init__(self, process: Process) -> None:
        self._url = f"http://{process.address}"
        self._merchants: dict[str, str] = {}

    @property
    def environ(self) -> Mapping[str, str]:
        """What makes erpgate talk to it."""
        return {
            "ERPGATE_ERP_ALEGRA_BASE_URL": f"{self._url}/api/v1/",
            "ERPGATE_ERP_ALEGRA_SETTLE_SECONDS": "0.5",
            "ERPGATE_ERP_ALEGRA_RATE_LIMITS": "none",
        }

    def credentials(self, merchant: str) -> Mapping[str, str]:
        """Of a merchant's company."""
        return {"email": f"{merchant}@example.com", "token": _TOKEN}

    def open_company(self, merchant: str) -> None:
        """Makes a merchant's company."""
        email = f"{merchant}@example.com"
        number = len(self._merchants) + 1
        company = replace(shop(), items=shop().items[:3])
        tenant = {
            **tenant_of(company),
            **self.credentials(merchant),
            "identification": f"{900_100_000 + number}",
        }
        self._http.post("/_sim/seed", json={"tenants": [tenant]}).raise_for_status()
        self._merchants[email] = merchant

    def stock_up(self, merchant: str, count: int) -> None:
        """Adds so many items to a merchant's company."""
        items = [{"name": f"Item {n}", "reference": f"SKU-{n:04}", "price": n + 1} for n in range(count)]
        tenant = {"email": f"{merchant}@example.com", "items": items}
        self._http.post("/_sim/seed", json={"tenants": [tenant]}).raise_for_status()

    def pages_read(self, merchant: str) -> list[int]:
        """Where each page of the whole catalogue began that was asked for, in order."""
        return [
            int(query["start"])
            for row in self._get("requests", since="0")
            if (row["tenant"], row["path"]) == (f"{merchant}@example.com", "/items")
            and (query := dict(urllib.parse.parse_qsl(row["query"])))["limit"] == "30"
            and "type" not in query
        ]

    def documents(self, merchant: str) -> list[ErpDocument]:
        """Every invoice of a merchant's company."""
        return [
            ErpDocument(
                reference=reference_in(row["observations"] or "") or "",
                state=row["status"],
                total=Decimal(str(row["total"])),
            )
            for row in self._get("documents", tenant=f"{merchant}@example.com")
        ]

    def calls(self, since: int = 0) -> list[Call]:
        """The last calls, oldest first; only those after the one with this number."""
        return [
            Call(
                number=row["n"],
                merchant=self._merchants.get(row["tenant"], ""),
                time=dt.datetime.fromisoformat(row["time"]),
            )
            for row in self._get("requests", since=str(since))
        ]

    def invoice(self, merchant: str, document_id: str) -> Any:
        """One invoice as Alegra's API shows it."""
        return self._get_api(merchant, f"invoices/{document_id}")

    def credit_notes(self, merchant: str, document_id: str) -> list[Any]:
        """Credit notes for an invoice."""
        notes: list[Any] = []
        while page := self._get_api(merchant, "credit-notes", start=str(len(notes)), limit="30"):
            notes += page
        return [note for note in notes if any(part["id"] == document_id for part in note["invoices"])]

    def emails(self, document_id: str) -> int:
        """How often an invoice was asked to be sent by e-mail."""
        return sum(row["path"] == f"/invoices/{document_id}/email" for row in self._get("requests", since="0"))

    @contextlib.contextmanager
    def slow(self, seconds: float) -> Iterator[None]:
        """Makes every call take so long, until the block ends."""
        self.set_faults([{"action": {"kind": "delay", "seconds": seconds}}])
        try:
            yield
        finally:
            self.set_faults([])

    def close(self) -> None:
        """Closes the connection to it."""
        self._http.close()

    @cached_property
    def _http(self) -> httpx.Client:
        return httpx.Client(base_url=self._url, trust_env=False, timeout=30)

    def set_faults(self, rules: Sequence[object]) -> None:
        """Makes calls go wrong by these rules from now on, and by no others."""
        self._http.put("/_sim/faults", json=rules).raise_for_status()

    def _get_api(self, merchant: str, path: str, **params: str) -> Any:
        credentials = self.credentials(merchant)
        auth = (credentials["email"], credentials["token"])
        response = self._http.get(f"/api/v1/{path}", params=params, auth=auth)
        response.raise_for_status()
        return response.json()

    def _get(self, control: str, **params: str) -> Any:
        response = self._http.get(f"/_sim/{control}", params=params)
        response.raise_for_status()
        return response.json()
