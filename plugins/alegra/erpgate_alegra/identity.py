"""Who a buyer is in Alegra: type and number of the identity document."""

from dataclasses import dataclass

from erpgate.plugin import Buyer, Reason, Rejected

from erpgate_alegra.countries import Country
from erpgate_alegra.document_types import WrongNumber, bare, plain


@dataclass(frozen=True, kw_only=True, slots=True)
class Identification:
    """An identity document.

    Attributes:
        type: Alegra's code; empty where the country has none.
        number: As Alegra takes it.
        check_digit: Where Alegra takes that apart.
        spellings: Of the number, to look for, the likeliest first.
    """

    type: str
    number: str
    check_digit: int | None = None
    spellings: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What makes two buyers the same customer."""
        return f"{self.type}:{bare(self.number)}"


def identification_of(buyer: Buyer, country: Country) -> Identification:
    """Reads a buyer's identity document.

    Raises:
        Rejected: It is missing, or is none of this country.
    """
    kind = country.document_type(type_of(buyer.document_type, country))
    if not bare(buyer.document):
        raise invalid_document("The buyer has no identity document, and the channel has no default document.")
    try:
        number = kind.read(buyer.document)
    except WrongNumber as error:
        raise invalid_document(f"The buyer's document is no {kind.code or 'document'}: {error}.") from error
    return Identification(
        type=kind.code,
        number=number.text,
        check_digit=number.check_digit,
        spellings=tuple(dict.fromkeys((number.text, *number.also, bare(number.text), buyer.document.strip()))),
    )


def type_of(word: str, country: Country) -> str:
    """Alegra's code for a document type as an order says it; the country's usual one for an empty word.

    Raises:
        Rejected: This country has no such type.
    """
    codes = country.identification_type.codes
    letters = plain(word)
    if not letters or not codes:
        return country.identification_type.chosen("")
    named = {plain(code): code for code in codes}
    found = named.get(letters) or country.document_words.get(letters)
    if found is None:
        raise invalid_document(
            f"{country.name} has no document type {word!r}; use one of {', '.join(codes)}.", field="buyer.document_type"
        )
    return found


def claimed_type(document: str, country: Country) -> str:
    """The type whose numbers are written like this one; empty where that does not tell."""
    return next((kind.code for kind in country.documents if kind.claims(document)), "")


def same_number(identification: Identification, text: str) -> bool:
    """Whether a number as Alegra shows it is this one, whatever its punctuation."""
    number, digit = bare(identification.number), identification.check_digit
    return bare(text) in (number, number if digit is None else f"{number}{digit}")


def invalid_document(message: str, *, field: str = "buyer.document") -> Rejected:
    """The refusal of an identity document, which names the field."""
    return Rejected(message, fields={field: message}, reason=Reason.CUSTOMER_DOCUMENT_INVALID)
