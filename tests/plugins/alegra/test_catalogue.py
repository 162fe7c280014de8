"""Items: listed whole, looked up by SKU, priced by every price list."""

from decimal import Decimal
from typing import TYPE_CHECKING

import httpx
import pytest
from erpgate.plugin import Company, Item, ItemId, Option, Text, Unavailable
from erpgate_alegra.erp import ALEGRA
from erpgate_alegra.settings import AlegraSettings

if TYPE_CHECKING:
    from plugins.alegra.conftest import Connect, OpenShop, Shop

SHIRT_FAMILY = {"name": "Camisa", "reference": "CAM", "price": 1000}
BY_BARCODE = AlegraSettings(sku_source="barcode")


def _many(count: int) -> list[dict[str, object]]:
    return [{"name": f"Ítem {n}", "reference": f"REF-{n:02}", "price": n} for n in range(count)]


async def _listed(shop: "Shop", cursor: str = "") -> list[tuple[list[str], str]]:
    return [([item.id for item in items], after) async for items, after in shop.connection.items(cursor)]


async def test_an_item_is_read_whole(open_shop: "OpenShop") -> None:
    shop = await open_shop(
        price_lists=[
            {"name": "General", "main": True},
            {"name": "Mayorista", "type": "percentage", "percentage": 10},
        ],
        warehouses=[{"name": "Principal", "isDefault": True}, {"name": "Norte"}],
        items=[
            {
                "name": "Camisa",
                "reference": " CAM-1 ",
                "barcode": "770001",
                "price": 1000,
                "tax_percentage": 19,
                "stock": {"Principal": 10, "Norte": "2.5"},
            }
        ],
    )

    pages = [page async for page in shop.connection.items("")]

    assert pages == [
        (
            (
                Item(
                    id=ItemId("1"),
                    name="Camisa",
                    reference="CAM-1",
                    barcode="770001",
                    unit="unit",
                    currency_code="COP",
                    prices={"1": Decimal(1000), "2": Decimal(900)},
                    tax_rates={"3": Decimal("0.19")},
                    stock={"1": Decimal(10), "2": Decimal("2.5")},
                ),
            ),
            "",
        )
    ]


async def test_the_catalogue_comes_in_pages_and_goes_on_from_a_cursor(open_shop: "OpenShop") -> None:
    shop = await open_shop(items=_many(65))

    pages = await _listed(shop)

    assert [(len(ids), after) for ids, after in pages] == [(30, "30"), (30, "60"), (5, "")]
    assert [id_ for ids, _ in pages for id_ in ids] == [str(n) for n in range(1, 66)]
    assert await _listed(shop, "60") == [pages[2]]


async def test_a_failed_page_is_never_an_empty_one(open_shop: "OpenShop") -> None:
    shop = await open_shop(items=_many(31))
    await shop.break_({"path": "/items", "skip": 1, "action": {"kind": "status", "status": 502}})

    with pytest.raises(Unavailable):
        await _listed(shop)


async def test_variants_are_listed_beside_their_parent(open_shop: "OpenShop") -> None:
    family = SHIRT_FAMILY | {"variants": [{"options": "Rojo", "barcode": "771"}, {"options": "Azul", "barcode": "772"}]}
    shop = await open_shop(items=[family], settings=BY_BARCODE)

    items = [item async for page, _ in shop.connection.items("") for item in page]

    assert [(item.kind, item.name, ALEGRA.sku.sku_of(item, BY_BARCODE)) for item in items] == [
        ("variant_parent", "Camisa", None),
        ("variant", "Camisa / Rojo", "771"),
        ("variant", "Camisa / Azul", "772"),
    ]
    assert [item.parent for item in items] == [None, items[0].id, items[0].id]
    assert [ALEGRA.sku.refusal(item, BY_BARCODE) is None for item in items] == [False, True, True]
    assert [ALEGRA.sku.refusal(item, AlegraSettings()) is None for item in items] == [False, False, False]


async def test_a_parent_that_was_listed_before_the_cursor_is_known(open_shop: "OpenShop") -> None:
    family = SHIRT_FAMILY | {"variants": [{"options": f"{n}", "barcode": f"77{n}"} for n in range(40)]}
    shop = await open_shop(items=[family], settings=BY_BARCODE)

    items = [item async for page, _ in shop.connection.items("30") for item in page]

    assert [item.parent for item in items] == ["1"] * 11
    assert await shop.counts() == {"GET /company": 1, "GET /items": 2, "GET /price-lists": 1}


