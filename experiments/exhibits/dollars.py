"""Dollars, shares and their ranges as a committee reads them."""

from __future__ import annotations

import math
from typing import Final

from experiments.exhibits.exhibit import Cell
from experiments.wording import NONE, number, signed

MILLION: Final = 1e6
Range = tuple[float, float] | None
"""Low and high end; None: no range is known."""


def usd(amount: float) -> str:
    """Return dollars to three digits.

    Examples
    --------
    >>> usd(12_980_000.0), usd(40_844.0), usd(-95.3), usd(1.5e9), usd(0.0)
    ('$13.0 million', '$40,800', '-$95.3', '$1.50 billion', '$0')
    """
    if not math.isfinite(amount):
        return NONE
    size = abs(amount)
    rounded = float(f"{size:.3g}")
    sign = "-" if amount < 0.0 and rounded > 0.0 else ""
    if rounded == 0.0:
        return "$0"
    if rounded >= MILLION:
        scale, name = (1e9, "billion") if rounded >= 1e9 else (MILLION, "million")
        return f"{sign}${_digits(rounded / scale)} {name}"
    return f"{sign}${_digits(rounded)}"


def _digits(size: float) -> str:
    """Return a positive number to three digits, with a thousands separator."""
    places = max(0, 2 - math.floor(math.log10(size))) if size > 0.0 else 0
    return f"{size:,.{min(places, 4)}f}"


def significant(value: float, digits: int = 3) -> str:
    """Return a number to so many digits, without exponent unless it is tiny.

    Examples
    --------
    >>> significant(0.0001864), significant(1234.5), significant(0.5)
    ('0.000186', '1,230', '0.5')
    """
    if not math.isfinite(value):
        return NONE
    if value == 0.0:
        return "0"
    rounded = float(f"{value:.{digits}g}")
    size = abs(rounded)
    if size >= 1000.0:
        return f"{rounded:,.0f}"
    return f"{rounded:.{digits}g}" if size >= 1e-3 else f"{rounded:.{digits + 3}f}".rstrip("0")


def millions(amount: float, held: Range = None, *, sign: bool = False) -> Cell:
    """Return a cell in millions of dollars with its range; the machine's value is in dollars.

    Examples
    --------
    >>> millions(-12_980_000.0, (-20e6, 5e6)).text, millions(-12_980_000.0, (-20e6, 5e6)).below
    ('-12.98', '[-20.00, 5.00]')
    """
    if not math.isfinite(amount):
        return Cell(NONE)
    text = signed(amount / MILLION, 2) if sign else number(amount / MILLION, 2)
    return Cell(text, range_words(held, MILLION, 2), amount, *_ends(held))


def amount(value: float, held: Range = None, digits: int = 1, scale: float = 1.0) -> Cell:
    """Return a cell of a number with its range; ``scale`` turns it into the column's unit."""
    if not math.isfinite(value):
        return Cell(NONE)
    low, high = _ends(held)
    ends = (None if low is None else scale * low, None if high is None else scale * high)
    below = range_words(held, 1.0 / scale, digits)
    return Cell(number(scale * value, digits), below, scale * value, *ends)


def dollars(amount_usd: float | None, held: Range = None, why: str = "") -> Cell:
    """Return a cell of dollars to three digits with its range, or why there is none."""
    if amount_usd is None or not math.isfinite(amount_usd):
        return Cell("none", why, None, look="aside")
    below = "" if held is None else f"[{_end(held[0])}, {_end(held[1])}]"
    return Cell(usd(amount_usd), below, amount_usd, *_ends(held))


def ratio(value: float | None, held: Range = None) -> Cell:
    """Return a benefit-cost ratio with its range; undefined is said, never infinite."""
    if value is None:
        return Cell("undefined", "", None, look="aside")
    return Cell(number(value, 2), range_words(held, 1.0, 2), value, *_ends(held))


def range_words(held: Range, scale: float = 1.0, digits: int = 1) -> str:
    """Return a range in brackets, in units of ``scale``; empty without one."""
    if held is None or not all(math.isfinite(end) for end in held):
        return ""
    return f"[{number(held[0] / scale, digits)}, {number(held[1] / scale, digits)}]"


def usd_range(held: Range) -> str:
    """Return a range of dollars in words, or that there is none."""
    return "no range" if held is None else f"{_end(held[0])} to {_end(held[1])}"


def _end(amount_usd: float) -> str:
    """Return one end of a range; at an infinite one no sum of dollars would do."""
    return usd(amount_usd) if math.isfinite(amount_usd) else "none"


def _ends(held: Range) -> tuple[float | None, float | None]:
    if held is None or not all(math.isfinite(end) for end in held):
        return None, None
    return held
