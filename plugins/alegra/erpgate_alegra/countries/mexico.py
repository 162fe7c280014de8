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
from erpgate_alegra.countries.country import Choice, Country, CreditCodes, labelled
from erpgate_alegra.document_types import DocumentType, Number, WrongNumber, checked, reads

_COMPANY, _PERSON = 12, 13

_USES = {
    "G01": "Adquisición de mercancías",
    "G02": "Devoluciones, descuentos o bonificaciones",
    "G03": "Gastos en general",
    "I01": "Construcciones",
    "I02": "Mobiliario y equipo de oficina",
    "I03": "Equipo de transporte",
    "I04": "Equipo de cómputo y accesorios",
    "I05": "Dados, troqueles, moldes, matrices y herramental",
    "I06": "Comunicaciones telefónicas",
    "I07": "Comunicaciones satelitales",
    "I08": "Otra maquinaria y equipo",
    "D01": "Honorarios médicos, dentales y gastos hospitalarios",
    "D02": "Gastos médicos por incapacidad o discapacidad",
    "D03": "Gastos funerales",
    "D04": "Donativos",
    "D05": "Intereses por créditos hipotecarios",
    "D06": "Aportaciones voluntarias al SAR",
    "D07": "Primas por seguros de gastos médicos",
    "D08": "Gastos de transportación escolar obligatoria",
    "D09": "Depósitos en cuentas para el ahorro",
    "D10": "Pagos por servicios educativos",
    "P01": "Por definir",
    "S01": "Sin efectos fiscales",
    "CP01": "Pagos",
    "CN01": "Nómina",
}


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
    invoice_use=Choice(
        codes=(MEXICAN_CFDI_USE, *(code for code in _USES if code != MEXICAN_CFDI_USE)), labels=_USES, key="cfdiUse"
    ),
    address_keys=MEXICAN_ADDRESS_KEYS,
    credit=CreditCodes(whole={"type": MEXICAN_CREDIT_TYPE}, part={"type": MEXICAN_CREDIT_TYPE}),
    void_cause=MEXICAN_VOID_CAUSE,
    stamps=True,
    needed_to_stamp=("postal_code",) if MEXICAN_STAMP_NEEDS_POSTAL_CODE else (),
)
"""The country."""