@pytest.mark.parametrize("where", ["field", "custom_field"])
async def test_a_barcode_is_read_wherever_the_account_keeps_it(open_shop: "OpenShop", where: str) -> None:
    shop = await open_shop(switches={"barcode": where})

    items = [item async for page, _ in shop.connection.items("") for item in page]

    assert [item.barcode for item in items] == ["770001"]


async def test_a_reference_is_looked_up_exactly(open_shop: "OpenShop") -> None:
    shop = await open_shop(
        items=[
            {"name": "A", "reference": "CAM-1", "price": 1},
            {"name": "B", "reference": "CAM-10", "price": 1},
            {"name": "C", "reference": "cam-1", "price": 1},
            {"name": "D", "reference": "CAM-1", "price": 1, "status": "inactive"},
        ],
        switches={"reference_filter": "contains"},
    )

    found = await shop.connection.items_by_sku(["CAM-1"])

    assert found is not None
    assert [(item.id, item.active) for item in found] == [("1", True), ("4", False)]
    assert await shop.connection.items_by_sku(["NONE"]) == ()


async def test_a_barcode_cannot_be_looked_up(open_shop: "OpenShop") -> None:
    shop = await open_shop(settings=BY_BARCODE)

    assert await shop.connection.items_by_sku(["770001"]) is None
    assert await shop.counts() == {}


async def test_many_skus_are_left_to_the_index(open_shop: "OpenShop") -> None:
    shop = await open_shop()

    assert await shop.connection.items_by_sku([f"REF-{n}" for n in range(11)]) is None


async def test_an_ignored_filter_is_noticed_on_the_first_page(connect: "Connect", company: Company) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        rows = [{"id": n, "name": "x", "reference": f"OTHER-{n}", "price": []} for n in range(30)]
        return httpx.Response(200, json=rows)

    connection = connect(httpx.MockTransport(answer), company=company)

    assert await connection.items_by_sku(["CAM-1"]) is None
    assert asked == ["/api/v1/items"]


async def test_the_same_page_again_and_again_ends(connect: "Connect", company: Company) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        rows = [{"id": n, "name": "x", "price": []} for n in range(30)]
        listed = rows if request.url.path.endswith("items") else []
        return httpx.Response(200, json=listed)

    connection = connect(httpx.MockTransport(answer), company=company)

    with pytest.raises(Unavailable, match="same page"):
        [page async for page in connection.items("")]


async def test_an_item_that_cannot_be_read_is_left_out(
    connect: "Connect", company: Company, caplog: pytest.LogCaptureFixture
) -> None:
    rows = [
        {"id": 1, "name": "Bolsa", "price": [], "tax": [{"id": 9, "percentage": None}]},
        {"id": "2", "name": "Camisa", "price": [{"id": "1", "price": 5}], "tax": None},
    ]

    def answer(request: httpx.Request) -> httpx.Response:
        listed = rows if request.url.path.endswith("items") else []
        return httpx.Response(200, json=listed)

    connection = connect(httpx.MockTransport(answer), company=company)

    items = [item async for page, _ in connection.items("") for item in page]

    assert items == [Item(id=ItemId("2"), name="Camisa", currency_code="COP", prices={"1": Decimal(5)})]
    assert "Item 1 of Alegra is left out: tax percentage is not a number." in caplog.text


async def test_a_costa_rican_reference_is_an_object(open_shop: "OpenShop") -> None:
    shop = await open_shop(
        country="costaRica", country_code="CR", items=[{"name": "A", "reference": "R-1", "price": 1}]
    )

    found = await shop.connection.items_by_sku(["R-1"])

    assert found is not None
    assert [item.reference for item in found] == ["R-1"]


async def test_taxes_are_fractions(open_shop: "OpenShop") -> None:
    shop = await open_shop()

    assert await shop.connection.taxes() == {
        "1": Decimal(0),
        "2": Decimal("0.05"),
        "3": Decimal("0.19"),
        "4": Decimal("0.08"),
    }


