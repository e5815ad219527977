"""Net present values, ratios, payback and internal rates of return of alternatives above the baseline.

Loads are priced only where the user gives a value of a load.

Sources: Norstrøm (1972) for the second test that there is only one internal rate of return; OMB Circular A-94 (1992),
sections 8.c and 11, for the rate of cost-effectiveness analysis and the excess burden of taxes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from experiments.economics.costs import INITIAL_COST_KINDS, RESIDUAL_KINDS, CashFlow
from experiments.economics.discounting import annualised, check_price_years, present_value
from sim.arrays import FloatArray
from sim.errors import ConfigError
from sim.setting.spec import Spec, bounded_field

LEAST, MOST = -0.2, 1e6
"""Rates a year between which an internal rate of return is looked for: far below zero nearly all money is lost, and how
fast it is lost is no return that could be compared with another."""
ROUND: Final = 1e-12
"""Sums so far that are smaller than this part of the largest amount are zero."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appraisal(Spec):
    """How a study counts: its years, its dollars and its rates."""

    name: str
    base_year: int = bounded_field(2000, 2100)
    """Calendar year of year 0, in which the first order is placed."""
    price_year: int = bounded_field(1990, 2100)
    years: int = bounded_field(1, 60)
    """Years after year 0."""
    discount_rate: float = bounded_field(0.0, 1.0)
    """Real rate of the headline."""
    sensitivity_rates: tuple[float, ...] = bounded_field(0.0, 1.0)
    cost_effectiveness_rate: float = bounded_field(0.0, 1.0)
    """Real Treasury rate at which cost per load and the frontiers are worked out: no dollar of benefit is in them."""
    excess_burden_share: float = bounded_field(0.0, 2.0)
    """What a dollar of public money costs beyond itself, because taxes distort; in a supplementary run alone."""
    interdiction_usd_per_load: float | None = bounded_field(0.0)
    """Value of one more interdicted load; null: interdiction is not priced anywhere."""

    def rates(self) -> list[float]:
        """Return every rate, each once, in increasing order."""
        return sorted({self.discount_rate, self.cost_effectiveness_rate, *self.sensitivity_rates})


@dataclass(frozen=True, slots=True)
class AnnualFlows:
    """What one alternative costs and does in years 0..T."""

    cost: CashFlow
    user_benefit: FloatArray
    """Dollars a year gained over the baseline, [0..T]; zeros for the baseline itself."""
    loads: FloatArray
    """Loads interdicted, [0..T]: a level, not a difference."""
    view: str = "dot"


@dataclass(frozen=True, slots=True)
class PresentWorth:
    """Present values of one alternative above the baseline's, in dollars and in loads."""

    years: int
    rate: float
    capital: float
    cost: float
    user_benefit: float
    loads: float

    @property
    def npv0(self) -> float:
        """Net present value without interdiction: users' gain less cost."""
        return self.user_benefit - self.cost

    def npv(self, usd_per_load: float | None) -> float:
        """Return the net present value; with null nothing but time and money is counted."""
        return self.npv0 if usd_per_load is None else self.npv0 + usd_per_load * self.loads

    def annualised_net(self, usd_per_load: float | None) -> float:
        """Return the equal net gain a year, years 1..T, that is worth the net present value."""
        return annualised(self.npv(usd_per_load), self.rate, self.years)

    def dot_ratio(self, usd_per_load: float | None) -> float | None:
        """Return DOT's ratio: all but initial capital in the numerator; None without capital."""
        return 1.0 + self.npv(usd_per_load) / self.capital if self.capital > 0.0 else None

    def life_cycle_ratio(self, usd_per_load: float | None) -> float | None:
        """Return benefits over the whole life-cycle cost; None where that is not above zero."""
        gain = self.user_benefit + (0.0 if usd_per_load is None else usd_per_load * self.loads)
        return gain / self.cost if self.cost > 0.0 else None

    def with_excess_burden(self, share: float) -> PresentWorth:
        """Return the worth with every public dollar costing ``1 + share``."""
        return replace(self, capital=self.capital * (1.0 + share), cost=self.cost * (1.0 + share))


