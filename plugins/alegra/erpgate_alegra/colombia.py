"""Colombia's codes and spellings, as data."""

IDENTIFICATION_TYPES = {
    "CC": "Cédula de ciudadanía",
    "NIT": "Número de identificación tributaria",
    "CE": "Cédula de extranjería",
    "TI": "Tarjeta de identidad",
    "PP": "Pasaporte",
    "RC": "Registro civil",
    "TE": "Tarjeta de extranjería",
    "PEP": "Permiso especial de permanencia",
    "DIE": "Documento de identificación extranjero",
    "NUIP": "Número único de identificación personal",
    "FOREIGN_NIT": "NIT de otro país",
}
"""Types of an identity document."""

PERSONS = frozenset({"RC", "TI", "CC", "CE", "TE", "NUIP"})
"""Types that only a person has."""

COMPANIES = frozenset({"NIT", "FOREIGN_NIT"})
"""Types that a legal entity has; with the others the channel's person type decides."""

PERSON_TYPES = {"PERSON_ENTITY": "Persona natural", "LEGAL_ENTITY": "Persona jurídica"}
"""Kinds of person."""

REGIMES = {
    "SIMPLIFIED_REGIME": "No responsable de IVA",
    "COMMON_REGIME": "Responsable de IVA",
    "NOT_REPONSIBLE_FOR_CONSUMPTION": "No responsable de consumo",
    "SPECIAL_REGIME": "Régimen especial",
    "NATIONAL_CONSUMPTION_TAX": "Impuesto nacional al consumo",
    "INC_IVA_RESPONSIBLE": "Responsable de IVA e INC",
}
"""Tax regimes, in Alegra's own spelling."""

PAYMENT_FORMS = {"CASH": "De contado", "CREDIT": "A crédito"}
"""Whether an invoice is paid at once."""

USUAL_PAYMENT_METHODS = {
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
"""The methods of payment that shops use."""

PAYMENT_METHODS = (
    *USUAL_PAYMENT_METHODS,
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
"""Methods of payment that the tax authority knows; the usual ones first."""

DOCUMENT_WORDS = {
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
"""Other words for a document type, letters only, that sales channels use."""

CITIES = {
    "BOGOTA": ("Bogotá, D.C.", "Bogotá D.C."),
    "BOGOTADC": ("Bogotá, D.C.", "Bogotá D.C."),
    "CARTAGENA": ("Cartagena de Indias", "Bolívar"),
    "UBATE": ("Villa de San Diego de Ubaté", "Cundinamarca"),
    "BUGA": ("Guadalajara de Buga", "Valle del Cauca"),
}
"""Cities, letters only, whose everyday name the tax authority does not know: its spelling and the department."""
