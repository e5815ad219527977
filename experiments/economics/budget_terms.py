"""How a case becomes a budget: fiscal years, then-year dollars, contingency, and whose gains are whose.

A federal fiscal year begins on October 1 and bears the number of the calendar year in which it ends. What is paid once
in a study year is obligated as the study year begins; what is paid through a study year falls evenly on its months.
Then-year dollars follow the price index as far as it is published, and an assumed rate after that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from experiments.economics.discounting import Deflator
from sim.setting.spec import Spec, bounded_field, share_field

OCTOBER: Final = 10
MONTHS_A_YEAR: Final = 12
MIDDLE_OF_FISCAL_YEAR: Final = 0.25
"""April 1 of the calendar year that a fiscal year is named after, in years."""
MIDDLE_OF_YEAR: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing(Spec):
    """Which share of what users and the public gain is the residents' of the United States; the rest is Mexico's."""

    us_carrier_share: float = share_field()
    """Of drivers' time and of fuel: the carriers and drivers that cross."""
    us_cargo_share: float = share_field()
    """Of the time of the cargo."""
    us_air_share: float = share_field()
    """Of the damage of what idling trucks emit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MexicanTerms(Spec):
    """What the sheet of a Mexican benefit-cost analysis is worked out with."""

    social_discount_rate: float = bounded_field(0.0, 1.0)
    exchange_rate_mxn_per_usd: float | None = bounded_field(0.01, 1000.0)
    """Null: the sheet is in dollars."""
    optimized_baseline: str | None
    """The alternative that is today's port at its best without the project; null: none was studied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetTerms(Spec):
    """One option of the group ``budget``."""

    name: str
    first_month: int = bounded_field(1, 12)
    """Month of the base year in which study year 0 begins and its orders are placed."""
    inflation_share_per_y: float = bounded_field(-0.05, 0.2)
    """Growth of prices after the last year of the price index."""
    contingency_share: float = bounded_field(0.0, 1.0)
    """Of equipment, works, integration and first training, on top of the planner's figures."""
    standing: Standing
    mexico: MexicanTerms

    def fiscal_years(self, base_year: int, years: int) -> tuple[int, ...]:
        """Return the fiscal years that study years 0..``years`` touch, in order."""
        first = base_year + (self.first_month >= OCTOBER)
        return tuple(range(first, first + years + 1 + (len(self.month_shares()) > 1)))

    def month_shares(self) -> tuple[float, ...]:
        """Return the share of a study year's months in the fiscal year in which it begins, and in the next if any.

        Examples
        --------
        >>> from experiments.funding.request import read_economic_option
        >>> import dataclasses
        >>> terms = read_economic_option(BudgetTerms, "budget", "federal")
        >>> terms.month_shares(), dataclasses.replace(terms, first_month=1).month_shares()
        ((1.0,), (0.75, 0.25))
        """
        before_october = (OCTOBER - self.first_month) % MONTHS_A_YEAR or MONTHS_A_YEAR
        if before_october == MONTHS_A_YEAR:
            return (1.0,)
        return before_october / MONTHS_A_YEAR, 1.0 - before_october / MONTHS_A_YEAR


def then_year_factor(fiscal_year: int, price_year: int, deflator: Deflator, inflation: float) -> float:
    """Return dollars of a fiscal year for one dollar of ``price_year``.

    A fiscal year lies a quarter in the calendar year before it. Where the index ends earlier, prices grow by
    ``inflation`` a year from the middle of its last year to the middle of the fiscal year. An index without the price
    year is not used at all: prices then grow from the middle of the price year.

    Examples
    --------
    >>> index = Deflator(name="gdp", price_index={"2022": 96.0, "2023": 100.0, "2024": 102.0})
    >>> then_year_factor(2024, 2023, index, 0.1), round(then_year_factor(2026, 2023, index, 0.1), 6)
    (1.015, 1.20514)
    >>> round(then_year_factor(2026, 2025, index, 0.1), 6)
    1.074099
    """
    index = deflator.price_index
    here, before = str(fiscal_year), str(fiscal_year - 1)
    base = index.get(str(price_year))
    if base is None:
        return float((1.0 + inflation) ** (fiscal_year + MIDDLE_OF_FISCAL_YEAR - price_year - MIDDLE_OF_YEAR))
    if here in index and before in index:
        early = MIDDLE_OF_FISCAL_YEAR
        return (early * index[before] + (1.0 - early) * index[here]) / base
    last = max(int(year) for year in index)
    years = fiscal_year + MIDDLE_OF_FISCAL_YEAR - last - MIDDLE_OF_YEAR
    return float(index[str(last)] / base * (1.0 + inflation) ** years)
