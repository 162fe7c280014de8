"""Colombia's codes and spellings."""

from erpgate_alegra.assumptions import LEGAL_ENTITY_REGIME
from erpgate_alegra.countries.country import Choice, Country, CreditCodes, labelled
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

_ANONYMOUS = "222222222222"
_TEXT = letters_and_digits(3, 20)


def read_cedula(number: str) -> Number:
    """Reads a cédula, or the number that the tax authority has for whoever does not tell it."""
    return Number(text=_ANONYMOUS) if bare(number) == _ANONYMOUS else digits(3, 10)(number)


_PERSON_TYPES = {"PERSON_ENTITY": "Persona natural", "LEGAL_ENTITY": "Persona jurídica"}

_REGIMES = {
    "SIMPLIFIED_REGIME": "No responsable de IVA",
    "COMMON_REGIME": "Responsable de IVA",
    "NOT_REPONSIBLE_FOR_CONSUMPTION": "No responsable de consumo",
    "SPECIAL_REGIME": "Régimen especial",
    "NATIONAL_CONSUMPTION_TAX": "Impuesto nacional al consumo",
    "INC_IVA_RESPONSIBLE": "Responsable de IVA e INC",
}

_PAYMENT_FORMS = {"CASH": "De contado", "CREDIT": "A crédito"}

_USUAL_PAYMENT_METHODS = {
    "CASH": "Efectivo",
    "CREDIT_CARD": "Tarjeta de crédito",
    "DEBIT_CARD": "Tarjeta débito",
    "CREDIT_TRANSFER": "Transferencia crédito",
    "DEBIT_TRANSFER": "Transferencia débito",
    "CREDIT_TRANSFER_BANK": "Transferencia crédito bancaria",
    "DEBIT_TRANSFER_BANK": "Transferencia débito bancaria",
    "BANK_DEPOSIT": "Consignación bancaria",
    "CHECK": "Cheque",
    "INSTRUMENT_NOT_DEFINED": "Instrumento no definido",
    "MUTUAL_AGREEMENT": "Acuerdo mutuo",
}

_PAYMENT_METHODS = (
    *_USUAL_PAYMENT_METHODS,
    "ACH_CREDIT",
    "ACH_DEBIT",
    "REVERSION_ACH_DEBIT",
    "REVERSION_ACH_CREDIT",
    "CREDIT_ACH_DEMAND",
    "DEBIT_ACH_DEMAND",
    "NATIONAL_CLEARING",
    "REVERSION_CREDIT_SAVING",
    "REVERSION_DEBIT_SAVING",
    "CREDIT_SAVING",
    "DEBIT_SAVING",
    "BOOKENTRY_CREDIT",
    "BOOKENTRY_DEBIT",
    "CTP_CREDIT",
    "BANK_PROYECT",
    "BANK_PROYECT_CERTIFIED",
    "EXCHANGE_RATE_PENDING_ACEPT",
    "CERTIFIED_CHECK",
    "LOCAL_CHECK",
    "CTP_DEBIT",
    "CTX_CREDIT",
    "CTX_DEBIT",
    "PPD_PAY",
    "CTP_CREDIT_SAVING",
    "CTP_DEBIT_SAVING",
    "EXCHANGE_RATE",
    "DEBIT_TRANSFER_INTERBANK",
    "POSTTURN",
    "URGENT_BUSINESS_PAYMENT",
    "URGENT_CASH_PAYMENT",
    "PROMISING_NOTE",
    "PROMISING_NOTE_SIGNED_PROVIDER",
    "PROMISING_NOTE_SIGNED_PROVIDER_BANK",
    "PROMISING_NOTE_SIGNED_PROVIDER_THIRD",
    "PROMISING_NOTE_SIGNED_BANK",
    "PROMISING_NOTE_SIGNED_BANK_ENDORSED_BANK",
    "PROMISING_NOTE_SIGNED",
    "PROMISING_NOTE_SIGNED_THIRD",
    "WITHDRAWAL_NOTE_CREDITOR",
    "BONDS",
    "VOUCHERS",
    "WITHDRAWAL_NOTE_CREDITOR_BANK",
    "WITHDRAWAL_NOTE_CREDITOR_ENDORSED_BANK",
    "WITHDRAWAL_NOTE_CREDITOR_BANK_ENDORSED_THIRD",
    "WITHDRAWAL_NOTE_CREDITOR_ENDORSED_THIRD",
    "WITHDRAWAL_NOTE_CREDITOR_THIRD_PARTY",
    "TRANSFERABLE_BANK_NOTE",
    "TRANSFERABLE_LOCAL_CHECK",
    "REFERENCED_TURN",
    "URGENT_TURN",
    "OPEN_FORMAT_TWIST",
    "PAYMENT_METHOD_REQUESTED_NOT_USED",
    "CLEARING_PARTNERS",
    "CCD_CREDIT",
    "CCD_DEBIT",
    "BANK_CHECK",
    "CDD_CREDIT",
    "CDD_CASH",
    "CCD_CASH_CREDIT",
    "CCD_CASH_DEBIT",
    "CTX_CREDIT_DEAL",
    "CTX_DEBIT_DEAL",
    "CCD_CREDIT_PLUS",
    "CCD_DEBIT_PLUS",
    "FRENCH_BANKING_STANDARD_TELEX",
)

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
        DocumentType(code="CC", label="Cédula de ciudadanía", read=read_cedula, holder=PERSON),
        DocumentType(
            code="NIT",
            label="Número de identificación tributaria",
            read=read_nit,
            claims=written_as_nit,
            holder=LEGAL_ENTITY,
        ),
        DocumentType(code="CE", label="Cédula de extranjería", read=_TEXT, holder=PERSON),
        DocumentType(code="TI", label="Tarjeta de identidad", read=digits(4, 11), holder=PERSON),
        DocumentType(code="PP", label="Pasaporte", read=_TEXT),
        DocumentType(code="RC", label="Registro civil", read=digits(4, 11), holder=PERSON),
        DocumentType(code="TE", label="Tarjeta de extranjería", read=_TEXT, holder=PERSON),
        DocumentType(code="PEP", label="Permiso especial de permanencia", read=_TEXT),
        DocumentType(code="DIE", label="Documento de identificación extranjero", read=_TEXT),
        DocumentType(code="NUIP", label="Número único de identificación personal", read=digits(4, 11), holder=PERSON),
        DocumentType(code="FOREIGN_NIT", label="NIT de otro país", read=_TEXT, holder=LEGAL_ENTITY),
    ),
    document_words=_DOCUMENT_WORDS,
    anonymous=("CC", _ANONYMOUS),
    person_type=labelled(_PERSON_TYPES, "kindOfPerson"),
    regime=labelled(_REGIMES, "regime"),
    entity_regime=LEGAL_ENTITY_REGIME,
    payment_form=labelled(_PAYMENT_FORMS, "paymentForm"),
    payment_method=Choice(codes=_PAYMENT_METHODS, labels=_USUAL_PAYMENT_METHODS, key="paymentMethod"),
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
