"""From cash flows to present values: each alternative against the baseline, at one rate.

Interdiction is an amount, not money: it is priced only where the user gives a value of a load.
Nothing else in the package puts dollars on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from experiments.economics.discounting import annualised, present_value
from experiments.economics.life_cycle import INITIAL, CashFlow
from experiments.economics.price_year import one_price_year
from sim.errors import ConfigError
from sim.spec import Spec, bounded

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Appraisal(Spec):
    """How a study counts: its years, its dollars and its rates."""

    name: str
    base_year: int = bounded(2000, 2100)
    """Calendar year of year 0, in which the first order is placed."""
    price_year: int = bounded(1990, 2100)
    years: int = bounded(1, 60)
    """Years after year 0."""
    discount_rate: float = bounded(0.0, 1.0)
    """Real rate of the headline."""
    sensitivity_rates: tuple[float, ...] = bounded(0.0, 1.0)
    interdiction_usd_per_load: float | None = bounded(0.0)
    """Value of one more interdicted load; null: interdiction is not priced anywhere."""

    def rates(self) -> list[float]:
        """Return every rate, each once, in increasing order."""
        return sorted({self.discount_rate, *self.sensitivity_rates})


@dataclass(frozen=True, slots=True)
class Alternative:
    """What one alternative costs and does in years 0..T."""

    cost: CashFlow
    user_benefit: Floats
    """Dollars a year gained over the baseline, [0..T]; zeros for the baseline itself."""
    loads: Floats
    """Loads interdicted, [0..T]: a level, not a difference."""
    view: str = "dot"


@dataclass(frozen=True, slots=True)
class Worth:
    """Present values of one alternative above the baseline's, in dollars and in loads."""

    years: int
    rate: float
    capital: float
    cost: float
    user_benefit: float
    loads: float

    @property
    def npv0(self) -> float:
        """Users' gain less cost; interdiction is not priced."""
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


def appraise(
    alternatives: Mapping[str, Alternative], baseline: str | None, rate: float
) -> dict[str, Worth]:
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
    for name, one in alternatives.items():
        _alike(name, one, base)
    return {name: _worth(one, base, rate) for name, one in alternatives.items()}


def net_flow(one: Alternative, base: Alternative, usd_per_load: float | None) -> Floats:
    """Return the net amounts above the baseline by year [0..T], undiscounted."""
    net = one.user_benefit - base.user_benefit - (one.cost.total() - base.cost.total())
    return net if usd_per_load is None else net + usd_per_load * (one.loads - base.loads)


def payback_y(net: npt.ArrayLike, rate: float = 0.0) -> int | None:
    """Return the first year at whose end the amounts so far, discounted, add up to zero or more.

    None: never within the years; 0: nothing is spent before it comes back.

    Examples
    --------
    >>> payback_y([-10.0, 6.0, 6.0]), payback_y([-10.0, 6.0, 6.0], 0.2), payback_y([1.0])
    (2, None, 0)
    """
    flows = np.asarray(net, dtype=np.float64)
    so_far = np.cumsum(flows * (1.0 + rate) ** -np.arange(len(flows), dtype=np.float64))
    back = np.flatnonzero(so_far >= 0.0)
    return int(back[0]) if len(back) else None


def _alike(name: str, one: Alternative, base: Alternative) -> None:
    one_price_year({f"alternatives.{name}": one.cost.price_year}, base.cost.price_year)
    if one.view != base.view:
        problem = f"the {one.view} view beside the {base.view} view; views are never mixed"
        raise ConfigError(f"alternatives.{name}", problem)
    lengths = {one.cost.years + 1, len(one.user_benefit), len(one.loads), base.cost.years + 1}
    if len(lengths) > 1:
        raise ConfigError(f"alternatives.{name}", f"series of different lengths {sorted(lengths)}")


def _worth(one: Alternative, base: Alternative, rate: float) -> Worth:
    def above(levels: Floats, others: Floats) -> float:
        return present_value(rate, levels - others)

    return Worth(
        years=base.cost.years,
        rate=rate,
        capital=above(one.cost.total(kinds=INITIAL), base.cost.total(kinds=INITIAL)),
        cost=above(one.cost.total(), base.cost.total()),
        user_benefit=above(one.user_benefit, base.user_benefit),
        loads=above(one.loads, base.loads),
    )
