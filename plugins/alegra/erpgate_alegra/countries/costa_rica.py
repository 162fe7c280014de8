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
from erpgate_alegra.words import words


def read_cedula(number: str) -> Number:
    """Reads a person's cédula, whose nine digits Alegra takes without the zero before them."""
    return Number(text=checked(cpf, cleaned=str.strip)(number).text[1:])


_LEGAL, _DIMEX = checked(cpj), checked(cr)

COSTA_RICA = Country(
    code="CR",
    name="Costa Rica",
    documents=(
        DocumentType(
            code="CF",
            label=words("Cédula física", "Natural person's identity card (CF)", "Cédula de pessoa física (CF)"),
            read=read_cedula,
            claims=reads(read_cedula),
            holder=PERSON,
        ),
        DocumentType(
            code="CJ",
            label=words("Cédula jurídica", "Legal entity's registration number (CJ)", "Cédula de pessoa jurídica (CJ)"),
            read=_LEGAL,
            business=True,
            claims=reads(_LEGAL),
            holder=LEGAL_ENTITY,
        ),
        DocumentType(
            code="DIMEX",
            label=words("DIMEX", "Immigration identity document (DIMEX)", "Documento de identidade migratória (DIMEX)"),
            read=_DIMEX,
            claims=reads(_DIMEX),
            holder=PERSON,
        ),
        DocumentType(
            code="NITE",
            label=words(
                "NITE", "Special tax identification number (NITE)", "Número de identificação tributária especial (NITE)"
            ),
            read=digits(10, 10),
        ),
        DocumentType(code="PE", label=words("Extranjero", "Foreigner", "Estrangeiro"), read=letters_and_digits(1, 20)),
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
            "SIMPLIFIED_REGIME": words("Régimen simplificado", "Simplified regime", "Regime simplificado"),
            "TRADITIONAL_REGIME": words("Régimen tradicional", "Traditional regime", "Regime tradicional"),
            "PHYSICAL_PERSON": words("Persona física", "Natural person", "Pessoa física"),
        },
        "regime",
    ),
    payment_form=labelled(
        {
            "CASH": words("De contado", "Paid at once", "À vista"),
            "CREDIT": words("A crédito", "On credit", "A prazo"),
            "CONSIGNATION": words("Consignación", "Consignment", "Consignação"),
            "SEPARATED": words("Apartado", "Layaway", "Reserva com pagamento parcelado"),
            "LEASING_WITH_PURCHASE_OPTION": words(
                "Arrendamiento con opción de compra", "Lease with purchase option", "Arrendamento com opção de compra"
            ),
            "LEASING_IN_FINANTIAL_FUNCTION": words(
                "Arrendamiento en función financiera", "Financial lease", "Arrendamento financeiro"
            ),
            "PAYMENT_IN_FAVOR_OF_A_THIRD": words(
                "Cobro a favor de un tercero", "Collected on behalf of a third party", "Cobrança em favor de terceiro"
            ),
            "SERVICES_PROVIDED_TO_STATE_TO_CREDIT": words(
                "Servicios prestados al Estado a crédito",
                "Services to the State on credit",
                "Serviços prestados ao Estado a prazo",
            ),
            "PAYMENTS_OF_SERVICES_PROVIDED_TO_STATE": words(
                "Pago del servicio prestado al Estado",
                "Payment of a service to the State",
                "Pagamento de serviço prestado ao Estado",
            ),
            "OTHER": words("Otro", "Other", "Outro"),
        },
        "saleCondition",
    ),
    payment_method=labelled(
        {
            "CASH": words("Efectivo", "Cash", "Dinheiro"),
            "CARD": words("Tarjeta", "Card", "Cartão"),
            "CHECK": words("Cheque", "Cheque", "Cheque"),
            "TRANSFER": words("Transferencia", "Transfer", "Transferência"),
            "COLLECTION_BY_THIRD": words(
                "Recaudado por un tercero", "Collected by a third party", "Arrecadado por terceiro"
            ),
            "OTHER": words("Otro", "Other", "Outro"),
        },
        "paymentMethod",
    ),
    invoice_fields={"type": "NATIONAL"},
    address_keys=("address", "city", "province", ""),
    credit=CreditCodes(whole={"type": COSTA_RICAN_CREDIT_TYPES[0]}, part={"type": COSTA_RICAN_CREDIT_TYPES[1]}),
    stamps=True,
)
"""The country."""
