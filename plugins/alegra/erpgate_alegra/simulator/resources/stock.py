"""Quantities: what each warehouse holds of each item, and what a sale takes from it."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from erpgate_alegra.simulator.arithmetic import ZERO
from erpgate_alegra.simulator.errors import Invalid
from erpgate_alegra.simulator.jsontext import Document
from erpgate_alegra.simulator.tenant import Tenant

Movement = Mapping[tuple[str, str], Decimal]
"""Quantities by item and warehouse."""


def set_opening(tenant: Tenant, item: Document, opening: Mapping[str, Decimal]) -> None:
    """Sets an item's opening quantities; what has been sold since stays sold."""
    held = _held(tenant, item["id"])
    for warehouse, quantity in opening.items():
        change = quantity - held["initial"].get(warehouse, ZERO)
        held["initial"][warehouse] = quantity
        held["available"][warehouse] = held["available"].get(warehouse, ZERO) + change
    tenant["stock"].put(held)


def initial(tenant: Tenant, item: str, warehouse: str = "") -> Decimal:
    """Opening quantity of an item, in one warehouse or in all."""
    return _total(_held(tenant, item)["initial"], warehouse)


def available(tenant: Tenant, item: str, warehouse: str = "") -> Decimal:
    """Present quantity of an item, in one warehouse or in all."""
    return _total(_held(tenant, item)["available"], warehouse)


def warehouses_of(tenant: Tenant, item: str) -> list[str]:
    """The warehouses that have ever held an item."""
    return list(_held(tenant, item)["available"])


def movement(tenant: Tenant, lines: Iterable[Document], warehouse: str) -> Movement:
    """What the lines of a document take from a warehouse; a kit takes its components."""
    total: dict[tuple[str, str], Decimal] = {}
    for line in lines:
        quantity = Decimal(line["quantity"])
        for item, each in _parts(tenant, line["id"]):
            total[item, warehouse] = total.get((item, warehouse), ZERO) + each * quantity
    return total


def require(tenant: Tenant, wanted: Movement, returned: Movement | None = None) -> None:
    """Checks that the warehouses hold what is wanted.

    Args:
        tenant: The company.
        wanted: What a document takes.
        returned: What its former version gives back first.

    Raises:
        Invalid: An item that may not be sold below zero would be.
    """
    for key, quantity in wanted.items():
        item, warehouse = key
        document = tenant["items"].get(item)
        if document is None or document["negativeSale"]:
            continue
        if available(tenant, item, warehouse) + (returned or {}).get(key, ZERO) < quantity:
            raise Invalid(f"Se ha excedido la cantidad disponible del ítem {document['name']}")


def take(tenant: Tenant, quantities: Movement, sign: int = 1) -> None:
    """Takes quantities out of the warehouses, or puts them back with a sign of -1."""
    for (item, warehouse), quantity in quantities.items():
        held = _held(tenant, item)
        held["available"][warehouse] = held["available"].get(warehouse, ZERO) - sign * quantity
        tenant["stock"].put(held)


def _held(tenant: Tenant, item: str) -> Document:
    return tenant["stock"].get(item) or {"id": item, "initial": {}, "available": {}}


def _total(quantities: Mapping[str, Decimal], warehouse: str) -> Decimal:
    if warehouse:
        return Decimal(quantities.get(warehouse, ZERO))
    return sum(map(Decimal, quantities.values()), ZERO)


def _parts(tenant: Tenant, identity: str) -> Iterator[tuple[str, Decimal]]:
    item = tenant["items"].get(identity)
    if item is None:
        return
    if item["stocked"]:
        yield identity, Decimal(1)
    for part in item["subitems"] or ():
        component = tenant["items"].get(part["id"])
        if component is not None and component["stocked"]:
            yield component["id"], Decimal(part["quantity"])
