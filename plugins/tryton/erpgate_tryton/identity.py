"""Who a buyer is in Tryton: type and number of an identifier."""

import unicodedata
from dataclasses import dataclass

from erpgate.plugin import Buyer, Company, Reason, Rejected

from erpgate_tryton.companies import identifier_types

TAX_WORDS = {
    "AR": ("CUIT", ("ar_cuit",)),
    "BR": ("CNPJ", ("br_cnpj",)),
    "CL": ("RUT", ("cl_vat", "cl_rut")),
    "CO": ("NIT", ("co_vat", "co_rut")),
    "CR": ("CPJ", ("cr_cpj",)),
    "DO": ("RNC", ("do_vat", "do_rnc")),
    "EC": ("RUC", ("ec_vat", "ec_ruc")),
    "ES": ("NIF", ("es_nif",)),
    "MX": ("RFC", ("mx_vat", "mx_rfc")),
    "PE": ("RUC", ("pe_vat", "pe_ruc")),
    "PY": ("RUC", ("py_vat", "py_ruc")),
    "UY": ("RUT", ("uy_vat", "uy_rut")),
}
"""A country's word for its tax number, and what versions of Tryton call that type."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Identification:
    """An identifier.

    Attributes:
        type: Tryton's name of the type; empty for a number without one, such as most identity cards have.
        number: Letters and digits, capital.
    """

    type: str
    number: str


def plain(text: str) -> str:
    """Letters and digits of a text, capital, without accents."""
    bare = unicodedata.normalize("NFKD", text)
    return "".join(character for character in bare.upper() if character.isascii() and character.isalnum())


def identification_of(buyer: Buyer, company: Company) -> Identification:
    """Reads a buyer's identity document.

    Raises:
        Rejected: There is none.
    """
    number = plain(buyer.document)
    if not number:
        message = "The buyer has no identity document, and the channel has no default document."
        raise Rejected(message, fields={"buyer.document": message}, reason=Reason.CUSTOMER_DOCUMENT_INVALID)
    return Identification(type=_type_of(buyer.document_type, company), number=number)


def _type_of(word: str, company: Company) -> str:
    """Tryton's type for what an order says: its own name of a type, or the country's word for a tax number."""
    known = identifier_types(company)
    if word.strip().lower() in known:
        return word.strip().lower()
    tax_word, names = TAX_WORDS.get(company.country_code, ("", ()))
    if tax_word and plain(word) == tax_word:
        return next((name for name in names if name in known), "")
    return ""
