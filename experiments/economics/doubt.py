"""How sure the numbers of a funding case are held to be: laws, draws and scenarios.

The laws themselves are rules by kind of number (`experiments.funding.beliefs`); what they take as
parameters is here, so that nothing about them is hidden in code.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.errors import ConfigError
from sim.spec import Spec, bounded


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrun(Spec):
    """Price paid over the price planned, by percentile."""

    p5: float = bounded(0.01, 100.0)
    p50: float = bounded(0.01, 100.0)
    p95: float = bounded(0.01, 100.0)

    def check(self) -> None:
        """Refuse percentiles out of order."""
        if not self.p5 < self.p50 < self.p95:
            raise ConfigError("p50", "must lie between p5 and p95")


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt(Spec):
    """One option of the group ``uncertainty``."""

    name: str
    draws: int = bounded(10, 100_000)
    """Fewer say nothing of a range, and leave nothing to cross-validate on."""
    worlds: int = bounded(0, 100_000)
    """Redrawn worlds that are simulated; 0: simulation inputs stay as they are."""
    sobol_base: int = bounded(2, 2**16)
    overrun: Overrun
    cv: float = bounded(0.0, 1.0)
    loads_scale: tuple[float, ...] = bounded(0.0)
    growth_points: float = bounded(0.0, 0.2)
    usd_per_load: tuple[float, ...] = bounded(0.0)
    saving_factors: tuple[float, ...] = bounded(0.0)
    displaced_shares: tuple[float, ...] = bounded(0.0, 1.0)
    late_y: tuple[int, ...] = bounded(1, 20)
    downtime_shares: tuple[float, ...] = bounded(0.0, 1.0)
    horizons_y: tuple[int, ...] = bounded(1, 60)

    def check(self) -> None:
        """Refuse a base sample that is no power of two, a law without three points in order."""
        if self.sobol_base & (self.sobol_base - 1):
            raise ConfigError("sobol_base", f"must be a power of two, got {self.sobol_base}")
        if self.worlds and self.worlds < 10:
            raise ConfigError("worlds", f"must be 0, or at least 10 to fit to, got {self.worlds}")
        if len(self.loads_scale) != 3 or sorted(self.loads_scale) != list(self.loads_scale):
            raise ConfigError("loads_scale", "lowest, likeliest and highest factor, in order")