def appraise(alternatives: Mapping[str, AnnualFlows], baseline: str | None, rate: float) -> dict[str, PresentWorth]:
    """Return the worth of every alternative, the baseline (all zero) among them.

    Raises
    ------
    ConfigError
        No baseline, or one that is no alternative; alternatives of different price years, views or
        lengths.
    """
    if baseline is None or baseline not in alternatives:
        problem = f"every appraisal needs its no-build baseline; got {baseline!r}"
        raise ConfigError("baseline", f"{problem}, known {sorted(alternatives)}")
    base = alternatives[baseline]
    for name, flows in alternatives.items():
        _check_alike(name, flows, base)
    return {name: _worth(flows, base, rate) for name, flows in alternatives.items()}


def incremental_cash_flow(flows: AnnualFlows, baseline: AnnualFlows, usd_per_load: float | None) -> FloatArray:
    """Return the net amounts above the baseline by year [0..T], undiscounted."""
    net = flows.user_benefit - baseline.user_benefit - (flows.cost.total() - baseline.cost.total())
    return net if usd_per_load is None else net + usd_per_load * (flows.loads - baseline.loads)


def payback_year(net: npt.ArrayLike, rate: float = 0.0) -> int | None:
    """Return the year from whose end on the amounts so far, discounted, never fall below zero again.

    It is looked for from the first year with an outlay on. None: not within the years; 0: there is no outlay at all.
    Residual values are no cash: leave them out of ``net`` (`project_returns` does).

    Examples
    --------
    >>> payback_year([-10.0, 6.0, 6.0]), payback_year([-10.0, 6.0, 6.0], 0.2), payback_year([1.0])
    (2, None, 0)
    >>> payback_year([0.0, -1.0, -1.0]) is None  # ordered a year late, and never paid back
    True
    >>> payback_year([-10.0, 12.0, -5.0, 4.0])  # bought again in year 2
    3
    """
    flows = np.asarray(net, dtype=np.float64)
    outlays = np.flatnonzero(flows < 0.0)
    if not len(outlays):
        return 0
    so_far = np.cumsum(flows * (1.0 + rate) ** -np.arange(len(flows), dtype=np.float64))
    short = np.flatnonzero(so_far < -ROUND * np.abs(flows).max())
    year = max(int(outlays[0]), int(short[-1]) + 1 if len(short) else 0)
    return year if year < len(flows) else None


def _check_alike(name: str, flows: AnnualFlows, baseline: AnnualFlows) -> None:
    check_price_years({f"alternatives.{name}": flows.cost.price_year}, baseline.cost.price_year)
    if flows.view != baseline.view:
        problem = f"the {flows.view} view beside the {baseline.view} view; views are never mixed"
        raise ConfigError(f"alternatives.{name}", problem)
    lengths = {flows.cost.years + 1, len(flows.user_benefit), len(flows.loads), baseline.cost.years + 1}
    if len(lengths) > 1:
        raise ConfigError(f"alternatives.{name}", f"series of different lengths {sorted(lengths)}")


def _worth(flows: AnnualFlows, baseline: AnnualFlows, rate: float) -> PresentWorth:
    own, base = (
        (f.cost.total(kinds=INITIAL_COST_KINDS), f.cost.total(), f.user_benefit, f.loads) for f in (flows, baseline)
    )
    return PresentWorth(
        baseline.cost.years, rate, *(present_value(rate, a - b) for a, b in zip(own, base, strict=True))
    )


class InternalRateOfReturn(NamedTuple):
    """The rate, or None and why there is none."""

    rate: float | None
    reason: str = ""


