"""``/items``: what a company sells."""

from collections.abc import Iterable

from erpgate_alegra.simulator.assumptions import PRICE_LIST_FILTER, USED_DOCUMENTS_STAY, VARIANT_PARENT_FILTER
from erpgate_alegra.simulator.call import Answer, Call, Handler, done
from erpgate_alegra.simulator.errors import Invalid
from erpgate_alegra.simulator.jsontext import Document
from erpgate_alegra.simulator.listing import Filter, contains, page_of
from erpgate_alegra.simulator.reading import read_object

from . import stock
from .item_fields import blank_item, keep, read_fields, read_inventory
from .item_shapes import prices_of, show_item
from .variants import child_name, new_children, own_attributes


def _list(call: Call) -> Answer:
    extras = call.extras | ({"itemVariants"} if call.query.get("mode") == "advanced" else set())
    warehouse, price_list = call.query.get("idWarehouse", ""), call.query.get(PRICE_LIST_FILTER, "")

    def show(item: Document) -> Document:
        return show_item(call.tenant, item, extras=extras, warehouse=warehouse, price_list=price_list)

    order = {"id": _age, "name": lambda item: item["name"], "reference": lambda item: item["reference"] or ""}
    return page_of(call, _candidates(call), show=show, filters=_filters(call), order=order)


def _age(item: Document) -> int:
    return int(item["id"])


def _candidates(call: Call) -> Iterable[Document]:
    items = call.tenant["items"]
    if call.tenant.switches.reference_filter == "exact" and "reference" in call.query:
        return items.having("reference", call.query["reference"])
    if VARIANT_PARENT_FILTER in call.query:
        return items.having("parent", call.query[VARIANT_PARENT_FILTER])
    return items


def _filters(call: Call) -> list[Filter]:
    query, tenant = call.query, call.tenant
    filters: list[Filter] = []
    if "reference" in query and tenant.switches.reference_filter == "contains":
        filters.append(lambda item: contains(item["reference"], query["reference"]))
    if "query" in query:
        filters.append(lambda item: contains(f"{item['name']} {item['reference'] or ''}", query["query"]))
    filters += [_containing(name, query[name]) for name in ("name", "description") if name in query]
    filters += [_equal(name, query[name]) for name in ("status", "type") if name in query]
    if "idItemCategory" in query:
        filters.append(lambda item: item["itemCategory"] == query["idItemCategory"])
    if "inventariable" in query:
        filters.append(lambda item: item["stocked"] == (query["inventariable"] == "true"))
    if "idWarehouse" in query:
        filters.append(lambda item: query["idWarehouse"] in stock.warehouses_of(tenant, item["id"]))
    if PRICE_LIST_FILTER in query:
        filters.append(lambda item: bool(prices_of(tenant, item, query[PRICE_LIST_FILTER])))
    if VARIANT_PARENT_FILTER in query:
        filters.append(lambda item: item["parent"] == query[VARIANT_PARENT_FILTER])
    return filters


def _containing(name: str, part: str) -> Filter:
    return lambda item: contains(item[name], part)


def _equal(name: str, wanted: str) -> Filter:
    return lambda item: bool(item[name] == wanted)


def _get(call: Call) -> Answer:
    shown = show_item(
        call.tenant, call.document(), extras=call.extras | {"itemVariants"}, warehouse=call.query.get("idWarehouse", "")
    )
    return Answer(body=shown)


def _create(call: Call) -> Answer:
    tenant, fields = call.tenant, call.fields
    if not fields.get("name"):
        raise Invalid("El campo name es requerido")
    values = read_fields(tenant, fields)
    inventory = read_object(fields.get("inventory"), "inventory")
    _check_country(call, fields, inventory)
    item = blank_item("", fields["name"]) | {"type": "product" if inventory else "service"} | values
    item["category"] = item["category"] or _income_category(call)
    opening = read_inventory(tenant, item, inventory)
    children = []
    if item["type"] == "variantParent":
        item["variantAttributes"] = own_attributes(tenant, fields.get("variantAttributes"))
        children = new_children(tenant, item, fields.get("itemVariants"))
    item["id"] = tenant["items"].next_id()
    keep(tenant, item, opening)
    for child, child_opening in children:
        child |= {"id": tenant["items"].next_id(), "parent": item["id"], "name": child_name(item, child)}
        keep(tenant, child, child_opening)
    return Answer(status=201, body=show_item(tenant, item, fresh=True, extras=frozenset({"itemVariants"})))


def _check_country(call: Call, fields: Document, inventory: Document) -> None:
    country = call.tenant.account.country
    if country.reference_object and "reference" not in fields:
        raise Invalid("itemReferenceIsNotAValidObject", 1106)
    if country.product_key_required and not fields.get("productKey"):
        raise Invalid("El campo productKey es requerido", 1093)
    if country.unit_required and not inventory.get("unit"):
        raise Invalid("El campo unit es requerido", 1039)


def _income_category(call: Call) -> str | None:
    categories = call.tenant["categories"]
    return next((category["id"] for category in categories if category["type"] == "income"), None)


def _update(call: Call) -> Answer:
    tenant, item = call.tenant, call.document()
    changed = item | read_fields(tenant, call.fields)
    opening = read_inventory(tenant, changed, read_object(call.fields.get("inventory"), "inventory"))
    item.update(changed)
    return Answer(body=show_item(tenant, keep(tenant, item, opening)))


def _delete(call: Call) -> Answer:
    item = call.document()
    if USED_DOCUMENTS_STAY and call.tenant["invoices"].having("item", item["id"]):
        raise Invalid("El ítem no se puede eliminar porque está asociado a una factura")
    for child in call.tenant["items"].having("parent", item["id"]):
        call.tenant["items"].remove(child["id"])
    call.tenant["items"].remove(item["id"])
    return done("El ítem fue eliminado correctamente.")


HANDLERS: dict[tuple[str, str], Handler] = {
    ("GET", "/items"): _list,
    ("POST", "/items"): _create,
    ("GET", "/items/{id}"): _get,
    ("PUT", "/items/{id}"): _update,
    ("DELETE", "/items/{id}"): _delete,
}
