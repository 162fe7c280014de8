"""``GET /invoices``: newest first, with the filters that exist; others are ignored as Alegra ignores them."""

from collections.abc import Callable, Iterable, Mapping

from erpgate_alegra.simulator.call import Answer, Call
from erpgate_alegra.simulator.jsontext import Document
from erpgate_alegra.simulator.listing import MAX_LIMIT, Filter, contains, page_of
from erpgate_alegra.simulator.tenant import full_number

from .invoice_shapes import show_invoice
from .stamping import status_of

_COMPARISONS: Mapping[str, Callable[[str, str], bool]] = {
    "": str.__eq__,
    "_after": str.__gt__,
    "_afterOrNow": str.__ge__,
    "_before": str.__lt__,
    "_beforeOrNow": str.__le__,
}

_ORDER = {
    "id": lambda invoice: int(invoice["id"]),
    "date": lambda invoice: (invoice["date"], int(invoice["id"])),
    "dueDate": lambda invoice: (invoice["dueDate"], int(invoice["id"])),
    "status": lambda invoice: invoice["status"],
}


def list_invoices(call: Call) -> Answer:
    """Answers a page of invoices."""
    return page_of(
        call,
        _candidates(call),
        show=lambda invoice: show_invoice(call.tenant, invoice, extras=call.extras, origin=call.origin),
        filters=() if call.query.get("id") else invoice_filters(call),
        order=_ORDER,
    )


def _candidates(call: Call) -> Iterable[Document]:
    invoices, query = call.tenant["invoices"], call.query
    if wanted := query.get("id"):
        found = (invoices.get(identity.strip()) for identity in wanted.split(",")[:MAX_LIMIT])
        return [invoice for invoice in found if invoice is not None]
    if client := query.get("client_id"):
        return reversed(invoices.having("client", client))
    if item := query.get("item_id"):
        return reversed(invoices.having("item", item))
    return invoices.newest_first()


def invoice_filters(call: Call) -> list[Filter]:
    """The filters that the query asks for."""
    query, contacts = call.query, call.tenant["contacts"]
    filters = _date_filters(query)
    if status := query.get("status"):
        wanted = {part.strip() for part in status.split(",")}
        filters.append(lambda invoice: invoice["status"] in wanted)
    if client := query.get("client_id"):
        filters.append(lambda invoice: invoice["client"] == client)
    if item := query.get("item_id"):
        filters.append(lambda invoice: any(line["id"] == item for line in invoice["items"]))
    if name := query.get("client_name"):
        filters.append(lambda invoice: contains((contacts.get(invoice["client"]) or {}).get("name"), name))
    if identification := query.get("client_identification"):
        filters.append(lambda invoice: (contacts.get(invoice["client"]) or {}).get("identification") == identification)
    if number := query.get("numberTemplate_fullNumber"):
        filters.append(lambda invoice: invoice["number"] is not None and full_number(invoice).endswith(number))
    if emission := query.get("emission_status"):
        filters.append(lambda invoice: _emission(invoice) == emission)
    return filters


def _date_filters(query: Mapping[str, str]) -> list[Filter]:
    filters: list[Filter] = []
    for field in ("date", "dueDate"):
        for suffix, compare in _COMPARISONS.items():
            if wanted := query.get(field + suffix):
                filters.append(
                    lambda invoice, field=field, compare=compare, wanted=wanted: (  # type: ignore[misc]
                        compare(invoice[field], wanted)
                    )
                )
    return filters


def _emission(invoice: Document) -> str:
    return status_of(invoice["stamp"]) if invoice["stamp"] else "PENDING"
