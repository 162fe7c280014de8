"""Mexico: the RFC, a list of regimes, and the codes of the tax authority on an invoice."""

from dataclasses import replace

from stdnum.mx import rfc

from erpgate_alegra.assumptions import (
    MEXICAN_ADDRESS_KEYS,
    MEXICAN_CFDI_USE,
    MEXICAN_CREDIT_TYPE,
    MEXICAN_STAMP_NEEDS_POSTAL_CODE,
    MEXICAN_VOID_CAUSE,
    MEXICO_PAYMENT_FORM_KEY,
)
from erpgate_alegra.countries.country import Country, CreditCodes, labelled
from erpgate_alegra.document_types import DocumentType, Number, WrongNumber, checked, reads

_COMPANY, _PERSON = 12, 13


def read_rfc(number: str) -> Number:
    """Reads an RFC with its last three characters, without which nothing can be invoiced."""
    found = checked(rfc)(number)
    if len(found.text) not in (_COMPANY, _PERSON):
        raise WrongNumber(f"it has {_COMPANY} or {_PERSON} characters")
    return found


MEXICO = Country(
    code="MX",
    name="México",
    documents=(
        DocumentType(code="RFC", label="Registro federal de contribuyentes", read=read_rfc, claims=reads(read_rfc)),
    ),
    anonymous=("RFC", "XAXX010101000"),
    regime=replace(
        labelled(
            {
                "NO_REGIME": "Sin obligaciones fiscales",
                "SALARIED_REGIME": "Sueldos y salarios",
                "BUSINESS_ACTIVITIES_REGIME": "Actividades empresariales y profesionales",
                "LEASEHOLD_REGIME": "Arrendamiento",
                "GENERAL_REGIME_OF_MORAL_PEOPLE_LAW": "General de ley personas morales",
                "REGIME_OF_MORAL_PEOPLE_NOT_PROFIT": "Personas morales con fines no lucrativos",
                "FISCAL_INCORPORATION_REGIME": "Incorporación fiscal",
                "PRIMARY_SECTOR_REGIME": "Actividades agrícolas, ganaderas, silvícolas y pesqueras",
                "REGIME_OF_THE_COORDINATED": "Coordinados",
                "REGIME_OF_THE_TECHNOLOGICAL_PLATFORMS_INCOME_ACTIVITIES": "Plataformas tecnológicas",
                "REGIME_OF_COOPERATIVE_PRODUCTION_SOCIETIES": "Sociedades cooperativas de producción",
                "REGIME_OF_TRUST": "Simplificado de confianza",
                "SOCIETIES_OPTIONAL_REGIME": "Opcional para grupos de sociedades",
                "SIMPLIFIED_REGIME": "Régimen simplificado",
                "DIVIDEND_INCOME": "Ingresos por dividendos",
            },
            "regimeObject",
        ),
        listed=True,
    ),
    payment_form=labelled(
        {"PUE": "Pago en una sola exhibición", "PPD": "Pago en parcialidades o diferido"}, MEXICO_PAYMENT_FORM_KEY
    ),
    payment_method=labelled(
        {
            "01": "Efectivo",
            "03": "Transferencia electrónica",
            "04": "Tarjeta de crédito",
            "28": "Tarjeta de débito",
            "99": "Por definir",
        },
        "paymentMethod",
    ),
    invoice_fields={"cfdiUse": MEXICAN_CFDI_USE},
    address_keys=MEXICAN_ADDRESS_KEYS,
    credit=CreditCodes(whole={"type": MEXICAN_CREDIT_TYPE}, part={"type": MEXICAN_CREDIT_TYPE}),
    void_cause=MEXICAN_VOID_CAUSE,
    stamps=True,
    needed_to_stamp=("postal_code",) if MEXICAN_STAMP_NEEDS_POSTAL_CODE else (),
)
"""The country."""
