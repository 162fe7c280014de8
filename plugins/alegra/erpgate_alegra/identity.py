"""Who a buyer is in Alegra: type and number of the identity document."""

import re
import unicodedata
from dataclasses import dataclass

from erpgate.plugin import Buyer, Reason, Rejected

from erpgate_alegra.countries import Country
from erpgate_alegra.nit import LONGEST, nit_check_digit

NIT = "NIT"
_WITH_CHECK_DIGIT = re.compile(r"(.*\d)\s*-\s*(\d)")
_COMPANY_NIT_DIGITS = 9


@dataclass(frozen=True, kw_only=True, slots=True)
class Identification:
    """An identity document.

    Attributes:
        type: Alegra's code; empty where the country has none.
        number: As Alegra takes it.
        check_digit: Of a NIT.
    """

    type: str
    number: str
    check_digit: int | None = None

    @property
    def key(self) -> str:
        """What makes two buyers the same customer."""
        return f"{self.type}:{plain(self.number)}"


def plain(text: str) -> str:
    """Letters and digits of a text, capital, without accents."""
    bare = unicodedata.normalize("NFKD", text)
    return "".join(character for character in bare.upper() if character.isascii() and character.isalnum())


def identification_of(buyer: Buyer, country: Country) -> Identification:
    """Reads a buyer's identity document.

    Raises:
        Rejected: It is missing, or is none of this country.
    """
    kind = type_of(buyer.document_type, country)
    if not plain(buyer.document):
        raise _invalid("The buyer has no identity document, and the channel has no default document.")
    if kind == NIT:
        return _nit(buyer.document)
    if kind in country.digits_only:
        return Identification(type=kind, number=_digits(buyer.document, kind))
    number = buyer.document.strip() if country.punctuated else plain(buyer.document)
    return Identification(type=kind, number=number)


def type_of(word: str, country: Country) -> str:
    """Alegra's code for a document type as an order says it; the country's usual one for an empty word.

    Raises:
        Rejected: This country has no such type.
    """
    codes = country.identification_type.codes
    letters = plain(word)
    if not letters or not codes:
        return country.identification_type.chosen(letters)
    named = {plain(code): code for code in codes}
    found = named.get(letters) or country.document_words.get(letters)
    if found is None:
        raise _invalid(
            f"{country.name} has no document type {word!r}; use one of {', '.join(codes)}.", field="buyer.document_type"
        )
    return found


def same_number(identification: Identification, text: str) -> bool:
    """Whether a number as Alegra shows it is this one, whatever its punctuation."""
    if plain(text) == plain(identification.number):
        return True
    return identification.type == NIT and plain(text) == f"{plain(identification.number)}{identification.check_digit}"


def has_check_digit(document: str) -> bool:
    """Whether a document is written as a NIT: digits, a hyphen and the right check digit."""
    written = _WITH_CHECK_DIGIT.fullmatch(document.strip())
    if written is None:
        return False
    digits = plain(written[1])
    return digits.isdecimal() and len(digits) <= LONGEST and nit_check_digit(digits) == int(written[2])


def _nit(document: str) -> Identification:
    written = _WITH_CHECK_DIGIT.fullmatch(document.strip())
    digits = _digits(written[1] if written else document, NIT)
    if len(digits) > LONGEST:
        raise _invalid(f"A NIT has at most {LONGEST} digits.")
    if written is None and _ends_in_check_digit(digits):
        digits = digits[:-1]
    computed = nit_check_digit(digits)
    if written and int(written[2]) != computed:
        raise _invalid(f"The check digit of NIT {digits} is {computed}, not {written[2]}.")
    return Identification(type=NIT, number=digits, check_digit=computed)


def _ends_in_check_digit(digits: str) -> bool:
    """Companies' NITs have nine digits and begin with 8 or 9; ten of them include the check digit."""
    number, last = digits[:-1], digits[-1]
    return len(number) == _COMPANY_NIT_DIGITS and number[0] in "89" and nit_check_digit(number) == int(last)


def _digits(document: str, kind: str) -> str:
    digits = plain(document).lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    if not digits.isdecimal():
        raise _invalid(f"A document of type {kind} has digits only.")
    return digits


def _invalid(message: str, *, field: str = "buyer.document") -> Rejected:
    return Rejected(message, fields={field: message}, reason=Reason.CUSTOMER_DOCUMENT_INVALID)
