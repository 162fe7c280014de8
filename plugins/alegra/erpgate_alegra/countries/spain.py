"""Spain: NIF and CIF."""

from stdnum.es import cif, nif

from erpgate_alegra.assumptions import SPANISH_TYPE_OF_RESIDENTS
from erpgate_alegra.countries.country import Country, labelled
from erpgate_alegra.document_types import LEGAL_ENTITY, DocumentType, checked, reads

_CIF, _NIF = checked(cif), checked(nif)

SPAIN = Country(
    code="ES",
    name="España",
    documents=(
        DocumentType(code="NIF", label="Número de identificación fiscal", read=_NIF),
        DocumentType(
            code="CIF",
            label="Código de identificación fiscal",
            read=_CIF,
            claims=reads(_CIF),
            holder=LEGAL_ENTITY,
        ),
    ),
    document_words={
        "DNI": "NIF",
        "NIE": SPANISH_TYPE_OF_RESIDENTS,
        "VAT": "NIF",
    },
    regime=labelled({"GENERAL_REGIME": "Régimen general", "SIMPLIFIED_REGIME": "Régimen simplificado"}, "regime"),
)
"""The country."""
