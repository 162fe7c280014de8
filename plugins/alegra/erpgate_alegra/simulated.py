"""The simulator of Alegra as erpgate offers it: one company, set up in neutral words."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from erpgate.plugin import (
    Http,
    Item,
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

from erpgate_alegra.amounts import json_number
from erpgate_alegra.assumptions import APPLICATION_VERSIONS, GENERAL_PRICE_LIST, MAIN_WAREHOUSE
from erpgate_alegra.body import decode, json_object, number, parts, text
from erpgate_alegra.connection import BASE_URL, SETTLE_SECONDS
from erpgate_alegra.countries import COUNTRIES
from erpgate_alegra.notes import reference_in
from erpgate_alegra.simulator import RateLimits, SimulatorOptions
from erpgate_alegra.simulator import serve as serve_simulator

_CREDENTIALS = {"email": "ana@example.com", "token": "simulated-token"}
_TENANT = _CREDENTIALS["email"]
_VERSIONS = {country: version for version, country in reversed(APPLICATION_VERSIONS.items())} | {
    "CR": "costaRica",
    "DO": "republicaDominicana",
}
_SPOTS = {
    Spot.PROBE: ("GET", "/company$"),
    Spot.ITEMS: ("GET", "/items$"),
    Spot.FIND_CUSTOMER: ("GET", "/contacts$"),
    Spot.CREATE_CUSTOMER: ("POST", "/contacts$"),
    Spot.CREATE: ("POST", "/invoices$"),
    Spot.ADVANCE: ("POST", r"/invoices/\d+/open$"),
    Spot.READ: ("GET", r"/invoices/\d+$"),
    Spot.FIND: ("GET", "/invoices$"),
}
_ACTIONS: Mapping[Trouble, Payload] = {
    Trouble.REFUSED: {"kind": "status", "status": 400, "body": {"code": 3051, "message": "No se puede."}},
    Trouble.UNAUTHORIZED: {"kind": "status", "status": 401, "body": {"message": "Unauthorized"}},
    Trouble.RATE_LIMITED: {"kind": "status", "status": 429},
    Trouble.SERVER_ERROR: {"kind": "status", "status": 503},
    Trouble.SERVER_ERROR_AFTER: {"kind": "status", "status": 503, "after": True},
    Trouble.GARBAGE_AFTER: {"kind": "garbage", "after": True},
    Trouble.DROPPED: {"kind": "drop_before"},
    Trouble.DROPPED_AFTER: {"kind": "drop_after"},
    Trouble.TRUNCATED: {"kind": "truncate_page"},
}
_TYPES = {"variant_parent": "variantParent"}


async def _serve(host: str, port: int, database: str, rate_limited: bool, started: Callable[[int], None]) -> None:
    rate = RateLimits.alegra() if rate_limited else RateLimits.none()
    await serve_simulator(SimulatorOptions(database=database, rate=rate), host=host, port=port, started=started)


def _operator(url: str) -> Mapping[str, str]:
    return {BASE_URL: f"{url.rstrip('/')}/api/v1/", SETTLE_SECONDS: "1"}


async def _seed(url: str, company: SimulatedCompany) -> Seeded:
    http = _open(url)
    try:
        response = await http.write("POST", "/_sim/seed", json={"tenants": [tenant_of(company)]})
        response.raise_for_status()
    finally:
        await http.aclose()
    return Seeded(credentials=_CREDENTIALS, settings=_settings(company))


async def _documents(url: str) -> tuple[SimulatedDocument, ...]:
    return tuple(
        SimulatedDocument(
            id=text(row.get("id")),
            number=text(row.get("number")),
            reference=reference_in(text(row.get("observations"))) or "",
            state="open" if row.get("status") == "closed" else text(row.get("status")),
            total=str(number(row.get("total"), "total")),
        )
        for row in parts(await _control(url, "documents", {"tenant": _TENANT}))
    )


async def _calls(url: str) -> Mapping[str, int]:
    return {name: int(count) for name, count in json_object(await _control(url, "counts", {}), "counts").items()}


async def _trouble(url: str, spot: Spot, trouble: Trouble, times: int) -> None:
    method, path = _SPOTS[spot]
    rule = {"method": method, "path": path, "times": times, "action": _ACTIONS[trouble]}
    http = _open(url)
    try:
        (await http.write("PUT", "/_sim/faults", json=[rule])).raise_for_status()
    finally:
        await http.aclose()


SIMULATOR = Simulator(
    erp="alegra",
    title="Alegra (simulated)",
    serve=_serve,
    seed=_seed,
    operator=_operator,
    documents=_documents,
    calls=_calls,
    trouble=_trouble,
)
"""The offer. Seeding a second time adds to the one company; its documents are those of that company."""


def tenant_of(company: SimulatedCompany) -> Payload:
    """The company as the simulator's own seed wants it, with electronic invoicing switched on."""
    rates = sorted({rate for item in company.items for rate in item.tax_rates.values()})
    taxes = {rate: str(position) for position, rate in enumerate(rates, start=1)}
    return {
        **_CREDENTIALS,
        "country": _VERSIONS[company.country_code],
        "name": company.name,
        "identification": "900123456-8",
        "currency": company.currency_code,
        "decimalPrecision": str(company.amount_places),
        "electronic_invoicing": True,
        "warehouses": [
            {"id": id_, "name": _named(id_, MAIN_WAREHOUSE, "Principal"), "isDefault": first}
            for id_, first in _ranked(_warehouses(company))
        ],
        "price_lists": [
            {"id": id_, "name": _named(id_, GENERAL_PRICE_LIST, "General"), "main": first}
            for id_, first in _ranked(_price_lists(company))
        ],
        "taxes": [
            {"id": id_, "name": "IVA", "type": "IVA", "percentage": json_number(rate * 100)}
            for rate, id_ in taxes.items()
        ],
        "items": [
            {
                **_item(item, taxes),
                "variants": [_variant(child, item, taxes) for child in company.items if child.parent == item.id],
            }
            for item in company.items
            if item.parent is None
        ],
    }


