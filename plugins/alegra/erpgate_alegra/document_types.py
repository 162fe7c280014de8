"""Types of identity documents: which numbers each of them has, and how Alegra takes those."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from erpgate.plugin import Text
from stdnum.co import nit as stdnum_nit
from stdnum.exceptions import ValidationError

PERSON = "PERSON_ENTITY"
LEGAL_ENTITY = "LEGAL_ENTITY"

_WITH_CHECK_DIGIT = re.compile(r"(.*\d)\s*-\s*(\d)")
_KEPT = frozenset("Ñ&")  # two letters of Mexican tax numbers; dropping them would make two companies one
_LONGEST_NIT = 15
_COMPANY_NIT_DIGITS = 9


class WrongNumber(ValueError):
    """A number is none of a type; the text says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Number:
    """The number of an identity document.

    Attributes:
        text: As Alegra takes it.
        check_digit: Where Alegra takes that apart.
        also: Other ways in which it may stand in an account, to look for.
    """

    text: str
    check_digit: int | None = None
    also: tuple[str, ...] = ()


Reader = Callable[[str], Number]
"""Reads a number as a buyer writes it.

Raises:
    WrongNumber: It is none of the type.
"""


class Checker(Protocol):
    """A module of `stdnum`."""

    def validate(self, number: str) -> str:
        """The bare number."""
        ...


def _never(_: str) -> bool:
    return False


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentType:
    """A type of identity document in one country.

    Attributes:
        code: Alegra's.
        label: What a merchant reads.
        read: Reads and checks a number.
        claims: Whether a number whose type nobody told is of this type.
        holder: Kind of person that has one; empty where that can be either.
        business: Whether who shows it buys as a business, for which several countries have another document.
    """

    code: str
    label: Text
    read: Reader
    claims: Callable[[str], bool] = _never
    holder: str = ""
    business: bool = False


def plain(text: str) -> str:
    """Letters and digits of a word, capital, without accents."""
    bare_text = unicodedata.normalize("NFKD", text)
    return "".join(character for character in bare_text.upper() if character.isascii() and character.isalnum())


def bare(number: str) -> str:
    """A number without punctuation, capital: what is compared."""
    upper = unicodedata.normalize("NFKC", number).upper()
    return "".join(each for each in upper if (each.isascii() and each.isalnum()) or each in _KEPT)


def digits(shortest: int, longest: int) -> Reader:
    """A reader of digits, before which the type may be written, as in ``C.C. 1020304050``."""

    def read(number: str) -> Number:
        found = bare(number).lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        if not found.isdecimal():
            raise WrongNumber("it has digits only")
        return Number(text=_of_length(found, shortest, longest))

    return read


def letters_and_digits(shortest: int = 1, longest: int = 30) -> Reader:
    """A reader of a number that no rule is known of but its length."""
    return lambda number: Number(text=_of_length(bare(number), shortest, longest))


def checked(checker: Checker, *, cleaned: Callable[[str], str] = bare) -> Reader:
    """A reader that has `stdnum` check a number.

    Args:
        checker: The module.
        cleaned: What it is given.
    """

    def read(number: str) -> Number:
        try:
            return Number(text=checker.validate(cleaned(number)))
        except ValidationError as error:
            raise WrongNumber(str(error).rstrip(".").lower()) from error

    return read


def reads(read: Reader) -> Callable[[str], bool]:
    """Whether a reader takes a number: claims every number that is one of the type."""

    def claims(number: str) -> bool:
        try:
            return bool(read(number).text)
        except WrongNumber:
            return False

    return claims


def read_nit(number: str) -> Number:
    """Reads a Colombian NIT, with or without its check digit."""
    written = _WITH_CHECK_DIGIT.fullmatch(number.strip())
    found = digits(1, _LONGEST_NIT)(written[1] if written else number).text
    if written is None and _ends_in_check_digit(found):
        found = found[:-1]
    computed = stdnum_nit.calc_check_digit(found)
    if written and written[2] != computed:
        raise WrongNumber(f"its check digit is {computed}, not {written[2]}")
    return Number(text=found, check_digit=int(computed))


def written_as_nit(number: str) -> bool:
    """Whether a number is written as a NIT: digits, a hyphen and the right check digit."""
    return _WITH_CHECK_DIGIT.fullmatch(number.strip()) is not None and reads(read_nit)(number)


def _ends_in_check_digit(found: str) -> bool:
    """Companies' NITs have nine digits and begin with 8 or 9; ten of them include the check digit."""
    number, last = found[:-1], found[-1]
    return len(number) == _COMPANY_NIT_DIGITS and number[0] in "89" and stdnum_nit.calc_check_digit(number) == last


def _of_length(number: str, shortest: int, longest: int) -> str:
    if not shortest <= len(number) <= longest:
        raise WrongNumber(f"it has {shortest} to {longest} characters")
    return number
