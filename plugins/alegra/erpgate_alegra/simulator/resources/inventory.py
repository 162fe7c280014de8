"""``/inventory-adjustments`` and ``/warehouse-transfers``: stock that changes without a sale."""

from decimal import Decimal

from erpgate_alegra.simulator.call import Answer, Call, Handler
from erpgate_alegra.simulator.errors import Invalid
from erpgate_alegra.simulator.ids import uuid7
from erpgate_alegra.simulator.jsontext import Document
from erpgate_alegra.simulator.listing import page_of
from erpgate_alegra.simulator.reading import decimal_of, read_date, read_rows

from . import stock
from .item_fields import default_id, existing_id

_SIGNS = {"in": -1, "out": 1}


def _adjust(call: Call) -> Answer:
    fields = call.fields
    day = read_date(fields.get("date"), "date").isoformat()
    warehouse = existing_id(call.tenant, "warehouses", fields.get("warehouse"), "warehouse")
    warehouse = warehouse or default_id(call.tenant, "warehouses")
    lines = [_line(call, entry) for entry in read_rows(fields.get("items"), "items")]
    out = {(line["id"], warehouse): line["quantity"] for line in lines if line["type"] == "out"}
    stock.require(call.tenant, out)
    for line in lines:
        stock.take(call.tenant, {(line["id"], warehouse): line["quantity"]}, sign=_SIGNS[line["type"]])
    kept = {"date": day, "observations": fields.get("observations"), "warehouse": warehouse, "items": lines}
    return _kept(call, kept)


def _transfer(call: Call) -> Answer:
    fields = call.fields
    day = read_date(fields.get("date"), "date").isoformat()
    ends = [existing_id(call.tenant, "warehouses", fields.get(end), end) for end in ("origin", "destination")]
    origin, destination = ends
    if origin is None or destination is None:
        raise Invalid("Los campos origin y destination son requeridos")
    lines = [_line(call, entry | {"type": "out"}) for entry in read_rows(fields.get("items"), "items")]
    stock.require(call.tenant, {(line["id"], origin): line["quantity"] for line in lines})
    for line in lines:
        stock.take(call.tenant, {(line["id"], origin): line["quantity"]})
        stock.take(call.tenant, {(line["id"], destination): line["quantity"]}, sign=-1)
    return _kept(call, {"date": day, "origin": origin, "destination": destination, "items": lines})


def _line(call: Call, entry: Document) -> Document:
    identity = existing_id(call.tenant, "items", entry.get("id"), "items.id")
    item = call.tenant["items"].get(identity)
    if item is None or not item["stocked"]:
        raise Invalid("El ítem no es inventariable")
    if entry.get("type") not in ("in", "out"):
        raise Invalid("El tipo de ajuste no es válido")
    quantity = decimal_of(entry.get("quantity"), "quantity")
    if quantity <= Decimal(0):
        raise Invalid("La cantidad debe ser mayor que cero")
    return {"id": identity, "type": entry["type"], "quantity": quantity, "unitCost": entry.get("unitCost")}


def _kept(call: Call, document: Document) -> Answer:
    """Stores a document; these resources have had UUIDs since 2025."""
    stored = call.tenant[call.resource].put({"id": uuid7(call.now)} | document)
    return Answer(status=201, body=stored)


def _list(call: Call) -> Answer:
    return page_of(call, call.tenant[call.resource].newest_first(), show=dict)


def _get(call: Call) -> Answer:
    return Answer(body=call.document())


HANDLERS: dict[tuple[str, str], Handler] = {
    ("GET", "/inventory-adjustments"): _list,
    ("POST", "/inventory-adjustments"): _adjust,
    ("GET", "/inventory-adjustments/{id}"): _get,
    ("GET", "/warehouse-transfers"): _list,
    ("POST", "/warehouse-transfers"): _transfer,
    ("GET", "/warehouse-transfers/{id}"): _get,
}
