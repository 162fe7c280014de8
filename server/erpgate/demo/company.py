"""The company of the demo: a small Colombian shop, in neutral words."""

from decimal import Decimal

from erpgate.plugin import Item, ItemId, SimulatedCompany

SHIPPING_CODE = "ENVIO"
"""Barcode of the item that shipping is invoiced with."""

_PLACES = 2


def shop() -> SimulatedCompany:
    """Products with three tax rates, variants, a service, an inactive item, and two that share a barcode."""
    return SimulatedCompany(
        name="Tienda Demo S.A.S.",
        country_code="CO",
        currency_code="COP",
        amount_places=_PLACES,
        items=(
            _item("1", "Termo de acero 1 L", "TERMO-1L", "7701004000013", "100000", "0.19"),
            _item("2", "Audífonos inalámbricos", "AUD-BT", "7701005000012", "168000", "0.19"),
            _item("3", "Cuaderno cuadriculado", "CUAD-100", "7701006000011", "7500", "0.19"),
            _item("4", "Bolsa de regalo", "BOLSA", "7701007000010", "3000", "0.19"),
            _item("5", "Café molido 500 g", "CAFE-500", "7701002000015", "20000", "0.05"),
            _item("6", "Libro de cocina", "LIBRO-COC", "7701003000014", "45000", "0"),
            _item("7", "Arroz a granel", "ARROZ-KG", "7701010000014", "3360", "0", unit="kilogram"),
            _item("8", "Lámpara de escritorio", "LAMPARA", "7701008000019", "75000", "0.19", active=False),
            _item("9", "Cable USB-C 1 m", "CABLE-1", "7701009000018", "20000", "0.19"),
            _item("10", "Cable USB-C 2 m", "CABLE-2", "7701009000018", "25000", "0.19"),
            _item("11", "Envío", "ENVIO", SHIPPING_CODE, "10000", "0", kind="service"),
            _item("12", "Camiseta", "CAMISETA", None, "50000", "0.19", kind="variant_parent"),
            _item("13", "Camiseta / Rojo / M", "CAMISETA", "7701001000023", "50000", "0.19", parent="12"),
            _item("14", "Camiseta / Azul / L", "CAMISETA", "7701001000030", "50000", "0.19", parent="12"),
        ),
    )


def _item(
    id_: str,
    name: str,
    reference: str,
    barcode: str | None,
    price: str,
    rate: str,
    *,
    kind: str = "product",
    parent: str = "",
    unit: str = "unit",
    active: bool = True,
) -> Item:
    keeps_stock = kind == "product" or bool(parent)
    return Item(
        id=ItemId(id_),
        name=name,
        reference=reference,
        barcode=barcode,
        kind="variant" if parent else kind,  # type: ignore[arg-type]
        parent=ItemId(parent) if parent else None,
        unit=unit,
        active=active,
        currency_code="COP",
        prices={"1": Decimal(price)},
        tax_rates={rate: Decimal(rate)},
        stock={"1": Decimal(1_000_000)} if keeps_stock else {},
    )
