"""The arithmetic of a document: each line rounded to the company's precision, half up, and the lines added."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import Context, Decimal, localcontext

from .assumptions import LINE_BASE_IS_ROUNDED_FIRST, ROUNDING

_CONTEXT = Context(prec=60)
_HUNDRED = Decimal(100)
ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Amounts:
    """What a line or a document comes to.

    Attributes:
        gross: Price × quantity, before discount and tax.
        discount: What the discount takes off.
        base: What tax is computed on.
        tax: All taxes together.
        total: Base and tax.
    """

    gross: Decimal = ZERO
    discount: Decimal = ZERO
    base: Decimal = ZERO
    tax: Decimal = ZERO
    total: Decimal = ZERO


def rounded(value: Decimal, decimals: int) -> Decimal:
    """Rounds to a number of decimals, halves up."""
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUNDING, context=_CONTEXT)


def line_amounts(
    *, price: Decimal, quantity: Decimal, discount: Decimal, tax_percentage: Decimal, precision: int
) -> Amounts:
    """Computes one line: ``price × quantity × (1 − discount %) × (1 + taxes %)``, rounded once at the end."""
    with localcontext(_CONTEXT):
        gross = price * quantity
        base = gross * (_HUNDRED - discount) / _HUNDRED
        total = rounded(base * (_HUNDRED + tax_percentage) / _HUNDRED, precision)
    rounded_gross = rounded(gross, precision)
    rounded_base = rounded(base, precision) if LINE_BASE_IS_ROUNDED_FIRST else base
    return Amounts(
        gross=rounded_gross,
        discount=rounded_gross - rounded_base,
        base=rounded_base,
        tax=total - rounded_base,
        total=total,
    )


def summed(lines: Sequence[Amounts]) -> Amounts:
    """Adds lines up."""
    names = (field.name for field in fields(Amounts))
    return Amounts(**{name: sum((getattr(line, name) for line in lines), ZERO) for name in names})


def fixed(value: Decimal, decimals: int) -> str:
    """Writes a number with at least so many decimals: ``5`` becomes ``"5.00"``."""
    text = format(value, "f")
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction.rstrip('0').ljust(decimals, '0')}"
