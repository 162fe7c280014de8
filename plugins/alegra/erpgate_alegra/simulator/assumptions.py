"""Everything that the reference marks as inferred, each fact behind one name.

A constant is a guess that no test has needed to turn; a field of `Switches` is a fact on which observers disagree or
which differs between accounts, so every company chooses for itself.
"""

from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP
from typing import Literal, Self

from .jsontext import Document

ROUNDING = ROUND_HALF_UP
"""How a line's total is rounded; the recordings do not hold a half."""

UNIT_PRICE_DECIMALS = 6
"""A line's unit price is kept to this many decimals (no recording shows a longer one)."""

LINE_BASE_IS_ROUNDED_FIRST = True
"""A line's tax is its rounded total minus its rounded base, so that subtotal + tax is the total."""

ITEM_PRICE_DECIMALS = 4
"""An item's price is kept and shown to this many decimals, as in the recorded ``"4050.0000"``."""

TEXT_LIMIT = 500
"""`observations`, `anotation` and `termsConditions` above this length are refused with 400."""

CONTACTS_PER_WINDOW = 100
"""The lower cap of /contacts; observers report 5 and 100 a minute."""

DELETED_CONTACT_COUNTS_AS_DUPLICATE = True
"""The identification of a deleted contact stays taken (hence the app's restore action)."""

USED_DOCUMENTS_STAY = True
"""An item or a contact that an invoice names cannot be deleted."""

PERCENTAGE_LIST_RAISES_PRICE = False
"""A percentage price list takes its percentage off the General price."""

METADATA_FALSE_IS_TRUE = False
"""`metadata=false` answers with the envelope too: one bulk reader relies on it, the documentation does not say so."""

VOID_NEEDS_NO_PAYMENT = True
"""An invoice that has payments cannot be voided before they are."""

VOID_RETURNS_STOCK = True
"""Voiding an open invoice puts its quantities back."""

CREDIT_NOTE_RETURNS_STOCK = True
"""A credit note puts the quantities of its lines back."""

MANUAL_NUMBERS_ARE_UNIQUE = True
"""A number given by hand that another invoice has is refused."""

PRICE_LIST_FILTER = "priceList_id"
"""Native spelling of the items' price list filter; the manifests write ``pricelistId``."""

VARIANT_PARENT_FILTER = "variantParent_id"
"""Native spelling of the items' parent filter; the manifests write ``variantParentId``."""

UNKNOWN_PATH_STATUS = 404
"""Status of a path that does not exist; one old path was seen to answer 403."""

BARCODE_FIELD_NAME = "Código de barras"
"""The additional item field in which the app keeps a barcode."""


FISCAL_NUMBER_KEYS = {"mexico": "uuid", "costaRica": "uuid", "argentina": "cae"}
"""Key of the authority's number in a stamp; `cufe` in the other countries, of which only Colombia was seen."""

OTHER_COUNTRIES_CODES_ARE_REFUSED = True
"""Strict: a coded field that the country does not have, or a code that is not in its catalogue, is refused."""

NUMBER_PATTERNS = {
    "colombia": {"CC": r"\d{3,10}|2{12}", "NIT": r"\d{1,15}", "TI": r"\d{4,11}"},
    "mexico": {"RFC": r"[A-ZÑ&]{3,4}\d{6}[A-Z0-9]{3}"},
    "peru": {"DNI": r"\d{8}", "RUC": r"(10|15|17|20)\d{9}"},
    "costaRica": {"CF": r"[1-9]\d{8}", "CJ": r"\d{10}", "DIMEX": r"\d{11,12}", "NITE": r"\d{10}"},
    "argentina": {"DNI": r"\d{7,8}", "CUIT": r"\d{11}", "CUIL": r"\d{11}"},
    "panama": {"RUC": r"[A-Z0-9]+(-[A-Z0-9]+){2,3}"},
    "chile": {"RUT": r"\d{7,8}-[0-9K]"},
    "spain": {"NIF": r"[A-Z0-9]\d{7}[A-Z0-9]", "CIF": r"[A-Z]\d{7}[A-Z0-9]"},
}
"""Strict: the form of a number by country and type of document; whether Alegra checks numbers is not known."""

