"""The Dominican Republic: RNC and cédula; what else it needs stands in the numbering."""

from stdnum.do import cedula, rnc

from erpgate_alegra.assumptions import DOMINICAN_TYPES_ARE_SENT
from erpgate_alegra.countries.country import Country
from erpgate_alegra.document_types import PERSON, DocumentType, checked, letters_and_digits, reads
from erpgate_alegra.words import words

_CEDULA, _RNC = checked(cedula), checked(rnc)

DOMINICAN_REPUBLIC = Country(
    code="DO",
    name="República Dominicana",
    documents=(
        DocumentType(
            code="CEDULA",
            label=words("Cédula de identidad", "Identity card", "Cédula de identidade"),
            read=_CEDULA,
            claims=reads(_CEDULA),
            holder=PERSON,
        ),
        DocumentType(
            code="RNC",
            label=words(
                "Registro nacional del contribuyente",
                "National taxpayer registry number (RNC)",
                "Registro nacional do contribuinte (RNC)",
            ),
            read=_RNC,
            business=True,
            claims=reads(_RNC),
        ),
        DocumentType(
            code="PASSPORT",
            label=words("Pasaporte", "Passport", "Passaporte"),
            read=letters_and_digits(3, 20),
            holder=PERSON,
        ),
    ),
    typed=DOMINICAN_TYPES_ARE_SENT,
    document_words={"CEDULADEIDENTIDAD": "CEDULA", "CIE": "CEDULA", "PASAPORTE": "PASSPORT", "PP": "PASSPORT"},
)
"""The country."""
