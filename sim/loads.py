"""How much one load is and where it is hidden: a lognormal amount, cut in two at a small parcel.

::

    amount = median x exp(ln_sd x z), rounded up to a whole number where it counts heads or pieces

An amount of at most ``small_max`` is hidden as a small parcel, a larger one by the shares of its
concealments. Everything here is in the unit of ``threat.loads``; `FACTOR` leads to MANIFEST's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from sim.errors import ConfigError
from sim.instruments import CONCEALMENTS
from sim.spec import Spec, bounded

Floats = npt.NDArray[np.float64]
SMALL = CONCEALMENTS.index("small")
EXACT = 2000
"""Counts up to here are summed one by one; above, rounding up adds one half on average."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load(Spec):
    """Amount and concealment of one load."""

    median: float = bounded(1e-3, 1e9)
    ln_sd: float = bounded(0.0, 5.0)
    """Standard deviation of ln(amount)."""
    small_max: float = bounded(0.0)
    """Amounts of at most this are hidden as a small parcel."""
    concealment_share_laden: dict[str, float] = bounded(0.0, 1.0, sums_to_one=True)
    concealment_share_empty: dict[str, float] = bounded(0.0, 1.0, sums_to_one=True)

    def check(self) -> None:
        for name in ("concealment_share_laden", "concealment_share_empty"):
            if set(getattr(self, name)) != set(CONCEALMENTS):
                raise ConfigError(name, f"expected the classes {list(CONCEALMENTS)}")

    def shares(self, *, laden: bool) -> Floats:
        """Return the shares of the concealments of a load that is not small, shape (3,)."""
        share = self.concealment_share_laden if laden else self.concealment_share_empty
        return np.array([share[name] for name in CONCEALMENTS])


def counted(name: str) -> bool:
    """Return whether the loads of this name (``persons_n``) are whole numbers."""
    return name.endswith("_n")


def up_to(load: Load, limit: float, *, whole: bool) -> tuple[float, float]:
    """Return P(amount <= limit) and the mean of the amount x [amount <= limit].

    Parameters
    ----------
    limit : float
        May be infinite.
    whole : bool
        Whether amounts are rounded up to whole numbers.

    Examples
    --------
    >>> one = Load(median=4.0, ln_sd=0.0, small_max=2.0,
    ...            concealment_share_laden=dict(in_cargo=1.0, structure=0.0, small=0.0),
    ...            concealment_share_empty=dict(in_cargo=1.0, structure=0.0, small=0.0))
    >>> up_to(one, 3.0, whole=True), up_to(one, 4.0, whole=True)
    ((0.0, 0.0), (1.0, 4.0))
    """
    if not whole:
        p, part = _smooth(load, np.array([limit]))
        return float(p[0]), float(part[0])
    limit = np.floor(limit)
    steps = np.arange(min(limit, EXACT) + 1.0)
    p, part = _smooth(load, np.append(steps, limit))
    counts = float((steps[1:] * np.diff(p[:-1])).sum())
    above = float(part[-1] - part[-2] + (p[-1] - p[-2]) / 2.0)
    return float(p[-1]), counts + above


def _smooth(load: Load, limit: Floats) -> tuple[Floats, Floats]:
    """Return P(X <= limit) and E[X; X <= limit] of the lognormal before any rounding."""
    with np.errstate(divide="ignore"):
        distance = np.log(limit) - math.log(load.median)
    mean = load.median * math.exp(load.ln_sd * load.ln_sd / 2.0)
    if load.ln_sd == 0.0:
        below = (limit >= load.median).astype(np.float64)
        return below, mean * below
    p = special.ndtr(distance / load.ln_sd)
    return p, mean * special.ndtr(distance / load.ln_sd - load.ln_sd)


def by_concealment(load: Load, *, whole: bool, laden: bool) -> tuple[Floats, Floats]:
    """Return P(concealment) and the mean amount given it, each of shape (3,)."""
    p_small, small = up_to(load, load.small_max, whole=whole)
    _, mean = up_to(load, math.inf, whole=whole)
    shares = load.shares(laden=laden)
    p, amount = (1.0 - p_small) * shares, (mean - small) * shares
    p[SMALL] += p_small
    amount[SMALL] += small
    return p, np.divide(amount, p, out=np.zeros_like(amount), where=p > 0.0)
