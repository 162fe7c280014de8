"""The lines of an invoice or a credit note: read, computed and shown."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from erpgate_alegra.simulator.arithmetic import ZERO, Amounts, fixed, line_amounts, rounded, summed
from erpgate_alegra.simulator.assumptions import UNIT_PRICE_DECIMALS
from erpgate_alegra.simulator.errors import Invalid
from erpgate_alegra.simulator.ids import number_or_text
from erpgate_alegra.simulator.jsontext import Document, number_text
from erpgate_alegra.simulator.reading import decimal_of, read_rows, read_text, reference_id
from erpgate_alegra.simulator.tenant import Tenant

from .item_fields import tax_ids

_NOT_SOLD = "Solo puedes incluir ítems activos en la factura"
_TAX_KEYS = ("id", "name", "percentage", "description", "type")


def read_lines(tenant: Tenant, entries: Any) -> tuple[list[Document], Amounts]:
    """Reads lines and computes what they come to.

    Raises:
        Invalid: A line is wrong; the first one is told.
    """
    rows = read_rows(entries, "items")
    if not rows:
        raise Invalid("La factura debe tener al menos un ítem")
    taxes: dict[str, Document] = {}
    computed = [_read_line(tenant, entry, taxes) for entry in rows]
    return [line for line, _ in computed], summed([amounts for _, amounts in computed])


def show_line(line: Document, *, fresh: bool) -> Document:
    """Makes the answered form of a line.

    Args:
        line: The kept line.
        fresh: Whether it answers a create, which shows quantity and discount as they were sent.
    """
    discount, quantity = line["discount"], line["quantity"]
    return {
        "id": number_or_text(line["id"]),
        "name": line["name"],
        "description": line["description"],
        "price": line["price"],
        "discount": _as_sent(discount) if fresh else fixed(Decimal(discount or 0), 2),
        "reference": line["reference"],
        "quantity": quantity if fresh else fixed(Decimal(quantity), 2),
        "unit": line["unit"],
        "tax": line["tax"],
        "total": line["total"],
    }


def _read_line(tenant: Tenant, entry: Document, taxes: dict[str, Document]) -> tuple[Document, Amounts]:
    item = _sold_item(tenant, entry)
    price = rounded(_price(entry, item), UNIT_PRICE_DECIMALS)
    quantity = decimal_of(entry.get("quantity", 1), "quantity")
    if quantity <= ZERO:
        raise Invalid("La cantidad debe ser mayor que cero")
    discount = entry.get("discount")
    percentage = ZERO if discount is None or discount == "" else decimal_of(discount, "discount")
    if not ZERO <= percentage <= 100:
        raise Invalid("El descuento debe estar entre 0 y 100")
    own_taxes = [_tax(tenant, identity, taxes) for identity in tax_ids(tenant, entry.get("tax") or [])]
    amounts = line_amounts(
        price=price,
        quantity=quantity,
        discount=percentage,
        tax_percentage=sum((Decimal(tax["percentage"]) for tax in own_taxes), ZERO),
        precision=tenant.precision,
    )
    keeps_reference = tenant.switches.line_reference == "kept"
    line = {
        "id": item["id"],
        "name": read_text(entry.get("name"), "items.name") or item["name"],
        "description": read_text(entry.get("description"), "items.description"),
        "price": price,
        "discount": discount,
        "reference": entry.get("reference") if keeps_reference else None,
        "quantity": entry.get("quantity", 1),
        "unit": item["unit"],
        "tax": own_taxes,
        "total": amounts.total,
    }
    return line, amounts


def _sold_item(tenant: Tenant, entry: Document) -> Document:
    identity = reference_id(entry.get("id"), "items.id")
    if identity is None:
        raise Invalid("El id del ítem es requerido", 3065)
    item = tenant["items"].get(identity)
    if item is None or item["status"] != "active" or item["type"] == "variantParent":
        raise Invalid(_NOT_SOLD)
    return item


def _price(entry: Document, item: Document) -> Decimal:
    if entry.get("price") is not None:
        return decimal_of(entry["price"], "price")
    return Decimal(next(iter(item["prices"].values()), ZERO))


def _tax(tenant: Tenant, identity: str, known: dict[str, Document]) -> Document:
    if identity not in known:
        tax = tenant["taxes"].get(identity) or {}
        known[identity] = {key: tax.get(key) for key in _TAX_KEYS}
    return known[identity]


def _as_sent(discount: Any) -> str:
    if discount is None:
        return ""
    return number_text(discount) if isinstance(discount, Decimal) else str(discount)


def rows_without_tax(lines: Iterable[Document]) -> list[int]:
    """Positions of the lines that carry no tax."""
    return [position for position, line in enumerate(lines) if not line["tax"]]
