"""Costa Rica: four kinds of cédula, and the condition of a sale."""

from stdnum.cr import cpf, cpj, cr

from erpgate_alegra.assumptions import COSTA_RICAN_CREDIT_TYPES
from erpgate_alegra.countries.country import Country, CreditCodes, labelled
from erpgate_alegra.document_types import (
    LEGAL_ENTITY,
    PERSON,
    DocumentType,
    Number,
    checked,
    digits,
    letters_and_digits,
    reads,
)


def read_cedula(number: str) -> Number:
    """Reads a person's cédula, whose nine digits Alegra takes without the zero before them."""
    return Number(text=checked(cpf, cleaned=str.strip)(number).text[1:])


_LEGAL, _DIMEX = checked(cpj), checked(cr)

COSTA_RICA = Country(
    code="CR",
    name="Costa Rica",
    documents=(
        DocumentType(code="CF", label="Cédula física", read=read_cedula, claims=reads(read_cedula), holder=PERSON),
        DocumentType(
            code="CJ", label="Cédula jurídica", read=_LEGAL, business=True, claims=reads(_LEGAL), holder=LEGAL_ENTITY
        ),
        DocumentType(code="DIMEX", label="DIMEX", read=_DIMEX, claims=reads(_DIMEX), holder=PERSON),
        DocumentType(code="NITE", label="NITE", read=digits(10, 10)),
        DocumentType(code="PE", label="Extranjero", read=letters_and_digits(1, 20)),
    ),
    document_words={
        "CEDULA": "CF",
        "CEDULAFISICA": "CF",
        "CPF": "CF",
        "CEDULAJURIDICA": "CJ",
        "CPJ": "CJ",
        "PASAPORTE": "PE",
        "PASSPORT": "PE",
    },
    anonymous=("CF", "100000000"),
    regime=labelled(
        {
            "SIMPLIFIED_REGIME": "Régimen simplificado",
            "TRADITIONAL_REGIME": "Régimen tradicional",
            "PHYSICAL_PERSON": "Persona física",
        },
        "regime",
    ),
    payment_form=labelled(
        {
            "CASH": "De contado",
            "CREDIT": "A crédito",
            "CONSIGNATION": "Consignación",
            "SEPARATED": "Apartado",
            "LEASING_WITH_PURCHASE_OPTION": "Arrendamiento con opción de compra",
            "LEASING_IN_FINANTIAL_FUNCTION": "Arrendamiento en función financiera",
            "PAYMENT_IN_FAVOR_OF_A_THIRD": "Cobro a favor de un tercero",
            "SERVICES_PROVIDED_TO_STATE_TO_CREDIT": "Servicios prestados al Estado a crédito",
            "PAYMENTS_OF_SERVICES_PROVIDED_TO_STATE": "Pago del servicio prestado al Estado",
            "OTHER": "Otro",
        },
        "saleCondition",
    ),
    payment_method=labelled(
        {
            "CASH": "Efectivo",
            "CARD": "Tarjeta",
            "CHECK": "Cheque",
            "TRANSFER": "Transferencia",
            "COLLECTION_BY_THIRD": "Recaudado por un tercero",
            "OTHER": "Otro",
        },
        "paymentMethod",
    ),
    invoice_fields={"type": "NATIONAL"},
    address_keys=("address", "city", "province", ""),
    credit=CreditCodes(whole={"type": COSTA_RICAN_CREDIT_TYPES[0]}, part={"type": COSTA_RICAN_CREDIT_TYPES[1]}),
    stamps=True,
)
"""The country."""