def _item(item: Item, taxes: Mapping[Decimal, str]) -> dict[str, object]:
    body: dict[str, object] = {
        "name": item.name,
        "reference": item.reference,
        "barcode": item.barcode,
        "type": _TYPES.get(item.kind, item.kind),
        "unit": item.unit or "unit",
        "status": "active" if item.active else "inactive",
        "tax": [{"id": taxes[rate]} for rate in item.tax_rates.values()],
    }
    if item.prices:
        body["price"] = {id_: json_number(price) for id_, price in item.prices.items()}
    if item.stock:
        body["stock"] = {id_: json_number(quantity) for id_, quantity in item.stock.items()}
    return body


def _variant(child: Item, parent: Item, taxes: Mapping[Decimal, str]) -> dict[str, object]:
    body = {name: value for name, value in _item(child, taxes).items() if name not in ("name", "type")}
    return body | {"options": child.name.removeprefix(parent.name).strip(" /") or child.id}


def _settings(company: SimulatedCompany) -> Payload:
    return {
        "price_list": _price_lists(company)[0],
        "warehouse": _warehouses(company)[0],
        "default_email": "facturas@example.com",
        "default_phone": "6010000000",
        **_anybody(company.country_code),
    }


def _anybody(country_code: str) -> Payload:
    """The document that stands for an anonymous buyer, where the country has one."""
    anonymous = COUNTRIES[country_code].anonymous
    return {} if anonymous is None else {"identification_type": anonymous[0], "default_document": anonymous[1]}


def _warehouses(company: SimulatedCompany) -> list[str]:
    return list(dict.fromkeys(id_ for item in company.items for id_ in item.stock)) or [MAIN_WAREHOUSE]


def _price_lists(company: SimulatedCompany) -> list[str]:
    return list(dict.fromkeys(id_ for item in company.items for id_ in item.prices)) or [GENERAL_PRICE_LIST]


def _ranked(ids: Iterable[str]) -> list[tuple[str, bool]]:
    return [(id_, position == 0) for position, id_ in enumerate(ids)]


def _named(id_: str, main: str, name: str) -> str:
    return name if id_ == main else id_


def _open(url: str) -> Http:
    return open_http(url, Unguarded())


async def _control(url: str, name: str, params: Mapping[str, str]) -> object:
    http = _open(url)
    try:
        response = await http.read(f"/_sim/{name}", params=params)
        response.raise_for_status()
        return decode(response.content)
    finally:
        await http.aclose()
