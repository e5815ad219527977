"""The keys of ``configs/fund.yaml``: what is bought when, and how demand grows meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.economics.life_cycle import Purchase
from sim.errors import ConfigError
from sim.spec import Spec, bounded


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand(Spec):
    """How many trips are wanted in each year, and what a wait does to them."""

    growth_share_per_y: float = bounded(-0.2, 0.2)
    """Of the trips wanted; year 0 has the counts of ``port.volume``."""
    wait_ceiling_min: float = bounded(1.0, 1440.0)
    """A trip that would wait longer than this to reach primary is not made here."""

    def factor(self, year: int) -> float:
        """Return the trips wanted in a study year, as a multiple of year 0's.

        Examples
        --------
        >>> Demand(growth_share_per_y=0.1, wait_ceiling_min=60.0).factor(2)
        1.2100000000000002
        """
        return float((1.0 + self.growth_share_per_y) ** year)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms(Spec):
    """What ``fund`` asks beside the study and the economic groups."""

    purchases: dict[str, tuple[Purchase, ...]]
    simulated_years: tuple[int, ...] = bounded(0, 100)
    demand: Demand
    persons_per_post: float = bounded(1.0, 10.0)
    """Persons that man one post over the week."""
    complete: bool
    accept: tuple[str, ...]

    def check(self) -> None:
        """Refuse years that are out of order or said twice."""
        if list(self.simulated_years) != sorted(set(self.simulated_years)):
            found = list(self.simulated_years)
            raise ConfigError("simulated_years", f"expected years in order, each once, got {found}")
