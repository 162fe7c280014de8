"""Items: fields, filters, stock, prices, variants and barcodes."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

OpenSim = Callable[..., Awaitable[httpx.AsyncClient]]

SHIRT = {
    "name": "Pantalón",
    "price": [{"idPriceList": 1, "price": 50.5}],
    "variants": [
        {"options": "Rojo / M", "barcode": "7701", "reference": "PAN-R-M", "stock": {"Principal": 3}},
        {"options": "Azul / M", "barcode": "7702", "reference": "PAN-A-M", "price": 60},
    ],
}


async def test_a_created_item_has_its_defaults(shop: httpx.AsyncClient) -> None:
    answer = await shop.post("/items", json={"name": "Asesoría"})
    assert answer.status_code == 201
    assert answer.json() == {
        "id": "3",
        "name": "Asesoría",
        "description": None,
        "reference": None,
        "status": "active",
        "category": {"id": "1", "name": "Ingresos"},
        "price": [],
        "tax": [],
        "type": "service",
        "itemCategory": None,
        "customFields": [],
    }


async def test_an_item_as_a_client_library_creates_it(shop: httpx.AsyncClient) -> None:
    field = (await shop.post("/custom-fields", json={"name": "Serie"})).json()
    category = (await shop.post("/item-categories", json={"name": "Consolas"})).json()
    body = {
        "name": "PS5",
        "description": "Play Station 5",
        "reference": "PS5 nuevo",
        "price": 3750000,
        "category": {"id": 3},
        "inventory": {
            "unit": "unit",
            "unitCost": 40000,
            "negativeSale": False,
            "warehouses": [{"initialQuantity": 4, "id": 1, "minQuantity": 2, "maxQuantity": 10}],
        },
        "tax": 2,
        "type": "product",
        "customFields": [{"id": field["id"], "value": "BHUJSK888833"}],
        "itemCategory": {"id": category["id"]},
    }
    item = (await shop.post("/items", json=body)).json()
    assert item["price"] == [
        {"idPriceList": "1", "name": "General", "price": "3750000.0000", "type": "amount", "main": True}
    ]
    assert item["inventory"] == {
        "initialQuantity": 4,
        "unit": "unit",
        "availableQuantity": 4,
        "unitCost": 40000,
        "negativeSale": False,
        "warehouses": [
            {
                "id": "1",
                "name": "Principal",
                "initialQuantity": 4,
                "availableQuantity": 4,
                "minQuantity": 2,
                "maxQuantity": 10,
            }
        ],
    }
    assert [tax["percentage"] for tax in item["tax"]] == ["5.00"]
    assert item["customFields"] == [{"id": field["id"], "name": "Serie", "value": "BHUJSK888833"}]
    assert item["itemCategory"] == {"id": category["id"], "name": "Consolas"}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "name"),
        ({"name": "x" * 151}, "150"),
        ({"name": "x", "reference": "y" * 46}, "45"),
        ({"name": "x", "type": "thing"}, "tipo"),
        ({"name": "x", "tax": [{"id": 99}]}, "tax"),
        ({"name": "x", "price": "cheap"}, "price"),
        ({"name": "x", "inventory": {"warehouses": [{"id": 9, "initialQuantity": 1}]}}, "warehouses"),
    ],
    ids=["no-name", "long-name", "long-reference", "type", "tax", "price", "warehouse"],
)
async def test_a_wrong_item_is_refused_and_not_kept(shop: httpx.AsyncClient, body: dict[str, Any], reason: str) -> None:
    answer = await shop.post("/items", json=body)
    assert answer.status_code == 400
    assert reason in answer.json()["message"]
    assert len((await shop.get("/items")).json()) == 2


@pytest.mark.parametrize(
    ("switch", "wanted", "ids"),
    [("exact", "CAM-1", [1]), ("exact", "CAM", []), ("contains", "cam", [1, 2])],
)
async def test_reference_filter(open_sim: OpenSim, switch: str, wanted: str, ids: list[int]) -> None:
    items = [{"name": "a", "reference": "CAM-1"}, {"name": "b", "reference": "CAM-10"}]
    client = await open_sim(items=items, switches={"reference_filter": switch})
    found = (await client.get("/items", params={"reference": wanted})).json()
    assert [item["id"] for item in found] == ids


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({"type": "service"}, [2]),
        ({"status": "inactive"}, []),
        ({"query": "cam"}, [1]),
        ({"name": "ENV"}, [2]),
        ({"idWarehouse": "1"}, [1]),
        ({"inventariable": "true"}, [1]),
        ({"barcode": "770001"}, [1, 2]),
    ],
    ids=["type", "status", "query", "name", "warehouse", "inventariable", "no-such-filter"],
)
async def test_filters(shop: httpx.AsyncClient, query: dict[str, str], ids: list[int]) -> None:
    assert [item["id"] for item in (await shop.get("/items", params=query)).json()] == ids


async def test_an_update_changes_what_is_sent_only(shop: httpx.AsyncClient) -> None:
    before = (await shop.get("/items/1")).json()
    answer = await shop.put("/items/1", json={"price": 1500.12345, "status": "inactive"})
    assert answer.json() == before | {
        "status": "inactive",
        "price": [before["price"][0] | {"price": "1500.1235"}],
    }


async def test_sending_the_opening_quantity_again_resets_it(shop: httpx.AsyncClient) -> None:
    inventory = (await shop.put("/items/1", json={"inventory": {"initialQuantity": 7}})).json()["inventory"]
    assert (inventory["initialQuantity"], inventory["availableQuantity"]) == ("7.00", 7)


async def test_adjustments_and_transfers_move_stock(shop: httpx.AsyncClient) -> None:
    second = (await shop.post("/warehouses", json={"name": "Norte"})).json()["id"]
    adjustment = {"date": "2026-09-01", "warehouse": {"id": 1}, "items": [{"id": 1, "type": "in", "quantity": 5}]}
    assert (await shop.post("/inventory-adjustments", json=adjustment)).status_code == 201
    transfer = {"date": "2026-09-01", "origin": 1, "destination": second, "items": [{"id": 1, "quantity": 4}]}
    assert (await shop.post("/warehouse-transfers", json=transfer)).status_code == 201
    held = (await shop.get("/items/1")).json()["inventory"]["warehouses"]
    assert [(row["name"], row["availableQuantity"]) for row in held] == [("Principal", 11), ("Norte", 4)]
    north = (await shop.get("/items", params={"idWarehouse": second})).json()[0]["inventory"]
    assert (north["availableQuantity"], len(north["warehouses"])) == (4, 1)


async def test_price_lists(open_sim: OpenSim) -> None:
    lists = [{"name": "General", "main": True}, {"name": "Mayorista", "type": "percentage", "percentage": "10"}, "Otra"]
    client = await open_sim(price_lists=lists, items=[{"name": "a", "price": {"General": 100, "Otra": 70}}])
    item = (await client.get("/items/1")).json()
    assert [(price["name"], price["price"]) for price in item["price"]] == [
        ("General", "100.0000"),
        ("Mayorista", "90.0000"),
        ("Otra", "70.0000"),
    ]
    filtered = (await client.get("/items", params={"priceList_id": "3"})).json()
    assert [price["name"] for price in filtered[0]["price"]] == ["Otra"]
    derived = (await client.get("/items", params={"priceList_id": "2"})).json()
    assert [price["price"] for price in derived[0]["price"]] == ["90.0000"]
    assert (await client.get("/items", params={"priceList_id": "9"})).json() == []


@pytest.mark.parametrize(
    ("switch", "references"), [("shared", ["PAN", "PAN", "PAN"]), ("own", ["PAN", "PAN-R-M", "PAN-A-M"])]
)
async def test_parents_and_children_are_listed(open_sim: OpenSim, switch: str, references: list[str]) -> None:
    client = await open_sim(
        items=[{**SHIRT, "price": 50.5, "reference": "PAN"}], switches={"variant_references": switch}
    )
    items = (await client.get("/items")).json()
    assert [(item["name"], item["type"]) for item in items] == [
        ("Pantalón", "variantParent"),
        ("Pantalón / Rojo / M", "variant"),
        ("Pantalón / Azul / M", "variant"),
    ]
    assert [item["reference"] for item in items] == references
    assert [item["price"][0]["price"] for item in items] == ["50.5000", "50.5000", "60.0000"]
    children = (await client.get("/items", params={"variantParent_id": "1"})).json()
    assert [child["id"] for child in children] == [2, 3]
    parent = (await client.get("/items", params={"fields": "itemVariants", "limit": 1})).json()[0]
    assert [child["id"] for child in parent["itemVariants"]] == [2, 3]


async def test_barcode_as_a_key_of_its_own(open_sim: OpenSim) -> None:
    client = await open_sim(items=[{**SHIRT, "price": 1}])
    items = (await client.get("/items")).json()
    assert [item.get("barcode") for item in items] == [None, "7701", "7702"]
    assert [item["customFields"] for item in items] == [[], [], []]


async def test_barcode_as_a_custom_field(open_sim: OpenSim) -> None:
    client = await open_sim(items=[{**SHIRT, "price": 1}], switches={"barcode": "custom_field"})
    item = (await client.get("/items/2")).json()
    assert "barcode" not in item
    assert item["customFields"] == [{"id": "1", "name": "Código de barras", "value": "7701"}]
    changed = await client.put("/items/2", json={"customFields": [{"id": 1, "value": "9999"}]})
    assert changed.json()["customFields"][0]["value"] == "9999"


async def test_variants_are_created_with_their_parent(shop: httpx.AsyncClient) -> None:
    attribute = (
        await shop.post("/variant-attributes", json={"name": "Talla", "options": [{"value": "S"}, {"value": "M"}]})
    ).json()
    small, medium = ({"id": attribute["id"], "options": [{"id": option["id"]}]} for option in attribute["options"])
    body = {
        "name": "Buso",
        "type": "variantParent",
        "price": 10,
        "variantAttributes": [{"id": attribute["id"]}],
        "itemVariants": [
            {"variantAttributes": [small], "inventory": {"initialQuantity": 2}},
            {"variantAttributes": [medium], "price": 12},
        ],
    }
    parent = (await shop.post("/items", json=body)).json()
    assert [(child["name"], child["price"][0]["price"]) for child in parent["itemVariants"]] == [
        ("Buso / S", "10.0000"),
        ("Buso / M", "12.0000"),
    ]
    assert parent["variantAttributes"] == [{"id": attribute["id"], "name": "Talla", "options": attribute["options"]}]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": "x", "reference": "A"}, 1106),
        ({"name": "x", "reference": {"reference": "A", "type": "OTHER"}}, 1093),
        ({"name": "x", "reference": {"reference": "A", "type": "OTHER"}, "productKey": "1"}, 1039),
    ],
)
async def test_costa_rica_wants_more(open_sim: OpenSim, body: dict[str, Any], code: int) -> None:
    client = await open_sim(country="costaRica")
    answer = await client.post("/items", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


async def test_an_item_that_was_sold_stays(shop: httpx.AsyncClient) -> None:
    line = {"id": 1, "price": 1, "quantity": 1}
    await shop.post("/invoices", json={"date": "2026-09-01", "dueDate": "2026-09-01", "client": 1, "items": [line]})
    assert (await shop.delete("/items/1")).status_code == 400
    assert (await shop.delete("/items/2")).json() == {"code": 200, "message": "El ítem fue eliminado correctamente."}
    assert (await shop.get("/items/2")).status_code == 404


async def test_five_thousand_items_are_seeded_quickly(open_sim: OpenSim) -> None:
    items = [
        {"name": f"item {n}", "reference": f"R{n}", "price": n, "stock": n, "tax_percentage": 19} for n in range(5000)
    ]
    started = time.perf_counter()
    client = await open_sim(items=items)
    assert time.perf_counter() - started < 2
    page = (await client.get("/items", params={"metadata": "true", "limit": "1"})).json()
    assert page["metadata"]["total"] == 5000
