"""Chile: the RUT."""

from stdnum.cl import rut

from erpgate_alegra.assumptions import CHILEAN_DOCUMENT_TYPE, CHILEAN_RUT_IS_DOTTED
from erpgate_alegra.countries.country import Country
from erpgate_alegra.document_types import DocumentType, Number, checked, reads
from erpgate_alegra.words import words


def read_rut(number: str) -> Number:
    """Reads a RUT; accounts have it with dots and without."""
    dotted = rut.format(checked(rut)(number).text)
    undotted = dotted.replace(".", "")
    text, other = (dotted, undotted) if CHILEAN_RUT_IS_DOTTED else (undotted, dotted)
    return Number(text=text, also=(other,))


CHILE = Country(
    code="CL",
    name="Chile",
    documents=(
        DocumentType(
            code=CHILEAN_DOCUMENT_TYPE,
            label=words("Rol único tributario", "Tax number (RUT)", "Número fiscal (RUT)"),
            read=read_rut,
            claims=reads(read_rut),
        ),
    ),
    document_words={"RUN": CHILEAN_DOCUMENT_TYPE},
)
"""The country."""
