"""What an administrator does in Tryton: sets products, prices and stock up, and looks into the books."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from erpgate.plugin import Item, Unguarded, open_http
from pydantic import SecretStr

from erpgate_tryton.client import TrytonClient
from erpgate_tryton.real.site import ADMIN, ADMIN_PASSWORD, DATABASE
from erpgate_tryton.settings import TrytonCredentials
from erpgate_tryton.values import Record, decimal_value, id_of, ids_of, record

_AT_ONCE = 40
"""Records in one call at most: SQLite's parser overflows with a hundred."""

_COMPANY = 1
_UNITS = {"kilogram": "Kilogram"}
_REVENUE, _EXPENSE, _TAX = "revenue", "expense", "tax"
_ACCOUNTS = {
    _REVENUE: ["type.revenue", "=", True],
    _EXPENSE: ["type.expense", "=", True],
    _TAX: ["OR", ["code", "=", "6.3.6"], ["name", "=", "Main Tax"]],
}


def administrator(url: str, database: str = DATABASE) -> TrytonClient:
    """The administrator's client; whoever asks for it closes it."""
    credentials = TrytonCredentials(base_url=url, database=database, user=ADMIN, password=SecretStr(ADMIN_PASSWORD))
    return TrytonClient(open_http(credentials.base_url, Unguarded()), credentials, _COMPANY)


