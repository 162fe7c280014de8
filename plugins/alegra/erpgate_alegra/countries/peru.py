"""Peru: DNI and RUC, which decide between boleta and factura, and the type of an operation."""

from stdnum.pe import cui, ruc

from erpgate_alegra.assumptions import (
    PERUVIAN_ADDRESS_KEYS,
    PERUVIAN_PAYMENT_FORM_KEY,
    PERUVIAN_TYPE_OF_NON_RESIDENTS,
)
from erpgate_alegra.countries.country import Country, CreditCodes, labelled
from erpgate_alegra.document_types import PERSON, DocumentType, Number, checked, letters_and_digits, reads

_DNI_DIGITS = 8


def read_dni(number: str) -> Number:
    """Reads a DNI, with or without its check character."""
    return Number(text=checked(cui)(number).text[:_DNI_DIGITS])


_RUC = checked(ruc)
_OTHER = letters_and_digits(3, 20)

PERU = Country(
    code="PE",
    name="Perú",
    documents=(
        DocumentType(
            code="DNI", label="Documento nacional de identidad", read=read_dni, claims=reads(read_dni), holder=PERSON
        ),
        DocumentType(
            code="RUC", label="Registro único de contribuyentes", read=_RUC, business=True, claims=reads(_RUC)
        ),
        DocumentType(code="CE", label="Carné de extranjería", read=_OTHER, holder=PERSON),
        DocumentType(code="PP", label="Pasaporte", read=_OTHER, holder=PERSON),
        DocumentType(code="CDI", label="Cédula diplomática de identidad", read=_OTHER, holder=PERSON),
        DocumentType(code="DIP", label="Documento de identidad del país de residencia", read=_OTHER),
        DocumentType(code="TIN", label="Número de identificación tributaria de otro país", read=_OTHER),
        DocumentType(code="IN", label="Número de identificación de otro país", read=_OTHER),
        DocumentType(code="PTP", label="Permiso temporal de permanencia", read=_OTHER, holder=PERSON),
        DocumentType(code=PERUVIAN_TYPE_OF_NON_RESIDENTS, label="No domiciliado sin RUC", read=_OTHER),
    ),
    document_words={"PASAPORTE": "PP", "PASSPORT": "PP", "CARNEDEEXTRANJERIA": "CE"},
    regime=labelled(
        {
            "GENERAL_REGIME": "Régimen general",
            "SPECIAL_REGIME": "Régimen especial",
            "MYPE_TRIBUTARY_REGIME": "Régimen MYPE tributario",
            "NEW_RUS": "Nuevo RUS",
        },
        "regime",
    ),
    payment_form=labelled({"CASH": "Al contado", "CREDIT": "A crédito"}, PERUVIAN_PAYMENT_FORM_KEY),
    invoice_fields={"operationType": "INTERNAL_SALE"},
    address_keys=PERUVIAN_ADDRESS_KEYS,
    credit=CreditCodes(whole={"type": "TOTAL_DEVOLUTION"}, part={"type": "DEVOLUTION_BY_ITEM"}),
    stamps=True,
)
"""The country."""
