"""A funding case before anything is simulated: who asks for what, how it is counted, how sure it is.

Case terms are the keys of ``configs/fund.yaml``. The distributions of what is uncertain are rules by
kind of number (`experiments.funding.sets.input_distributions`); their parameters are here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.economics.appraisal import Appraisal
from experiments.economics.benefits import Benefit
from experiments.economics.budget_terms import BudgetTerms
from experiments.economics.cost_effectiveness import Harm
from experiments.economics.costs import InvestmentMeasure, Purchase
from experiments.economics.discounting import Deflator
from experiments.funding.portfolio_plan import PortfolioPlan
from sim.errors import ConfigError
from sim.setting.setting import Value
from sim.setting.spec import Spec, bounded_field

if TYPE_CHECKING:
    from experiments.study.sources import SourcedInput
    from experiments.study.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand(Spec):
    """How many trips are wanted in each year, and what a wait does to them."""

    growth_share_per_y: float = bounded_field(-0.2, 0.2)
    """Of the trips wanted; year 0 has the counts of ``port.volume``."""
    wait_ceiling_min: float = bounded_field(1.0, 1440.0)
    """A trip that would wait longer than this to reach primary is made by the other bridge."""
    most_elsewhere_share: float = bounded_field(0.0, 1.0)
    """Of the trips wanted: an alternative that sends more away is refused, since no price of a detour holds for so
    many."""
    elsewhere_detection_share: float | None = bounded_field(0.0, 1.0)
    """Of the loads of trips that leave; null: as many as the baseline interdicts here."""

    def factor(self, year: int) -> float:
        """Return the trips wanted in a study year, as a multiple of year 0's.

        Examples
        --------
        >>> terms = {"most_elsewhere_share": 0.1, "elsewhere_detection_share": None}
        >>> round(Demand(growth_share_per_y=0.1, wait_ceiling_min=60.0, **terms).factor(2), 12)
        1.21
        """
        return float((1.0 + self.growth_share_per_y) ** year)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedGains(Spec):
    """What studies print of the gains of staff and capacity, to hold a result against."""

    officer_usd_per_y: float = bounded_field(1.0)
    """Time that travelers save by one officer more."""
    officer_price_year: int = bounded_field(1990, 2100)
    delay_usd_per_truck: float = bounded_field(0.01)
    """What all delay costs a truck that crosses: no measure can save more of it."""
    delay_price_year: int = bounded_field(1990, 2100)
    most_multiple: float = bounded_field(1.0)
    """Times a published figure from which on a result is warned of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTerms(Spec):
    """What ``fund`` asks beside the study and the economic groups."""

    purchases: dict[str, tuple[Purchase, ...]]
    simulated_years: tuple[int, ...] = bounded_field(0, 100)
    demand: Demand
    published: PublishedGains
    persons_per_post: float = bounded_field(1.0, 10.0)
    """Persons that man one post over the week."""
    complete: bool
    portfolio: PortfolioPlan | None
    accept: tuple[str, ...]

    def check(self) -> None:
        """Refuse years that are out of order or said twice."""
        if list(self.simulated_years) != sorted(set(self.simulated_years)):
            found = list(self.simulated_years)
            raise ConfigError("simulated_years", f"expected years in order, each once, got {found}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CostOverrun(Spec):
    """Price paid over the price planned, by percentile."""

    p5: float = bounded_field(0.01, 100.0)
    p50: float = bounded_field(0.01, 100.0)
    p95: float = bounded_field(0.01, 100.0)

    def check(self) -> None:
        """Refuse percentiles out of order."""
        if not self.p5 < self.p50 < self.p95:
            raise ConfigError("p50", "must lie between p5 and p95")


@dataclass(frozen=True, slots=True, kw_only=True)
class UncertaintySettings(Spec):
    """One option of the group ``uncertainty``."""

    name: str
    draws: int = bounded_field(10, 100_000)
    """Fewer say nothing of a range."""
    worlds: int = bounded_field(0, 100_000)
    """Sets of assumptions that are simulated; 0: simulation inputs stay as they are. More draws take them in turn."""
    sobol_base: int = bounded_field(0, 2**16)
    """Rows of each sample of the global sensitivity; 0: none."""
    overrun: CostOverrun
    cv: float = bounded_field(0.0, 1.0)
    loads_scale: tuple[float, ...] = bounded_field(0.0)
    growth_points: float = bounded_field(0.0, 0.2)
    usd_per_load: tuple[float, ...] = bounded_field(0.0)
    saving_factors: tuple[float, ...] = bounded_field(0.0)
    displaced_shares: tuple[float, ...] = bounded_field(0.0, 1.0)
    late_y: tuple[int, ...] = bounded_field(1, 20)
    downtime_shares: tuple[float, ...] = bounded_field(0.0, 1.0)
    horizons_y: tuple[int, ...] = bounded_field(1, 60)

    def check(self) -> None:
        """Refuse a base sample that is no power of two, a law without three points in order."""
        if self.sobol_base & (self.sobol_base - 1):
            raise ConfigError("sobol_base", f"must be 0 or a power of two, got {self.sobol_base}")
        if self.worlds and self.worlds < 10:
            raise ConfigError("worlds", f"must be 0, or at least 10 to tell a range, got {self.worlds}")
        if len(self.loads_scale) != 3 or sorted(self.loads_scale) != list(self.loads_scale):
            raise ConfigError("loads_scale", "lowest, likeliest and highest factor, in order")


@dataclass(frozen=True, slots=True)
class FundingCase:
    """Everything that is fixed before the first truck is drawn."""

    study: Study
    """The alternatives of the first year's traffic, its baseline, seed, replications, engine."""
    appraisal: Appraisal
    benefit: Benefit
    value: Value
    deflator: Deflator
    harm: Harm
    budget: BudgetTerms
    """Fiscal years, then-year dollars, contingency, and whose gains are whose."""
    quoted: Mapping[str, InvestmentMeasure]
    """Every measure in dollars of its quotes, as it is written."""
    catalogue: Mapping[str, InvestmentMeasure]
    """Every measure, in dollars of the appraisal's price year."""
    purchases: Mapping[str, tuple[Purchase, ...]]
    """What each alternative buys; nothing for the baseline."""
    terms: CaseTerms
    """Demand, simulated years and consents (``configs/fund.yaml``)."""
    inputs: tuple[SourcedInput, ...]
    """Every number of the economics with its source; the study's own: `Study.inputs`."""
    overrides: tuple[str, ...]
    """What the user asked for, economics included."""
