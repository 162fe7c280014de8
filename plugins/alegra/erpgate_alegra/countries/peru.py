"""Peru: DNI and RUC, which decide between boleta and factura, and the type of an operation."""

from stdnum.pe import cui, ruc

from erpgate_alegra.assumptions import (
    PERUVIAN_ADDRESS_KEYS,
    PERUVIAN_PAYMENT_FORM_KEY,
    PERUVIAN_TYPE_OF_NON_RESIDENTS,
)
from erpgate_alegra.countries.country import Country, CreditCodes, labelled
from erpgate_alegra.document_types import PERSON, DocumentType, Number, checked, letters_and_digits, reads
from erpgate_alegra.words import words

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
            code="DNI",
            label=words(
                "Documento nacional de identidad",
                "National identity document (DNI)",
                "Documento nacional de identidade (DNI)",
            ),
            read=read_dni,
            claims=reads(read_dni),
            holder=PERSON,
        ),
        DocumentType(
            code="RUC",
            label=words(
                "Registro único de contribuyentes",
                "Taxpayer registry number (RUC)",
                "Registro único de contribuintes (RUC)",
            ),
            read=_RUC,
            business=True,
            claims=reads(_RUC),
        ),
        DocumentType(
            code="CE",
            label=words("Carné de extranjería", "Foreigner's identity card (CE)", "Carteira de estrangeiro (CE)"),
            read=_OTHER,
            holder=PERSON,
        ),
        DocumentType(code="PP", label=words("Pasaporte", "Passport", "Passaporte"), read=_OTHER, holder=PERSON),
        DocumentType(
            code="CDI",
            label=words(
                "Cédula diplomática de identidad",
                "Diplomatic identity card (CDI)",
                "Cédula diplomática de identidade (CDI)",
            ),
            read=_OTHER,
            holder=PERSON,
        ),
        DocumentType(
            code="DIP",
            label=words(
                "Documento de identidad del país de residencia",
                "Identity document of the country of residence",
                "Documento de identidade do país de residência",
            ),
            read=_OTHER,
        ),
        DocumentType(
            code="TIN",
            label=words(
                "Número de identificación tributaria de otro país",
                "Tax identification number of another country (TIN)",
                "Número de identificação fiscal de outro país (TIN)",
            ),
            read=_OTHER,
        ),
        DocumentType(
            code="IN",
            label=words(
                "Número de identificación de otro país",
                "Identification number of another country (IN)",
                "Número de identificação de outro país (IN)",
            ),
            read=_OTHER,
        ),
        DocumentType(
            code="PTP",
            label=words(
                "Permiso temporal de permanencia",
                "Temporary stay permit (PTP)",
                "Permissão temporária de permanência (PTP)",
            ),
            read=_OTHER,
            holder=PERSON,
        ),
        DocumentType(
            code=PERUVIAN_TYPE_OF_NON_RESIDENTS,
            label=words("No domiciliado sin RUC", "Not domiciled, without RUC", "Não domiciliado, sem RUC"),
            read=_OTHER,
        ),
    ),
    document_words={"PASAPORTE": "PP", "PASSPORT": "PP", "CARNEDEEXTRANJERIA": "CE"},
    regime=labelled(
        {
            "GENERAL_REGIME": words("Régimen general", "General regime", "Regime geral"),
            "SPECIAL_REGIME": words("Régimen especial", "Special regime", "Regime especial"),
            "MYPE_TRIBUTARY_REGIME": words(
                "Régimen MYPE tributario",
                "Small business tax regime (MYPE)",
                "Regime tributário de micro e pequenas empresas (MYPE)",
            ),
            "NEW_RUS": words("Nuevo RUS", "New simplified single regime (RUS)", "Novo regime único simplificado (RUS)"),
        },
        "regime",
    ),
    payment_form=labelled(
        {"CASH": words("Al contado", "Paid at once", "À vista"), "CREDIT": words("A crédito", "On credit", "A prazo")},
        PERUVIAN_PAYMENT_FORM_KEY,
    ),
    invoice_fields={"operationType": "INTERNAL_SALE"},
    address_keys=PERUVIAN_ADDRESS_KEYS,
    credit=CreditCodes(whole={"type": "TOTAL_DEVOLUTION"}, part={"type": "DEVOLUTION_BY_ITEM"}),
    stamps=True,
)
"""The country."""
