"""Panama: the RUC with its two check digits, and the kind of third party."""

import re

from erpgate_alegra.assumptions import PANAMANIAN_CREDIT_TYPES, PANAMANIAN_RUC
from erpgate_alegra.countries.country import Country, CreditCodes, labelled
from erpgate_alegra.document_types import DocumentType, Number, WrongNumber

_CHECK_DIGITS = re.compile(r"(?P<number>.+?)[\s-]*D\.?\s*V\.?\s*(?P<digits>\d{1,2})", re.IGNORECASE)


def read_ruc(number: str) -> Number:
    """Reads a RUC or a cédula, whose hyphens count; ``DV 59`` behind it is its check digits."""
    written = _CHECK_DIGITS.fullmatch(number.strip())
    text = "".join((written["number"] if written else number).upper().split())
    if not PANAMANIAN_RUC.fullmatch(text):
        raise WrongNumber("it has three or four groups with hyphens, such as 8-442-445 or 155596713-2-2015")
    return Number(text=text, check_digit=int(written["digits"]) if written else None)


PANAMA = Country(
    code="PA",
    name="Panamá",
    documents=(DocumentType(code="RUC", label="Registro único de contribuyente", read=read_ruc),),
    document_words={"CEDULA": "RUC", "CIP": "RUC"},
    regime=labelled(
        {
            "FINAL_CONSUMER": "Consumidor final",
            "TAXPAYER": "Contribuyente",
            "GOVERNMENT": "Gobierno",
            "FOREIGN": "Extranjero",
        },
        "thirdType",
    ),
    payment_form=labelled(
        {
            "CASH": "De contado",
            "CREDIT": "A crédito",
            "CREDIT_CARD": "Tarjeta de crédito",
            "DEBIT_CARD": "Tarjeta de débito",
            "LOYALTY": "Tarjeta de fidelización",
            "VOUCHER": "Vale",
            "GIFT_CARD": "Tarjeta de regalo",
            "OTHER": "Otro",
        },
        "saleCondition",
    ),
    invoice_fields={"type": "INTERNAL_OPERATION", "operationType": "SALE", "saleType": "ORDER"},
    credit=CreditCodes(issued={"type": PANAMANIAN_CREDIT_TYPES[0]}, other={"type": PANAMANIAN_CREDIT_TYPES[1]}),
    stamps=True,
)
"""The country."""
