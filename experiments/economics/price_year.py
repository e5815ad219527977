"""Price years: dollars of one year turned into those of another, and never mixed silently."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.errors import ConfigError
from sim.spec import Spec, bounded


@dataclass(frozen=True, slots=True, kw_only=True)
class Deflator(Spec):
    """A price index by calendar year; only its ratios matter."""

    name: str
    price_index: dict[str, float] = bounded(1e-9)

    def restated(self, usd: float, price_year: int, to_year: int) -> float:
        """Return dollars of ``price_year`` in dollars of ``to_year``.

        Raises
        ------
        ConfigError
            A year that the index does not have: prices are never extrapolated.

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
            raise ConfigError("price_index", f"no price index of {year}; known {known}").under(
                f"deflator.{self.name}"
            )
        return self.price_index[str(year)]


def one_price_year(years: Mapping[str, int], expected: int) -> None:
    """Refuse amounts that are not all in dollars of ``expected``.

    Parameters
    ----------
    years : mapping
        Price year by the key of the amount.
    expected : int
        The study's price year.

    Raises
    ------
    ConfigError
        The first amount of another year, by its key.

    Examples
    --------
    >>> one_price_year({"cost.booth": 2022, "cost.portal": 2023}, 2023)
    Traceback (most recent call last):
    sim.errors.ConfigError: cost.booth: 2022 dollars in a study of 2023 dollars; restate them first
    """
    for key, year in years.items():
        if year != expected:
            problem = f"{year} dollars in a study of {expected} dollars; restate them first"
            raise ConfigError(key, problem)
