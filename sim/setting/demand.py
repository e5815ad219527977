"""How a port's trucks vary from day to day beyond weekday and month (``port.volume``)."""

from __future__ import annotations

from dataclasses import dataclass

from sim.setting.spec import Spec, bounded_field


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFactor(Spec):
    """A lognormal factor with mean one on all of a day's trucks."""

    ln_sd: float = bounded_field(0.0, 1.0)
    """Standard deviation of its logarithm; the factor's own is sqrt(exp(ln_sd^2) - 1)."""
    correlation: float = bounded_field(0.0, 0.99)
    """Correlation of the logarithms of two successive days."""
