"""``/contacts``: whom a company sells to and buys from."""

from collections.abc import Iterable

from erpgate_alegra.simulator.assumptions import DELETED_CONTACT_COUNTS_AS_DUPLICATE, USED_DOCUMENTS_STAY
from erpgate_alegra.simulator.call import Answer, Call, Handler, done
from erpgate_alegra.simulator.errors import Invalid, TooManyContacts
from erpgate_alegra.simulator.jsontext import Document
from erpgate_alegra.simulator.listing import Filter, contains, page_of
from erpgate_alegra.simulator.tenant import Tenant, digits_of

from .contact_fields import blank_contact, check_electronic, read_contact
from .contact_shapes import show_contact
from .strict import require_contact


def _list(call: Call) -> Answer:
    order = {"id": lambda contact: int(contact["id"]), "name": lambda contact: contact["name"]}
    return page_of(
        call,
        _candidates(call),
        show=lambda contact: show_contact(call.tenant, contact, call.extras),
        filters=_filters(call),
        order=order,
    )


def _candidates(call: Call) -> Iterable[Document]:
    contacts = call.tenant["contacts"]
    wanted = call.query.get("identification")
    if wanted and "identification" in call.tenant.switches.contact_filters:
        return contacts.having("identification", f"text:{wanted}")
    return contacts


def _filters(call: Call) -> list[Filter]:
    query = {
        name: value for name, value in call.query.items() if name in call.tenant.switches.contact_filters and value
    }
    filters: list[Filter] = [lambda contact: not contact.get("deleted")]
    if "type" in query:
        filters.append(lambda contact: query["type"] in contact["type"])
    if "query" in query:
        filters.append(lambda contact: any(contains(contact[key], query["query"]) for key in _SEARCHED))
    if "name" in query:
        filters.append(lambda contact: contains(contact["name"], query["name"]))
    if "email" in query:
        filters.append(lambda contact: (contact["email"] or "").casefold() == query["email"].casefold())
    return filters


_SEARCHED = ("name", "identification", "email", "phonePrimary", "mobile")


def _get(call: Call) -> Answer:
    return Answer(body=show_contact(call.tenant, call.document(), call.extras))


def _create(call: Call) -> Answer:
    tenant, fields = call.tenant, call.fields
    contact = blank_contact(tenant) | read_contact(tenant, fields)
    if not contact.get("name"):
        raise Invalid("El campo name es requerido")
    check_electronic(tenant, contact)
    require_contact(tenant, contact)
    if not fields.get("ignoreRepeated"):
        _refuse_duplicate(tenant, contact)
    if 0 < tenant.account.contacts_limit <= len(tenant["contacts"]):
        raise TooManyContacts
    return Answer(status=201, body=show_contact(tenant, add_contact(tenant, contact)))


def add_contact(tenant: Tenant, contact: Document) -> Document:
    """Stores a new contact under the next id."""
    return tenant["contacts"].put({"id": tenant["contacts"].next_id()} | contact)


def _refuse_duplicate(tenant: Tenant, contact: Document, own_id: str = "") -> None:
    identification = contact["identification"]
    if not identification:
        return
    by_digits = tenant.switches.duplicate_identification == "digits"
    value = f"digits:{digits_of(identification)}" if by_digits else f"text:{identification}"
    for other in tenant["contacts"].having("identification", value):
        if other["id"] == own_id or (other.get("deleted") and not DELETED_CONTACT_COUNTS_AS_DUPLICATE):
            continue
        raise Invalid(
            f"Ya existe un contacto con la identificación {other['identification']}",
            2006,
            contactId=other["id"],
            contactName=other["name"],
            contactIdentification=other["identification"],
            contactIdentificationObject=other["identificationObject"],
        )


def _update(call: Call) -> Answer:
    """Changes a contact; the recordings show `type` reset when it is not sent, whatever happens to other fields."""
    tenant, contact = call.tenant, call.document()
    sent = read_contact(tenant, call.fields)
    kept = blank_contact(tenant) if tenant.switches.contact_put == "replaces" else contact
    changed = kept | {"id": contact["id"], "name": contact["name"], "type": []} | sent
    if tenant.electronic:
        check_electronic(tenant, blank_contact(tenant) | {"nameObject": changed.get("nameObject")} | sent)
    if not changed["name"]:
        raise Invalid("El campo name es requerido")
    require_contact(tenant, changed)
    _refuse_duplicate(tenant, changed, own_id=contact["id"])
    return Answer(body=show_contact(tenant, tenant["contacts"].put(changed)))


def _delete(call: Call) -> Answer:
    contact = call.document()
    if USED_DOCUMENTS_STAY and call.tenant["invoices"].having("client", contact["id"]):
        raise Invalid("El contacto no se puede eliminar porque está asociado a una factura")
    call.tenant["contacts"].put(contact | {"deleted": True})
    return done("El contacto fue eliminado correctamente.")


HANDLERS: dict[tuple[str, str], Handler] = {
    ("GET", "/contacts"): _list,
    ("POST", "/contacts"): _create,
    ("GET", "/contacts/{id}"): _get,
    ("PUT", "/contacts/{id}"): _update,
    ("DELETE", "/contacts/{id}"): _delete,
}
