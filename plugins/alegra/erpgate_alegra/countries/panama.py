"""Panama: the RUC with its two check digits, and the kind of third party."""

import re

from erpgate_alegra.assumptions import PANAMANIAN_CREDIT_TYPES, PANAMANIAN_RUC
from erpgate_alegra.countries.country import Country, CreditCodes, labelled
from erpgate_alegra.document_types import DocumentType, Number, WrongNumber
from erpgate_alegra.words import words

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
    documents=(
        DocumentType(
            code="RUC",
            label=words(
                "Registro único de contribuyente",
                "Taxpayer registry number (RUC)",
                "Registro único de contribuinte (RUC)",
            ),
            read=read_ruc,
        ),
    ),
    document_words={"CEDULA": "RUC", "CIP": "RUC"},
    regime=labelled(
        {
            "FINAL_CONSUMER": words("Consumidor final", "Final consumer", "Consumidor final"),
            "TAXPAYER": words("Contribuyente", "Taxpayer", "Contribuinte"),
            "GOVERNMENT": words("Gobierno", "Government", "Governo"),
            "FOREIGN": words("Extranjero", "Foreigner", "Estrangeiro"),
        },
        "thirdType",
    ),
    payment_form=labelled(
        {
            "CASH": words("De contado", "Paid at once", "À vista"),
            "CREDIT": words("A crédito", "On credit", "A prazo"),
            "CREDIT_CARD": words("Tarjeta de crédito", "Credit card", "Cartão de crédito"),
            "DEBIT_CARD": words("Tarjeta de débito", "Debit card", "Cartão de débito"),
            "LOYALTY": words("Tarjeta de fidelización", "Loyalty card", "Cartão de fidelidade"),
            "VOUCHER": words("Vale", "Voucher", "Vale"),
            "GIFT_CARD": words("Tarjeta de regalo", "Gift card", "Cartão-presente"),
            "OTHER": words("Otro", "Other", "Outro"),
        },
        "saleCondition",
    ),
    invoice_fields={"type": "INTERNAL_OPERATION", "operationType": "SALE", "saleType": "ORDER"},
    credit=CreditCodes(issued={"type": PANAMANIAN_CREDIT_TYPES[0]}, other={"type": PANAMANIAN_CREDIT_TYPES[1]}),
    stamps=True,
)
"""The country."""
