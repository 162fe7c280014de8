"""The check digit of a Colombian NIT."""

_WEIGHTS = (3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71)

LONGEST = len(_WEIGHTS)
"""Digits that a NIT can have."""


def nit_check_digit(digits: str) -> int:
    """The digit that follows the hyphen of a NIT, such as the 4 of ``800197268-4``.

    Raises:
        ValueError: It is longer than a NIT can be, or has something else than digits.
    """
    if len(digits) > LONGEST or not (digits.isascii() and digits.isdecimal()):
        raise ValueError("a NIT has 1 to 15 digits")
    remainder = sum(int(digit) * weight for digit, weight in zip(reversed(digits), _WEIGHTS, strict=False)) % 11
    return remainder if remainder < 2 else 11 - remainder
