"""Argentina: CUIT and DNI, and the condition towards IVA that decides the letter of a voucher."""

from stdnum.ar import cuit, dni

from erpgate_alegra.countries.country import Country, labelled
from erpgate_alegra.document_types import PERSON, DocumentType, checked, reads
from erpgate_alegra.words import words

_CUIT = checked(cuit)

ARGENTINA = Country(
    code="AR",
    name="Argentina",
    documents=(
        DocumentType(
            code="DNI",
            label=words(
                "Documento nacional de identidad",
                "National identity document (DNI)",
                "Documento nacional de identidade (DNI)",
            ),
            read=checked(dni),
            holder=PERSON,
        ),
        DocumentType(
            code="CUIT",
            label=words(
                "Clave única de identificación tributaria",
                "Tax identification code (CUIT)",
                "Código único de identificação tributária (CUIT)",
            ),
            read=_CUIT,
            business=True,
            claims=reads(_CUIT),
        ),
        DocumentType(
            code="CUIL",
            label=words(
                "Código único de identificación laboral",
                "Labour identification code (CUIL)",
                "Código único de identificação trabalhista (CUIL)",
            ),
            read=_CUIT,
            holder=PERSON,
        ),
    ),
    regime=labelled(
        {
            "FINAL_CONSUMER": words("Consumidor final", "Final consumer", "Consumidor final"),
            "IVA_RESPONSABLE": words(
                "IVA responsable inscripto", "VAT-registered taxpayer", "Responsável inscrito no IVA"
            ),
            "UNIQUE_TRIBUTE_RESPONSABLE": words(
                "Responsable monotributo", "Monotributo taxpayer", "Contribuinte do monotributo"
            ),
            "IVA_EXEMPT": words("IVA exento", "Exempt from VAT", "Isento de IVA"),
        },
        "ivaCondition",
    ),
    address_keys=("address", "city", "province", "postalCode"),
    stamps=True,
    always_taxed=True,
)
"""The country; no form or method of payment stands on an invoice."""
