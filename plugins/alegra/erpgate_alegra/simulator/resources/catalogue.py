"""The reference resources, which differ only in their keys: warehouses, taxes, terms, sellers and their like."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from erpgate_alegra.simulator.arithmetic import fixed
from erpgate_alegra.simulator.call import Answer, Call, Handler, done
from erpgate_alegra.simulator.errors import Invalid
from erpgate_alegra.simulator.ids import number_or_text, uuid7
from erpgate_alegra.simulator.jsontext import Document
from erpgate_alegra.simulator.listing import Filter, contains, page_of
from erpgate_alegra.simulator.reading import decimal_of, read_date
from erpgate_alegra.simulator.tenant import Tenant


def _percentage(value: object) -> str:
    return fixed(decimal_of(value, "percentage"), 2)


def _count(value: object) -> str:
    return str(int(decimal_of(value, "number")))


def _date(value: object) -> str:
    return read_date(value, "date").isoformat()


def _text(value: object) -> str:
    return str(value)


def _same_id(identity: str) -> int | str:
    return identity


_ID_LENGTH = 36
"""Longest id, to which shorter ones are filled up so that numbers sort as numbers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Catalogue:
    """One reference resource.

    Attributes:
        kind: Its path segment.
        defaults: Every key it keeps, with the value of one that a create leaves out.
        required: Keys that a create must send.
        shown_id: Makes the answered form of an id, for the resource whose recording shows numbers.
        read: Makes the kept form of a value, by key.
        kept_back: Keys that are kept and not shown.
        only_active: Whether lists leave inactive documents out.
        uuid: Whether new ids are UUIDs when the company's switch says so.
        key: The key that is the id, where documents have no id of their own.
        filters: Query parameters that filter by equality.
    """

    kind: str
    defaults: Mapping[str, object]
    required: tuple[str, ...] = ("name",)
    shown_id: Callable[[str], int | str] = _same_id
    read: Mapping[str, Callable[[object], object]] = field(default_factory=dict)
    kept_back: frozenset[str] = frozenset()
    only_active: bool = False
    uuid: bool = False
    key: str = ""
    filters: tuple[str, ...] = ()

    def show(self, document: Document) -> Document:
        """The answered form of a document."""
        shown = {key: value for key, value in document.items() if key not in self.kept_back}
        if self.key:
            del shown["id"]
        else:
            shown["id"] = self.shown_id(document["id"])
        return shown

    def add(self, tenant: Tenant, fields: Document, new_id: Callable[[], str]) -> Document:
        """Keeps a new document.

        Raises:
            Invalid: A required key is missing or a value cannot be read.
        """
        for name in self.required:
            if fields.get(name) is None or fields[name] == "":
                raise Invalid(f"El campo {name} es requerido")
        values = {name: fields.get(name, default) for name, default in self.defaults.items()}
        self._read(values)
        identity = str(fields[self.key]) if self.key else new_id()
        return tenant[self.kind].put({"id": identity} | {k: v for k, v in values.items() if v is not Ellipsis})

    def list_(self, call: Call) -> Answer:
        """Answers a page."""
        checks = [_equals(name, call.query[name]) for name in self.filters if name in call.query]
        if self.only_active:
            checks.append(lambda document: document["status"] == "active")
        if text := call.query.get("query"):
            checks.append(lambda document: contains(document.get("name"), text))
        order = {"id": lambda document: document["id"].zfill(_ID_LENGTH), "name": _name}
        return page_of(call, call.tenant[self.kind], show=self.show, filters=checks, order=order)

    def get(self, call: Call) -> Answer:
        """Answers one document."""
        return Answer(body=self.show(call.document()))

    def create(self, call: Call) -> Answer:
        """Adds a document."""
        as_uuid = self.uuid and call.tenant.switches.uuid_ids
        new_id = (lambda: uuid7(call.now)) if as_uuid else call.tenant[self.kind].next_id
        return Answer(status=201, body=self.show(self.add(call.tenant, call.fields, new_id)))

    def update(self, call: Call) -> Answer:
        """Changes the keys that are sent."""
        document = call.document()
        values = {name: value for name, value in call.fields.items() if name in self.defaults}
        self._read(values)
        document.update(values)
        return Answer(body=self.show(call.tenant[self.kind].put(document)))

    def delete(self, call: Call) -> Answer:
        """Removes a document."""
        call.tenant[self.kind].remove(call.document()["id"])
        return done("El registro fue eliminado correctamente.")

    def _read(self, values: Document) -> None:
        for name, read in self.read.items():
            if values.get(name) is not None and values[name] is not Ellipsis:
                values[name] = read(values[name])