def internal_rate_of_return(net: npt.ArrayLike, residual: npt.ArrayLike = 0.0) -> InternalRateOfReturn:
    """Return the rate at which net amounts [year 0..T] have no present value.

    None, with the reason, where there is no such rate, where it is below -20% a year, where there may be several or
    where nothing but ``residual``, the value left at the end that ``net`` holds, comes in. Amounts whose sign changes
    once have one rate. Those that change sign more often (equipment is bought again) still have one above zero if the
    sum so far changes sign once (Norstrøm).

    Examples
    --------
    >>> internal_rate_of_return([-100.0, 110.0]).rate
    0.1
    >>> internal_rate_of_return([-10.0, 13.0, -2.0, 1.0]).reason  # something is bought again in year 2
    ''
    >>> internal_rate_of_return([-1.0, 3.0, -2.0]).reason
    'multiple possible: the sign changes 2 times'
    >>> internal_rate_of_return([-1.0, -1.0]).reason
    'none: never a net gain'
    >>> internal_rate_of_return([-100.0, 1.0, 1.0]).reason
    'none: below -20% a year'
    >>> internal_rate_of_return([-100.0, -1.0, 50.0], [0.0, 0.0, 51.0]).reason
    'none: only the residual value comes in'
    """
    flows = np.asarray(net, dtype=np.float64)
    left = np.asarray(residual, dtype=np.float64)
    if left.any() and (flows > 0.0).any() and not (flows - left > ROUND * np.abs(flows).max()).any():
        return InternalRateOfReturn(None, "none: only the residual value comes in")
    if not flows.any():
        return InternalRateOfReturn(None, "none: nothing is spent and nothing gained")
    flows = flows / np.abs(flows).max()
    changes = _changes(flows)
    if changes == 0:
        return InternalRateOfReturn(None, f"none: never a net {'cost' if flows.sum() > 0.0 else 'gain'}")
    if changes == 1:
        return _between(flows, LEAST)
    so_far = np.cumsum(flows)
    if abs(so_far[-1]) > ROUND and _changes(np.where(np.abs(so_far) > ROUND, so_far, 0.0)) == 1:
        return _between(flows, 0.0)
    return InternalRateOfReturn(None, f"multiple possible: the sign changes {changes} times")


def _changes(amounts: FloatArray) -> int:
    return int(np.count_nonzero(np.diff(np.sign(amounts[amounts != 0.0]))))


def _between(flows: FloatArray, least: float) -> InternalRateOfReturn:
    def worth(log_growth: float) -> float:
        """Return the present value over that of the largest factor, so that nothing overflows."""
        powers = -log_growth * np.arange(len(flows))
        return float(flows @ np.exp(powers - powers.max()))

    low, high = math.log1p(least), math.log1p(MOST)
    if worth(low) * worth(high) > 0.0:
        beyond = f"below {least:.0%}" if worth(low) * flows[np.flatnonzero(flows)[0]] > 0.0 else f"above {MOST:.0%}"
        return InternalRateOfReturn(None, f"none: {beyond} a year")
    return InternalRateOfReturn(round(math.expm1(float(brentq(worth, low, high, xtol=1e-14, rtol=1e-14))), 12))


class ProjectReturns(NamedTuple):
    """What an alternative returns on its own money."""

    irr: float | None
    irr_reason: str
    payback_y: int | None
    discounted_payback_y: int | None


def project_returns(
    flows: AnnualFlows, baseline: AnnualFlows, usd_per_load: float | None, rate: float
) -> ProjectReturns:
    """Return rate and paybacks of an alternative above the baseline; its residual value pays nothing back."""
    net = incremental_cash_flow(flows, baseline, usd_per_load)
    left = baseline.cost.total(kinds=RESIDUAL_KINDS) - flows.cost.total(kinds=RESIDUAL_KINDS)
    cash = net - left
    return ProjectReturns(*internal_rate_of_return(net, left), payback_year(cash), payback_year(cash, rate))
