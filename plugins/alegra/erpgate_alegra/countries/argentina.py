"""Argentina: CUIT and DNI, and the condition towards IVA that decides the letter of a voucher."""

from stdnum.ar import cuit, dni

from erpgate_alegra.countries.country import Country, labelled
from erpgate_alegra.document_types import PERSON, DocumentType, checked, reads

_CUIT = checked(cuit)

ARGENTINA = Country(
    code="AR",
    name="Argentina",
    documents=(
        DocumentType(code="DNI", label="Documento nacional de identidad", read=checked(dni), holder=PERSON),
        DocumentType(
            code="CUIT",
            label="Clave única de identificación tributaria",
            read=_CUIT,
            business=True,
            claims=reads(_CUIT),
        ),
        DocumentType(code="CUIL", label="Código único de identificación laboral", read=_CUIT, holder=PERSON),
    ),
    regime=labelled(
        {
            "FINAL_CONSUMER": "Consumidor final",
            "IVA_RESPONSABLE": "IVA responsable inscripto",
            "UNIQUE_TRIBUTE_RESPONSABLE": "Responsable monotributo",
            "IVA_EXEMPT": "IVA exento",
        },
        "ivaCondition",
    ),
    address_keys=("address", "city", "province", "postalCode"),
    stamps=True,
    always_taxed=True,
)
"""The country; no form or method of payment stands on an invoice."""
