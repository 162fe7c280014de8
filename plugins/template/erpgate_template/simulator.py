"""A simulated Template: what its calls do, in memory."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from erpgate.plugin import Item, Payload, Seeded, SimulatedCompany, SimulatedDocument, Spot
from erpgate.testing.rest import Request, rest_simulator

_TOKEN = "simulated-token"  # noqa: S105 - it opens nothing
_PAGE = 50


class TemplateBooks:
    """The company of a token."""

    def __init__(self) -> None:
        self._company = SimulatedCompany(name="", country_code="", currency_code="", amount_places=2, items=())
        self._customers: list[dict[str, Any]] = []
        self._invoices: dict[str, dict[str, Any]] = {}
        self._numbers = itertools.count(1)

    def seed(self, company: SimulatedCompany) -> Seeded:
        """Begins anew with this company."""
        self.__init__()  # type: ignore[misc] # empty books are what it makes
        self._company = replace(company)
        return Seeded(credentials={"token": _TOKEN}, settings={"default_document": "222222222222"})

    def documents(self) -> Sequence[SimulatedDocument]:
        """Every invoice."""
        return [
            SimulatedDocument(
                id=row["id"],
                number=row["number"] or "",
                reference=row["mark"],
                state=row["status"],
                total=row["total"],
            )
            for row in self._invoices.values()
        ]

    def answer(self, request: Request) -> tuple[int, object]:
        """Status and body of a call."""
        if request.headers.get("authorization") != f"Bearer {_TOKEN}":
            return 401, {"message": "unknown token"}
        match request.method, request.path.strip("/").split("/"):
            case "GET", ["company"]:
                return 200, self._about()
            case "GET", ["items"]:
                return 200, self._items(int(request.query.get("after") or 0))
            case "GET", ["taxes"]:
                return 200, [{"id": tax, "rate": str(rate)} for tax, rate in self._rates().items()]
            case "GET", ["customers"]:
                wanted = request.query["tax_number"]
                return 200, _page([row for row in self._customers if wanted in row["tax_number"]])
            case "POST", ["customers"]:
                self._customers.append({**request.body, "id": f"C{next(self._numbers)}"})
                return 201, self._customers[-1]
            case "GET", ["invoices"]:
                wanted = request.query["mark"].lower()
                return 200, _page([row for row in self._invoices.values() if wanted in row["mark"].lower()])
            case "POST", ["invoices"]:
                return 201, self._create(request.body)
            case method, ["invoices", id_, *rest] if id_ in self._invoices:
                return 200, self._on(method, id_, rest)
        return 404, {"message": "no such thing"}

    def _on(self, method: str, id_: str, rest: list[str]) -> object:
        if method == "DELETE":
            return self._invoices.pop(id_)
        if rest == ["open"]:
            self._invoices[id_] |= {"status": "open", "number": f"T-{next(self._numbers)}"}
        return self._invoices[id_]

    def _about(self) -> Payload:
        company = self._company
        return {
            "id": "company-1",
            "name": company.name,
            "country": company.country_code,
            "currency": company.currency_code,
            "time_zone": "America/Bogota" if company.country_code == "CO" else "Europe/London",
            "places": company.amount_places,
        }

    def _items(self, start: int) -> Payload:
        items = self._company.items[start : start + _PAGE]
        end = start + len(items)
        more = end < len(self._company.items)
        return {**_page([_item(item) for item in items]), "next": str(end) if more else ""}

    def _rates(self) -> Mapping[str, Decimal]:
        return {tax: rate for item in self._company.items for tax, rate in item.tax_rates.items()}

    def _create(self, body: Mapping[str, Any]) -> Payload:
        net, tax = Decimal(0), Decimal(0)
        for line in body["lines"]:
            base = self._rounded(Decimal(line["quantity"]) * Decimal(line["price"]))
            net += base
            tax += sum((self._rounded(base * self._rates()[id_]) for id_ in line["taxes"]), Decimal(0))
        amounts = {"net": str(net), "tax": str(tax), "total": str(net + tax), "unpaid": str(net + tax)}
        row = {**body, **amounts, "id": f"I{next(self._numbers)}", "number": None}
        self._invoices[row["id"]] = row
        return row

    def _rounded(self, amount: Decimal) -> Decimal:
        return amount.quantize(Decimal(1).scaleb(-self._company.amount_places), ROUND_HALF_UP)


def _page(rows: list[Any]) -> dict[str, Any]:
    return {"rows": rows, "count": len(rows)}


def _item(item: Item) -> Payload:
    return {
        "id": item.id,
        "name": item.name,
        "code": item.reference,
        "ean": item.barcode,
        "active": item.active,
        "currency": item.currency_code,
        "price": str(next(iter(item.prices.values()), 0)),
        "taxes": [{"id": tax, "rate": str(rate)} for tax, rate in item.tax_rates.items()],
    }


SIMULATOR = rest_simulator(
    "template",
    title="Template (simulated)",
    books=TemplateBooks,
    spots={
        Spot.PROBE: ("GET", "/company"),
        Spot.ITEMS: ("GET", "/items"),
        Spot.FIND_CUSTOMER: ("GET", "/customers"),
        Spot.CREATE_CUSTOMER: ("POST", "/customers"),
        Spot.CREATE: ("POST", "/invoices"),
        Spot.ADVANCE: ("POST", "/invoices/[^/]+/open"),
        Spot.READ: ("GET", "/invoices/[^/]+"),
        Spot.FIND: ("GET", "/invoices"),
    },
    operator=lambda url: {"base_url": f"{url}/"},
)
"""The offer."""
