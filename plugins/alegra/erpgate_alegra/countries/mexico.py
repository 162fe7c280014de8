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
from erpgate_alegra.words import words

_COMPANY, _PERSON = 12, 13

_USES = {
    "G01": words("Adquisición de mercancías", "Purchase of goods", "Aquisição de mercadorias"),
    "G02": words(
        "Devoluciones, descuentos o bonificaciones",
        "Returns, discounts or rebates",
        "Devoluções, descontos ou bonificações",
    ),
    "G03": words("Gastos en general", "General expenses", "Despesas em geral"),
    "I01": words("Construcciones", "Buildings", "Construções"),
    "I02": words(
        "Mobiliario y equipo de oficina", "Office furniture and equipment", "Mobiliário e equipamento de escritório"
    ),
    "I03": words("Equipo de transporte", "Transport equipment", "Equipamento de transporte"),
    "I04": words(
        "Equipo de cómputo y accesorios",
        "Computer equipment and accessories",
        "Equipamento de informática e acessórios",
    ),
    "I05": words(
        "Dados, troqueles, moldes, matrices y herramental",
        "Dies, punches, moulds, matrices and tooling",
        "Estampos, cunhos, moldes, matrizes e ferramental",
    ),
    "I06": words("Comunicaciones telefónicas", "Telephone communications", "Comunicações telefônicas"),
    "I07": words("Comunicaciones satelitales", "Satellite communications", "Comunicações por satélite"),
    "I08": words("Otra maquinaria y equipo", "Other machinery and equipment", "Outras máquinas e equipamentos"),
    "D01": words(
        "Honorarios médicos, dentales y gastos hospitalarios",
        "Medical and dental fees and hospital expenses",
        "Honorários médicos e odontológicos e despesas hospitalares",
    ),
    "D02": words(
        "Gastos médicos por incapacidad o discapacidad",
        "Medical expenses for incapacity or disability",
        "Despesas médicas por incapacidade ou deficiência",
    ),
    "D03": words("Gastos funerales", "Funeral expenses", "Despesas funerárias"),
    "D04": words("Donativos", "Donations", "Doações"),
    "D05": words("Intereses por créditos hipotecarios", "Mortgage interest", "Juros de créditos hipotecários"),
    "D06": words(
        "Aportaciones voluntarias al SAR",
        "Voluntary contributions to the pension savings system (SAR)",
        "Contribuições voluntárias ao sistema de aposentadoria (SAR)",
    ),
    "D07": words(
        "Primas por seguros de gastos médicos", "Medical insurance premiums", "Prêmios de seguro de despesas médicas"
    ),
    "D08": words(
        "Gastos de transportación escolar obligatoria",
        "Compulsory school transport expenses",
        "Despesas de transporte escolar obrigatório",
    ),
    "D09": words(
        "Depósitos en cuentas para el ahorro", "Deposits in savings accounts", "Depósitos em contas de poupança"
    ),
    "D10": words(
        "Pagos por servicios educativos", "Payments for educational services", "Pagamentos de serviços educacionais"
    ),
    "P01": words("Por definir", "To be defined", "A definir"),
    "S01": words("Sin efectos fiscales", "Without tax effects", "Sem efeitos fiscais"),
    "CP01": words("Pagos", "Payments", "Pagamentos"),
    "CN01": words("Nómina", "Payroll", "Folha de pagamento"),
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
        DocumentType(
            code="RFC",
            label=words(
                "Registro federal de contribuyentes",
                "Federal taxpayer registry number (RFC)",
                "Registro federal de contribuintes (RFC)",
            ),
            read=read_rfc,
            claims=reads(read_rfc),
        ),
    ),
    anonymous=("RFC", "XAXX010101000"),
    regime=replace(
        labelled(
            {
                "NO_REGIME": words("Sin obligaciones fiscales", "Without tax obligations", "Sem obrigações fiscais"),
                "SALARIED_REGIME": words("Sueldos y salarios", "Wages and salaries", "Salários e ordenados"),
                "BUSINESS_ACTIVITIES_REGIME": words(
                    "Actividades empresariales y profesionales",
                    "Individuals with business and professional activities",
                    "Pessoas físicas com atividades empresariais e profissionais",
                ),
                "LEASEHOLD_REGIME": words("Arrendamiento", "Leasing of property", "Arrendamento"),
                "GENERAL_REGIME_OF_MORAL_PEOPLE_LAW": words(
                    "General de ley personas morales",
                    "General regime for legal entities",
                    "Regime geral de pessoas jurídicas",
                ),
                "REGIME_OF_MORAL_PEOPLE_NOT_PROFIT": words(
                    "Personas morales con fines no lucrativos",
                    "Non-profit legal entities",
                    "Pessoas jurídicas sem fins lucrativos",
                ),
                "FISCAL_INCORPORATION_REGIME": words(
                    "Incorporación fiscal", "Tax incorporation regime (RIF)", "Regime de incorporação fiscal (RIF)"
                ),
                "PRIMARY_SECTOR_REGIME": words(
                    "Actividades agrícolas, ganaderas, silvícolas y pesqueras",
                    "Agriculture, livestock, forestry and fishing",
                    "Atividades agrícolas, pecuárias, florestais e pesqueiras",
                ),
                "REGIME_OF_THE_COORDINATED": words(
                    "Coordinados", "Coordinated transport companies", "Coordenados (transporte)"
                ),
                "REGIME_OF_THE_TECHNOLOGICAL_PLATFORMS_INCOME_ACTIVITIES": words(
                    "Plataformas tecnológicas",
                    "Income through technology platforms",
                    "Rendimentos por plataformas tecnológicas",
                ),
                "REGIME_OF_COOPERATIVE_PRODUCTION_SOCIETIES": words(
                    "Sociedades cooperativas de producción",
                    "Production cooperatives",
                    "Sociedades cooperativas de produção",
                ),
                "REGIME_OF_TRUST": words(
                    "Simplificado de confianza",
                    "Simplified trust regime (RESICO)",
                    "Regime simplificado de confiança (RESICO)",
                ),
                "SOCIETIES_OPTIONAL_REGIME": words(
                    "Opcional para grupos de sociedades",
                    "Optional regime for groups of companies",
                    "Regime opcional para grupos de sociedades",
                ),
                "SIMPLIFIED_REGIME": words("Régimen simplificado", "Simplified regime", "Regime simplificado"),
                "DIVIDEND_INCOME": words("Ingresos por dividendos", "Dividend income", "Rendimentos de dividendos"),
            },
            "regimeObject",
        ),
        listed=True,
    ),
    payment_form=labelled(
        {
            "PUE": words(
                "Pago en una sola exhibición", "Payment in one instalment (PUE)", "Pagamento em uma única parcela (PUE)"
            ),
            "PPD": words(
                "Pago en parcialidades o diferido",
                "Payment in instalments or deferred (PPD)",
                "Pagamento parcelado ou diferido (PPD)",
            ),
        },
        MEXICO_PAYMENT_FORM_KEY,
    ),
    payment_method=labelled(
        {
            "01": words("Efectivo", "Cash", "Dinheiro"),
            "03": words("Transferencia electrónica", "Electronic transfer", "Transferência eletrônica"),
            "04": words("Tarjeta de crédito", "Credit card", "Cartão de crédito"),
            "28": words("Tarjeta de débito", "Debit card", "Cartão de débito"),
            "99": words("Por definir", "To be defined", "A definir"),
        },
        "paymentMethod",
    ),
    invoice_use=labelled({MEXICAN_CFDI_USE: _USES[MEXICAN_CFDI_USE], **_USES}, "cfdiUse"),
    address_keys=MEXICAN_ADDRESS_KEYS,
    credit=CreditCodes(whole={"type": MEXICAN_CREDIT_TYPE}, part={"type": MEXICAN_CREDIT_TYPE}),
    void_cause=MEXICAN_VOID_CAUSE,
    stamps=True,
    needed_to_stamp=("postal_code",) if MEXICAN_STAMP_NEEDS_POSTAL_CODE else (),
)
"""The country."""
