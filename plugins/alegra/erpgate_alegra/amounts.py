"""Exact numbers in JSON."""

from decimal import Decimal


def json_number(value: Decimal) -> int | float | str:
    """The decimal as a JSON number that reads back as exactly this decimal, or else as text, which Alegra takes too.

    An integral value becomes an `int`; another becomes a `float` only if its shortest decimal form, which is what is
    sent, is the value itself. That holds for every decimal of up to 15 significant digits.
    """
    if value == value.to_integral_value():
        return int(value)
    nearest = float(value)
    return nearest if Decimal(repr(nearest)) == value else format(value, "f")
