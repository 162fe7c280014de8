"""Completes a buyer with the channel's defaults, and refuses one that no default mends."""

import re
from dataclasses import replace

from erpgate.plugin import Buyer, Company, Reason, Rejected

from erpgate_alegra.countries import COUNTRIES, Country
from erpgate_alegra.document_types import bare, plain
from erpgate_alegra.identity import claimed_type, identification_of, invalid_document, type_of
from erpgate_alegra.settings import EMAIL_PATTERN, AlegraSettings


class AlegraDefaults:
    """Fills in document, e-mail and phone; the name has no default."""

    def complete(self, buyer: Buyer, settings: AlegraSettings, company: Company) -> tuple[Buyer, frozenset[str]]:
        """Gives the buyer with Alegra's code of the document type, and the settings that were used.

        Raises:
            Rejected: The name is missing, or document or e-mail are no such thing.
        """
        country = COUNTRIES[company.country_code]
        if not buyer.name.strip():
            raise _invalid("buyer.name", "The buyer has no name.")
        buyer, used = _with_document(buyer, settings, country)
        if not buyer.email.strip() and settings.default_email:
            buyer, used = replace(buyer, email=settings.default_email), used | {"default_email"}
        if not buyer.phone.strip() and settings.default_phone:
            buyer, used = replace(buyer, phone=settings.default_phone), used | {"default_phone"}
        if buyer.email.strip() and not re.fullmatch(EMAIL_PATTERN, buyer.email.strip()):
            raise _invalid("buyer.email", f"{buyer.email!r} is not an e-mail address.")
        return buyer, used


def _with_document(buyer: Buyer, settings: AlegraSettings, country: Country) -> tuple[Buyer, frozenset[str]]:
    """The buyer with a document; only a missing one is completed, never a wrong one."""
    if bare(buyer.document) or not settings.default_document:
        return _with_type(buyer, settings, country)
    try:
        anybody = replace(buyer, document=settings.default_document, document_type="")
        completed, used = _with_type(anybody, settings, country)
    except Rejected as error:
        raise invalid_document(
            f"The channel's default document cannot be used: {error.message}", field="settings.default_document"
        ) from error
    return completed, used | {"default_document"}


def _with_type(buyer: Buyer, settings: AlegraSettings, country: Country) -> tuple[Buyer, frozenset[str]]:
    used: frozenset[str] = frozenset()
    word = buyer.document_type
    if not plain(word):
        word = claimed_type(buyer.document, country)
    if not plain(word) and settings.identification_type:
        word, used = settings.identification_type, frozenset({"identification_type"})
    buyer = replace(buyer, document_type=type_of(word, country))
    identification_of(buyer, country)
    return buyer, used


def _invalid(field: str, message: str) -> Rejected:
    return Rejected(message, fields={field: message}, reason=Reason.FIELD_INVALID)
