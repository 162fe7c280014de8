"""Spain: NIF and CIF."""

from stdnum.es import cif, nif

from erpgate_alegra.assumptions import SPANISH_TYPE_OF_RESIDENTS
from erpgate_alegra.countries.country import Country, labelled
from erpgate_alegra.document_types import LEGAL_ENTITY, DocumentType, checked, reads
from erpgate_alegra.words import words

_CIF, _NIF = checked(cif), checked(nif)

SPAIN = Country(
    code="ES",
    name="España",
    documents=(
        DocumentType(
            code="NIF",
            label=words(
                "Número de identificación fiscal",
                "Tax identification number (NIF)",
                "Número de identificação fiscal (NIF)",
            ),
            read=_NIF,
        ),
        DocumentType(
            code="CIF",
            label=words(
                "Código de identificación fiscal",
                "Company tax identification code (CIF)",
                "Código de identificação fiscal de empresa (CIF)",
            ),
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
    regime=labelled(
        {
            "GENERAL_REGIME": words("Régimen general", "General regime", "Regime geral"),
            "SIMPLIFIED_REGIME": words("Régimen simplificado", "Simplified regime", "Regime simplificado"),
        },
        "regime",
    ),
)
"""The country."""