EVERYDAY_CITIES = frozenset({"bogotá", "bogota", "cartagena", "ubaté", "ubate", "buga"})
"""Strict: names of cities, in lower case, that the Colombian authority does not know by them."""

MEXICAN_STAMP_FIELDS = ("cfdiUse", "client.regimeObject", "client.address.zipCode")
"""Strict: what a Mexican stamp needs beside the form of payment."""

PERUVIAN_STAMP_FIELDS = ("operationType",)
"""Strict: what a Peruvian stamp needs."""

PERUVIAN_FACTURA = "factura"
"""Strict: `subDocumentType` of a Peruvian numbering that is for buyers with a RUC only; the others are for the rest."""

PANAMANIAN_STAMP_FIELDS = ("type", "operationType", "saleType", "saleCondition")
"""Strict: what a Panamanian stamp needs."""

COUNTRIES_WITHOUT_STAMPS = frozenset({"chile", "republicaDominicana", "spain", "usa"})
"""Strict: where no stamp was ever seen to be made by the API, it is refused."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Switches:
    """One company's answers to the questions that the reference leaves open.

    Attributes:
        reference_filter: How ``GET /items?reference=`` compares.
        barcode: Where an item shows its barcode: a key of its own or an entry of `customFields`.
        variant_references: Whether a variant shows its parent's reference or one of its own.
        contact_filters: The filters of ``GET /contacts`` that work; every other one is ignored silently.
        contact_put: Whether a field that a PUT leaves out keeps its value (`type` never does) or is cleared.
        duplicate_identification: Whether punctuation counts when identifications are compared.
        number_at: When an autonumbered draft receives its number.
        stamp_failure_body: What the 400 of a refused stamp carries besides its message.
        stamp_waiting_reads: How many reads see a stamp waiting before it is accepted.
        stamp_outcome: What the authority answers in the end; a rejected document can be stamped again.
        open_twice: What opening an open invoice does.
        action_answers: Whether open and void answer a message or the invoice.
        line_reference: Whether a line keeps the reference that was sent for it.
        error_shape: The shape of every refusal's body.
        uuid_ids: Whether new warehouses and sellers get a UUIDv7 for an id.
        strict: Whether contacts, invoices and stamps are refused as the country's Alegra would.
        suspended: Whether every call is refused with 402.
    """

    reference_filter: Literal["exact", "contains"] = "exact"
    barcode: Literal["field", "custom_field"] = "field"
    variant_references: Literal["shared", "own"] = "shared"
    contact_filters: tuple[str, ...] = ("identification", "type", "query", "name", "email")
    contact_put: Literal["keeps", "replaces"] = "keeps"
    duplicate_identification: Literal["digits", "text"] = "digits"
    number_at: Literal["create", "open"] = "create"
    stamp_failure_body: Literal["message", "id", "invoice"] = "message"
    stamp_waiting_reads: int = 0
    stamp_outcome: Literal["accepted", "observed", "rejected"] = "accepted"
    open_twice: Literal["refused", "accepted"] = "refused"
    action_answers: Literal["message", "document"] = "message"
    line_reference: Literal["ignored", "kept"] = "ignored"
    error_shape: Literal["plain", "error_text", "error_object", "error_list"] = "plain"
    uuid_ids: bool = False
    strict: bool = False
    suspended: bool = False

    @classmethod
    def parse(cls, document: Document) -> Self:
        """Reads switches from a seed.

        Raises:
            ValueError: A switch of that name does not exist.
        """
        known = {field.name for field in fields(cls)}
        if unknown := sorted(document.keys() - known):
            raise ValueError(f"unknown switches: {', '.join(unknown)}; known are {', '.join(sorted(known))}")
        values: Document = {key: tuple(value) if isinstance(value, list) else value for key, value in document.items()}
        return cls(**values)
