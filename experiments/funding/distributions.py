"""Laws of uncertain numbers, each by its quantile function.

A draw, a tornado's point and a sensitivity sample all pass uniforms through the same function.
Sources: Malcolm et al. (1959) for the PERT law; the others are textbook laws.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
from scipy import special, stats

Floats = npt.NDArray[np.float64]
Z95: Final = 1.6448536269514722
"""Standard normal quantile of 95 %."""
WIDE: Final = 10.0
"""Ranges that span more than this are taken on a log scale, as redraws of ``compare`` are."""


@dataclass(frozen=True, slots=True)
class Law:
    """One law with its parameters, as `at` and `words` read them."""

    kind: Literal["uniform", "log_uniform", "triangular", "pert", "log_pert", "gamma", "overrun"]
    a: float
    b: float
    c: float = 0.0

    def at(self, u: npt.ArrayLike) -> Floats:
        """Return the quantiles at uniforms ``u``, of any shape.

        uniform, log_uniform: a..b. triangular, pert, log_pert: lowest a, likeliest b, highest c.
        gamma: mean a, coefficient of variation b. overrun: 5, 50 and 95 % points, lognormal with
        a spread of its own on each side of the median.

        Examples
        --------
        >>> Law("uniform", 2.0, 4.0).at([0.25]).tolist(), Law("overrun", 0.9, 1.1, 1.6).at(0.5)
        ([2.5], array(1.1))
        >>> float(Law("triangular", 0.0, 1.0, 1.0).at(0.25))
        0.5
        """
        p = np.asarray(u, dtype=np.float64)
        quantile = {
            "uniform": _uniform,
            "log_uniform": _log_uniform,
            "triangular": _triangular,
            "pert": _pert,
            "log_pert": _log_pert,
            "gamma": _gamma,
            "overrun": _overrun,
        }[self.kind]
        return quantile(p, self.a, self.b, self.c)

    @property
    def words(self) -> str:
        """The law as a reader sees it."""
        three = f"{self.a:g}, {self.b:g}, {self.c:g}"
        return {
            "uniform": f"uniform {self.a:g} to {self.b:g}",
            "log_uniform": f"log-uniform {self.a:g} to {self.b:g}",
            "triangular": f"triangular {three}",
            "pert": f"beta-PERT {three}",
            "log_pert": f"beta-PERT {three} on a log scale",
            "gamma": f"gamma, mean {self.a:g}, CV {self.b:g}",
            "overrun": f"lognormal, 5/50/95 % at {three}",
        }[self.kind]


def ranged(low: float, likeliest: float, high: float) -> Law:
    """Return the beta-PERT law of a number with a range, on a log scale where that is wide."""
    if low > 0.0 and high / low > WIDE:
        return Law("log_pert", low, likeliest, high)
    return Law("pert", low, likeliest, high)


def _uniform(p: Floats, low: float, high: float, _: float) -> Floats:
    return np.asarray(low + p * (high - low))


def _log_uniform(p: Floats, low: float, high: float, _: float) -> Floats:
    return np.asarray(low * (high / low) ** p)


def _gamma(p: Floats, mean: float, cv: float, _: float) -> Floats:
    if cv == 0.0 or mean == 0.0:
        return np.full_like(p, mean)
    shape = 1.0 / cv**2
    return np.asarray(special.gammaincinv(shape, p) * mean / shape)


def _overrun(p: Floats, low: float, median: float, high: float) -> Floats:
    z = special.ndtri(p) / Z95
    return np.asarray(median * np.where(z < 0.0, median / low, high / median) ** z)


def _triangular(p: Floats, low: float, mode: float, high: float) -> Floats:
    width = high - low
    if width == 0.0:
        return np.full_like(p, low)
    return np.asarray(stats.triang.ppf(p, (mode - low) / width, loc=low, scale=width))


def _pert(p: Floats, low: float, mode: float, high: float) -> Floats:
    width = high - low
    if width == 0.0:
        return np.full_like(p, low)
    share = (mode - low) / width
    return np.asarray(low + width * special.betaincinv(1.0 + 4.0 * share, 5.0 - 4.0 * share, p))


def _log_pert(p: Floats, low: float, mode: float, high: float) -> Floats:
    return np.asarray(np.exp(_pert(p, np.log(low), np.log(mode), np.log(high))))
