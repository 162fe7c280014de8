"""One company: its account and all its documents."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from .account import Account
from .assumptions import Switches
from .collection import Collection, Index
from .database import Changes
from .jsontext import Document

ACCOUNT = "account"
"""Kind under which the account itself is kept, with the e-mail for an id."""

COMPANY_ID = "1"
"""Id of the one document that `/company` shows."""


def digits_of(identification: str) -> str:
    """An identification without punctuation, as duplicates are compared."""
    return "".join(character for character in identification if character.isalnum()).upper()


def _identifications(contact: Document) -> Iterable[str]:
    identification = contact.get("identification")
    return (f"text:{identification}", f"digits:{digits_of(identification)}") if identification else ()


def _client(document: Document) -> Iterable[str]:
    return (document["client"],) if document.get("client") else ()


def _indexes(kind: str) -> dict[str, Index]:
    match kind:
        case "items":
            return {
                "reference": Index(lambda item: (item["reference"],) if item.get("reference") else ()),
                "parent": Index(lambda item: (item["parent"],) if item.get("parent") else ()),
            }
        case "contacts":
            return {"identification": Index(_identifications)}
        case "invoices":
            return {
                "client": Index(_client),
                "item": Index(lambda invoice: {line["id"] for line in invoice["items"]}),
                "number": Index(lambda invoice: (full_number(invoice),) if invoice.get("number") else ()),
            }
        case "payments":
            return {"invoice": Index(lambda payment: {part["id"] for part in payment["invoices"]})}
        case "credit-notes":
            return {"client": Index(_client)}
        case _:
            return {}


def full_number(document: Document) -> str:
    """Prefix and number of an invoice or a credit note, such as ``FE123``."""
    return f"{document.get('prefix') or ''}{document['number']}"


class Tenant:
    """One company: its account and all its documents."""

    def __init__(self, account: Account, changes: Changes) -> None:
        self.account = account
        self._changes = changes
        self._collections: dict[str, Collection] = {}
        self._hidden: dict[tuple[str, str], datetime] = {}

    def __getitem__(self, kind: str) -> Collection:
        """The documents of a kind, named as in the path: ``tenant["price-lists"]``."""
        if kind not in self._collections:
            self._collections[kind] = Collection(self.account.email, kind, self._changes, _indexes(kind))
        return self._collections[kind]

    @property
    def switches(self) -> Switches:
        """The company's answers to what the reference leaves open."""
        return self.account.switches

    @property
    def company(self) -> Document:
        """What ``GET /company`` shows."""
        company = self["company"].get(COMPANY_ID)
        assert company is not None, "a tenant is made together with its company"  # noqa: S101
        return company

    @property
    def precision(self) -> int:
        """Decimals of a total."""
        return int(self.company["decimalPrecision"])

    @property
    def electronic(self) -> bool:
        """Whether invoices are reported to the tax authority."""
        return bool(self.company["settings"]["electronicInvoicing"])

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the company's dates are counted."""
        return ZoneInfo(self.company["timezone"])

    def hide(self, kind: str, identity: str, until: datetime) -> None:
        """Keeps a document out of lists for a while, as a lagging read replica does."""
        self._hidden[kind, identity] = until

    def listed(self, kind: str, documents: Iterable[Document], now: datetime) -> Iterable[Document]:
        """Leaves hidden documents out."""
        self._hidden = {key: until for key, until in self._hidden.items() if until > now}
        if not self._hidden:
            return documents
        return (document for document in documents if (kind, document["id"]) not in self._hidden)
