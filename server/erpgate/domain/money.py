"""Exact money: currencies with their minor units, rounding, and splitting without losing a cent."""

import functools
from collections.abc import Callable, Sequence
from decimal import (
    MAX_EMAX,
    MIN_EMIN,
    ROUND_FLOOR,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Context,
    Decimal,
    localcontext,
)
from typing import Final, Literal, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

RoundingMode = Literal["half_up", "half_even"]

EXACT: Final = Context(prec=100, Emax=MAX_EMAX, Emin=MIN_EMIN)
"""Context of every calculation.

An order's numbers have at most 21 digits, so products of three of them are exact. Quotients are cut after 100 digits,
which is too late to touch a rounding: one that is not a tie is farther from it than that.
"""

_ROUNDING: Final = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN}

_CODES_BY_MINOR_UNITS: Final = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW "
    "CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR "
    "ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV "
    "MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD "
    "SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}

MINOR_UNITS: Final = {code: places for places, codes in _CODES_BY_MINOR_UNITS.items() for code in codes.split()}
"""Active ISO 4217 code to the decimals of its amounts; metals, test codes and units without decimals are not money."""


def exactly(function: Callable[P, R]) -> Callable[P, R]:
    """Makes every operator in `function`, and in what it calls, calculate in the context `EXACT`."""

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        with localcontext(EXACT):
            return function(*args, **kwargs)

    return wrapper


def is_currency(code: str) -> bool:
    """Whether `code` is an active ISO 4217 currency that amounts can be stated in."""
    return code in MINOR_UNITS


def minor_units(code: str) -> int:
    """How many decimals an amount in this currency has.

    Raises:
        ValueError: It is not an active ISO 4217 currency.
    """
    if code not in MINOR_UNITS:
        raise ValueError(f"{code!r} is not an active ISO 4217 currency code; three capital letters such as 'COP'.")
    return MINOR_UNITS[code]


def quantise(amount: Decimal, places: int, mode: RoundingMode = "half_up") -> Decimal:
    """Rounds to `places` decimals, exactly as written: nothing is rounded before."""
    return amount.quantize(unit(places), rounding=_ROUNDING[mode], context=EXACT)


@functools.cache
def unit(places: int) -> Decimal:
    """The smallest amount with `places` decimals: 0.01 for 2."""
    return Decimal((0, (1,), -places))


def decimals(amount: Decimal) -> int:
    """How many decimals the number needs; trailing zeros are not needed."""
    exponent = amount.normalize(EXACT).as_tuple().exponent
    if not isinstance(exponent, int):
        raise ValueError(f"{amount} is not a number.")  # noqa: TRY004 - an infinite Decimal has the right type
    return max(0, -exponent)


def plain(amount: Decimal) -> str:
    """The number as people write it: no exponent, no trailing zeros after the decimal point."""
    text = format(amount, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def written(amount: Decimal, places: int) -> str:
    """The amount with at least `places` decimals, such as 119.00, and more only where it has more."""
    return f"{quantise(amount, max(places, decimals(amount))):f}"


@exactly
def split(total: Decimal, weights: Sequence[Decimal], places: int) -> tuple[Decimal, ...]:
    """Parts of `total` in proportion to `weights` that sum to it exactly: the largest remainder method.

    A part with weight 0 is 0, unless all weights are: then they count the same. Of equal remainders the earlier wins.

    Args:
        total: With at most `places` decimals, not negative.
        weights: At least one, none negative.
        places: Decimals of the parts.

    Raises:
        ValueError: An argument is outside of that.
    """
    if not weights or min(weights) < 0 or total < 0 or decimals(total) > places:
        raise ValueError(f"Cannot split {total} into parts of {places} decimals by {len(weights)} weights.")
    whole = sum(weights)
    if not whole:
        return split(total, [Decimal(1)] * len(weights), places)
    shares = [total * weight / whole for weight in weights]
    parts = [share.quantize(unit(places), rounding=ROUND_FLOOR) for share in shares]
    missing = int((total - sum(parts)) / unit(places))
    by_remainder = sorted(range(len(parts)), key=lambda index: parts[index] - shares[index])
    for index in by_remainder[:missing]:
        parts[index] += unit(places)
    return tuple(parts)
