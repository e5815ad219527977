"""The keys of ``configs/fund.yaml``: what is bought when, and how demand grows meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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
        >>> round(Demand(growth_share_per_y=0.1, wait_ceiling_min=60.0).factor(2), 12)
        1.21
        """
        return float((1.0 + self.growth_share_per_y) ** year)


@dataclass(frozen=True, slots=True, kw_only=True)
class PortPlan(Spec):
    """One port of a portfolio: a funding case of its own."""

    overrides: tuple[str, ...]
    """What its case is asked with, its experiment among them."""
    ceiling_min: float | None = bounded(0.1, 1440.0)
    """Highest yearly mean wait that is allowed there; null: none."""
    ceiling_from_y: int = bounded(1, 60)
    """First year in which it has to be kept: before, nothing new may stand yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(Spec):
    """Ports, budgets and what is sought over all of them."""

    payer: Literal["united_states", "mexico"]
    """Whose budget it is."""
    objective: Literal["npv", "loads"]
    usd_per_load: float | None = bounded(0.0)
    budget_usd: float | None = bounded(0.0)
    """Of buying, building and joining, all ports and years together, undiscounted."""
    yearly_usd: float | None = bounded(0.0)
    """In every year, running costs and staff included."""
    price_year: int = bounded(1990, 2100)
    """Whose dollars the budgets are."""
    start_y: tuple[int, ...] = bounded(0, 60)
    """Years by which all orders of an option may be put off."""
    units: dict[str, float] = bounded(0.0)
    """Units that can be had in all, by measure."""
    needs: tuple[tuple[str, ...], ...]
    """Pairs of PORT.OPTION: the first not without the second, which begins no later."""
    excludes: tuple[tuple[str, ...], ...]
    """Groups of PORT.OPTION of which at most one may be."""
    ports: dict[str, PortPlan]

    def check(self) -> None:
        """Refuse a portfolio of no port or no start, starts said twice, and a price not asked."""
        if not self.ports or not self.start_y:
            raise ConfigError("ports" if self.start_y else "start_y", "at least one is needed")
        if list(self.start_y) != sorted(set(self.start_y)):
            found = list(self.start_y)
            raise ConfigError("start_y", f"expected years in order, each once, got {found}")
        if any(len(pair) != 2 for pair in self.needs):
            raise ConfigError("needs", "expected pairs, e.g. [[laredo.two_more, el_paso.one_more]]")
        if self.usd_per_load is not None and self.objective == "loads":
            problem = "a value of a load counts for objective=npv alone; loads are counted already"
            raise ConfigError("usd_per_load", problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms(Spec):
    """What ``fund`` asks beside the study and the economic groups."""

    purchases: dict[str, tuple[Purchase, ...]]
    simulated_years: tuple[int, ...] = bounded(0, 100)
    demand: Demand
    persons_per_post: float = bounded(1.0, 10.0)
    """Persons that man one post over the week."""
    complete: bool
    portfolio: Plan | None
    accept: tuple[str, ...]

    def check(self) -> None:
        """Refuse years that are out of order or said twice."""
        if list(self.simulated_years) != sorted(set(self.simulated_years)):
            found = list(self.simulated_years)
            raise ConfigError("simulated_years", f"expected years in order, each once, got {found}")
