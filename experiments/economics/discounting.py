"""Discount factors, present values and annuities at a real rate, and dollars of other price years.

Year 0 is the base year and is not discounted; amounts fall at the end of their year. Dollars of
different price years are never mixed silently.

Source: OMB Circular A-94 (1992), section 8 and appendix C, for discounting at a real rate.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.arrays import FloatArray
from sim.errors import ConfigError
from sim.setting.spec import Spec, bounded_field


def discount_factors(rate: float, years: int) -> FloatArray:
    """Return (1 + rate)^-t for t = 0..years; a rate of -100% or less raises `ConfigError`.

    Examples
    --------
    >>> discount_factors(0.25, 2).round(12).tolist()
    [1.0, 0.8, 0.64]
    """
    _check(rate)
    return np.asarray((1.0 + rate) ** -np.arange(years + 1, dtype=np.float64))


def present_value(rate: float, amounts: npt.ArrayLike) -> float:
    """Return the value in year 0 of ``amounts`` [t], t = 0, 1, ...

    Examples
    --------
    >>> round(present_value(0.1, [100.0, 110.0]), 9)
    200.0
    """
    flows = np.asarray(amounts, dtype=np.float64)
    return float(flows @ discount_factors(rate, len(flows) - 1))


def annuity(rate: float, years: int) -> float:
    """Return the present value of 1 a year at the end of years 1..years.

    (1 - (1 + rate)^-years) / rate; a rate of 0 gives ``years``.

    Examples
    --------
    >>> round(annuity(0.07, 20), 4), annuity(0.0, 20), annuity(0.07, 0)
    (10.594, 20.0, 0.0)
    """
    _check(rate)
    if rate == 0.0 or years == 0:
        return float(years)
    return -math.expm1(-years * math.log1p(rate)) / rate


def annualised(amount: float, rate: float, years: int) -> float:
    """Return the equal amount a year, years 1..years (at least one), that is worth ``amount`` in year 0.

    Examples
    --------
    >>> annualised(annuity(0.07, 20), 0.07, 20)
    1.0
    """
    if years < 1:
        raise ConfigError("appraisal.years", f"must be at least 1, got {years}")
    return amount / annuity(rate, years)


def _check(rate: float) -> None:
    if not rate > -1.0:
        raise ConfigError("appraisal.discount_rate", f"must be above -1, got {rate:g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deflator(Spec):
    """A price index by calendar year; only its ratios matter."""

    name: str
    price_index: dict[str, float] = bounded_field(1e-9)

    def restated(self, usd: float, price_year: int, to_year: int) -> float:
        """Return dollars of ``price_year`` in dollars of ``to_year``; `ConfigError`: a year the index lacks.

        Examples
        --------
        >>> deflator = Deflator(name="gdp", price_index={"2020": 100.0, "2023": 116.0})
        >>> deflator.restated(50.0, 2020, 2023)
        58.0
        >>> Deflator(name="none", price_index={}).restated(50.0, 2020, 2020)
        50.0
        """
        if price_year == to_year:
            return usd
        return usd * self._at(to_year) / self._at(price_year)

    def _at(self, year: int) -> float:
        if str(year) not in self.price_index:
            known = ", ".join(sorted(self.price_index)) or "none"
            raise ConfigError("price_index", f"no price index of {year}; known {known}").under(f"deflator.{self.name}")
        return self.price_index[str(year)]


def check_price_years(years: Mapping[str, int], expected: int) -> None:
    """Refuse the first of ``years``, by the key of the amount, that is not ``expected`` (`ConfigError`).

    Examples
    --------
    >>> check_price_years({"cost.booth": 2022, "cost.portal": 2023}, 2023)
    Traceback (most recent call last):
    sim.errors.ConfigError: cost.booth: 2022 dollars in a study of 2023 dollars; restate them first
    """
    for key, year in years.items():
        if year != expected:
            raise ConfigError(key, f"{year} dollars in a study of {expected} dollars; restate them first")
