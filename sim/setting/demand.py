"""How a port's trucks vary from day to day beyond weekday and month (``port.volume``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sim.setting.spec import Spec, bounded_field


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFactor(Spec):
    """A lognormal factor with mean one on all of a day's trucks."""

    ln_sd: float = bounded_field(0.0, 1.0)
    """Standard deviation of its logarithm; the factor's own is sqrt(exp(ln_sd^2) - 1)."""
    correlation: float = bounded_field(0.0, 0.99)
    """Correlation of the logarithms of two successive days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayShares(Spec):
    """Shares of a usual day's trucks on a holiday, and on the days before and after it."""

    before: float = bounded_field(0.0, 5.0, default=1.0)
    day: float = bounded_field(0.0, 5.0)
    after: float = bounded_field(0.0, 5.0, default=1.0)


Holiday = Literal[
    "new_years_day",
    "martin_luther_king_day",
    "constitution_day",
    "washingtons_birthday",
    "benito_juarez_day",
    "maundy_thursday",
    "good_friday",
    "mexican_labor_day",
    "memorial_day",
    "juneteenth",
    "independence_day",
    "labor_day",
    "mexican_independence_day",
    "change_of_government",
    "columbus_day",
    "veterans_day",
    "revolution_day",
    "thanksgiving_day",
    "christmas_day",
    "year_end",
]
"""Federal holidays of both countries, the two days of Holy Week on which Mexican factories rest, and ``year_end``:
each of the days from 27 to 30 December. Their dates: `sim.trucks.public_holidays`."""
