"""Completes a buyer with the channel's defaults, and refuses one that no default mends."""

from dataclasses import replace

from erpgate.plugin import Buyer, Company, Reason, Rejected

from erpgate_tryton.identity import identification_of, plain
from erpgate_tryton.settings import TrytonSettings


class TrytonDefaults:
    """Fills in document, e-mail and phone; the name has no default, and Tryton itself would take none."""

    def complete(self, buyer: Buyer, settings: TrytonSettings, company: Company) -> tuple[Buyer, frozenset[str]]:
        """Gives the buyer with what was missing, and the settings that were used.

        Raises:
            Rejected: Name or document is missing, or the e-mail is no address: Tryton checks neither.
        """
        used: set[str] = set()
        if not buyer.name.strip():
            raise _invalid("buyer.name", "The buyer has no name.")
        if not plain(buyer.document) and settings.default_document:
            buyer = replace(buyer, document=settings.default_document, document_type="")
            used.add("default_document")
        if not buyer.document_type.strip() and settings.identifier_type:
            buyer = replace(buyer, document_type=settings.identifier_type)
            used.add("identifier_type")
        if not buyer.email.strip() and settings.default_email:
            buyer = replace(buyer, email=settings.default_email)
            used.add("default_email")
        if not buyer.phone.strip() and settings.default_phone:
            buyer = replace(buyer, phone=settings.default_phone)
            used.add("default_phone")
        name, _, host = buyer.email.strip().rpartition("@")
        if buyer.email.strip() and not (name and "." in host and " " not in buyer.email.strip()):
            raise _invalid("buyer.email", f"{buyer.email!r} is not an e-mail address.")
        identification_of(buyer, company)
        return buyer, frozenset(used)


def _invalid(field: str, message: str) -> Rejected:
    return Rejected(message, fields={field: message}, reason=Reason.FIELD_INVALID)