async def test_a_tax_that_is_no_percentage_is_left_out(
    connect: "Connect", company: Company, caplog: pytest.LogCaptureFixture
) -> None:
    rows = [{"id": 1, "percentage": "19.00"}, {"id": 2, "name": "IBUA", "percentage": None}]
    connection = connect(httpx.MockTransport(lambda _: httpx.Response(200, json=rows)), company=company)

    assert await connection.taxes() == {"1": Decimal("0.19")}
    assert "A tax of Alegra is left out" in caplog.text


async def test_an_answer_that_is_no_list_is_no_empty_catalogue(connect: "Connect", company: Company) -> None:
    answer = httpx.MockTransport(lambda _: httpx.Response(200, json={"message": "hola"}))
    connection = connect(answer, company=company)

    with pytest.raises(Unavailable, match="items is not a list"):
        await anext(connection.items(""))


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("price_list", [Option(value="1", label="General")]),
        ("warehouse", [Option(value="1", label="Principal")]),
        ("seller", [Option(value="1", label="Luz")]),
        ("number_template", [Option(value="1", label="Facturas (FV)")]),
        ("item", [Option(value="2", label="Envío (ENV)")]),
        ("bank_account", [Option(value="1", label="Caja general")]),
        ("tax", [Option(value="3", label="IVA 19.00 %")]),
        (
            "person_type",
            [Option(value="PERSON_ENTITY", label=Text(es="Persona natural", en="Natural person", pt="Pessoa física"))],
        ),
        ("nonsense", []),
    ],
)
async def test_choices_come_from_alegra_or_the_country(
    open_shop: "OpenShop", field: str, expected: list[Option]
) -> None:
    shop = await open_shop(
        items=[
            SHIRT_FAMILY | {"variants": [], "status": "inactive"},
            {"name": "Envío", "reference": "ENV", "price": 1, "type": "service"},
            SHIRT_FAMILY | {"variants": [{"options": "Rojo"}]},
        ],
        sellers=[{"name": "Luz"}, {"name": "Sol", "status": "inactive"}],
        number_templates=[{"name": "Facturas", "prefix": "FV"}, {"name": "Viejas", "status": "inactive"}],
    )
    query = {"item": "env", "tax": "19", "person_type": "natural"}.get(field, "")

    assert await shop.connection.options(field, query, {}, "") == (tuple(expected), "")


async def test_an_item_is_found_by_its_id_too(open_shop: "OpenShop") -> None:
    """Alegra's own search looks at names and references only."""
    shop = await open_shop(items=[{"name": "Envío", "reference": "ENV", "price": 1, "type": "service"}])

    assert await shop.connection.options("item", "1", {}, "") == ((Option(value="1", label="Envío (ENV)"),), "")
    assert await shop.connection.options("item", "99", {}, "") == ((), "")


async def test_only_electronic_numberings_can_be_issued(open_shop: "OpenShop") -> None:
    shop = await open_shop(
        number_templates=[{"name": "Papel", "isElectronic": False}, {"name": "DIAN", "isElectronic": True}]
    )

    all_of_them, _ = await shop.connection.options("number_template", "", {"automation.issue": "false"}, "")
    issued, _ = await shop.connection.options("number_template", "", {"automation.issue": "true"}, "")
    assert ([o.label for o in all_of_them], [o.label for o in issued]) == (["Papel", "DIAN"], ["DIAN"])


@pytest.mark.parametrize("query", ["gift", "Tarjeta de regalo", "presente"])
async def test_codes_are_found_by_their_labels_in_every_language(open_shop: "OpenShop", query: str) -> None:
    shop = await open_shop(country="panama", country_code="PA", items=[])

    (found,), end = await shop.connection.options("payment_form", query, {}, "")
    assert (found.value, end) == ("GIFT_CARD", "")


async def test_choices_come_in_pages(open_shop: "OpenShop") -> None:
    shop = await open_shop(warehouses=[{"name": f"Bodega {n}"} for n in range(31)])

    first, token = await shop.connection.options("warehouse", "", {}, "")
    second, end = await shop.connection.options("warehouse", "", {}, token)

    assert (len(first), token, [option.label for option in second], end) == (30, "30", ["Bodega 30"], "")
