"""The internal rate of return, given only where there is exactly one.

Amounts whose sign changes once have one rate at which their present value is zero. Amounts that
change sign more often (equipment is bought again) still have one rate above zero if what has come
in so far changes sign once (Norstrøm). Otherwise there may be several, and any would mislead.

Source: Norstrøm (1972) for the second criterion.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

Floats = npt.NDArray[np.float64]
LEAST: Final = -1.0 + 1e-9
MOST: Final = 1e6
ROUND: Final = 1e-12
"""Sums so far that are smaller than this part of the largest amount are zero."""


@dataclass(frozen=True, slots=True)
class InternalRate:
    """The rate, or None and why there is none."""

    rate: float | None
    reason: str = ""


def internal_rate(net: npt.ArrayLike) -> InternalRate:
    """Return the rate at which net amounts [year 0..T] have no present value.

    Examples
    --------
    >>> internal_rate([-100.0, 110.0]).rate
    0.1
    >>> internal_rate([-10.0, 13.0, -2.0, 1.0]).reason  # something is bought again in year 2
    ''
    >>> internal_rate([-1.0, 3.0, -2.0]).reason
    'multiple possible: the sign changes 2 times'
    >>> internal_rate([-1.0, -1.0]).reason
    'none: never a net gain'
    """
    flows = np.asarray(net, dtype=np.float64)
    if not flows.any():
        return InternalRate(None, "none: nothing is spent and nothing gained")
    flows = flows / np.abs(flows).max()
    changes = _changes(flows)
    if changes == 0:
        return InternalRate(None, f"none: never a net {'cost' if flows.sum() > 0.0 else 'gain'}")
    if changes == 1:
        return _between(flows, LEAST)
    so_far = np.cumsum(flows)
    if abs(so_far[-1]) > ROUND and _changes(np.where(np.abs(so_far) > ROUND, so_far, 0.0)) == 1:
        return _between(flows, 0.0)
    return InternalRate(None, f"multiple possible: the sign changes {changes} times")


def _changes(amounts: Floats) -> int:
    signs = np.sign(amounts[amounts != 0.0])
    return int((signs[1:] != signs[:-1]).sum())


def _between(flows: Floats, least: float) -> InternalRate:
    def worth(log_growth: float) -> float:
        """Return the present value over that of the largest factor, so that nothing overflows."""
        powers = -log_growth * np.arange(len(flows))
        return float(flows @ np.exp(powers - powers.max()))

    low, high = math.log1p(least), math.log1p(MOST)
    if worth(low) * worth(high) > 0.0:
        return InternalRate(None, f"none between {least:.0%} and {MOST:.0%} a year")
    found = brentq(worth, low, high, xtol=1e-14, rtol=1e-14)
    return InternalRate(round(math.expm1(float(found)), 12))
