"""The reference resources: created, changed, removed and listed alike."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

OpenSim = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.mark.parametrize(
    ("kind", "body", "shown"),
    [
        ("warehouses", {"name": "Norte"}, {"name": "Norte", "isDefault": False}),
        ("price-lists", {"name": "Web", "type": "percentage", "percentage": 7}, {"percentage": "7.00"}),
        ("taxes", {"name": "IVA", "percentage": 16}, {"percentage": "16.00", "type": "IVA"}),
        ("retentions", {"name": "Fuente", "percentage": 2.5}, {"percentage": "2.50"}),
        ("sellers", {"name": "Elmo", "identification": "1"}, {"identification": "1", "observations": None}),
        ("terms", {"name": "60 días", "days": 60}, {"days": "60"}),
        ("cost-centers", {"name": "Ventas", "code": "V"}, {"code": "V"}),
        ("item-categories", {"name": "Ropa"}, {"description": None}),
        ("custom-fields", {"name": "Serie"}, {"type": "text"}),
        ("variant-attributes", {"name": "Talla", "options": ["S"]}, {"options": [{"id": "1", "value": "S"}]}),
        ("number-templates", {"name": "POS", "prefix": "P"}, {"documentType": "invoice", "nextInvoiceNumber": "1"}),
        ("categories", {"name": "Otros", "type": "expense"}, {"type": "expense", "categoryRule": None}),
    ],
)
async def test_created_changed_and_removed(
    shop: httpx.AsyncClient, kind: str, body: dict[str, Any], shown: dict[str, Any]
) -> None:
    created = await shop.post(f"/{kind}", json=body)
    document = created.json()
    assert (created.status_code, {key: document[key] for key in shown}) == (201, shown)
    path = f"/{kind}/{document['id']}"
    assert (await shop.get(path)).json() == document
    changed = await shop.put(path, json={"name": "Otro", "unknown": 1})
    assert changed.json() == document | {"name": "Otro"}
    assert document["id"] in [row["id"] for row in (await shop.get(f"/{kind}")).json()]
    assert (await shop.delete(path)).json()["code"] == 200
    assert (await shop.get(path)).status_code == 404


async def test_a_required_key_is_asked_for(shop: httpx.AsyncClient) -> None:
    answer = await shop.post("/bank-accounts", json={"name": "Banco", "type": "bank"})
    assert (answer.status_code, answer.json()) == (400, {"message": "El campo initialBalance es requerido"})


async def test_currencies_are_known_by_their_code(shop: httpx.AsyncClient) -> None:
    assert (await shop.get("/currencies/COP")).json() == {
        "code": "COP",
        "name": "COP",
        "symbol": "$",
        "exchangeRate": 1,
        "status": "active",
    }


async def test_colombian_defaults(open_sim: OpenSim) -> None:
    client = await open_sim()
    names = {
        kind: [row["name"] for row in (await client.get(f"/{kind}")).json()]
        for kind in ("warehouses", "price-lists", "bank-accounts", "terms", "number-templates")
    }
    assert names == {
        "warehouses": ["Principal"],
        "price-lists": ["General"],
        "bank-accounts": ["Caja general"],
        "terms": ["De contado", "8 días", "15 días", "30 días"],
        "number-templates": ["Facturas de venta", "Notas crédito"],
    }
    taxes = (await client.get("/taxes")).json()
    assert [(tax["type"], tax["percentage"]) for tax in taxes] == [
        ("IVA", "0.00"),
        ("IVA", "5.00"),
        ("IVA", "19.00"),
        ("ICO", "8.00"),
    ]


@pytest.mark.parametrize(
    "key",
    ["mexico", "costaRica", "peru", "panama", "argentina", "spain", "chile", "republicaDominicana", "usa"],
)
async def test_other_countries_open(open_sim: OpenSim, key: str) -> None:
    company = (await (await open_sim(country=key)).get("/company")).json()
    assert company["applicationVersion"] == key


async def test_categories_as_a_tree(shop: httpx.AsyncClient) -> None:
    tree = (await shop.get("/categories", params={"format": "tree", "type": "income"})).json()
    assert [(root["name"], [child["name"] for child in root["children"]]) for root in tree] == [
        ("Ingresos", ["Ventas"])
    ]


async def test_new_warehouses_and_sellers_may_have_uuids(open_sim: OpenSim) -> None:
    client = await open_sim(switches={"uuid_ids": True})
    first = (await client.post("/warehouses", json={"name": "Norte"})).json()["id"]
    seller = (await client.post("/sellers", json={"name": "Elmo"})).json()["id"]
    assert [(len(identity), identity[14]) for identity in (first, seller)] == [(36, "7"), (36, "7")]
    assert (await client.get(f"/warehouses/{first}")).json()["name"] == "Norte"
