"""A portfolio before anything is simulated: ports, budgets by appropriation, wait limits, what is sought.

The keys of ``portfolio`` in ``configs/experiment/portfolio.yaml``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from experiments.economics.costs import Payer
from sim.errors import ConfigError
from sim.setting.spec import Spec, bounded_field

WaitMeasure = Literal["long_wait_share", "wait_p95_min", "wait_mean_min"]
CostKind = Literal[
    "equipment", "civil_works", "integration", "training", "replacement", "operation", "staff", "removal"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitLimit(Spec):
    """How long trucks may wait at one port, in every year from one on."""

    measure: WaitMeasure
    """``long_wait_share``: trips wanted that wait over 30 minutes or are not made because of the wait, so that no
    limit is kept by sending trucks away; ``wait_p95_min``, ``wait_mean_min``: of the trips that are made."""
    at_most: float | None = bounded_field(0.0, 1440.0)
    """Highest value of a year, a share or minutes; null: none."""
    rise_at_most: float | None = bounded_field(0.0, 1440.0)
    """Highest value of a year above the port as it is in that year; null: none."""
    from_y: int = bounded_field(1, 60)
    """First year in which it has to be kept: before, nothing new may stand yet."""

    def check(self) -> None:
        """Refuse a limit that is none, or that is two, and a share above one."""
        if (self.at_most is None) == (self.rise_at_most is None):
            raise ConfigError("at_most", "give either at_most or rise_at_most, and null for the other")
        if self.measure == "long_wait_share" and self.most > 1.0:
            raise ConfigError("at_most", f"a share of trips is between 0 and 1, got {self.most:g}")

    @property
    def most(self) -> float:
        """The bound, whether of the value or of its rise."""
        return (self.at_most or 0.0) + (self.rise_at_most or 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PortPlan(Spec):
    """One port of a portfolio: a funding case of its own."""

    overrides: tuple[str, ...]
    """What its case is asked with, its experiment among them."""
    wait_limit: WaitLimit | None
    """Null: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appropriation(Spec):
    """Money of one purpose, granted year by year."""

    payer: Payer
    kinds: tuple[CostKind, ...]
    """Kinds of cost that it may pay."""
    grants_usd: tuple[float, ...] = bounded_field(0.0)
    """New money of fiscal years 0, 1, and so on; study year 0 begins in fiscal year 0."""
    later_usd_per_y: float = bounded_field(0.0)
    """New money of every year after those."""
    carry_over_y: int | None = bounded_field(0, 60)
    """Years for which money that is not spent may still be; 0: it lapses with its year; null: it never lapses."""

    def granted(self, years: int) -> tuple[float, ...]:
        """Return the new money of fiscal years 0..``years``.

        Examples
        --------
        >>> Appropriation(payer="mexico", kinds=("staff",), grants_usd=(5.0,), later_usd_per_y=1.0,
        ...               carry_over_y=0).granted(3)
        (5.0, 1.0, 1.0, 1.0)
        """
        listed = self.grants_usd[: years + 1]
        return (*listed, *(self.later_usd_per_y for _ in range(years + 1 - len(listed))))


@dataclass(frozen=True, slots=True, kw_only=True)
class PackagePlan(Spec):
    """Packages of a port's alternatives that the plan makes itself."""

    most_measures: int = bounded_field(2, 6)
    """Alternatives in one package."""
    replications: int = bounded_field(2, 1000)
    """Replications, the first of the case, on which pairs are simulated to measure interactions."""
    years: tuple[int, ...] = bounded_field(1, 60)
    """Study years in which pairs are simulated, the first and the last of the case's among them; straight between."""
    checked: int = bounded_field(0, 1000)
    """Chosen packages by formula that are simulated whole, and the set chosen again; over all ports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioPlan(Spec):
    """Ports, budgets and what is sought over all of them."""

    payer: Literal["united_states", "mexico"]
    """Whose budget ``budget_usd`` and ``yearly_usd`` are."""
    objective: Literal["npv", "loads"]
    usd_per_load: float | None = bounded_field(0.0)
    budget_usd: float | None = bounded_field(0.0)
    """Of buying, building and joining, all ports and years together, undiscounted."""
    yearly_usd: float | None = bounded_field(0.0)
    """In every fiscal year, running costs and staff included; what is left lapses."""
    appropriations: dict[str, Appropriation]
    """Budgets by purpose and year, by name; a kind of cost that none of a payer's covers is not limited."""
    price_year: int = bounded_field(1990, 2100)
    """Whose dollars the budgets are."""
    start_y: tuple[int, ...] = bounded_field(0, 60)
    """Years by which all orders of an option may be put off."""
    phase_after_y: tuple[int, ...] = bounded_field(1, 60)
    """Years after its first phase in which an option's second phase may be ordered: an alternative that buys less
    first, then what another has above it; empty: all at once."""
    units: dict[str, float] = bounded_field(0.0)
    """Units that can be had in all, by measure."""
    packages: PackagePlan | None
    """Null: the alternatives of each case as they are."""
    needs: tuple[tuple[str, ...], ...]
    """Pairs of PORT.OPTION: the first not without the second, which begins no later."""
    excludes: tuple[tuple[str, ...], ...]
    """Groups of PORT.OPTION of which at most one may be."""
    ports: dict[str, PortPlan]

    def check(self) -> None:
        """Refuse a portfolio of no port or no start, starts said twice, a price not asked, and money of two purses."""
        if not self.ports or not self.start_y:
            raise ConfigError("ports" if self.start_y else "start_y", "at least one is needed")
        for key in ("start_y", "phase_after_y"):
            if (years := list(getattr(self, key))) != sorted(set(years)):
                raise ConfigError(key, f"expected years in order, each once, got {years}")
        if any(len(pair) != 2 for pair in self.needs):
            raise ConfigError("needs", "expected pairs, e.g. [[laredo.two_more, el_paso.one_more]]")
        if self.usd_per_load is not None and self.objective == "loads":
            problem = "a value of a load counts for objective=npv alone; loads are counted already"
            raise ConfigError("usd_per_load", problem)
        self._check_appropriations()

    def _check_appropriations(self) -> None:
        purses: dict[tuple[str, str], str] = {}
        for name, one in self.appropriations.items():
            if not one.kinds:
                raise ConfigError(f"appropriations.{name}.kinds", "at least one kind of cost is needed")
            for kind in one.kinds:
                if (other := purses.setdefault((one.payer, kind), name)) != name or one.kinds.count(kind) > 1:
                    problem = f"{kind} of {one.payer} stands in {other} already; a cost is paid from one appropriation"
                    raise ConfigError(f"appropriations.{name}.kinds", problem)
