"""Colombia's codes and spellings."""

from erpgate_alegra.assumptions import LEGAL_ENTITY_REGIME
from erpgate_alegra.countries.colombian_payment_methods import PAYMENT_METHODS
from erpgate_alegra.countries.country import Country, CreditCodes, labelled
from erpgate_alegra.document_types import (
    LEGAL_ENTITY,
    PERSON,
    DocumentType,
    Number,
    bare,
    digits,
    letters_and_digits,
    read_nit,
    written_as_nit,
)
from erpgate_alegra.words import words

_ANONYMOUS = "222222222222"
_TEXT = letters_and_digits(3, 20)


def read_cedula(number: str) -> Number:
    """Reads a cédula, or the number that the tax authority has for whoever does not tell it."""
    return Number(text=_ANONYMOUS) if bare(number) == _ANONYMOUS else digits(3, 10)(number)


_PERSON_TYPES = {
    "PERSON_ENTITY": words("Persona natural", "Natural person", "Pessoa física"),
    "LEGAL_ENTITY": words("Persona jurídica", "Legal entity", "Pessoa jurídica"),
}

_REGIMES = {
    "SIMPLIFIED_REGIME": words("No responsable de IVA", "Not liable for VAT", "Não responsável pelo IVA"),
    "COMMON_REGIME": words("Responsable de IVA", "Liable for VAT", "Responsável pelo IVA"),
    "NOT_REPONSIBLE_FOR_CONSUMPTION": words(
        "No responsable de consumo", "Not liable for consumption tax", "Não responsável pelo imposto sobre o consumo"
    ),
    "SPECIAL_REGIME": words("Régimen especial", "Special regime", "Regime especial"),
    "NATIONAL_CONSUMPTION_TAX": words(
        "Impuesto nacional al consumo", "National consumption tax (INC)", "Imposto nacional sobre o consumo (INC)"
    ),
    "INC_IVA_RESPONSIBLE": words(
        "Responsable de IVA e INC", "Liable for VAT and consumption tax (INC)", "Responsável pelo IVA e pelo INC"
    ),
}

_PAYMENT_FORMS = {
    "CASH": words("De contado", "Paid at once", "À vista"),
    "CREDIT": words("A crédito", "On credit", "A prazo"),
}

_DOCUMENT_WORDS = {
    "CEDULA": "CC",
    "CEDULADECIUDADANIA": "CC",
    "CEDULADEEXTRANJERIA": "CE",
    "TARJETADEIDENTIDAD": "TI",
    "TARJETADEEXTRANJERIA": "TE",
    "REGISTROCIVIL": "RC",
    "PASAPORTE": "PP",
    "PASSPORT": "PP",
    "PA": "PP",
    "PAS": "PP",
}

_CITIES = {
    "BOGOTA": ("Bogotá, D.C.", "Bogotá D.C."),
    "BOGOTADC": ("Bogotá, D.C.", "Bogotá D.C."),
    "CARTAGENA": ("Cartagena de Indias", "Bolívar"),
    "UBATE": ("Villa de San Diego de Ubaté", "Cundinamarca"),
    "BUGA": ("Guadalajara de Buga", "Valle del Cauca"),
}

COLOMBIA = Country(
    code="CO",
    name="Colombia",
    documents=(
        DocumentType(
            code="CC",
            label=words("Cédula de ciudadanía", "Citizenship card (CC)", "Cédula de cidadania (CC)"),
            read=read_cedula,
            holder=PERSON,
        ),
        DocumentType(
            code="NIT",
            label=words(
                "Número de identificación tributaria",
                "Tax identification number (NIT)",
                "Número de identificação tributária (NIT)",
            ),
            read=read_nit,
            claims=written_as_nit,
            holder=LEGAL_ENTITY,
        ),
        DocumentType(
            code="CE",
            label=words("Cédula de extranjería", "Foreigner's identity card (CE)", "Cédula de estrangeiro (CE)"),
            read=_TEXT,
            holder=PERSON,
        ),
        DocumentType(
            code="TI",
            label=words("Tarjeta de identidad", "Minor's identity card (TI)", "Carteira de identidade de menor (TI)"),
            read=digits(4, 11),
            holder=PERSON,
        ),
        DocumentType(code="PP", label=words("Pasaporte", "Passport", "Passaporte"), read=_TEXT),
        DocumentType(
            code="RC",
            label=words("Registro civil", "Civil registration (RC)", "Registro civil (RC)"),
            read=digits(4, 11),
            holder=PERSON,
        ),
        DocumentType(
            code="TE",
            label=words(
                "Tarjeta de extranjería",
                "Foreigner's registration card (TE)",
                "Carteira de registro de estrangeiro (TE)",
            ),
            read=_TEXT,
            holder=PERSON,
        ),
        DocumentType(
            code="PEP",
            label=words(
                "Permiso especial de permanencia",
                "Special stay permit (PEP)",
                "Permissão especial de permanência (PEP)",
            ),
            read=_TEXT,
        ),
        DocumentType(
            code="DIE",
            label=words(
                "Documento de identificación extranjero",
                "Foreign identity document (DIE)",
                "Documento de identificação estrangeiro (DIE)",
            ),
            read=_TEXT,
        ),
        DocumentType(
            code="NUIP",
            label=words(
                "Número único de identificación personal",
                "Unique personal identification number (NUIP)",
                "Número único de identificação pessoal (NUIP)",
            ),
            read=digits(4, 11),
            holder=PERSON,
        ),
        DocumentType(
            code="FOREIGN_NIT",
            label=words("NIT de otro país", "Tax number of another country", "Número fiscal de outro país"),
            read=_TEXT,
            holder=LEGAL_ENTITY,
        ),
    ),
    document_words=_DOCUMENT_WORDS,
    anonymous=("CC", _ANONYMOUS),
    person_type=labelled(_PERSON_TYPES, "kindOfPerson"),
    regime=labelled(_REGIMES, "regime"),
    entity_regime=LEGAL_ENTITY_REGIME,
    payment_form=labelled(_PAYMENT_FORMS, "paymentForm"),
    payment_method=labelled(PAYMENT_METHODS, "paymentMethod"),
    invoice_fields={"type": "NATIONAL", "operationType": "STANDARD"},
    takes_order_number=True,
    credit=CreditCodes(
        whole={"type": "VOID_ELECTRONIC_INVOICE"},
        part={"type": "PARTIALL_DEVOLUTION"},
        issued={"operationType": "REFERENCE_TO_ELECTRONIC_INVOICE"},
        other={"operationType": "NO_REFERENCE_TO_ELECTRONIC_INVOICE"},
    ),
    stamps=True,
    needed_to_stamp=("city", "region"),
    cities=_CITIES,
)
"""The country."""