@dataclass(kw_only=True)
class Books:
    """The records that products hang on, each made when it is first needed.

    Attributes:
        client: The administrator's.
        categories: Tax rates of an item to the accounting category with those taxes.
        price_lists: Neutral id of a price list to Tryton's.
        warehouses: Neutral id of a warehouse to Tryton's.
    """

    client: TrytonClient
    categories: dict[tuple[Decimal, ...], int] = field(default_factory=dict)
    price_lists: dict[str, int] = field(default_factory=dict)
    warehouses: dict[str, int] = field(default_factory=dict)
    _taxes: dict[Decimal, int] = field(default_factory=dict)
    _codes: dict[str, int] = field(default_factory=dict)
    _units: dict[str, int] = field(default_factory=dict)

    def copied(self, client: TrytonClient) -> "Books":
        """The same for a copy of the database."""
        return Books(
            client=client,
            categories=dict(self.categories),
            price_lists=dict(self.price_lists),
            warehouses=dict(self.warehouses),
            _taxes=dict(self._taxes),
            _codes=dict(self._codes),
        )

    async def add(self, items: Sequence[Item]) -> None:
        """Adds products and variants with their prices and stock; a parent is the template of its variants."""
        parents = {item.id: item for item in items if item.kind == "variant_parent"}
        alone = [item for item in items if item.id not in parents and item.parent is None]
        templates = [(item, [item]) for item in alone]
        templates += [(parent, [item for item in items if item.parent == id_]) for id_, parent in parents.items()]
        products: list[tuple[Item, int]] = []
        for start in range(0, len(templates), _AT_ONCE):
            some = templates[start : start + _AT_ONCE]
            bodies = [await self._template(parent, children) for parent, children in some]
            ids = ids_of(await self.client.write("model.product.template.create", bodies))
            rows = await self.client.read("model.product.template.read", ids, ["products"])
            for (_, children), row in zip(some, _records(rows, ids), strict=True):
                products += zip(children, ids_of(row.get("products")), strict=True)
        await self._price(products)
        await self._stock(products)
        # Tryton does not create an inactive product, and warns about one that has stock.
        inactive = [id_ for item, id_ in products if not item.active]
        if inactive:
            await self.client.write("model.product.product.write", inactive, {"active": False})

    async def _template(self, parent: Item, children: Sequence[Item]) -> Mapping[str, object]:
        price = next(iter(children[0].prices.values()), Decimal(0))
        unit = await self._unit(parent.unit)
        body: dict[str, object] = {
            "name": parent.name,
            "code": self._unique(parent.reference or ""),
            "type": "service" if parent.kind == "service" else "goods",
            "default_uom": unit,
            "sale_uom": unit,
            "salable": True,
            "list_price": decimal_value(price),
            "account_category": await self._category(tuple(sorted(parent.tax_rates.values()))),
        }
        products = [
            self._product(child, position if len(children) > 1 else 0) for position, child in enumerate(children, 1)
        ]
        return body | {"products": [["create", products]]}

    def _product(self, item: Item, position: int) -> Mapping[str, object]:
        codes = [{"type": None, "code": item.barcode}] if item.barcode else []
        suffix = {"suffix_code": f"-{position}"} if position else {}
        return {"identifiers": [["create", codes]] if codes else [], **suffix}

    def _unique(self, code: str) -> str:
        """Tryton takes every code once."""
        times = self._codes[code] = self._codes.get(code, 0) + 1
        return code if times == 1 or not code else f"{code}-{times}"

    async def _unit(self, name: str) -> int:
        wanted = _UNITS.get(name, "Unit")
        if wanted not in self._units:
            self._units[wanted] = await self._only("product.uom", [["name", "=", wanted]])
        return self._units[wanted]

    async def _category(self, rates: tuple[Decimal, ...]) -> int:
        if rates not in self.categories:
            taxes = [await self._tax(rate) for rate in rates]
            accounts = {kind: await self._account(kind) for kind in (_REVENUE, _EXPENSE)}
            self.categories[rates] = await self.client.create(
                "product.category",
                {
                    "name": f"Taxed {', '.join(map(str, rates))}",
                    "accounting": True,
                    "account_revenue": accounts[_REVENUE],
                    "account_expense": accounts[_EXPENSE],
                    "customer_taxes": [["add", taxes]],
                },
            )
        return self.categories[rates]

    async def _tax(self, rate: Decimal) -> int:
        if rate not in self._taxes:
            account = await self._account(_TAX)
            self._taxes[rate] = await self.client.create(
                "account.tax",
                {
                    "name": f"IVA {rate:%}",
                    "description": f"IVA {rate:%}",
                    "type": "percentage",
                    "rate": decimal_value(rate),
                    "invoice_account": account,
                    "credit_note_account": account,
                },
            )
        return self._taxes[rate]

    async def _account(self, kind: str) -> int:
        return await self._only("account.account", [_ACCOUNTS[kind], ["closed", "!=", True]])

    async def _price(self, products: Sequence[tuple[Item, int]]) -> None:
        """The first list of an item has its own price; others have a line for each product."""
        lines: dict[str, list[Mapping[str, object]]] = {}
        for item, id_ in products:
            for position, (name, price) in enumerate(item.prices.items()):
                known = lines.setdefault(name, [])
                if position:
                    known.append({"product": id_, "formula": str(price)})
        for name in lines or {"General": []}:
            if name not in self.price_lists:
                base = {"name": f"List {name}", "unit": "product_default", "price": "list_price"}
                self.price_lists[name] = await self.client.create("product.price_list", base)
                lines.setdefault(name, []).append({"formula": "unit_price"})
            for start in range(0, len(lines[name]), _AT_ONCE):
                some = [
                    {"price_list": self.price_lists[name], "sequence": 1 if "product" in line else 99, **line}
                    for line in lines[name][start : start + _AT_ONCE]
                ]
                await self.client.write("model.product.price_list.line.create", some)

    async def _stock(self, products: Sequence[tuple[Item, int]]) -> None:
        for name in dict.fromkeys(name for item, _ in products for name in item.stock):
            counted = [(id_, item.stock[name]) for item, id_ in products if item.active and item.stock.get(name)]
            location = await self._storage(await self._warehouse(name))
            for start in range(0, len(counted), _AT_ONCE):
                lines = [
                    {"product": id_, "quantity": float(quantity)} for id_, quantity in counted[start : start + _AT_ONCE]
                ]
                inventory = {"location": location, "lines": [["create", lines]]}
                id_ = await self.client.create("stock.inventory", inventory)
                await self.client.write("model.stock.inventory.confirm", [id_])

    async def warehouse(self, name: str) -> int:
        """Tryton's id of a warehouse; the first one is there already."""
        return await self._warehouse(name)

    async def _warehouse(self, name: str) -> int:
        if name not in self.warehouses:
            first = not self.warehouses
            self.warehouses[name] = await (self._first_warehouse() if first else self._another_warehouse(name))
        return self.warehouses[name]

    async def _first_warehouse(self) -> int:
        return await self._only("stock.location", [["type", "=", "warehouse"]])

    async def _another_warehouse(self, name: str) -> int:
        """A warehouse is four locations: without one for what is lost nothing can be counted there."""
        kinds = {"input_location": "storage", "output_location": "storage", "storage_location": "storage"}
        kinds |= {"lost_found_location": "lost_found"}
        locations = {
            field_: await self.client.create("stock.location", {"name": f"{name} {field_}", "type": kind})
            for field_, kind in kinds.items()
        }
        return await self.client.create(
            "stock.location", {"name": f"Warehouse {name}", "type": "warehouse", **locations}
        )

    async def _storage(self, warehouse: int) -> int:
        (row,) = await self.client.search("stock.location", [["id", "=", warehouse]], ["storage_location"])
        return id_of(row.get("storage_location"), "storage location")

    async def _only(self, model: str, domain: list[object]) -> int:
        rows = await self.client.search(model, domain, ["name"], limit=1)
        return id_of(record(rows[0] if rows else None, model).get("id"), model)


async def add_party(client: TrytonClient, name: str, number: str) -> int:
    """A customer who was there before."""
    return await client.create(
        "party.party",
        {
            "name": name,
            "identifiers": [["create", [{"type": None, "code": number}]]],
            "addresses": [["create", [{}]]],
        },
    )


def _records(answer: object, ids: Sequence[int]) -> list[Record]:
    """Rows in the order of their ids."""
    rows = {row["id"]: row for row in answer} if isinstance(answer, list) else {}
    return [rows[id_] for id_ in ids]