def _equals(name: str, wanted: str) -> Filter:
    return lambda document: str(document.get(name)) == wanted


def _name(document: Document) -> str:
    return str(document.get("name"))


CATALOGUES = {
    catalogue.kind: catalogue
    for catalogue in (
        Catalogue(
            kind="warehouses",
            defaults={
                "name": "",
                "observations": None,
                "isDefault": False,
                "address": None,
                "status": "active",
                "costCenter": None,
            },
            uuid=True,
        ),
        Catalogue(
            kind="price-lists",
            defaults={"name": "", "status": "active", "type": "amount", "percentage": ..., "main": False},
            read={"percentage": _percentage},
        ),
        Catalogue(
            kind="taxes",
            defaults={"name": "", "percentage": "0.00", "description": "", "type": "IVA", "status": "active"},
            required=("name", "percentage"),
            shown_id=number_or_text,
            read={"percentage": _percentage},
        ),
        Catalogue(
            kind="retentions",
            defaults={"name": "", "percentage": "0.00", "description": "", "type": "FUENTE", "status": "active"},
            required=("name", "percentage"),
            read={"percentage": _percentage},
        ),
        Catalogue(
            kind="sellers",
            defaults={"name": "", "identification": None, "observations": None, "status": "active"},
            uuid=True,
        ),
        Catalogue(
            kind="terms",
            defaults={"name": "", "days": "0", "status": "active"},
            required=("name", "days"),
            read={"days": _text},
        ),
        Catalogue(
            kind="bank-accounts",
            defaults={
                "name": "",
                "number": None,
                "description": "",
                "type": "bank",
                "status": "active",
                "initialBalance": 0,
                "initialBalanceDate": None,
            },
            required=("name", "type", "initialBalance", "initialBalanceDate"),
            kept_back=frozenset({"initialBalance", "initialBalanceDate"}),
            only_active=True,
        ),
        Catalogue(
            kind="currencies",
            defaults={"code": "", "name": "", "symbol": "$", "exchangeRate": 1, "status": "active"},
            required=("code",),
            key="code",
        ),
        Catalogue(kind="cost-centers", defaults={"code": "", "name": "", "description": None, "status": "active"}),
        Catalogue(kind="item-categories", defaults={"name": "", "description": None, "status": "active"}),
        Catalogue(
            kind="custom-fields",
            defaults={"name": "", "type": "text", "resourceType": "item", "isRequired": False, "status": "active"},
        ),
        Catalogue(
            kind="number-templates",
            defaults={
                "name": "",
                "prefix": None,
                "documentType": "invoice",
                "subDocumentType": None,
                "isElectronic": False,
                "isDefault": False,
                "status": "active",
                "autoincrement": True,
                "startDate": None,
                "endDate": None,
                "minInvoiceNumber": None,
                "maxInvoiceNumber": None,
                "nextInvoiceNumber": "1",
                "resolutionNumber": None,
                "invoiceText": None,
                "deletable": True,
            },
            read={
                "nextInvoiceNumber": _count,
                "maxInvoiceNumber": _count,
                "minInvoiceNumber": _count,
                "endDate": _date,
            },
            filters=("documentType",),
        ),
        Catalogue(
            kind="categories",
            defaults={
                "idParent": None,
                "name": "",
                "description": "",
                "type": "income",
                "readOnly": False,
                "categoryRule": None,
            },
            filters=("type",),
        ),
    )
}
"""The reference resources by path segment."""


def handlers(catalogue: Catalogue) -> dict[tuple[str, str], Handler]:
    """Routes of a reference resource, by method and path pattern."""
    return {
        ("GET", f"/{catalogue.kind}"): catalogue.list_,
        ("POST", f"/{catalogue.kind}"): catalogue.create,
        ("GET", f"/{catalogue.kind}/{{id}}"): catalogue.get,
        ("PUT", f"/{catalogue.kind}/{{id}}"): catalogue.update,
        ("DELETE", f"/{catalogue.kind}/{{id}}"): catalogue.delete,
    }
